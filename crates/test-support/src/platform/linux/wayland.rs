//! A person at a Wayland desktop: another program with a mouse and a keyboard.

use std::io::{Seek as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::Path;

use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_pointer::ButtonState;
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, delegate_noop};
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1;
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1;

/// The left button, as the kernel numbers it.
const LEFT: u32 = 0x110;
/// The one key of the keyboard, as the kernel numbers it.
const KEY: u32 = 30;

struct Nothing;

impl Dispatch<WlRegistry, GlobalListContents> for Nothing {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}
delegate_noop!(Nothing: ignore WlSeat);
delegate_noop!(Nothing: ZwlrVirtualPointerManagerV1);
delegate_noop!(Nothing: ZwlrVirtualPointerV1);
delegate_noop!(Nothing: ZwpVirtualKeyboardManagerV1);
delegate_noop!(Nothing: ZwpVirtualKeyboardV1);

/// Has a mouse and a keyboard as long as it lives.
pub(crate) struct WaylandPerson {
    queue: EventQueue<Nothing>,
    pointer: ZwlrVirtualPointerV1,
    keyboard: ZwpVirtualKeyboardV1,
    /// What is on the key.
    keysym: u32,
}

impl WaylandPerson {
    pub(crate) fn arrive(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).expect("the compositor answers");
        let conn = Connection::from_socket(stream).expect("a connection");
        let (globals, mut queue) =
            registry_queue_init::<Nothing>(&conn).expect("the compositor's globals");
        let handle = queue.handle();
        let seat: WlSeat = globals.bind(&handle, 1..=7, ()).expect("a seat");
        let pointers: ZwlrVirtualPointerManagerV1 = globals
            .bind(&handle, 1..=1, ())
            .expect("virtual pointers (sway, or another compositor on wlroots)");
        let keyboards: ZwpVirtualKeyboardManagerV1 =
            globals.bind(&handle, 1..=1, ()).expect("virtual keyboards");
        let pointer = pointers.create_virtual_pointer(Some(&seat), &handle, ());
        let keyboard = keyboards.create_virtual_keyboard(&seat, &handle, ());
        let mut person = Self {
            pointer,
            keyboard,
            keysym: 0,
            queue: {
                queue.roundtrip(&mut Nothing).expect("an answer");
                queue
            },
        };
        person.put_on_key(0x61);
        person.sync();
        person
    }

    /// Moves the mouse, in logical units.
    pub(crate) fn moves(&mut self, dx: f64, dy: f64) {
        self.pointer.motion(0, dx, dy);
        self.pointer.frame();
        self.sync();
    }

    /// Clicks where the pointer is.
    pub(crate) fn clicks(&mut self) {
        for state in [ButtonState::Pressed, ButtonState::Released] {
            self.pointer.button(0, LEFT, state);
            self.pointer.frame();
        }
        self.sync();
    }

    /// Presses or lifts the key with that keysym.
    pub(crate) fn key(&mut self, keysym: u32, down: bool) {
        self.put_on_key(keysym);
        self.keyboard.key(0, KEY, u32::from(down));
        self.sync();
    }

    fn put_on_key(&mut self, keysym: u32) {
        if self.keysym == keysym {
            return;
        }
        self.keysym = keysym;
        let map = format!(
            "xkb_keymap {{ xkb_keycodes \"p\" {{ minimum = 8; maximum = 255; <K> = {}; }};
             xkb_types \"p\" {{ include \"complete\" }};
             xkb_compatibility \"p\" {{ include \"complete\" }};
             xkb_symbols \"p\" {{ key <K> {{ [ {keysym:#x} ] }}; }}; }};\0",
            KEY + 8
        );
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(map.as_bytes()).expect("a written file");
        file.rewind().expect("a file");
        self.keyboard.keymap(1, file.as_fd(), map.len() as u32);
        self.keyboard.modifiers(0, 0, 0, 0);
    }

    /// Waits until the compositor has done all it was asked.
    fn sync(&mut self) {
        self.queue
            .roundtrip(&mut Nothing)
            .expect("the compositor answers");
    }
}
