//! The border around displays that are seen: four thin opaque windows each, which
//! no window manager touches and no click hits. They need no compositor.

use std::sync::Arc;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::shape::SK;
use x11rb::protocol::xfixes::ConnectionExt as _;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeGCAux, ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux,
    EventMask, Gcontext, PropMode, Rectangle, StackMode, Visibility, Window as Id, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::connection::X;
use crate::platform::ring::{around, light};
use crate::platform::{Border, PlatformError, Rect, Result};

/// Tells the border's windows from all others of ours.
pub(super) const CLASS: &[u8] = b"border\0interpreter-border\0";
const LIGHT: u32 = 0x00cb_f12e;
const DARK: u32 = 0x0010_160a;
/// Another program that also wants to be above everything must not make a storm.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows the border on each of these areas until it is dropped.
pub(super) fn show(display: Option<&str>, areas: &[Rect]) -> Result<Box<dyn Border>> {
    let x = Arc::new(X::connect(display)?);
    // Version 2 has regions; an empty one lets every click through.
    x.conn.xfixes_query_version(5, 0)?.reply()?;
    let gc = x.conn.generate_id()?;
    let values = CreateGCAux::new().graphics_exposures(0);
    x.conn.create_gc(gc, x.root, &values)?;
    let mut sides = Vec::new();
    for area in areas {
        for place in around(*area) {
            let id = open(&x, place)?;
            sides.push(Side {
                id,
                place,
                area: *area,
            });
        }
    }
    x.round_trip()?;
    let windows = sides.iter().map(|side| side.id).collect();
    let painter = Arc::clone(&x);
    std::thread::Builder::new()
        .name("border".to_owned())
        .spawn(move || {
            if let Err(error) = keep(&painter, gc, &sides) {
                tracing::debug!(%error, "the border is no longer painted");
            }
        })
        .map_err(|error| PlatformError::Failed {
            doing: "drawing the border".to_owned(),
            reason: error.to_string(),
        })?;
    Ok(Box::new(Shown { x, windows }))
}

struct Shown {
    x: Arc<X>,
    windows: Vec<Id>,
}

impl Border for Shown {
    fn windows(&self) -> Vec<u64> {
        self.windows.iter().copied().map(u64::from).collect()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        // The thread ends with the last window.
        for window in &self.windows {
            let _ = self.x.conn.destroy_window(*window);
        }
        let _ = self.x.round_trip();
    }
}

struct Side {
    id: Id,
    place: Rect,
    area: Rect,
}

fn open(x: &X, place: Rect) -> Result<Id> {
    let id = x.conn.generate_id()?;
    let values = CreateWindowAux::new()
        .override_redirect(1)
        .background_pixel(DARK)
        .event_mask(
            EventMask::EXPOSURE | EventMask::VISIBILITY_CHANGE | EventMask::STRUCTURE_NOTIFY,
        );
    let inherit = x11rb::COPY_FROM_PARENT;
    x.conn.create_window(
        inherit as u8,
        id,
        x.root,
        place.x as i16,
        place.y as i16,
        place.w as u16,
        place.h as u16,
        0,
        WindowClass::INPUT_OUTPUT,
        inherit,
        &values,
    )?;
    x.conn.change_property8(
        PropMode::REPLACE,
        id,
        AtomEnum::WM_CLASS,
        AtomEnum::STRING,
        CLASS,
    )?;
    let pid = [std::process::id()];
    x.conn.change_property32(
        PropMode::REPLACE,
        id,
        x.atoms._NET_WM_PID,
        AtomEnum::CARDINAL,
        &pid,
    )?;
    let nothing = x.conn.generate_id()?;
    x.conn.xfixes_create_region(nothing, &[])?;
    x.conn
        .xfixes_set_window_shape_region(id, SK::INPUT, 0, 0, nothing)?;
    x.conn.xfixes_destroy_region(nothing)?;
    x.conn.map_window(id)?;
    Ok(id)
}

/// Paints what is uncovered and stays above, until the windows are gone.
fn keep(x: &X, gc: Gcontext, sides: &[Side]) -> Result<()> {
    let mut left = sides.len();
    let mut raised: Option<Instant> = None;
    while left > 0 {
        match x.conn.wait_for_event()? {
            Event::Expose(event) => {
                if let Some(side) = sides.iter().find(|side| side.id == event.window) {
                    paint(x, gc, side)?;
                }
            }
            Event::VisibilityNotify(event)
                if event.state != Visibility::UNOBSCURED
                    && raised.is_none_or(|raised| raised.elapsed() > PATIENCE) =>
            {
                raised = Some(Instant::now());
                let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
                x.conn.configure_window(event.window, &above)?;
            }
            Event::DestroyNotify(_) => left -= 1,
            _ => {}
        }
        x.conn.flush()?;
    }
    Ok(())
}

fn paint(x: &X, gc: Gcontext, side: &Side) -> Result<()> {
    let lines = light(side.area, side.place).map(|line| Rectangle {
        x: line.x as i16,
        y: line.y as i16,
        width: line.w as u16,
        height: line.h as u16,
    });
    x.conn
        .change_gc(gc, &ChangeGCAux::new().foreground(LIGHT))?;
    x.conn.poly_fill_rectangle(side.id, gc, &lines)?;
    Ok(())
}
