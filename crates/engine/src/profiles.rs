//! Profiles: the list, and writing them.

use interpreter_protocol::{Answer, ConversationId, Error, ErrorCode, Receipt};

use crate::Engine;

impl Engine {
    /// Writes a profile.
    pub(crate) async fn save_profile(
        &self,
        _name: &str,
        _content: Option<&str>,
        _conversation: Option<&ConversationId>,
    ) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// Moves a profile to the bin.
    pub(crate) async fn delete_profile(&self, _name: &str) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// The profiles.
    pub(crate) async fn profiles(&self) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// A profile as a file to share.
    pub(crate) async fn profile(&self, _name: &str) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }
}
