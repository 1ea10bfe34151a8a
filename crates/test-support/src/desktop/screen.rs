//! What a test sees of its desktop, and does as a person would.

use std::path::Path;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ChangeWindowAttributesAux,
    ConnectionExt as _, EventMask, ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask,
    MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::{Desktop, Process};

pub(super) fn connect(display: &str) -> (RustConnection, Window) {
    let (connection, screen) = x11rb::connect(Some(display)).expect("the X server answers");
    let root = connection.setup().roots[screen].root;
    (connection, root)
}

/// Waits for the window manager to say that it manages.
pub(super) struct WindowManagerWatch {
    root: Window,
    property: u32,
}

impl WindowManagerWatch {
    pub(super) fn new(connection: &RustConnection, root: Window) -> Self {
        let mask = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        connection
            .change_window_attributes(root, &mask)
            .expect("a request");
        let atom = connection
            .intern_atom(false, b"_NET_SUPPORTING_WM_CHECK")
            .expect("a request");
        let property = atom.reply().expect("an atom").atom;
        Self { root, property }
    }

    pub(super) fn wait(&self, connection: &RustConnection, manager: &mut Process) {
        let end = Instant::now() + Duration::from_secs(60);
        while !self.is_there(connection) {
            // Any event of the root window is a reason to look again. The short
            // wait keeps a manager that died from hanging the test.
            loop {
                match connection.poll_for_event() {
                    Ok(Some(Event::PropertyNotify(event))) if event.atom == self.property => break,
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        if !manager.is_alive() {
                            manager.fail("ended");
                        }
                        if Instant::now() > end {
                            manager.fail("does not manage windows");
                        }
                        std::thread::park_timeout(Duration::from_millis(2));
                    }
                    Err(error) => panic!("the X server is gone: {error}"),
                }
            }
        }
        // From here on nobody reads events of this connection.
        let none = ChangeWindowAttributesAux::new().event_mask(EventMask::NO_EVENT);
        connection
            .change_window_attributes(self.root, &none)
            .expect("a request");
    }

    fn is_there(&self, connection: &RustConnection) -> bool {
        connection
            .get_property(false, self.root, self.property, AtomEnum::WINDOW, 0, 1)
            .ok()
            .and_then(|cookie| cookie.reply().ok())
            .is_some_and(|reply| reply.value_len > 0)
    }
}

impl Desktop {
    pub(super) fn root(&self) -> Window {
        self.connection.setup().roots[0].root
    }

    /// What is on the screen now.
    pub fn screenshot(&self) -> image::RgbImage {
        let (width, height) = self.size;
        let cookie = self.connection.get_image(
            ImageFormat::Z_PIXMAP,
            self.root(),
            0,
            0,
            width as u16,
            height as u16,
            !0,
        );
        let data = cookie
            .expect("a request")
            .reply()
            .expect("an image of the screen")
            .data;
        let rgb = data
            .chunks_exact(4)
            .flat_map(|pixel| [pixel[2], pixel[1], pixel[0]])
            .collect();
        image::RgbImage::from_raw(width, height, rgb).expect("four bytes a pixel")
    }

    /// Writes what is on the screen to a PNG file: for looking at a failing test.
    pub fn save_screenshot(&self, path: &Path) {
        self.screenshot()
            .save_with_format(path, image::ImageFormat::Png)
            .expect("a PNG file");
    }

    /// Where the pointer is, in pixels of the screen.
    pub fn pointer(&self) -> (i32, i32) {
        let reply = self
            .connection
            .query_pointer(self.root())
            .expect("a request")
            .reply();
        let reply = reply.expect("the pointer");
        (i32::from(reply.root_x), i32::from(reply.root_y))
    }

    /// Whether any key or mouse button is held down.
    pub fn anything_pressed(&self) -> bool {
        let keys = self
            .connection
            .query_keymap()
            .expect("a request")
            .reply()
            .expect("keys")
            .keys;
        let pointer = self
            .connection
            .query_pointer(self.root())
            .expect("a request")
            .reply();
        let buttons = KeyButMask::BUTTON1
            | KeyButMask::BUTTON2
            | KeyButMask::BUTTON3
            | KeyButMask::BUTTON4
            | KeyButMask::BUTTON5;
        let held = u16::from(pointer.expect("the pointer").mask) & u16::from(buttons);
        keys.iter().any(|byte| *byte != 0) || held != 0
    }

    /// Moves the pointer as a person would: from another program than the one tested.
    pub fn person_moves(&self, x: i32, y: i32) {
        self.fake(MOTION_NOTIFY_EVENT, 0, x, y);
        self.sync();
    }

    /// Clicks the left button at a place, as a person would.
    pub fn person_clicks(&self, x: i32, y: i32) {
        self.fake(MOTION_NOTIFY_EVENT, 0, x, y);
        self.fake(BUTTON_PRESS_EVENT, 1, 0, 0);
        self.fake(BUTTON_RELEASE_EVENT, 1, 0, 0);
        self.sync();
    }

    /// Presses and releases a key by its X keysym (0xff1b is Escape), as a
    /// person would.
    ///
    /// # Panics
    /// When no key of the present layout has it.
    pub fn person_presses(&self, keysym: u32) {
        let setup = self.connection.setup();
        let (least, most) = (setup.min_keycode, setup.max_keycode);
        let mapping = self
            .connection
            .get_keyboard_mapping(least, most - least + 1);
        let mapping = mapping
            .expect("a request")
            .reply()
            .expect("the keyboard mapping");
        let per_key = usize::from(mapping.keysyms_per_keycode).max(1);
        let at = mapping
            .keysyms
            .chunks(per_key)
            .position(|keys| keys.first() == Some(&keysym));
        let key = at
            .map(|at| at as u8 + least)
            .expect("a key with this keysym");
        self.fake(KEY_PRESS_EVENT, key, 0, 0);
        self.fake(KEY_RELEASE_EVENT, key, 0, 0);
        self.sync();
    }

    fn fake(&self, kind: u8, detail: u8, x: i32, y: i32) {
        let root = self.root();
        let sent = self
            .connection
            .xtest_fake_input(kind, detail, 0, root, x as i16, y as i16, 0);
        sent.expect("a request")
            .check()
            .expect("the X server takes test input");
    }

    /// Waits until the server has done all it was asked.
    fn sync(&self) {
        let _ = self
            .connection
            .get_input_focus()
            .map(|cookie| cookie.reply());
    }
}
