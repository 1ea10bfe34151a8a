//! A plain client of the X server: the person, the witness and the reference.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, CreateWindowAux,
    EventMask, ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, PropMode,
    WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

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

    /// Presses keys together, and lifts them.
    pub(crate) fn chord(&self, codes: &[u8]) -> Result<(), Any> {
        let down = codes.iter().map(|code| (KEY_PRESS_EVENT, *code));
        let up = codes.iter().rev().map(|code| (KEY_RELEASE_EVENT, *code));
        for (kind, code) in down.chain(up) {
            self.x.xtest_fake_input(kind, code, 0, self.root, 0, 0, 0)?;
        }
        self.round_trip()
    }

    pub(crate) fn move_to(&self, x: i16, y: i16) -> Result<(), Any> {
        self.x
            .xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0)?;
        self.round_trip()
    }

    /// What time it is at the server, in milliseconds.
    pub(crate) fn server_time(&self) -> Result<u32, Any> {
        // It tells the time with every change of a property.
        let aux = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let window = self.x.generate_id()?;
        let class = WindowClass::INPUT_ONLY;
        self.x
            .create_window(0, window, self.root, -1, -1, 1, 1, 0, class, 0, &aux)?
            .check()?;
        let (name, kind) = (AtomEnum::WM_NAME, AtomEnum::STRING);
        self.x
            .change_property8(PropMode::REPLACE, window, name, kind, b"now")?
            .check()?;
        let time = loop {
            match self.x.wait_for_event()? {
                // Windows that went tell of their properties, too.
                Event::PropertyNotify(event) if event.window == window => break event.time,
                _ => {}
            }
        };
        self.x.destroy_window(window)?;
        Ok(time)
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
