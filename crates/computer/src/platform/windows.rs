//! Windows: low-level hooks hear the person; `xcap` and `enigo` do the rest.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use enigo::{Direction, Enigo, InputError, Keyboard as _};
use windows::Win32::Foundation::{CloseHandle, HWND, LPARAM, LRESULT, POINT, WPARAM};
use windows::Win32::System::LibraryLoader::GetModuleHandleW;
use windows::Win32::System::Threading::{
    GetCurrentThreadId, OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION,
    QueryFullProcessImageNameW,
};
use windows::Win32::UI::HiDpi::{
    DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2, SetProcessDpiAwarenessContext,
};
use windows::Win32::UI::Input::KeyboardAndMouse::{
    HOT_KEY_MODIFIERS, INPUT, INPUT_0, INPUT_MOUSE, MOD_ALT, MOD_CONTROL, MOD_SHIFT, MOD_WIN,
    MOUSE_EVENT_FLAGS, MOUSEEVENTF_ABSOLUTE, MOUSEEVENTF_MOVE, MOUSEEVENTF_VIRTUALDESK, MOUSEINPUT,
    RegisterHotKey, SendInput, UnregisterHotKey,
};
use windows::Win32::UI::WindowsAndMessaging::{
    CallNextHookEx, GetCursorPos, GetForegroundWindow, GetMessageW, GetSystemMetrics, HC_ACTION,
    IsIconic, KBDLLHOOKSTRUCT, LLKHF_INJECTED, LLMHF_INJECTED, MSG, MSLLHOOKSTRUCT, PM_NOREMOVE,
    PeekMessageW, PostThreadMessageW, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN, SM_XVIRTUALSCREEN,
    SM_YVIRTUALSCREEN, SW_RESTORE, SetForegroundWindow, SetWindowsHookExW, ShowWindow,
    UnhookWindowsHookEx, WH_KEYBOARD_LL, WH_MOUSE_LL, WM_QUIT,
};

use windows::core::PWSTR;

use super::clipboard::SystemClipboard;
use super::ears::{Ears, hook};
use super::lock::FileLease;
use super::portable::{EnigoInput, XcapScreen, mark};
use super::{
    Key, Ledger, Listener, Listening, NamedKey, Place, Platform, PlatformError, Result, Sink,
    Window,
};

/// Places are physical pixels, once the process says that it knows about scaling.
pub(crate) const UNIT_IS_POINT: bool = false;

/// Takes a hotkey and gives it back.
pub(super) fn try_hotkey(_: Option<&str>, words: &str, chord: &[Key]) -> Result<Option<String>> {
    let mut modifiers = HOT_KEY_MODIFIERS::default();
    let mut code = None;
    for key in chord {
        match key {
            Key::Named(NamedKey::Shift | NamedKey::ShiftRight) => modifiers |= MOD_SHIFT,
            Key::Named(NamedKey::Control | NamedKey::ControlRight) => modifiers |= MOD_CONTROL,
            Key::Named(NamedKey::Alt | NamedKey::AltRight) => modifiers |= MOD_ALT,
            Key::Named(NamedKey::Meta | NamedKey::MetaRight) => modifiers |= MOD_WIN,
            Key::Named(NamedKey::Space) | Key::Char(' ') => code = Some(0x20),
            Key::Named(NamedKey::F(number)) => code = Some(0x6f + u32::from(*number)),
            Key::Char(c) if c.is_ascii_alphanumeric() => {
                code = Some(u32::from(c.to_ascii_uppercase()));
            }
            _ => {}
        }
    }
    // The app knows more keys than are tried here.
    let Some(code) = code else { return Ok(None) };
    /// Of no window, and for this moment only.
    const TRIAL: i32 = 0x1e55;
    // SAFETY: plain calls; what is taken is given back at once, by the thread that took it.
    let taken = unsafe { RegisterHotKey(None, TRIAL, modifiers, code) };
    match taken {
        Ok(()) => {
            // SAFETY: as above.
            let _ = unsafe { UnregisterHotKey(None, TRIAL) };
            Ok(Some(format!("{words} was taken and given back.")))
        }
        Err(_) => Ok(Some(format!(
            "{words} is taken, as it is while the Interpreter app runs; its settings tell \
             whether it is the one."
        ))),
    }
}

/// What helps where no way to stop works.
pub(crate) const STOP_FIX: &str =
    "End programs that block keyboard hooks (some games and security software do), then try again.";

/// Opens the desktop.
pub(super) fn open(place: &Place) -> Result<Platform> {
    // SAFETY: a plain call. It fails when the awareness was set before, which is as good.
    let _ = unsafe { SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2) };
    let armed = Arc::new(AtomicBool::new(false));
    Ok(Platform {
        screen: Arc::new(XcapScreen),
        input: Box::new(EnigoInput::new(Arc::clone(&armed))),
        listener: Box::new(HookListener { armed }),
        lease: Box::new(FileLease::new(place.runtime.as_deref())),
        clipboard: Box::<SystemClipboard>::default(),
        ledger: Arc::new(Ledger::default()),
    })
}

fn failed(doing: &str, error: &windows::core::Error) -> PlatformError {
    PlatformError::Failed {
        doing: doing.to_owned(),
        reason: error.message(),
    }
}

/// Windows asks nobody.
pub(crate) fn may_capture() -> Result<()> {
    Ok(())
}

/// What `enigo` means by a missing permission here.
pub(crate) fn not_permitted() -> PlatformError {
    PlatformError::NotPermitted {
        message: "Windows does not let this program move mouse and keyboard.".to_owned(),
        fix: "Start Interpreter in the user's own session.".to_owned(),
    }
}

/// Where the pointer is.
pub(crate) fn pointer() -> Result<(f64, f64)> {
    let mut point = POINT::default();
    // SAFETY: the pointer is to a value that lives through the call.
    unsafe { GetCursorPos(&mut point) }.map_err(|error| failed("finding the pointer", &error))?;
    Ok((f64::from(point.x), f64::from(point.y)))
}

/// The name of the program of a process, by its file.
pub(crate) fn programs(pid: u32) -> Vec<String> {
    let mut path = [0u16; 1024];
    let mut length = path.len() as u32;
    // SAFETY: the place for the path is as long as said, and the handle is closed.
    let told = unsafe {
        let Ok(process) = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, false, pid) else {
            return Vec::new();
        };
        let told = QueryFullProcessImageNameW(
            process,
            PROCESS_NAME_WIN32,
            PWSTR(path.as_mut_ptr()),
            &mut length,
        );
        let _ = CloseHandle(process);
        told
    };
    let path = path.get(..length as usize).filter(|_| told.is_ok());
    path.map(String::from_utf16_lossy).into_iter().collect()
}

/// Brings a window to the front.
pub(crate) fn activate(window: &Window) -> Result<()> {
    let handle = HWND(window.id as usize as *mut std::ffi::c_void);
    // SAFETY: calls with a handle that may be stale; Windows checks it.
    let front = unsafe {
        if IsIconic(handle).as_bool() {
            let _ = ShowWindow(handle, SW_RESTORE);
        }
        let _ = SetForegroundWindow(handle);
        GetForegroundWindow()
    };
    if front == handle {
        return Ok(());
    }
    Err(PlatformError::Failed {
        doing: "bringing the window to the front".to_owned(),
        reason: "Windows keeps another one there".to_owned(),
    })
}

fn mouse(flags: MOUSE_EVENT_FLAGS, dx: i32, dy: i32, extra: usize) -> bool {
    let event = MOUSEINPUT {
        dx,
        dy,
        mouseData: 0,
        dwFlags: flags,
        time: 0,
        dwExtraInfo: extra,
    };
    let input = INPUT {
        r#type: INPUT_MOUSE,
        Anonymous: INPUT_0 { mi: event },
    };
    // SAFETY: one well-formed event and its true size.
    unsafe { SendInput(&[input], size_of::<INPUT>() as i32) == 1 }
}

/// Moves the pointer over all displays; `enigo` knows only the primary one.
pub(crate) fn move_pointer(_enigo: &mut Enigo, x: f64, y: f64) -> Result<()> {
    // SAFETY: plain calls.
    let (left, top, width, height) = unsafe {
        (
            GetSystemMetrics(SM_XVIRTUALSCREEN),
            GetSystemMetrics(SM_YVIRTUALSCREEN),
            GetSystemMetrics(SM_CXVIRTUALSCREEN),
            GetSystemMetrics(SM_CYVIRTUALSCREEN),
        )
    };
    // The whole desktop is 65536 wide; the middle of the pixel is safe from rounding.
    let scaled = |value: f64, from: i32, size: i32| {
        ((value.floor() - f64::from(from) + 0.5) * 65536.0 / f64::from(size.max(1))) as i32
    };
    let flags = MOUSEEVENTF_MOVE | MOUSEEVENTF_ABSOLUTE | MOUSEEVENTF_VIRTUALDESK;
    if mouse(
        flags,
        scaled(x, left, width),
        scaled(y, top, height),
        mark() as usize,
    ) {
        return Ok(());
    }
    Err(PlatformError::Failed {
        doing: "moving the pointer".to_owned(),
        reason: "Windows refused the event".to_owned(),
    })
}

/// Sends a virtual key.
pub(crate) fn send_key(
    enigo: &mut Enigo,
    code: u16,
    direction: Direction,
) -> std::result::Result<(), InputError> {
    enigo.key(enigo::Key::Other(u32::from(code)), direction)
}

/// The virtual keys to hold for a key, shifts first. Letters and digits are the
/// same in every layout; other characters are those of the American one.
pub(crate) fn codes(key: &Key) -> Option<Vec<u16>> {
    const SHIFT: u16 = 0x10;
    match key {
        Key::Named(name) => named(*name).map(|code| vec![code]),
        Key::Char(c @ ('a'..='z' | '0'..='9')) => Some(vec![c.to_ascii_uppercase() as u16]),
        Key::Char(c @ 'A'..='Z') => Some(vec![SHIFT, *c as u16]),
        Key::Char(c) => {
            let table = [
                (' ', '\0', 0x20),
                (';', ':', 0xba),
                ('=', '+', 0xbb),
                (',', '<', 0xbc),
                ('-', '_', 0xbd),
                ('.', '>', 0xbe),
                ('/', '?', 0xbf),
                ('`', '~', 0xc0),
                ('[', '{', 0xdb),
                ('\\', '|', 0xdc),
                (']', '}', 0xdd),
                ('\'', '"', 0xde),
                ('\n', '\0', 0x0d),
                ('\r', '\0', 0x0d),
                ('\t', '\0', 0x09),
            ];
            let shifted = ")!@#$%^&*(";
            if let Some(digit) = shifted.chars().position(|candidate| candidate == *c) {
                return Some(vec![SHIFT, 0x30 + digit as u16]);
            }
            table.iter().find_map(|(plain, upper, code)| match c {
                c if c == plain => Some(vec![*code]),
                c if c == upper && *c != '\0' => Some(vec![SHIFT, *code]),
                _ => None,
            })
        }
    }
}

fn named(key: NamedKey) -> Option<u16> {
    use NamedKey as N;
    Some(match key {
        N::Return | N::NumpadEnter => 0x0d,
        N::Tab => 0x09,
        N::Escape => 0x1b,
        N::Backspace => 0x08,
        N::Delete => 0x2e,
        N::Insert => 0x2d,
        N::Space => 0x20,
        N::Up => 0x26,
        N::Down => 0x28,
        N::Left => 0x25,
        N::Right => 0x27,
        N::Home => 0x24,
        N::End => 0x23,
        N::PageUp => 0x21,
        N::PageDown => 0x22,
        N::F(number) => 0x6f + u16::from(number.clamp(1, 24)),
        N::Shift => 0xa0,
        N::ShiftRight => 0xa1,
        N::Control => 0xa2,
        N::ControlRight => 0xa3,
        N::Alt => 0xa4,
        N::AltRight | N::AltGr => 0xa5,
        N::Meta => 0x5b,
        N::MetaRight => 0x5c,
        N::CapsLock => 0x14,
        N::NumLock => 0x90,
        N::ScrollLock => 0x91,
        N::Menu => 0x5d,
        N::PrintScreen => 0x2c,
        N::Pause => 0x13,
        N::Help => 0x2f,
        N::Numpad(digit) => 0x60 + u16::from(digit.min(9)),
        N::NumpadAdd => 0x6b,
        N::NumpadSubtract => 0x6d,
        N::NumpadMultiply => 0x6a,
        N::NumpadDivide => 0x6f,
        N::NumpadDecimal => 0x6e,
        N::VolumeUp => 0xaf,
        N::VolumeDown => 0xae,
        N::VolumeMute => 0xad,
        N::MediaPlayPause => 0xb3,
        N::MediaStop => 0xb2,
        N::MediaNext => 0xb0,
        N::MediaPrevious => 0xb1,
        N::BrowserBack => 0xa6,
        N::BrowserForward => 0xa7,
        N::BrowserRefresh => 0xa8,
        N::BrowserHome => 0xac,
        N::BrightnessUp | N::BrightnessDown | N::Function => return None,
    })
}

/// Hears through `WH_KEYBOARD_LL` and `WH_MOUSE_LL`.
struct HookListener {
    armed: Arc<AtomicBool>,
}

thread_local! {
    /// What the hooks need; they run on the thread that set them.
    static EARS: RefCell<Option<Ears>> = const { RefCell::new(None) };
}

/// How long the trial may take.
const TRIAL: Duration = Duration::from_secs(2);

impl Listener for HookListener {
    fn start(&self, sink: Sink) -> Result<Listening> {
        let (heard, trial) = mpsc::sync_channel(1);
        let (started, start) = mpsc::sync_channel(1);
        let armed = Arc::clone(&self.armed);
        let thread = thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || {
                let at = pointer().map_or((0, 0), |(x, y)| (x as i32, y as i32));
                let ears = Ears::new(sink, hook::KEYS, armed, heard, at);
                EARS.with_borrow_mut(|slot| *slot = Some(ears));
                listen(&started);
            })
            .map_err(|error| PlatformError::Failed {
                doing: "starting the listener".to_owned(),
                reason: error.to_string(),
            })?;
        let id = start.recv().unwrap_or_else(|_| {
            Err(PlatformError::Lost("the listener ended at once".to_owned()))
        })?;
        let listening = Listening::new(move || {
            // SAFETY: a message to a thread that may have ended; Windows checks the id.
            let _ = unsafe { PostThreadMessageW(id, WM_QUIT, WPARAM(0), LPARAM(0)) };
            let _ = thread.join();
        });
        // The trial: one pixel there and back, from outside what is ours.
        mouse(MOUSEEVENTF_MOVE, 1, 0, hook::TRIAL_MARK);
        mouse(MOUSEEVENTF_MOVE, -1, 0, hook::TRIAL_MARK);
        trial
            .recv_timeout(TRIAL)
            .map_err(|_| PlatformError::Failed {
                doing: "trying whether a person's input can be heard".to_owned(),
                reason: "an event that was sent did not arrive".to_owned(),
            })?;
        Ok(listening)
    }
}

/// Sets the hooks and serves them until the thread is told to quit.
fn listen(started: &mpsc::SyncSender<Result<u32>>) {
    let mut message = MSG::default();
    // SAFETY: the hooks are functions of this program and are taken off before the thread
    // ends; `message` lives through every call.
    unsafe {
        // Makes the thread's message queue, so that WM_QUIT cannot come too early.
        let _ = PeekMessageW(&mut message, None, 0, 0, PM_NOREMOVE);
        let module = GetModuleHandleW(None).map(Into::into).ok();
        let keys = SetWindowsHookExW(WH_KEYBOARD_LL, Some(on_key), module, 0);
        let mice = SetWindowsHookExW(WH_MOUSE_LL, Some(on_mouse), module, 0);
        let (keys, mice) = match (keys, mice) {
            (Ok(keys), Ok(mice)) => (keys, mice),
            (Err(error), _) | (_, Err(error)) => {
                let _ = started.send(Err(failed("listening to mouse and keyboard", &error)));
                return;
            }
        };
        let _ = started.send(Ok(GetCurrentThreadId()));
        while GetMessageW(&mut message, None, 0, 0).0 > 0 {}
        let _ = UnhookWindowsHookEx(keys);
        let _ = UnhookWindowsHookEx(mice);
    }
    EARS.with_borrow_mut(|slot| *slot = None);
}

unsafe extern "system" fn on_key(code: i32, message: WPARAM, event: LPARAM) -> LRESULT {
    if code == HC_ACTION as i32 {
        // SAFETY: for this hook Windows passes a pointer to this structure.
        let event = unsafe { &*(event.0 as *const KBDLLHOOKSTRUCT) };
        let report = hook::key(message.0 as u32, event.vkCode);
        let injected = event.flags.contains(LLKHF_INJECTED);
        let maker = hook::maker(injected, event.dwExtraInfo, mark() as usize);
        let keep = EARS.with(|ears| {
            // Never while the ears are in use: the hook is not re-entered on purpose.
            let mut ears = ears.try_borrow_mut().ok()?;
            Some(ears.as_mut()?.hear(report, maker))
        });
        if keep == Some(true) {
            return LRESULT(1);
        }
    }
    // SAFETY: passes on what was given.
    unsafe { CallNextHookEx(None, code, message, event) }
}

unsafe extern "system" fn on_mouse(code: i32, message: WPARAM, event: LPARAM) -> LRESULT {
    if code == HC_ACTION as i32 {
        // SAFETY: for this hook Windows passes a pointer to this structure.
        let event = unsafe { &*(event.0 as *const MSLLHOOKSTRUCT) };
        let report = hook::mouse(message.0 as u32, (event.pt.x, event.pt.y));
        let injected = event.flags & LLMHF_INJECTED != 0;
        let maker = hook::maker(injected, event.dwExtraInfo, mark() as usize);
        EARS.with(|ears| {
            if let Ok(mut ears) = ears.try_borrow_mut()
                && let Some(ears) = ears.as_mut()
            {
                ears.hear(report, maker);
            }
        });
    }
    // SAFETY: passes on what was given.
    unsafe { CallNextHookEx(None, code, message, event) }
}
