//! What a run prints, on its three ways: to the screen, to the disk, to the model.

use interpreter_store::Spool;

/// Bytes of a run's output that are shown as they come; more lies on disk.
const SHOWN: usize = 1024 * 1024;
/// Bytes kept for the end, which is shown once the run is over.
const TAIL: usize = 64 * 1024;

/// Takes in output and decides what is shown now.
pub(crate) struct Output {
    spool: Option<Spool>,
    shown: usize,
    total: usize,
    /// The end of the whole output, for the model and for the last lines shown.
    tail: String,
    /// Bytes the tail must keep for the model.
    keep: usize,
}

impl Output {
    /// `for_model` is in characters.
    pub fn new(spool: Option<Spool>, for_model: usize) -> Self {
        Self {
            spool,
            shown: 0,
            total: 0,
            tail: String::new(),
            keep: TAIL.max(for_model * 4),
        }
    }

    /// Takes in text and gives the part to show now.
    pub fn take(&mut self, text: &str) -> Option<String> {
        self.total += text.len();
        if let Some(spool) = &mut self.spool
            && spool.write(text).is_err()
        {
            // The disk is full. What is shown goes on; the card's journal will say the rest.
            self.spool = None;
        }
        self.tail.push_str(text);
        if self.tail.len() > self.keep * 2 {
            let cut = boundary(&self.tail, self.tail.len() - self.keep);
            self.tail.drain(..cut);
        }
        if self.shown >= SHOWN {
            return None;
        }
        let part = &text[..boundary(text, (SHOWN - self.shown).min(text.len()))];
        self.shown += part.len();
        Some(part.to_owned())
    }

    /// What is shown at the end, when not everything was: the gap, stated, and the last lines.
    pub fn rest(&self) -> Option<String> {
        let hidden = self.total - self.shown;
        if hidden == 0 {
            return None;
        }
        let last = hidden.min(TAIL).min(self.tail.len());
        let tail = &self.tail[boundary(&self.tail, self.tail.len() - last)..];
        let gap = hidden - tail.len();
        Some(format!(
            "\n[{gap} bytes are not shown here; the whole output is kept]\n{tail}"
        ))
    }

    /// The last line that says something, shortened: after a failure, the error.
    pub fn last_line(&self) -> Option<String> {
        const LONGEST: usize = 300;
        let line = self
            .tail
            .lines()
            .rev()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with(STACK))?;
        let mut short: String = line.chars().take(LONGEST).collect();
        if short.len() < line.len() {
            short.push('\u{2026}');
        }
        Some(short)
    }

    /// What the model is told: where the rest is, if not all is told, and the last `max`
    /// characters.
    pub fn for_model(&self, max: usize) -> (Option<String>, String) {
        let count = self.tail.chars().count();
        if self.total == self.tail.len() && count <= max {
            return (None, self.tail.clone());
        }
        let last: String = self.tail.chars().skip(count.saturating_sub(max)).collect();
        let place = match self.spool.as_ref().and_then(Spool::path) {
            Some(path) => format!(" The whole output is in the file {}.", path.display()),
            None => String::new(),
        };
        let head = format!(
            "Output truncated: the last {max} characters of {} bytes.{place} Print less, or search the file.",
            self.total
        );
        (Some(head), last)
    }
}

/// Lines of a stack below the error's own line, as JavaScript prints them.
const STACK: &str = "at ";

/// The nearest character boundary at or after `at`.
fn boundary(text: &str, at: usize) -> usize {
    (at..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_head_states_the_gap_and_ends_with_the_tail() {
        let mut output = Output::new(None, 10);
        let line = "0123456789é\n";
        let lines = 3 * SHOWN / line.len();
        let shown: usize = (0..lines)
            .filter_map(|_| output.take(line))
            .map(|part| part.len())
            .sum();
        assert!((SHOWN..SHOWN + 2).contains(&shown), "{shown}");
        let rest = output.rest().unwrap_or_default();
        let gap: usize = rest
            .trim_start_matches("\n[")
            .split(' ')
            .next()
            .unwrap_or("")
            .parse()
            .unwrap_or(0);
        let tail = rest.split_once("]\n").map_or(0, |(_, tail)| tail.len());
        assert_eq!(
            shown + gap + tail,
            lines * line.len(),
            "head, gap and tail are everything"
        );
        assert!(rest.ends_with(line));
        assert_eq!(output.for_model(10).1, "23456789é\n");
    }

    #[test]
    fn short_output_is_told_whole() {
        let mut output = Output::new(None, 100);
        assert_eq!(output.take("hello\n"), Some("hello\n".to_owned()));
        assert_eq!(
            (output.rest(), output.for_model(100)),
            (None, (None, "hello\n".to_owned()))
        );
        let (head, last) = output.for_model(3);
        assert_eq!((head.is_some(), last.as_str()), (true, "lo\n"));
    }

    #[test]
    fn the_last_line_is_the_error() {
        let check = |printed: &str, expected: Option<&str>| {
            let mut output = Output::new(None, 100);
            output.take(printed);
            assert_eq!(output.last_line().as_deref(), expected, "{printed}");
        };
        check("", None);
        check("a\nValueError: x\n\n", Some("ValueError: x"));
        check(
            "ReferenceError: y is not defined\n    at f (a.js:1)\n    at b\n",
            Some("ReferenceError: y is not defined"),
        );
        let long = "é".repeat(400);
        check(&long, Some(&format!("{}\u{2026}", "é".repeat(300))));
    }
}
