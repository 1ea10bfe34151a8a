//! Looking at an X11 desktop.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use interpreter_perception::Pixels;
use x11rb::protocol::Event;
use x11rb::protocol::randr::ConnectionExt as _;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConfigureWindowAux,
    ConnectionExt as _, EventMask, InputFocus, StackMode,
};
use x11rb::{CURRENT_TIME, NONE};

use super::border;
use super::capture::Capture;
use super::client::Client;
use super::connection::X;
use super::watch::DamageWatch;
use super::window_list;
use crate::platform::{
    Border, ChangeWatch, Display, PlatformError, Rect, Result, Screen, Window, layout_hash,
};

/// How long a window manager may take to bring a window to the front.
const ACTIVATION: Duration = Duration::from_secs(2);

/// The desktop as it is seen.
pub(super) struct X11Screen {
    x: X,
    display: Option<String>,
    capture: Mutex<Option<Capture>>,
}

impl X11Screen {
    pub(super) fn new(x: X, display: Option<String>) -> Self {
        Self {
            x,
            display,
            capture: Mutex::new(None),
        }
    }

    /// `Xft.dpi` from the resources of the root window, as a scale.
    fn scale(&self) -> Result<f64> {
        let resources = self
            .x
            .conn
            .get_property(
                false,
                self.x.root,
                AtomEnum::RESOURCE_MANAGER,
                AtomEnum::ANY,
                0,
                65536,
            )?
            .reply()?;
        Ok(scale_of(&String::from_utf8_lossy(&resources.value)))
    }
}

/// The scale in a resource database; 1 when it does not say.
fn scale_of(resources: &str) -> f64 {
    resources
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim() == "Xft.dpi")
        .filter_map(|(_, value)| value.trim().parse::<f64>().ok())
        .find(|dpi| dpi.is_finite() && (24.0..=1536.0).contains(dpi))
        .map_or(1.0, |dpi| dpi / 96.0)
}

impl Screen for X11Screen {
    fn displays(&self) -> Result<Vec<Display>> {
        let scale = self.scale()?;
        let version = self.x.conn.randr_query_version(1, 5)?.reply();
        let monitors = match version {
            Ok(version) if (version.major_version, version.minor_version) >= (1, 5) => {
                self.x
                    .conn
                    .randr_get_monitors(self.x.root, true)?
                    .reply()?
                    .monitors
            }
            _ => Vec::new(),
        };
        let names: Vec<_> = monitors
            .iter()
            .map(|monitor| self.x.conn.get_atom_name(monitor.name))
            .collect::<std::result::Result<_, _>>()?;
        let mut displays = Vec::with_capacity(monitors.len());
        for (monitor, name) in monitors.iter().zip(names) {
            displays.push(Display {
                id: String::from_utf8_lossy(&name.reply()?.name).into_owned(),
                origin: (i32::from(monitor.x), i32::from(monitor.y)),
                size: (u32::from(monitor.width), u32::from(monitor.height)),
                scale,
                primary: monitor.primary,
            });
        }
        if displays.is_empty() {
            let root = self.x.conn.get_geometry(self.x.root)?.reply()?;
            displays.push(Display {
                id: "screen".to_owned(),
                origin: (0, 0),
                size: (u32::from(root.width), u32::from(root.height)),
                scale,
                primary: true,
            });
        }
        if !displays.iter().any(|display| display.primary) {
            displays[0].primary = true;
        }
        displays.sort_by_key(|display| !display.primary);
        Ok(displays)
    }

    fn layout(&self) -> Result<String> {
        Ok(layout_hash(&self.displays()?))
    }

    fn capture(&self, rect: Rect) -> Result<Pixels> {
        let mut capture = self.capture.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *capture {
            Some(capture) => capture.take(&self.x, rect),
            none => none.insert(Capture::new(&self.x)?).take(&self.x, rect),
        }
    }

    fn windows(&self) -> Result<Vec<Window>> {
        window_list::windows(&self.x)
    }

    fn active_window(&self) -> Result<Option<Window>> {
        Ok(window_list::windows(&self.x)?
            .into_iter()
            .find(|window| window.active))
    }

    fn keyboard(&self) -> Result<Option<u64>> {
        window_list::focus(&self.x)
    }

    fn pointer(&self) -> Result<(i32, i32)> {
        let pointer = self.x.conn.query_pointer(self.x.root)?.reply()?;
        Ok((i32::from(pointer.root_x), i32::from(pointer.root_y)))
    }

    fn activate(&self, window: u64) -> Result<()> {
        let window = u32::try_from(window)
            .map_err(|_| PlatformError::Gone(format!("there is no window {window}")))?;
        let x = X::connect(self.display.as_deref())?;
        x.conn
            .get_geometry(window)?
            .reply()
            .map_err(|_| PlatformError::Gone("the window was closed".to_owned()))?;
        x.conn.change_window_attributes(
            x.root,
            &ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE),
        )?;
        if x.values(x.root, x.atoms._NET_SUPPORTING_WM_CHECK)?
            .is_empty()
        {
            // No window manager: there is only the order of windows and the focus.
            x.conn.map_window(window)?;
            x.conn.configure_window(
                window,
                &ConfigureWindowAux::new().stack_mode(StackMode::ABOVE),
            )?;
            x.conn
                .set_input_focus(InputFocus::PARENT, window, CURRENT_TIME)?
                .check()?;
            return Ok(());
        }
        // 2: asked by a pager, that is, by the user; such wishes are always met.
        let data = [2, CURRENT_TIME, NONE, 0, 0];
        let message = ClientMessageEvent::new(32, window, x.atoms._NET_ACTIVE_WINDOW, data);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        x.conn.send_event(false, x.root, mask, message)?;
        let deadline = Instant::now() + ACTIVATION;
        loop {
            if x.values(x.root, x.atoms._NET_ACTIVE_WINDOW)?.first() == Some(&window) {
                return Ok(());
            }
            loop {
                match x.next_event(deadline)? {
                    Some(Event::PropertyNotify(event))
                        if event.atom == x.atoms._NET_ACTIVE_WINDOW =>
                    {
                        break;
                    }
                    Some(_) => {}
                    None => {
                        return Err(PlatformError::Failed {
                            doing: "bringing the window to the front".to_owned(),
                            reason: "the window manager did not do it".to_owned(),
                        });
                    }
                }
            }
        }
    }

    fn rests(&self, window: &Window, most: Duration) -> Result<()> {
        let Ok(id) = u32::try_from(window.id) else {
            return Ok(());
        };
        Client::open(self.display.as_deref())?.rests(id, window.pid, most)
    }

    fn sees_border(&self) -> bool {
        true
    }

    fn border(&self, areas: &[Rect]) -> Result<Option<Box<dyn Border>>> {
        border::show(self.display.as_deref(), areas).map(Some)
    }

    fn damage(&self) -> Result<Box<dyn ChangeWatch>> {
        Ok(Box::new(DamageWatch::open(self.display.as_deref())?))
    }
}

#[cfg(test)]
mod tests {
    use super::scale_of;

    #[test]
    fn the_scale_is_that_of_the_font_resolution() {
        let table = [
            ("", 1.0),
            ("Xft.dpi:\t192\nXft.antialias:\t1\n", 2.0),
            ("*customization: -color\nXft.dpi: 144", 1.5),
            ("Xft.dpi: many", 1.0),
            ("Xft.dpi: 0", 1.0),
            ("Xft.dpix: 192", 1.0),
        ];
        for (resources, expected) in table {
            assert_eq!(scale_of(resources), expected, "{resources:?}");
        }
    }
}
