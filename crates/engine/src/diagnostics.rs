//! What a person can send along with a question.

use interpreter_protocol::{Answer, Error, ErrorCode};

use crate::Engine;

impl Engine {
    /// Versions, systems, abilities, the end of the log.
    pub(crate) async fn diagnostics(&self) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }
}
