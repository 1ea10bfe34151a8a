//! macOS: an event tap hears the person; `xcap` and `enigo` do the rest.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use enigo::{Coordinate, Direction, Enigo, InputError, Keyboard as _, Mouse as _};
use objc2_app_kit::{NSApplicationActivationOptions, NSRunningApplication};
use objc2_core_foundation::{CFMachPort, CFRetained, CFRunLoop, kCFRunLoopCommonModes};
use objc2_core_graphics::{
    CGEvent, CGEventField, CGEventMask, CGEventTapLocation, CGEventTapOptions, CGEventTapPlacement,
    CGEventTapProxy, CGEventType, CGMouseButton, CGPreflightListenEventAccess,
    CGPreflightPostEventAccess, CGPreflightScreenCaptureAccess,
};

use super::clipboard::SystemClipboard;
use super::ears::{Ears, tap};
use super::lock::FileLease;
use super::portable::{self, EnigoInput, XcapScreen, mark};
use super::{
    Key, Ledger, Listener, Listening, NamedKey, Place, Platform, PlatformError, Result, Sink,
    Window, units,
};

/// Places are points.
pub(crate) const UNIT_IS_POINT: bool = true;

/// Only the app can take a hotkey; its settings tell whether it has it.
pub(super) fn try_hotkey(_: Option<&str>, _: &str, _: &[Key]) -> Result<Option<String>> {
    Ok(None)
}

/// What helps where no way to stop works.
pub(crate) const STOP_FIX: &str = "Allow Interpreter in System Settings, Privacy & Security, Input Monitoring and Accessibility, then start it again.";

/// Opens the desktop.
pub(super) fn open(place: &Place) -> Result<Platform> {
    let armed = Arc::new(AtomicBool::new(false));
    Ok(Platform {
        screen: Arc::new(XcapScreen),
        input: Box::new(EnigoInput::new(Arc::clone(&armed))),
        listener: Box::new(TapListener { armed }),
        lease: Box::new(FileLease::new(place.runtime.as_deref())),
        clipboard: Box::<SystemClipboard>::default(),
        ledger: Arc::new(Ledger::default()),
    })
}

/// Without the permission macOS shows an empty desktop; better none than that.
pub(crate) fn may_capture() -> Result<()> {
    if CGPreflightScreenCaptureAccess() {
        return Ok(());
    }
    Err(PlatformError::NotPermitted {
        message: "macOS does not let Interpreter see the screen yet.".to_owned(),
        fix: "Allow it in System Settings, Privacy & Security, Screen Recording, and start \
              Interpreter again."
            .to_owned(),
    })
}

/// Moving mouse and keyboard, and hearing them, is one permission.
pub(crate) fn not_permitted() -> PlatformError {
    PlatformError::NotPermitted {
        message: "macOS does not let Interpreter use mouse and keyboard yet.".to_owned(),
        fix: "Allow it in System Settings, Privacy & Security, Accessibility and Input \
              Monitoring, and start Interpreter again."
            .to_owned(),
    }
}

/// Where the pointer is.
pub(crate) fn pointer() -> Result<(f64, f64)> {
    let event = CGEvent::new(None);
    let point = CGEvent::location(event.as_deref());
    Ok((point.x, point.y))
}

/// The names of the program of a process: its bundle's and its own.
pub(crate) fn programs(pid: u32) -> Vec<String> {
    let program = i32::try_from(pid)
        .ok()
        .and_then(NSRunningApplication::runningApplicationWithProcessIdentifier);
    let Some(program) = program else {
        return Vec::new();
    };
    [program.bundleIdentifier(), program.localizedName()]
        .into_iter()
        .flatten()
        .map(|name| name.to_string())
        .collect()
}

/// Brings the window's program to the front.
pub(crate) fn activate(window: &Window) -> Result<()> {
    let gone = || PlatformError::Gone("the program was closed".to_owned());
    let pid = i32::try_from(window.pid.ok_or_else(gone)?).map_err(|_| gone())?;
    let program =
        NSRunningApplication::runningApplicationWithProcessIdentifier(pid).ok_or_else(gone)?;
    if program.activateWithOptions(NSApplicationActivationOptions::ActivateAllWindows) {
        return Ok(());
    }
    Err(PlatformError::Failed {
        doing: "bringing the window to the front".to_owned(),
        reason: "macOS did not do it".to_owned(),
    })
}

/// Moves the pointer, as a drag while a button is down.
pub(crate) fn move_pointer(enigo: &mut Enigo, x: f64, y: f64) -> Result<()> {
    enigo
        .move_mouse(x.floor() as i32, y.floor() as i32, Coordinate::Abs)
        .map_err(|error| PlatformError::Failed {
            doing: "moving the pointer".to_owned(),
            reason: error.to_string(),
        })
}

/// Sends a key by its place: looking up layouts is allowed on the main thread only.
pub(crate) fn send_key(
    enigo: &mut Enigo,
    code: u16,
    direction: Direction,
) -> std::result::Result<(), InputError> {
    enigo.raw(code, direction)
}

/// The keys of the American layout, by the code of their place.
const CHARACTERS: [(char, char, u16); 48] = [
    ('a', 'A', 0x00),
    ('s', 'S', 0x01),
    ('d', 'D', 0x02),
    ('f', 'F', 0x03),
    ('h', 'H', 0x04),
    ('g', 'G', 0x05),
    ('z', 'Z', 0x06),
    ('x', 'X', 0x07),
    ('c', 'C', 0x08),
    ('v', 'V', 0x09),
    ('b', 'B', 0x0b),
    ('q', 'Q', 0x0c),
    ('w', 'W', 0x0d),
    ('e', 'E', 0x0e),
    ('r', 'R', 0x0f),
    ('y', 'Y', 0x10),
    ('t', 'T', 0x11),
    ('1', '!', 0x12),
    ('2', '@', 0x13),
    ('3', '#', 0x14),
    ('4', '$', 0x15),
    ('6', '^', 0x16),
    ('5', '%', 0x17),
    ('=', '+', 0x18),
    ('9', '(', 0x19),
    ('7', '&', 0x1a),
    ('-', '_', 0x1b),
    ('8', '*', 0x1c),
    ('0', ')', 0x1d),
    (']', '}', 0x1e),
    ('o', 'O', 0x1f),
    ('u', 'U', 0x20),
    ('[', '{', 0x21),
    ('i', 'I', 0x22),
    ('p', 'P', 0x23),
    ('l', 'L', 0x25),
    ('j', 'J', 0x26),
    ('\'', '"', 0x27),
    ('k', 'K', 0x28),
    (';', ':', 0x29),
    ('\\', '|', 0x2a),
    (',', '<', 0x2b),
    ('/', '?', 0x2c),
    ('n', 'N', 0x2d),
    ('m', 'M', 0x2e),
    ('.', '>', 0x2f),
    ('`', '~', 0x32),
    (' ', ' ', 0x31),
];

/// The codes to hold for a key, shift first.
pub(crate) fn codes(key: &Key) -> Option<Vec<u16>> {
    const SHIFT: u16 = 0x38;
    match key {
        Key::Named(name) => named(*name).map(|code| vec![code]),
        Key::Char('\n' | '\r') => Some(vec![0x24]),
        Key::Char('\t') => Some(vec![0x30]),
        Key::Char(c) => CHARACTERS
            .iter()
            .find_map(|(plain, shifted, code)| match c {
                c if c == plain => Some(vec![*code]),
                c if c == shifted => Some(vec![SHIFT, *code]),
                _ => None,
            }),
    }
}

fn named(key: NamedKey) -> Option<u16> {
    use NamedKey as N;
    const FUNCTION: [u16; 20] = [
        0x7a, 0x78, 0x63, 0x76, 0x60, 0x61, 0x62, 0x64, 0x65, 0x6d, 0x67, 0x6f, 0x69, 0x6b, 0x71,
        0x6a, 0x40, 0x4f, 0x50, 0x5a,
    ];
    const NUMPAD: [u16; 10] = [0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5b, 0x5c];
    Some(match key {
        N::Return => 0x24,
        N::Tab => 0x30,
        N::Escape => 0x35,
        N::Backspace => 0x33,
        N::Delete => 0x75,
        N::Insert | N::Help => 0x72,
        N::Space => 0x31,
        N::Up => 0x7e,
        N::Down => 0x7d,
        N::Left => 0x7b,
        N::Right => 0x7c,
        N::Home => 0x73,
        N::End => 0x77,
        N::PageUp => 0x74,
        N::PageDown => 0x79,
        N::F(number) => *FUNCTION.get(usize::from(number.checked_sub(1)?))?,
        N::Shift => 0x38,
        N::ShiftRight => 0x3c,
        N::Control => 0x3b,
        N::ControlRight => 0x3e,
        N::Alt => 0x3a,
        N::AltRight | N::AltGr => 0x3d,
        N::Meta => 0x37,
        N::MetaRight => 0x36,
        N::CapsLock => 0x39,
        N::NumLock => 0x47,
        N::Numpad(digit) => NUMPAD[usize::from(digit.min(9))],
        N::NumpadAdd => 0x45,
        N::NumpadSubtract => 0x4e,
        N::NumpadMultiply => 0x43,
        N::NumpadDivide => 0x4b,
        N::NumpadDecimal => 0x41,
        N::NumpadEnter => 0x4c,
        N::VolumeUp => 0x48,
        N::VolumeDown => 0x49,
        N::VolumeMute => 0x4a,
        N::Menu => 0x6e,
        N::Function => 0x3f,
        N::ScrollLock
        | N::PrintScreen
        | N::Pause
        | N::MediaPlayPause
        | N::MediaStop
        | N::MediaNext
        | N::MediaPrevious
        | N::BrightnessUp
        | N::BrightnessDown
        | N::BrowserBack
        | N::BrowserForward
        | N::BrowserRefresh
        | N::BrowserHome => return None,
    })
}

/// Hears through an event tap, with a run loop of its own.
struct TapListener {
    armed: Arc<AtomicBool>,
}

/// What the tap's function needs.
struct Tapped {
    ears: Ears,
    /// Where the pointer was last.
    at: (i32, i32),
    tap: Option<CFRetained<CFMachPort>>,
}

/// How long the trial may take.
const TRIAL: Duration = Duration::from_secs(2);
/// A run loop may be stopped from any thread.
struct Loop(CFRetained<CFRunLoop>);
// SAFETY: the documentation of CFRunLoopStop allows it from other threads; nothing else is done.
unsafe impl Send for Loop {}

impl Loop {
    fn stop(&self) {
        self.0.stop();
    }
}

impl Listener for TapListener {
    fn start(&self, sink: Sink) -> Result<Listening> {
        if !CGPreflightListenEventAccess() || !CGPreflightPostEventAccess() {
            return Err(not_permitted());
        }
        let (heard, trial) = mpsc::sync_channel(1);
        let (started, start) = mpsc::sync_channel(1);
        let armed = Arc::clone(&self.armed);
        let thread = thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || {
                let at = pointer().and_then(physical).unwrap_or_default();
                let ears = Ears::new(sink, tap::KEYS, armed, heard, at);
                let tap = None;
                listen(Tapped { ears, at, tap }, &started);
            })
            .map_err(|error| PlatformError::Failed {
                doing: "starting the listener".to_owned(),
                reason: error.to_string(),
            })?;
        let run_loop = start.recv().unwrap_or_else(|_| {
            Err(PlatformError::Lost("the listener ended at once".to_owned()))
        })?;
        let listening = Listening::new(move || {
            run_loop.stop();
            let _ = thread.join();
        });
        // The trial: a move to where the pointer is, from outside what is ours.
        let point = CGEvent::location(CGEvent::new(None).as_deref());
        let event =
            CGEvent::new_mouse_event(None, CGEventType::MouseMoved, point, CGMouseButton::Left);
        let field = CGEventField::EventSourceUserData;
        CGEvent::set_integer_value_field(event.as_deref(), field, tap::TRIAL_MARK);
        CGEvent::post(CGEventTapLocation::HIDEventTap, event.as_deref());
        trial
            .recv_timeout(TRIAL)
            .map_err(|_| PlatformError::Failed {
                doing: "trying whether a person's input can be heard".to_owned(),
                reason: "an event that was sent did not arrive".to_owned(),
            })?;
        Ok(listening)
    }
}

fn physical((x, y): (f64, f64)) -> Result<(i32, i32)> {
    Ok(units::to_physical(&portable::displays()?, x, y))
}

/// Sets the tap and serves it until the run loop is stopped.
fn listen(tapped: Tapped, started: &mpsc::SyncSender<Result<Loop>>) {
    let kinds = [
        CGEventType::KeyDown,
        CGEventType::KeyUp,
        CGEventType::FlagsChanged,
        CGEventType::MouseMoved,
        CGEventType::LeftMouseDragged,
        CGEventType::RightMouseDragged,
        CGEventType::OtherMouseDragged,
        CGEventType::LeftMouseDown,
        CGEventType::LeftMouseUp,
        CGEventType::RightMouseDown,
        CGEventType::RightMouseUp,
        CGEventType::OtherMouseDown,
        CGEventType::OtherMouseUp,
        CGEventType::ScrollWheel,
    ];
    let mask: CGEventMask = kinds.iter().fold(0, |mask, kind| mask | 1 << kind.0);
    let tapped = Box::into_raw(Box::new(tapped));
    // SAFETY: `tapped` outlives the run loop, which is the only caller of `on_event`, and is
    // freed once, after it. Not listen-only: Esc has to be kept from programs while armed.
    unsafe {
        let tap = CGEvent::tap_create(
            CGEventTapLocation::SessionEventTap,
            CGEventTapPlacement::HeadInsertEventTap,
            CGEventTapOptions::Default,
            mask,
            Some(on_event),
            tapped.cast(),
        );
        let source = CFMachPort::new_run_loop_source(None, tap.as_deref(), 0);
        match (tap, source, CFRunLoop::current()) {
            (Some(tap), Some(source), Some(run_loop)) => {
                run_loop.add_source(Some(&source), kCFRunLoopCommonModes);
                CGEvent::tap_enable(&tap, true);
                (*tapped).tap = Some(tap.clone());
                let _ = started.send(Ok(Loop(run_loop)));
                CFRunLoop::run();
                CGEvent::tap_enable(&tap, false);
                tap.invalidate();
            }
            _ => {
                let _ = started.send(Err(not_permitted()));
            }
        }
        drop(Box::from_raw(tapped));
    }
}

unsafe extern "C-unwind" fn on_event(
    _proxy: CGEventTapProxy,
    kind: CGEventType,
    event: NonNull<CGEvent>,
    tapped: *mut c_void,
) -> *mut CGEvent {
    // SAFETY: `tapped` is what `listen` gave, alive and used by this thread only; the event
    // lives through the call.
    let (tapped, heard) = unsafe { (&mut *tapped.cast::<Tapped>(), event.as_ref()) };
    if tapped.hear(kind, heard) {
        std::ptr::null_mut()
    } else {
        event.as_ptr()
    }
}

impl Tapped {
    /// Whether the event is kept from programs.
    fn hear(&mut self, kind: CGEventType, event: &CGEvent) -> bool {
        if tap::is_off(kind.0) {
            if let Some(tap) = &self.tap {
                CGEvent::tap_enable(tap, true);
            }
            return false;
        }
        if tap::moves(kind.0) {
            let point = CGEvent::location(Some(event));
            self.at = physical((point.x, point.y)).unwrap_or(self.at);
        }
        let field = |field| CGEvent::integer_value_field(Some(event), field);
        let told = tap::Told {
            kind: kind.0,
            code: field(CGEventField::KeyboardEventKeycode) as u32,
            flags: CGEvent::flags(Some(event)).0,
            at: self.at,
            source: field(CGEventField::EventSourceUnixProcessID),
            user: field(CGEventField::EventSourceUserData),
        };
        let maker = tap::maker(&told, i64::from(std::process::id()), i64::from(mark()));
        self.ears.hear(tap::report(&told), maker)
    }
}
