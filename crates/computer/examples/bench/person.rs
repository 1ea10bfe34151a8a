//! A plain client of the X server: the person, the witness and the reference.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::Any;

/// Someone else on the same screen.
pub(crate) struct Person {
    pub(crate) x: RustConnection,
    pub(crate) root: u32,
    pub(crate) size: (u16, u16),
}

impl Person {
    pub(crate) fn new() -> Result<Self, Any> {
        let (x, screen) = x11rb::connect(None)?;
        let screen = x
            .setup()
            .roots
            .get(screen)
            .ok_or("the display has no screen")?;
        let (root, size) = (
            screen.root,
            (screen.width_in_pixels, screen.height_in_pixels),
        );
        Ok(Self { x, root, size })
    }

    /// Until the server has done all it was asked.
    pub(crate) fn round_trip(&self) -> Result<(), Any> {
        self.x.get_input_focus()?.reply()?;
        Ok(())
    }

    /// The whole screen, through the socket.
    pub(crate) fn image(&self) -> Result<Duration, Any> {
        let begun = Instant::now();
        let (w, h) = self.size;
        let reply = self
            .x
            .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, w, h, !0)?
            .reply()?;
        let time = begun.elapsed();
        if reply.data.is_empty() {
            return Err("the picture is empty".into());
        }
        Ok(time)
    }

    pub(crate) fn click(&self, x: i16, y: i16) -> Result<Duration, Any> {
        let begun = Instant::now();
        self.x
            .xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0)?;
        self.x
            .xtest_fake_input(BUTTON_PRESS_EVENT, 1, 0, self.root, 0, 0, 0)?;
        self.x
            .xtest_fake_input(BUTTON_RELEASE_EVENT, 1, 0, self.root, 0, 0, 0)?;
        self.round_trip()?;
        Ok(begun.elapsed())
    }

    /// Presses and lifts keys, one after the other.
    pub(crate) fn keys(&self, codes: &[u8]) -> Result<Duration, Any> {
        let begun = Instant::now();
        for code in codes {
            self.x
                .xtest_fake_input(KEY_PRESS_EVENT, *code, 0, self.root, 0, 0, 0)?;
            self.x
                .xtest_fake_input(KEY_RELEASE_EVENT, *code, 0, self.root, 0, 0, 0)?;
        }
        self.round_trip()?;
        Ok(begun.elapsed())
    }

    /// The key that has this keysym without modifiers.
    pub(crate) fn key_of(&self, keysym: u32) -> Result<u8, Any> {
        let setup = self.x.setup();
        let (least, most) = (setup.min_keycode, setup.max_keycode);
        let map = self
            .x
            .get_keyboard_mapping(least, most - least + 1)?
            .reply()?;
        let per_key = usize::from(map.keysyms_per_keycode).max(1);
        let at = map
            .keysyms
            .chunks(per_key)
            .position(|keys| keys.first() == Some(&keysym));
        let at = at.ok_or("the keyboard has no such key")?;
        Ok(least + u8::try_from(at)?)
    }

    /// Whether a key or a button is down.
    pub(crate) fn anything_pressed(&self) -> Result<bool, Any> {
        let keys = self.x.query_keymap()?.reply()?.keys;
        let buttons = u16::from(self.x.query_pointer(self.root)?.reply()?.mask) & 0x1f00;
        Ok(buttons != 0 || keys.iter().any(|byte| *byte != 0))
    }
}
