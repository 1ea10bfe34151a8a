//! What was deleted can come back for a moment.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use interpreter_protocol::{ConversationId, Error, Receipt};

use super::named;
use crate::Engine;
use crate::host::now_ms;

/// For how long.
const MOMENT: Duration = Duration::from_secs(15);

/// The conversations that this program put into the bin.
#[derive(Default)]
pub(crate) struct Bin(Mutex<HashSet<ConversationId>>);

impl Bin {
    fn mine(&self) -> MutexGuard<'_, HashSet<ConversationId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Ends what a conversation does, and moves it into the bin.
    pub(crate) async fn delete(&self, conversation: &ConversationId) -> Result<Receipt, Error> {
        self.inner.live.close(conversation).await;
        let id = conversation.clone();
        self.with_store(move |store| store.discard(&id)).await?;
        self.inner.bin.mine().insert(conversation.clone());
        empty_after(self, MOMENT);
        Ok(named(conversation.clone()))
    }

    /// Brings back what was just deleted.
    pub(crate) async fn restore(&self, conversation: &ConversationId) -> Result<Receipt, Error> {
        let id = conversation.clone();
        self.with_store(move |store| store.restore(&id)).await?;
        self.inner.bin.mine().remove(conversation);
        Ok(named(conversation.clone()))
    }

    /// Deletes what was last changed before a moment.
    pub(crate) async fn delete_older(&self, before: u64) -> Result<Receipt, Error> {
        let mut all = self.with_store(|store| store.list(None)).await?;
        // What cannot be read is not known well enough to go unasked.
        all.retain(|line| line.updated < before && !line.pinned && line.damaged.is_none());
        let ids: Vec<ConversationId> = all.into_iter().map(|line| line.id).collect();
        for id in &ids {
            if self.inner.live.open(id).await.is_some() {
                self.stop_screen(id);
                self.inner.live.close(id).await;
            }
        }
        self.with_store(move |store| store.delete_all(&ids)).await?;
        Ok(Receipt::default())
    }

    /// Nothing can be restored any more once the program has ended.
    pub(crate) async fn empty_bin(&self) {
        let mine: Vec<ConversationId> = self.inner.bin.mine().drain().collect();
        if mine.is_empty() {
            return;
        }
        let purged = self.with_store(move |store| store.purge(u64::MAX, Some(&mine)));
        if let Err(error) = purged.await {
            tracing::warn!(%error, "the bin was not emptied; the next start does it");
        }
    }
}

/// What an earlier program, or one that crashed, left in the bin.
pub(super) fn empty_leftovers(engine: &Engine) {
    let now = now_ms();
    for at in engine.inner.host.store.binned() {
        let passed = Duration::from_millis(now.saturating_sub(at));
        empty_after(engine, MOMENT.saturating_sub(passed));
    }
}

/// Empties the bin, after a while, of what has been in it long enough.
fn empty_after(engine: &Engine, delay: Duration) {
    let inner = std::sync::Arc::downgrade(&engine.inner);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        let Some(inner) = inner.upgrade() else { return };
        let until = now_ms().saturating_sub(MOMENT.as_millis() as u64);
        let purged = Engine { inner }
            .with_store(move |store| store.purge(until, None))
            .await;
        if let Err(error) = purged {
            tracing::warn!(%error, "the bin was not emptied; the next start does it");
        }
    });
}
