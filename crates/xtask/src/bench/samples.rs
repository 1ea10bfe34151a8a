//! Samples by name, and what is told of them.

use std::collections::BTreeMap;

/// Everything that was measured.
#[derive(Default)]
pub struct Samples {
    by_name: BTreeMap<String, Series>,
    notes: Vec<String>,
}

/// Samples of one thing, in order of size.
pub struct Series {
    values: Vec<f64>,
    unit: String,
}

impl Samples {
    /// Takes one in.
    pub fn add(&mut self, name: &str, value: f64, unit: &str) {
        let series = self
            .by_name
            .entry(name.to_owned())
            .or_insert_with(|| Series {
                values: Vec::new(),
                unit: unit.to_owned(),
            });
        let at = series.values.partition_point(|known| *known < value);
        series.values.insert(at, value);
    }

    /// Keeps what must be known to read the numbers, in a sentence.
    pub fn note(&mut self, sentence: &str) {
        self.notes.push(sentence.to_owned());
    }

    /// What must be known to read the numbers.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Takes in a line `name<TAB>value<TAB>unit` or `note<TAB>sentence`; false for
    /// any other.
    pub fn read(&mut self, line: &str) -> bool {
        if let Some(sentence) = line.strip_prefix("note\t") {
            self.note(sentence);
            return true;
        }
        let mut parts = line.split('\t');
        let (Some(name), Some(value), Some(unit), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let Ok(value) = value.parse() else {
            return false;
        };
        self.add(name, value, unit);
        true
    }

    /// The samples of this name.
    pub fn get(&self, name: &str) -> Option<&Series> {
        self.by_name.get(name)
    }
}

impl Series {
    /// How many.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The unit of all.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The middle one; of an even number, the mean of the two in the middle.
    pub fn median(&self) -> f64 {
        let (low, high) = ((self.values.len() - 1) / 2, self.values.len() / 2);
        f64::midpoint(self.values[low], self.values[high])
    }

    /// The smallest one that this share of all (1 to 100) does not exceed.
    pub fn percentile(&self, share: usize) -> f64 {
        self.values[(self.values.len() * share).div_ceil(100).max(1) - 1]
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles() {
        let of = |values: &[f64]| {
            let mut samples = Samples::default();
            for value in values {
                samples.add("x", *value, "ms");
            }
            let series = samples.get("x").unwrap();
            (
                series.count(),
                series.median(),
                series.percentile(95),
                series.percentile(99),
            )
        };
        assert_eq!(of(&[3.0]), (1, 3.0, 3.0, 3.0));
        assert_eq!(of(&[4.0, 1.0, 2.0, 3.0]), (4, 2.5, 4.0, 4.0));
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(of(&hundred), (100, 50.5, 95.0, 99.0));
    }

    #[test]
    fn lines() {
        let check = |line: &str, expected: bool| {
            assert_eq!(Samples::default().read(line), expected, "{line:?}");
        };
        check("python.warm\t0.41\tms", true);
        check("python.warm\tsoon\tms", false);
        check("python.warm\t0.41", false);
        check("note\tDrawn in software.", true);
        check("python.warm\t0.41\tms\tmore", false);
        check("", false);
    }
}
