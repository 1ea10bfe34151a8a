//! A turn as bare text: for pipes, dumb terminals and `--plain`.

use std::io::{self, IsTerminal as _, Write as _};

use interpreter_engine::Engine;
use interpreter_protocol::{Event, ItemId, Role, Run, RunState, kind};
use serde::Deserialize as _;

use crate::diff::{self, Change};
use crate::render::safe_text;
use crate::rich::pictures::Pictures;
use crate::view::{View, is_for_people};

/// Text as the model wrote it; code and output between fences.
pub(crate) struct Plain {
    out: io::Stdout,
    pictures: Pictures,
    /// On a terminal nothing may move the cursor; a pipe gets what was written.
    terminal: bool,
    open: Option<Open>,
    /// The last character written was a line end, or nothing was.
    at_start: bool,
    anything: bool,
}

/// An item being written.
#[derive(PartialEq)]
struct Open {
    item: Option<ItemId>,
    kind: String,
    fenced: bool,
}

impl Plain {
    /// Onto standard output.
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            out: io::stdout(),
            pictures: Pictures::new(engine),
            terminal: io::stdout().is_terminal(),
            open: None,
            at_start: true,
            anything: false,
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let text = if self.terminal {
            safe_text(text)
        } else {
            text.to_owned()
        };
        self.at_start = text.ends_with('\n');
        self.anything = true;
        self.out.write_all(text.as_bytes())
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        if !self.at_start {
            self.write("\n")?;
        }
        if open.fenced {
            self.write("```\n")
        } else {
            Ok(())
        }
    }

    fn open(&mut self, event: &Event, fence: Option<&str>) -> io::Result<()> {
        let open = Open {
            item: event.item.clone(),
            kind: event.chunk.kind.clone(),
            fenced: fence.is_some(),
        };
        if self.open.as_ref() == Some(&open) {
            return Ok(());
        }
        self.close()?;
        if self.anything {
            self.write("\n")?;
        }
        if let Some(fence) = fence {
            self.write(&format!("```{fence}\n"))?;
        }
        self.open = Some(open);
        Ok(())
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        self.close()?;
        self.write(&format!("{text}\n"))
    }

    fn take(&mut self, event: &Event) -> io::Result<()> {
        let chunk = &event.chunk;
        if !is_for_people(chunk) {
            return Ok(());
        }
        let text = chunk.text().unwrap_or_default();
        match (chunk.role, chunk.kind.as_str()) {
            (Role::Assistant, kind::MESSAGE) if !text.is_empty() => {
                self.open(event, None)?;
                self.write(text)
            }
            (_, kind::CODE) if !text.is_empty() => {
                let language = chunk.format.clone().unwrap_or_default();
                self.open(event, Some(&language))?;
                self.write(text)
            }
            (Role::Computer, kind::CONSOLE)
                if chunk.format.as_deref() != Some("active_line") && !text.is_empty() =>
            {
                self.open(event, Some("output"))?;
                self.write(text)
            }
            (Role::Computer, kind::IMAGE) => match self.pictures.place(chunk) {
                Some(place) => self.line(&format!("[image: {place}]")),
                None => Ok(()),
            },
            (Role::Assistant | Role::User, kind::ACTION | kind::CALL) => match &chunk.content {
                Some(content) => self.line(&format!("[{}]", crate::rich::summary(content))),
                None => Ok(()),
            },
            (Role::Server, kind::RUN) => {
                let run = chunk
                    .content
                    .as_ref()
                    .and_then(|content| Run::deserialize(content).ok());
                match run {
                    Some(run) => match crate::rich::run_words(&run) {
                        Some(words) if run.state != RunState::Done => {
                            self.line(&format!("[{words}]"))
                        }
                        _ => Ok(()),
                    },
                    None => Ok(()),
                }
            }
            _ if chunk.end => self.close(),
            _ => Ok(()),
        }
    }
}

impl View for Plain {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.take(event)?;
        self.out.flush()
    }

    fn rest(&mut self) -> io::Result<()> {
        self.close()?;
        self.out.flush()
    }

    fn code(&mut self, language: &str, code: &str) -> io::Result<()> {
        let end = if code.ends_with('\n') { "" } else { "\n" };
        self.line(&format!("```{language}\n{code}{end}```"))?;
        self.out.flush()
    }

    fn difference(&mut self, old: &str, new: &str) -> io::Result<()> {
        for change in diff::lines(old, new) {
            match change {
                Change::Same(line) => self.line(&format!("  {line}"))?,
                Change::Removed(line) => self.line(&format!("- {line}"))?,
                Change::Added(line) => self.line(&format!("+ {line}"))?,
            }
        }
        self.out.flush()
    }
}
