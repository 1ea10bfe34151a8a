//! The text that was selected when the hotkey was pressed, and what takes its place.

use interpreter_protocol::{Answer, Error, ErrorCode, Receipt};

use crate::Engine;

impl Engine {
    /// Puts text in the place of what was selected.
    pub(crate) async fn replace(
        &self,
        _selection: &str,
        _text: &str,
        _after: bool,
    ) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// The last capture.
    pub(crate) async fn selection(&self) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }
}
