//! The terminal itself: what it can do, the lines on it, the keys from it.

pub(crate) mod keyboard;
pub(crate) mod prompt;
mod screen;

pub(crate) use screen::Screen;

use std::io::{IsTerminal as _, Write as _};

/// What standard output can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// The cursor can be moved, so the last line may be drawn again.
    pub(crate) cursor: bool,
    /// Colours and other looks are wanted.
    pub(crate) colours: bool,
}

impl Abilities {
    /// Of standard output. `plain` is the person's wish for neither.
    pub(crate) fn of_stdout(plain: bool) -> Self {
        let env = |name: &str| std::env::var(name).ok();
        Self::judge(std::io::stdout().is_terminal(), plain, &env)
    }

    fn judge(terminal: bool, plain: bool, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let dumb = env("TERM").is_some_and(|term| term == "dumb");
        let cursor = terminal && !plain && !dumb;
        let no_colour = env("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            cursor,
            colours: cursor && !no_colour,
        }
    }
}

/// Whether the terminal understands no escape sequences at all.
pub(crate) fn is_dumb() -> bool {
    std::env::var("TERM").is_ok_and(|term| term == "dumb")
}

/// Columns of the terminal, right now.
pub(crate) fn columns() -> usize {
    let asked = crossterm::terminal::size()
        .ok()
        .map(|(columns, _)| usize::from(columns));
    asked.filter(|columns| *columns > 0).unwrap_or(80).max(20)
}

/// Puts the terminal back as a shell expects it, however we end.
pub(crate) fn restore() {
    let _ = crossterm::terminal::disable_raw_mode();
    if std::io::stdout().is_terminal() && !is_dumb() {
        let mut out = std::io::stdout();
        let _ = crossterm::execute!(
            out,
            crossterm::event::DisableBracketedPaste,
            crossterm::cursor::Show
        );
        let _ = out.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_can_do() {
        let check =
            |terminal: bool, plain: bool, env: &[(&str, &str)], cursor: bool, colours: bool| {
                let read = |name: &str| {
                    env.iter()
                        .find(|(key, _)| *key == name)
                        .map(|(_, value)| (*value).to_owned())
                };
                assert_eq!(
                    Abilities::judge(terminal, plain, &read),
                    Abilities { cursor, colours }
                );
            };
        check(true, false, &[("TERM", "xterm-256color")], true, true);
        check(true, false, &[], true, true);
        check(true, false, &[("NO_COLOR", "1")], true, false);
        check(true, false, &[("NO_COLOR", "")], true, true);
        check(true, false, &[("TERM", "dumb")], false, false);
        check(true, true, &[], false, false);
        check(false, false, &[], false, false);
    }
}
