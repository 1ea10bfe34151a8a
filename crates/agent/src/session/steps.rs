//! What was done on the screen: kept beside its item, and never told to a model.

use interpreter_protocol::{Chunk, Error, ErrorCode, Role, Step, StepMark, kind};

use super::State;

impl State {
    /// Keeps a step, under the next number.
    pub(super) fn record(&mut self, mut step: Step) {
        step.number = self.emitter.transcript.steps + 1;
        let content = serde_json::to_value(step).unwrap_or_default();
        let chunk = Chunk::new(Role::Computer, kind::STEP).content(content);
        // It belongs to no item of its own; which one did it stands in it.
        self.emitter.note(None, chunk);
    }

    /// Keeps what the person says of a step.
    pub(super) fn mark(
        &mut self,
        number: u32,
        wrong: bool,
        note: Option<String>,
    ) -> Result<(), Error> {
        let Some(step) = self.emitter.transcript.step(number) else {
            let message = format!("Nothing was marked: there is no step {number} here any more.");
            return Err(Error::new(ErrorCode::UnknownItem, message));
        };
        let mark = StepMark {
            item: step.item.clone(),
            number,
            wrong,
            note: note
                .map(|note| note.trim().to_owned())
                .filter(|note| !note.is_empty()),
        };
        let content = serde_json::to_value(mark).unwrap_or_default();
        self.emitter
            .note(None, Chunk::new(Role::Server, kind::MARK).content(content));
        match self.emitter.take_failure() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}
