//! Conversations as a collection: copies, the bin, export and import, finding text, costs.

use interpreter_protocol::{
    Answer, ConversationId, Error, ErrorCode, ExportFormat, ItemId, Receipt,
};

use crate::Engine;

impl Engine {
    /// Copies a conversation, whole or up to an item.
    pub(crate) async fn duplicate(
        &self,
        _conversation: &ConversationId,
        _before: Option<&ItemId>,
    ) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// Brings back what was just deleted.
    pub(crate) async fn restore(&self, _conversation: &ConversationId) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// Deletes what was last changed before a moment.
    pub(crate) async fn delete_older(&self, _before: u64) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// Makes a conversation of a file.
    pub(crate) async fn import(&self, _name: &str, _content: &str) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// Where a text stands.
    pub(crate) async fn find(
        &self,
        _conversation: &ConversationId,
        _text: &str,
    ) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// One conversation as a file.
    pub(crate) async fn export(
        &self,
        _conversation: &ConversationId,
        _format: ExportFormat,
        _screenshots: bool,
    ) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// What was spent.
    pub(crate) async fn costs(&self) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// What is kept on this disk.
    pub(crate) async fn storage(&self) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }
}
