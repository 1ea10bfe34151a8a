//! When the day and the month began, by the clock of this computer.

use jiff::Zoned;

/// Midnight, in milliseconds since 1970.
pub(crate) fn day() -> u64 {
    began(&Zoned::now())
}

/// Midnight of the first of the month.
pub(crate) fn month() -> u64 {
    let now = Zoned::now();
    // Where the clock was set in between, the first may not have had a midnight.
    began(&now.first_of_month().unwrap_or(now))
}

fn began(at: &Zoned) -> u64 {
    let midnight = at.start_of_day();
    let midnight = midnight.as_ref().unwrap_or(at);
    u64::try_from(midnight.timestamp().as_millisecond()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_local_midnight() {
        let check = |at: &str, expected: &str| {
            let at: Zoned = at.parse().unwrap();
            let expected: jiff::Timestamp = expected.parse().unwrap();
            assert_eq!(began(&at), expected.as_millisecond() as u64, "{at}");
        };
        check("2026-03-29T15:00[Europe/Berlin]", "2026-03-28T23:00:00Z");
        check("2026-03-30T00:00[Europe/Berlin]", "2026-03-29T22:00:00Z");
        check("2026-01-01T00:30[America/New_York]", "2026-01-01T05:00:00Z");
        assert!(month() <= day());
    }
}
