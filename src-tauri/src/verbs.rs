//! The three verbs, as the page calls them. Errors reach it as values it can switch on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use interpreter_engine::{Delivery, Engine};
use interpreter_protocol::{Answer, Error, Op, Query, Receipt, Replaced, ServerFrame, Subscribe};
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager as _, State};

use crate::notices;

/// Open subscriptions of the page.
#[derive(Default)]
pub struct Subscriptions {
    next: AtomicU32,
    open: Mutex<HashMap<u32, JoinHandle<()>>>,
}

impl Subscriptions {
    fn lock(&self) -> MutexGuard<'_, HashMap<u32, JoinHandle<()>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does something.
#[tauri::command]
pub async fn submit(engine: State<'_, Engine>, op: Op) -> Result<Receipt, Error> {
    let receipt = engine.submit(op).await?;
    if receipt.replaced == Some(Replaced::Copied) {
        notices::copied();
    }
    Ok(receipt)
}

/// Does something that the tray or a key asked for.
pub fn ask(app: &AppHandle, op: Op) {
    let engine = app.state::<Engine>().inner().clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = engine.submit(op).await {
            tracing::warn!(%error, "what was asked for outside of a page was refused");
        }
    });
}

/// Tells something.
#[tauri::command]
pub async fn query(engine: State<'_, Engine>, query: Query) -> Result<Answer, Error> {
    engine.query(query).await
}

/// Sends events through the channel until `unsubscribe` with the returned number.
#[tauri::command]
pub async fn subscribe(
    engine: State<'_, Engine>,
    subscriptions: State<'_, Subscriptions>,
    subscribe: Subscribe,
    channel: Channel<ServerFrame>,
) -> Result<u32, Error> {
    let conversation = subscribe.conversation.clone();
    let mut events = engine.subscribe(subscribe)?;
    let task = tauri::async_runtime::spawn(async move {
        while let Some(delivery) = events.next().await {
            let frame = match delivery {
                Delivery::Event(event) => ServerFrame::Event(event),
                Delivery::Lagged => ServerFrame::Lagged {
                    conversation: conversation.clone(),
                },
            };
            // A page that was reloaded has dropped its channel.
            if channel.send(frame).is_err() {
                return;
            }
        }
    });
    let id = subscriptions.next.fetch_add(1, Ordering::Relaxed);
    subscriptions.lock().insert(id, task);
    Ok(id)
}

/// Ends a subscription.
#[tauri::command]
pub fn unsubscribe(subscriptions: State<'_, Subscriptions>, id: u32) {
    if let Some(task) = subscriptions.lock().remove(&id) {
        task.abort();
    }
}
