//! The one surface over what differs between systems: screen, input, listening
//! for people, the lease of the gate, and the clipboard.
//!
//! All coordinates are global physical pixels (the space of
//! [`interpreter_protocol::Frame`]); each implementation converts to the unit of
//! its system. Nothing here decides anything: whether an action may happen is
//! the gate's business, one level up.

use std::sync::Arc;
use std::time::Duration;

use interpreter_perception::Pixels;

mod accessibility;
mod clipboard;
mod convert;
mod desktop;
#[allow(dead_code)] // each system has one of its parts, and all are tested on each
pub(crate) mod ears;
mod error;
mod key;
mod ledger;
mod lock;
#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg_attr(target_os = "macos", allow(dead_code))]
mod ring;
mod selection;
#[cfg(not(target_os = "linux"))]
mod selection_by_clipboard;
mod units;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(target_os = "windows")]
#[path = "windows.rs"]
mod system;

#[cfg(target_os = "macos")]
#[path = "macos_accessibility.rs"]
mod system_accessibility;
#[cfg(target_os = "windows")]
#[path = "windows_accessibility.rs"]
mod system_accessibility;

#[cfg(target_os = "macos")]
#[path = "macos_border.rs"]
mod system_border;
#[cfg(target_os = "windows")]
#[path = "windows_border.rs"]
mod system_border;

#[cfg(target_os = "macos")]
#[path = "macos_selection.rs"]
mod system_selection;
#[cfg(target_os = "windows")]
#[path = "windows_selection.rs"]
mod system_selection;

pub use accessibility::{
    AccessWatch, Accessibility, Element, Happened, HappenedKind, Heard, PATIENCE, Pending, SEARCH,
    Sought, States, Tree, Wanted,
};
pub(crate) use system::STOP_FIX;

pub(crate) use desktop::layout_hash;
pub use desktop::{Button, Display, Held, Rect, Window, WindowKind};
pub use error::{PlatformError, Result};
pub use key::{Key, NamedKey};
pub use ledger::{Ledger, OwnEvent};
pub use selection::{Field, Seen, SelectedText, Source};

/// Looking. May be used from any thread at any time.
pub trait Screen: Send + Sync {
    /// All displays, the primary one first.
    fn displays(&self) -> Result<Vec<Display>>;
    /// A hash of the list of displays, read fresh each time.
    fn layout(&self) -> Result<String>;
    /// The pixels of an area that lies on the desktop.
    ///
    /// # Errors
    /// `Gone` when the area reaches outside the desktop.
    fn capture(&self, rect: Rect) -> Result<Pixels>;
    /// The windows, front to back; minimised ones last.
    fn windows(&self) -> Result<Vec<Window>>;
    /// The window that has the keyboard.
    fn active_window(&self) -> Result<Option<Window>>;
    /// The handle of the window whose program gets keys at this moment, where the
    /// system knows more than [`Screen::active_window`]; cheap enough to be asked
    /// while text is typed.
    fn keyboard(&self) -> Result<Option<u64>> {
        Ok(self.active_window()?.map(|window| window.id))
    }
    /// Whether [`Screen::windows`] says where each lies. Otherwise nobody knows what is
    /// clicked.
    fn tells_places(&self) -> bool {
        true
    }
    /// Where the pointer is.
    fn pointer(&self) -> Result<(i32, i32)>;
    /// Brings a window to the front and gives it the keyboard; returns when that has happened.
    fn activate(&self, window: u64) -> Result<()>;
    /// The surroundings of the pointer, which is in their middle, where its image
    /// is painted into the pictures [`Screen::capture`] makes. None where pictures
    /// are without it.
    fn drawn_pointer(&self) -> Result<Option<Rect>> {
        Ok(None)
    }
    /// Starts to watch for changes. Open it before an action, ask it after.
    fn damage(&self) -> Result<Box<dyn ChangeWatch>>;
    /// Returns once a window's program has read what it was sent and rests, where
    /// that can be told, or when `most` is over.
    fn rests(&self, _window: &Window, _most: Duration) -> Result<()> {
        Ok(())
    }
    /// How a person stops here, in words.
    fn stops(&self) -> &'static str {
        "Esc and the corners of the screen stop."
    }
    /// Whether a person's mouse and keys are heard, so that they pause.
    fn hears_people(&self) -> bool {
        true
    }
    /// Whether pictures, before anything is painted out of them, show the border.
    fn sees_border(&self) -> bool {
        false
    }
    /// Draws a border around these areas, which no click hits and which belongs to
    /// this process like any window. None where this system cannot.
    fn border(&self, _areas: &[Rect]) -> Result<Option<Box<dyn Border>>> {
        Ok(None)
    }
    /// All names a window's program goes by: what the window says, and the
    /// program's file or bundle.
    fn names(&self, window: &Window) -> Vec<String> {
        let programs = window.pid.map(system::programs).unwrap_or_default();
        std::iter::once(window.app.clone())
            .chain(programs)
            .filter(|name| !name.is_empty())
            .collect()
    }
}

/// The light line of a border.
pub(crate) const BORDER: [u8; 3] = [0xcb, 0xf1, 0x2e];

/// A border around what is seen. Gone when it is dropped.
pub trait Border: Send {
    /// The windows it consists of.
    fn windows(&self) -> Vec<u64>;
}

/// What was drawn since it was opened.
pub trait ChangeWatch: Send {
    /// Blocks until nothing has been drawn for `quiet`, or `cap` is over.
    /// Returns the bounding rectangle of all changes since the last call, `None` without any.
    ///
    /// # Errors
    /// `Cancelled` as soon as `cancelled` says so.
    fn settle(
        &mut self,
        quiet: Duration,
        cap: Duration,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Rect>>;
}

/// Mouse and keyboard. Used by the gate's thread only. Each event is noted in
/// the [`Ledger`] by the implementation before it is sent.
pub trait Input: Send {
    /// Moves the pointer.
    fn move_to(&mut self, x: i32, y: i32) -> Result<()>;
    /// Presses or lifts a button where the pointer is.
    fn button(&mut self, button: Button, down: bool) -> Result<()>;
    /// Turns the wheel by clicks: `dx` positive to the right, `dy` positive down.
    fn scroll(&mut self, dx: i32, dy: i32) -> Result<()>;
    /// Presses or lifts a key.
    fn key(&mut self, key: &Key, down: bool) -> Result<()>;
    /// Announces the characters to come, so that the keyboard can be prepared
    /// for all of them at once. Answered by [`Input::end_text`].
    fn begin_text(&mut self, text: &str) -> Result<()>;
    /// Types one character exactly, whatever layout and locks are active.
    /// Line feed is Return, tab is Tab.
    ///
    /// # Errors
    /// `CannotType` for control characters; nothing has been typed then.
    fn type_char(&mut self, c: char) -> Result<()>;
    /// Puts the keyboard back as it was, once the receiving program has read the text.
    fn end_text(&mut self) -> Result<()>;
    /// Returns when the system has processed everything sent so far.
    fn flush(&mut self) -> Result<()>;
    /// Lifts every key and button that is down because of us, and puts locks
    /// and layout back. Goes on after a failure and reports the first.
    fn release_all(&mut self) -> Result<()>;
    /// What is down because of us.
    fn held(&self) -> Vec<Held>;
    /// From now on a person's stop key (Esc) is kept from programs. Ours still passes.
    ///
    /// # Errors
    /// When another program holds the key; the listener reports it all the same.
    fn arm_stop_key(&mut self) -> Result<()>;
    /// Gives the stop key back to programs.
    fn disarm_stop_key(&mut self) -> Result<()>;
}

/// Input that is not in the ledger: a person's, or another program's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhysicalEvent {
    /// What was done.
    pub kind: PhysicalKind,
    /// Where it comes from, as a hint.
    pub device: DeviceClass,
    /// When it arrived here.
    pub time: std::time::Instant,
}

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PhysicalKind {
    /// The pointer moved by this many pixels.
    Motion {
        /// To the right.
        dx: i32,
        /// Down.
        dy: i32,
        /// Where it is now, global physical pixels.
        at: (i32, i32),
    },
    /// A button or the wheel was pressed or lifted.
    Button {
        /// Whether it went down.
        down: bool,
    },
    /// A key was pressed or lifted.
    Key {
        /// Whether it is the stop key, or completes the panic chord.
        is_stop_key: bool,
        /// Whether it went down.
        down: bool,
    },
    /// There was input, and the system does not tell which.
    Unknown,
    /// Control was ended from the system's own sign that it is being controlled.
    Withdrawn,
}

/// Where an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceClass {
    /// Made by a program (XTEST, `SendInput`, `CGEventPost`).
    Synthetic,
    /// A real device, as far as the system tells.
    Hardware,
}

/// Called on the listener's own thread for each event; must return at once.
pub type Sink = Box<dyn Fn(PhysicalEvent) + Send>;

/// Tells a person's input from ours.
pub trait Listener: Send {
    /// Starts to listen on a thread of its own. It has been tried before this
    /// returns: a harmless event was sent from outside the ledger and arrived.
    ///
    /// # Errors
    /// `NotPermitted`, `Unsupported` or `Failed` when input cannot be heard here.
    fn start(&self, sink: Sink) -> Result<Listening>;
}

/// A listener at work. It ends when this is dropped.
pub struct Listening {
    end: Option<Box<dyn FnOnce() + Send>>,
}

impl Listening {
    pub(crate) fn new(end: impl FnOnce() + Send + 'static) -> Self {
        Self {
            end: Some(Box::new(end)),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

/// The right to drive, held by one program at a time on a display.
pub trait Lease: Send {
    /// Takes it, under a name for people (`"Interpreter (terminal, pid 12)"`).
    ///
    /// # Errors
    /// `Taken` with the other program's name.
    fn take(&mut self, who: &str) -> Result<()>;
    /// Whether it is ours, asked fresh.
    fn is_held(&self) -> bool;
    /// Gives it up. Also happens when the program ends, however it ends.
    fn release(&mut self);
}

/// What lay on the clipboard.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClipboardContents {
    /// Plain text.
    pub text: Option<String>,
    /// HTML, when there is any.
    pub html: Option<String>,
    /// An image: width, height, RGBA.
    pub image: Option<(usize, usize, Vec<u8>)>,
    /// Files.
    pub files: Vec<std::path::PathBuf>,
}

/// The clipboard.
pub trait Clipboard: Send {
    /// The text on it; empty when there is none.
    fn get_text(&mut self) -> Result<String>;
    /// Puts text on it.
    fn set_text(&mut self, text: &str) -> Result<()>;
    /// All that can be read.
    fn snapshot(&mut self) -> Result<ClipboardContents>;
    /// Puts a snapshot back.
    fn restore(&mut self, contents: ClipboardContents) -> Result<()>;
}

/// Everything a desktop offers.
pub struct Platform {
    /// Looking.
    pub screen: Arc<dyn Screen>,
    /// Mouse and keyboard, for the gate's thread.
    pub input: Box<dyn Input>,
    /// Hearing people.
    pub listener: Box<dyn Listener>,
    /// The right to drive.
    pub lease: Box<dyn Lease>,
    /// The clipboard.
    pub clipboard: Box<dyn Clipboard>,
    /// What we sent; shared by `input` and `listener`.
    pub ledger: Arc<Ledger>,
}

/// Opens the desktop this program runs on.
///
/// # Errors
/// `NoDisplay` when there is none or it cannot be reached, with the fix.
pub fn open() -> Result<Platform> {
    open_on(None, None)
}

/// Opens a given desktop: `display` as in `DISPLAY` or `WAYLAND_DISPLAY` (Linux
/// only), and the user's runtime folder, for the lock where the system has nothing better.
///
/// # Errors
/// As [`open`].
pub fn open_on(display: Option<&str>, runtime: Option<&std::path::Path>) -> Result<Platform> {
    open_at(&Place {
        display: display.map(str::to_owned),
        runtime: runtime.map(std::path::Path::to_path_buf),
        ..Place::default()
    })
}

/// Where a desktop is, and what belongs to it. What is absent is the environment's.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// As in `DISPLAY` or `WAYLAND_DISPLAY` (Linux only).
    pub display: Option<String>,
    /// The user's runtime folder, for the lock where the system has nothing better.
    pub runtime: Option<std::path::PathBuf>,
    /// The address of the session's bus (Linux only).
    pub bus: Option<String>,
    /// Where a consent that lasts is kept; absent: the person is asked each time.
    pub data: Option<std::path::PathBuf>,
}

/// Opens the desktop of a place.
///
/// # Errors
/// As [`open`].
pub fn open_at(place: &Place) -> Result<Platform> {
    system::open(place)
}

/// Opens what reads and replaces text that is selected in other programs:
/// `display` as in `DISPLAY` (X11 only).
///
/// # Errors
/// As [`open`].
pub fn open_selection(display: Option<&str>) -> Result<Box<dyn SelectedText>> {
    #[cfg(target_os = "linux")]
    return system::open_selection(display);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = display;
        selection_by_clipboard::open()
    }
}

/// Takes a hotkey (`words`: as people write it) and gives it back, to see whether it can be
/// had; what was found, or none where only the app can try it.
///
/// # Errors
/// `NotPermitted` with the fix where it cannot.
pub fn try_hotkey(display: Option<&str>, words: &str, chord: &[Key]) -> Result<Option<String>> {
    system::try_hotkey(display, words, chord)
}

/// The way to the accessibility trees of the programs on a desktop: `display` as
/// in `DISPLAY` (X11 only). Nothing is opened before the first question.
pub fn accessibility(display: Option<&str>) -> Accessibility {
    #[cfg(target_os = "linux")]
    return system::open_accessibility(display);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = display;
        system_accessibility::open()
    }
}
