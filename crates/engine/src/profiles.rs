//! Profiles: the list, and writing them.

use std::sync::PoisonError;

use interpreter_protocol::{Answer, ConversationId, Error, Receipt};
use serde_json::Map;

use crate::Engine;

impl Engine {
    /// Writes a profile.
    pub(crate) async fn save_profile(
        &self,
        name: &str,
        content: Option<&str>,
        conversation: Option<&ConversationId>,
    ) -> Result<Receipt, Error> {
        let host = &self.inner.host;
        let own = match conversation {
            Some(conversation) => host.store.read(conversation)?.overrides,
            None => Map::new(),
        };
        let settings = host.settings.write();
        let mut settings = settings.unwrap_or_else(PoisonError::into_inner);
        settings.save_profile(name, content, &own)?;
        Ok(Receipt::default())
    }

    /// Moves a profile to the bin.
    pub(crate) async fn delete_profile(&self, name: &str) -> Result<Receipt, Error> {
        let settings = self.inner.host.settings.write();
        let mut settings = settings.unwrap_or_else(PoisonError::into_inner);
        settings.delete_profile(name)?;
        Ok(Receipt::default())
    }

    /// The profiles.
    pub(crate) async fn profiles(&self) -> Result<Answer, Error> {
        let settings = self.inner.host.settings.write();
        let mut settings = settings.unwrap_or_else(PoisonError::into_inner);
        Ok(Answer::Profiles {
            profiles: settings.profiles(),
        })
    }

    /// A profile as a file to share.
    pub(crate) async fn profile(&self, name: &str) -> Result<Answer, Error> {
        let settings = self.inner.host.settings.read();
        let settings = settings.unwrap_or_else(PoisonError::into_inner);
        let (name, text) = settings.profile_file(name)?;
        Ok(Answer::File {
            name,
            media_type: "application/yaml".to_owned(),
            text,
        })
    }
}

#[cfg(test)]
mod tests;
