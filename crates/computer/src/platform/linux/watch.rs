//! Watching the screen for changes, through the Damage extension on the root.

use std::time::{Duration, Instant};

use x11rb::NONE;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{self, ConnectionExt as _, ReportLevel};
use x11rb::protocol::xfixes::ConnectionExt as _;

use super::connection::X;
use crate::platform::{ChangeWatch, PlatformError, Rect, Result};

/// How long a wait may go on before the caller is asked whether it is still wanted.
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// The damage of the root window since it was opened.
pub(super) struct DamageWatch {
    x: X,
    damage: damage::Damage,
}

impl DamageWatch {
    pub(super) fn open(display: Option<&str>) -> Result<Self> {
        let x = X::connect(display)?;
        x.conn.xfixes_query_version(5, 0)?.reply()?;
        x.conn.damage_query_version(1, 1)?.reply()?;
        let id = x.conn.generate_id()?;
        x.conn
            .damage_create(id, x.root, ReportLevel::BOUNDING_BOX)?;
        // A new damage begins with the whole window in it.
        x.conn.damage_subtract(id, NONE, NONE)?;
        x.round_trip()?;
        while x.conn.poll_for_event()?.is_some() {}
        Ok(Self { x, damage: id })
    }

    /// Adds what was drawn until now to `changed`; whether there was anything.
    fn collect(&self, first: Event, changed: &mut Rect) -> Result<bool> {
        let mut any = false;
        let mut next = Some(first);
        while let Some(event) = next {
            if let Event::DamageNotify(event) = event {
                let area = event.area;
                *changed = changed.union(Rect {
                    x: i32::from(area.x),
                    y: i32::from(area.y),
                    w: u32::from(area.width),
                    h: u32::from(area.height),
                });
                any = true;
            }
            next = self.x.conn.poll_for_event()?;
        }
        if any {
            // Starts the next report; without it the server only tells when the box grows.
            self.x.conn.damage_subtract(self.damage, NONE, NONE)?;
            self.x.conn.flush()?;
        }
        Ok(any)
    }
}

impl ChangeWatch for DamageWatch {
    fn settle(
        &mut self,
        quiet: Duration,
        cap: Duration,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Rect>> {
        let end = Instant::now() + cap;
        let mut quiet_at = Instant::now() + quiet;
        let mut changed = Rect::default();
        loop {
            if cancelled() {
                return Err(PlatformError::Cancelled);
            }
            let now = Instant::now();
            let deadline = end.min(quiet_at);
            if now >= deadline {
                break;
            }
            if let Some(event) = self.x.next_event(deadline.min(now + ASK_AGAIN))?
                && self.collect(event, &mut changed)?
            {
                quiet_at = Instant::now() + quiet;
            }
        }
        Ok((changed.w > 0 && changed.h > 0).then_some(changed))
    }
}
