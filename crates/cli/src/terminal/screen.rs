//! Lines on a terminal: those above are final, only the last may change.

use std::io::{self, Stdout, Write};

use crate::render::{Line, Span, take_width, to_ansi, width_of};

/// Where lines go. Whatever is above the last line is never touched again, so
/// scrolling back shows exactly what was shown.
pub(crate) struct Screen<W: Write = Stdout> {
    out: W,
    colours: bool,
    /// The last line, without an end, where one is drawn.
    live: Option<String>,
}

impl Screen {
    /// Standard output.
    pub(crate) fn stdout(colours: bool) -> Self {
        Self::new(io::stdout(), colours)
    }
}

impl<W: Write> Screen<W> {
    /// A screen that writes to `out`.
    pub(crate) fn new(out: W, colours: bool) -> Self {
        Self {
            out,
            colours,
            live: None,
        }
    }

    /// Adds final lines, then draws `live` as the line that may change.
    pub(crate) fn draw(
        &mut self,
        lines: &[Line],
        live: Option<&Line>,
        columns: usize,
    ) -> io::Result<()> {
        // One column stays free, so that the terminal does not wrap the line.
        let live = live.map(|line| to_ansi(&fitted(line, columns - 1), self.colours));
        if lines.is_empty() && live == self.live {
            return Ok(());
        }
        // Built first and written at once: no flicker, and one system call.
        let mut text = String::new();
        if self.live.is_some() {
            text.push_str("\r\x1b[K");
        }
        for line in lines {
            text.push_str(&to_ansi(line, self.colours));
            text.push('\n');
        }
        text.push_str(live.as_deref().unwrap_or_default());
        self.live = live;
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// The beginning of a line that fits.
fn fitted(line: &Line, columns: usize) -> Line {
    let mut left = columns;
    let mut out = Line::new();
    for span in line {
        let width = width_of(&span.text);
        if width <= left {
            left -= width;
            out.push(span.clone());
            continue;
        }
        if left > 1 {
            let (part, _) = take_width(&span.text, left - 1);
            out.push(Span::new(format!("{part}…"), span.style));
        }
        break;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_line_is_drawn_again() {
        let mut screen = Screen::new(Vec::new(), false);
        let line = |text: &str| vec![Span::plain(text)];
        screen.draw(&[], Some(&line("one")), 80).unwrap();
        screen.draw(&[], Some(&line("one")), 80).unwrap();
        screen
            .draw(&[line("one two")], Some(&line("three")), 80)
            .unwrap();
        screen.draw(&[], None, 80).unwrap();
        screen.draw(&[line("end")], None, 80).unwrap();
        let text = String::from_utf8(screen.out).unwrap();
        assert_eq!(text, "one\r\x1b[Kone two\nthree\r\x1b[Kend\n");
    }

    #[test]
    fn the_last_line_never_wraps() {
        let mut screen = Screen::new(Vec::new(), false);
        screen
            .draw(&[], Some(&vec![Span::plain("0123456789")]), 8)
            .unwrap();
        assert_eq!(String::from_utf8(screen.out).unwrap(), "012345…");
    }
}
