//! What shows a turn. Views print; they never ask.

use std::io;

use interpreter_engine::Engine;
use interpreter_protocol::{Chunk, Error, Event, Role, kind};

use crate::report;

/// Shows what happens in a conversation.
pub(crate) trait View: Send {
    /// Shows an event.
    ///
    /// # Errors
    /// The output is closed or full.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Shows an error where it happened.
    ///
    /// # Errors
    /// The output is closed or full.
    fn error(&mut self, error: &Error) -> io::Result<()> {
        report::error(error);
        Ok(())
    }

    /// Ends the line being drawn, so that something else may print.
    ///
    /// # Errors
    /// The output is closed or full.
    fn rest(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// A line is about to be read after `prompt`: takes it off the output, where
    /// it stands already, since it is shown with the line.
    fn before_input(&mut self, _prompt: &str) {}

    /// Shows a block of code as a whole, as it would run.
    ///
    /// # Errors
    /// The output is closed or full.
    fn code(&mut self, language: &str, code: &str) -> io::Result<()>;

    /// Shows what an edit changed.
    ///
    /// # Errors
    /// The output is closed or full.
    fn difference(&mut self, old: &str, new: &str) -> io::Result<()>;
}

/// Whether a person is meant to see it: not their own words, not what is only
/// for the model.
pub(crate) fn is_for_people(chunk: &Chunk) -> bool {
    !is_said(chunk) && chunk.recipient.as_deref() != Some("assistant")
}

/// The person's own words. A recorded step they have done again is none.
fn is_said(chunk: &Chunk) -> bool {
    chunk.role == Role::User && chunk.kind != kind::ACTION
}

/// One chunk a line, for programs.
pub(crate) struct Json {
    engine: Engine,
    out: io::Stdout,
}

impl Json {
    /// Onto standard output.
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            out: io::stdout(),
        }
    }
}

impl View for Json {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        use std::io::Write as _;
        if is_said(&event.chunk) {
            return Ok(());
        }
        let mut line = if event.chunk.kind == kind::IMAGE {
            serde_json::to_vec(&self.engine.expand(event).chunk)?
        } else {
            serde_json::to_vec(&event.chunk)?
        };
        line.push(b'\n');
        let mut out = self.out.lock();
        out.write_all(&line)?;
        out.flush()
    }

    // The confirmation chunk has it all.
    fn code(&mut self, _language: &str, _code: &str) -> io::Result<()> {
        Ok(())
    }

    fn difference(&mut self, _old: &str, _new: &str) -> io::Result<()> {
        Ok(())
    }
}
