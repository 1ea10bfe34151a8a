//! The icon in the system's bar: another shape for each state, and a menu with
//! everything, since Linux tells no clicks on the icon itself.

use interpreter_engine::{Shape, Sign};
use interpreter_protocol::Op;
use tauri::image::Image;
use tauri::menu::{MenuBuilder, MenuItem, MenuItemBuilder, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Theme, Wry};

use crate::presence::Presence;
use crate::{platform, verbs::ask, window};

/// The first line of the menu while nothing is under way.
const NOTHING: &str = "Nothing is under way";

/// The tray icon with what changes in its menu.
pub struct Tray {
    icon: TrayIcon,
    state: MenuItem<Wry>,
    pause: MenuItem<Wry>,
    stop: MenuItem<Wry>,
}

/// Makes the icon, where the system has a place for one.
pub fn open(app: &AppHandle) -> tauri::Result<Option<Tray>> {
    if !platform::can_have_tray() {
        tracing::info!("there is no tray icon: its library is not installed");
        return Ok(None);
    }
    let item = |id: &str, text: &str| MenuItemBuilder::with_id(id, text);
    let state = item("state", NOTHING).enabled(false).build(app)?;
    let pause = item("pause", "Pause").enabled(false).build(app)?;
    let stop = item("stop", "Stop everything").enabled(false).build(app)?;
    let menu = MenuBuilder::new(app)
        .item(&state)
        .item(&PredefinedMenuItem::separator(app)?)
        .item(&item("open", "Open Interpreter").build(app)?)
        .item(&item("new", "New conversation").build(app)?)
        .item(&item("settings", "Settings").build(app)?)
        .item(&PredefinedMenuItem::separator(app)?)
        .item(&pause)
        .item(&stop)
        .item(&PredefinedMenuItem::separator(app)?)
        .item(&item("quit", "Quit").build(app)?)
        .build()?;
    let icon = TrayIconBuilder::with_id("interpreter")
        .tooltip("Interpreter")
        .icon(picture(app, Shape::Idle)?)
        .icon_as_template(true)
        .menu(&menu)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .build(app)?;
    Ok(Some(Tray {
        icon,
        state,
        pause,
        stop,
    }))
}

impl Tray {
    /// Shows another state.
    pub fn show(&self, app: &AppHandle, before: &Sign, Sign { shape, words }: &Sign) {
        let idle = *shape == Shape::Idle;
        let live = matches!(shape, Shape::Acting | Shape::Paused);
        let paused = *shape == Shape::Paused;
        let mut done = self
            .icon
            .set_tooltip(Some(words))
            // Linux shows no words beside the icon.
            .and_then(|()| self.state.set_text(if idle { NOTHING } else { words }));
        if before.shape != *shape {
            done = done
                .and_then(|()| picture(app, *shape))
                .and_then(|picture| self.icon.set_icon(Some(picture)))
                .and_then(|()| self.pause.set_text(if paused { "Resume" } else { "Pause" }))
                .and_then(|()| self.pause.set_enabled(live))
                .and_then(|()| self.stop.set_enabled(!idle));
        }
        if let Err(error) = done {
            tracing::warn!(%error, "the tray icon could not be changed");
        }
    }
}

fn picture(app: &AppHandle, shape: Shape) -> tauri::Result<Image<'static>> {
    let dark = platform::BARS_ARE_DARK.unwrap_or_else(|| {
        window::main(app).is_some_and(|main| main.theme().ok() == Some(Theme::Dark))
    });
    macro_rules! pictures {
        ($name:literal) => {
            if dark {
                include_bytes!(concat!("../../icons/tray/", $name, "-dark.png")).as_slice()
            } else {
                include_bytes!(concat!("../../icons/tray/", $name, "-light.png")).as_slice()
            }
        };
    }
    Image::from_bytes(match shape {
        Shape::Idle => pictures!("idle"),
        Shape::Waiting => pictures!("waiting"),
        Shape::Acting => pictures!("acting"),
        Shape::Paused => pictures!("paused"),
    })
}

fn chosen(app: &AppHandle, id: &str) {
    let presence = app.state::<Presence>();
    match id {
        "open" => window::show(app, None),
        "new" => window::show(app, Some("new")),
        "settings" => window::show(app, Some("settings/models")),
        "pause" => {
            if let Some((conversation, paused)) = presence.live() {
                ask(
                    app,
                    match paused {
                        true => Op::Resume { conversation },
                        false => Op::Pause { conversation },
                    },
                );
            }
        }
        "stop" => ask(app, Op::Panic),
        "quit" => app.exit(0),
        other => tracing::warn!(other, "the tray's menu has no such line"),
    }
}
