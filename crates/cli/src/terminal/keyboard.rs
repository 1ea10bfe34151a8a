//! The only place an answer comes from: keys pressed after the question was
//! shown, by somebody who can have read it.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures::StreamExt as _;

use crate::platform;

/// Keys that come sooner after the question was shown were meant for something else.
const DEAF: Duration = Duration::from_millis(400);

/// Keys this close together were not pressed by a person, but pasted into a
/// terminal that does not tell pastes from keys.
const BURST: Duration = Duration::from_millis(15);

/// What came instead of a line or a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// One of the choices.
    Choice(char),
    /// A line of text.
    Line(String),
    /// Ctrl-D: no more input.
    End,
    /// Ctrl-C or Esc.
    Interrupt,
}

/// A terminal somebody sits at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keyboard {
    /// Questions go to standard error where standard output is no terminal.
    on_stderr: bool,
}

impl Keyboard {
    /// The keyboard, where there is one: nobody could answer otherwise.
    pub(crate) fn find() -> Option<Self> {
        let on_stderr = !io::stdout().is_terminal();
        let seen = !on_stderr || io::stderr().is_terminal();
        (io::stdin().is_terminal() && seen).then_some(Self { on_stderr })
    }

    /// Prints to where the question is seen.
    pub(crate) fn show(self, text: &str) -> io::Result<()> {
        if self.on_stderr {
            let mut out = io::stderr();
            out.write_all(text.as_bytes())?;
            return out.flush();
        }
        let mut out = io::stdout();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Asks for one of `choices` (lower-case letters) and echoes it. Typed-ahead
    /// keys, keys within the first 400 ms and pastes never choose. Cancel safe.
    pub(crate) async fn choose(self, question: &str, choices: &str) -> io::Result<Pressed> {
        let mut keys = Keys::begin(self)?;
        self.show(question)?;
        let shown = Instant::now();
        loop {
            let Some(key) = keys.next().await? else {
                return Ok(Pressed::Interrupt);
            };
            if shown.elapsed() < DEAF {
                continue;
            }
            let Input::Key(key) = key else { continue };
            if let Some(pressed) = control(&key) {
                drop(keys);
                self.show("\n")?;
                return Ok(pressed);
            }
            let KeyCode::Char(letter) = key.code else {
                continue;
            };
            let letter = letter.to_ascii_lowercase();
            if keys.in_burst().await? || !choices.contains(letter) {
                continue;
            }
            drop(keys);
            self.show(&format!("{letter}\n"))?;
            return Ok(Pressed::Choice(letter));
        }
    }

    /// Reads a line for a running program; `secret` ones are masked. A paste is
    /// taken up to its first line end. Cancel safe.
    pub(crate) async fn line(self, prompt: &str, secret: bool) -> io::Result<Pressed> {
        let mut keys = Keys::begin(self)?;
        self.show(prompt)?;
        let mut line = String::new();
        loop {
            let Some(key) = keys.next().await? else {
                return Ok(Pressed::End);
            };
            let text = match key {
                Input::Paste(text) => text.lines().next().unwrap_or_default().to_owned(),
                Input::Key(key) => {
                    match key.code {
                        KeyCode::Enter => break,
                        // How Enter looks when it was pressed before we listened.
                        KeyCode::Char('j') if key.modifiers == KeyModifiers::CONTROL => break,
                        KeyCode::Char('d')
                            if key.modifiers == KeyModifiers::CONTROL && line.is_empty() =>
                        {
                            drop(keys);
                            self.show("\n")?;
                            return Ok(Pressed::End);
                        }
                        _ => {}
                    }
                    if key.code != KeyCode::Esc
                        && let Some(Pressed::Interrupt) = control(&key)
                    {
                        drop(keys);
                        self.show("\n")?;
                        return Ok(Pressed::Interrupt);
                    }
                    match (key.code, key.modifiers) {
                        (KeyCode::Backspace, _) => {
                            self.rub_out(&mut line, 1, secret)?;
                            continue;
                        }
                        (KeyCode::Char('u'), KeyModifiers::CONTROL) => {
                            let all = line.chars().count();
                            self.rub_out(&mut line, all, secret)?;
                            continue;
                        }
                        (KeyCode::Char(letter), modifiers)
                            if !modifiers.intersects(KeyModifiers::CONTROL)
                                && !letter.is_control() =>
                        {
                            letter.to_string()
                        }
                        _ => continue,
                    }
                }
            };
            line.push_str(&text);
            if secret {
                self.show(&"*".repeat(text.chars().count()))?;
            } else {
                self.show(&crate::render::safe_text(&text))?;
            }
        }
        drop(keys);
        self.show("\n")?;
        Ok(Pressed::Line(line))
    }

    /// Asks the terminal to tell pastes from keys; dumb ones cannot.
    pub(crate) fn bracket_pastes(self, on: bool) -> io::Result<()> {
        if super::is_dumb() {
            return Ok(());
        }
        self.show(if on { "\x1b[?2004h" } else { "\x1b[?2004l" })
    }

    fn rub_out(self, line: &mut String, count: usize, secret: bool) -> io::Result<()> {
        for _ in 0..count {
            let Some(letter) = line.pop() else {
                return Ok(());
            };
            let shown = crate::render::safe_text(&letter.to_string());
            let columns = if secret {
                1
            } else {
                crate::render::width_of(&shown)
            };
            self.show(&"\u{8} \u{8}".repeat(columns))?;
        }
        Ok(())
    }
}

/// Ctrl-C and Esc interrupt, Ctrl-D ends.
fn control(key: &KeyEvent) -> Option<Pressed> {
    match (key.code, key.modifiers) {
        (KeyCode::Esc, _) | (KeyCode::Char('c'), KeyModifiers::CONTROL) => Some(Pressed::Interrupt),
        (KeyCode::Char('d'), KeyModifiers::CONTROL) => Some(Pressed::End),
        _ => None,
    }
}

enum Input {
    Key(KeyEvent),
    Paste(String),
}

/// Keys as they are pressed, from an input that was emptied first. The
/// terminal's mode goes back when it is dropped.
struct Keys {
    events: EventStream,
}

impl Keys {
    fn begin(keyboard: Keyboard) -> io::Result<Self> {
        crossterm::terminal::enable_raw_mode()?;
        // From here on the guard undoes it, also where the rest fails.
        let keys = Self {
            events: EventStream::new(),
        };
        // Again: an editor may have switched it off.
        keyboard.bracket_pastes(true)?;
        platform::flush_input();
        // Not with a time of zero: crossterm then gives nothing, also what it has.
        while crossterm::event::poll(Duration::from_millis(1))? {
            crossterm::event::read()?;
        }
        Ok(keys)
    }

    /// The next key or paste; none when the terminal is gone.
    async fn next(&mut self) -> io::Result<Option<Input>> {
        while let Some(event) = self.events.next().await {
            match event? {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    return Ok(Some(Input::Key(key)));
                }
                Event::Paste(text) => return Ok(Some(Input::Paste(text))),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Whether the key just read came in one burst with others, Enter excepted.
    /// Reads the burst to its end.
    async fn in_burst(&mut self) -> io::Result<bool> {
        let mut burst = false;
        loop {
            match tokio::time::timeout(BURST, self.next()).await {
                Err(_) | Ok(Ok(None)) => return Ok(burst),
                Ok(Err(error)) => return Err(error),
                Ok(Ok(Some(Input::Key(key)))) if is_enter(&key) => {}
                Ok(Ok(Some(_))) => burst = true,
            }
        }
    }
}

fn is_enter(key: &KeyEvent) -> bool {
    key.code == KeyCode::Enter
        || (key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL)
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = crossterm::terminal::disable_raw_mode();
    }
}
