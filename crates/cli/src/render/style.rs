//! Styled text, and its form on a terminal.

use std::fmt::Write as _;

/// One of the terminal's own colours, so that every theme stays readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

/// How a span looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Style {
    pub(crate) bold: bool,
    pub(crate) dim: bool,
    pub(crate) italic: bool,
    pub(crate) underline: bool,
    pub(crate) strike: bool,
    pub(crate) reverse: bool,
    pub(crate) colour: Option<Colour>,
}

impl Style {
    /// Plain text.
    pub(crate) const PLAIN: Self = Self {
        bold: false,
        dim: false,
        italic: false,
        underline: false,
        strike: false,
        reverse: false,
        colour: None,
    };
    /// Things of lesser interest.
    pub(crate) const DIM: Self = Self {
        dim: true,
        ..Self::PLAIN
    };
    /// Headings.
    pub(crate) const BOLD: Self = Self {
        bold: true,
        ..Self::PLAIN
    };

    /// A colour of the terminal.
    pub(crate) const fn colour(colour: Colour) -> Self {
        Self {
            colour: Some(colour),
            ..Self::PLAIN
        }
    }
}

/// Text of one look. Without line ends and control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) text: String,
    pub(crate) style: Style,
}

impl Span {
    /// A span.
    pub(crate) fn new(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }

    /// A span without a look.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Style::PLAIN)
    }
}

/// One line on the screen.
pub(crate) type Line = Vec<Span>;

/// The line with escape sequences, or bare without `colours`.
pub(crate) fn to_ansi(line: &[Span], colours: bool) -> String {
    let mut out = String::new();
    for span in line {
        if !colours || span.style == Style::PLAIN {
            out.push_str(&span.text);
            continue;
        }
        let style = span.style;
        let codes = [
            (style.bold, 1u8),
            (style.dim, 2),
            (style.italic, 3),
            (style.underline, 4),
            (style.reverse, 7),
            (style.strike, 9),
        ];
        let colour = style.colour.map(|colour| match colour {
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Blue => 34,
            Colour::Magenta => 35,
            Colour::Cyan => 36,
        });
        let mut separator = "\x1b[";
        for code in codes
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, code)| *code)
            .chain(colour)
        {
            let _ = write!(out, "{separator}{code}");
            separator = ";";
        }
        let _ = write!(out, "m{}\x1b[0m", span.text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_become_escape_sequences_and_vanish_without_colours() {
        let line = vec![
            Span::plain("a "),
            Span::new(
                "b",
                Style {
                    bold: true,
                    ..Style::colour(Colour::Red)
                },
            ),
            Span::new("c", Style::DIM),
        ];
        assert_eq!(to_ansi(&line, true), "a \x1b[1;31mb\x1b[0m\x1b[2mc\x1b[0m");
        assert_eq!(to_ansi(&line, false), "a bc");
    }
}
