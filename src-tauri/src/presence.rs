//! Follows what happens in every conversation, and shows it outside the page: the
//! pill, the tray icon, notifications.

use std::sync::{Mutex, PoisonError};

use interpreter_engine::{Delivery, Engine, Notice, Shape, Sign};
use interpreter_protocol::{ConversationId, Event, Os, OsState, Role, Subscribe, kind};
use tauri::{AppHandle, Manager as _};

use crate::tray::Tray;
use crate::{hotkeys, notices, pill, platform, window};

/// What is known of the state of things.
#[derive(Default)]
pub struct Presence {
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    tray: Option<Tray>,
    sign: Sign,
    /// The conversation that uses the screen, and whether it is paused.
    live: Option<(ConversationId, bool)>,
}

impl Presence {
    /// The conversation that uses the screen, and whether the person has control.
    pub fn live(&self) -> Option<(ConversationId, bool)> {
        self.lock().live.clone()
    }

    /// There is a tray icon.
    pub fn has_tray(&self) -> bool {
        self.lock().tray.is_some()
    }

    /// Takes the tray icon.
    pub fn put_tray(&self, tray: Option<Tray>) {
        self.lock().tray = tray;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, app: &AppHandle, sign: Sign) {
        let mut now = self.lock();
        // The end of one turn says nothing of the one that uses the screen.
        if now.sign == sign || (sign.shape == Shape::Idle && now.live.is_some()) {
            return;
        }
        if let Some(tray) = &now.tray {
            tray.show(app, &now.sign, &sign);
        }
        now.sign = sign;
    }
}

/// Follows until the engine is gone.
pub fn follow(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let engine = app.state::<Engine>().inner().clone();
        let (conversation, after) = (None, None);
        let mut events = match engine.subscribe(Subscribe {
            conversation,
            after,
        }) {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(%error, "events cannot be followed: no pill, no notifications");
                return;
            }
        };
        while let Some(delivery) = events.next().await {
            // What was dropped was text that streamed; states come again.
            if let Delivery::Event(event) = delivery {
                take(&app, &event);
            }
        }
    });
}

fn take(app: &AppHandle, event: &Event) {
    let content = |chunk: &interpreter_protocol::Chunk| chunk.content.clone().unwrap_or_default();
    match (event.chunk.role, event.chunk.kind.as_str()) {
        (Role::Server, kind::OS) => {
            if let Ok(os) = serde_json::from_value::<Os>(content(&event.chunk)) {
                screen(app, &event.conversation, &os);
            }
        }
        (_, kind::CONFIRMATION) if event.chunk.content.is_some() => {
            let on_screen = app.state::<Presence>().live().is_some();
            if on_screen && event.chunk.format.as_deref() != Some("action") {
                // Code is read before it is approved, and the pill has no room for it.
                window::show(app, None);
            }
        }
        _ => {}
    }
    if let Some(sign) = Sign::of(event) {
        app.state::<Presence>().show(app, sign);
    }
    if let Some(notice) = Notice::of(event) {
        notices::tell(app, notice);
    }
}

fn screen(app: &AppHandle, conversation: &ConversationId, os: &Os) {
    let presence = app.state::<Presence>();
    let over = matches!(os.state, OsState::Finished | OsState::Stopped);
    let held = presence.live().is_some();
    if held {
        presence.lock().live = (!over).then(|| (conversation.clone(), os.state == OsState::Paused));
    }
    if over && held {
        let hotkeys = app.state::<hotkeys::Hotkeys>();
        hotkeys.set(app, hotkeys::Action::Panic, None);
        pill::close(app);
        window::show(app, None);
    }
}

/// A conversation begins to use the screen: the pill takes the place of the main
/// window, which would be in the way. Without a pill the window stays. Where it is
/// about to act at some points, only what lies there gets out of the way.
pub fn clear_screen(app: &AppHandle, conversation: &ConversationId, points: &[(i32, i32)]) {
    if !points.is_empty() {
        if let Err(error) = pill::make_room(app, points) {
            tracing::warn!(%error, "what is about to be acted on may be covered");
        }
        return;
    }
    app.state::<Presence>().lock().live = Some((conversation.clone(), false));
    let hotkeys = app.state::<hotkeys::Hotkeys>();
    hotkeys.set(app, hotkeys::Action::Panic, Some(platform::PANIC_KEYS));
    match pill::show(app, conversation) {
        Ok(()) => window::hide(app),
        Err(error) => tracing::error!(%error, "there is no pill; the window stays"),
    }
}
