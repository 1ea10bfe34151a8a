//! The second verb: tells what is known, and changes nothing.

use std::path::PathBuf;
use std::sync::PoisonError;

use interpreter_computer::SessionKey;
use interpreter_languages::{Languages, LanguagesConfig};
use interpreter_protocol::{Answer, ConversationId, Error, ErrorCode, ItemId, Query, Snapshot};
use serde_json::{Map, Value};

use crate::Engine;
use crate::computer_socket::encode;

impl Engine {
    /// Tells something.
    ///
    /// # Errors
    /// What cannot be told and why.
    pub async fn query(&self, query: Query) -> Result<Answer, Error> {
        let host = &self.inner.host;
        match query {
            Query::Conversations { limit } => self.conversations(limit).await,
            Query::Items {
                conversation,
                before,
                limit,
            } => self.items(conversation, before.as_ref(), limit).await,
            Query::Output {
                conversation,
                item,
                offset,
                limit,
            } => {
                let (text, next, total) = host.store.output(&conversation, &item, offset, limit)?;
                Ok(Answer::Output { text, next, total })
            }
            Query::Search { text, limit } => self.search(text, limit).await,
            Query::Models => self.models().await,
            Query::Settings { conversation } => {
                let own = match conversation {
                    Some(conversation) => host.store.read(&conversation)?.overrides,
                    None => Map::new(),
                };
                let settings = host.settings.read().unwrap_or_else(PoisonError::into_inner);
                Ok(Answer::Settings {
                    settings: settings.all(&own),
                    problems: self.problems(),
                })
            }
            Query::Grants => Ok(Answer::Grants {
                grants: host.grants(None),
            }),
            Query::TypingSecrets => Ok(self.typing_secrets()),
            Query::Languages => {
                let values = host.values(&Map::new());
                let config = LanguagesConfig {
                    folder: host.folder.clone(),
                    env: Vec::new(),
                    python: values.python.map(PathBuf::from),
                    timeout: None,
                    state_dir: self.inner.live.state_dir.clone(),
                };
                // Asking each language for its version starts programs.
                let found =
                    tokio::task::spawn_blocking(move || Languages::available(&config)).await;
                Ok(Answer::Languages {
                    languages: found.unwrap_or_default(),
                })
            }
            Query::Displays => self.displays().await,
            Query::Doctor => Ok(Answer::Doctor {
                abilities: self.doctor().await,
            }),
            Query::Blob { hash } => {
                let (media_type, bytes) = self.blob(&hash)?;
                Ok(Answer::Blob {
                    media_type,
                    base64: encode(&bytes),
                })
            }
            Query::About => Ok(Answer::About {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                data: self.inner.paths.data.display().to_string(),
                config: self.inner.paths.config.display().to_string(),
            }),
            Query::Find { conversation, text } => self.find(&conversation, &text).await,
            Query::Export {
                conversation,
                format,
                screenshots,
            } => self.export(&conversation, format, screenshots).await,
            Query::Costs => self.costs().await,
            Query::Storage => self.storage().await,
            Query::LocalServers => self.local_servers().await,
            Query::Providers => self.providers().await,
            Query::ProviderModels { provider, base } => {
                self.provider_models(&provider, base.as_deref()).await
            }
            Query::Test {
                step,
                model,
                base,
                key,
            } => self.test(step, &model, base.as_deref(), key).await,
            Query::Profiles => self.profiles().await,
            Query::Profile { name } => self.profile(&name).await,
            Query::Diagnostics => self.diagnostics().await,
            Query::Selection => self.selection().await,
            _ => Err(Error::new(
                ErrorCode::BadInput,
                "This version does not know what was asked.",
            )),
        }
    }

    /// The displays that are connected; none where there is no screen to ask.
    async fn displays(&self) -> Result<Answer, Error> {
        let key = SessionKey::from("displays");
        let told = self.inner.computer.call(&key, "display.info", Value::Null);
        let displays = match told.await {
            Ok(list) => serde_json::from_value(list).unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        Ok(Answer::Displays { displays })
    }

    async fn items(
        &self,
        conversation: ConversationId,
        before: Option<&ItemId>,
        limit: Option<u32>,
    ) -> Result<Answer, Error> {
        let recorded = self.inner.host.store.read(&conversation)?;
        let open = self.inner.live.open(&conversation).await.is_some();
        let transcript = recorded.transcript;
        let mut items = transcript.items;
        if let Some(before) = before {
            let at = items
                .iter()
                .position(|item| item.id == *before)
                .ok_or_else(|| {
                    Error::new(ErrorCode::UnknownItem, "That item is not there any more.")
                })?;
            items.truncate(at);
        }
        let first = limit.map_or(0, |limit| items.len().saturating_sub(limit as usize));
        let more = first > 0;
        items.drain(..first);
        // Approvals and questions of a program that ended can never be answered.
        let (pending, inputs, os) = match open {
            true => (transcript.pending, transcript.inputs, transcript.os),
            false => (Vec::new(), Vec::new(), None),
        };
        Ok(Answer::Items(Box::new(Snapshot {
            conversation,
            seq: transcript.seq,
            meta: transcript.meta,
            items,
            more,
            pending,
            inputs,
            responding: transcript.responding && open,
            os,
            usage: transcript.usage,
            // Held by this very program, it can be gone on with.
            read_only: recorded.read_only.filter(|_| !open).map(Error::from),
        })))
    }
}
