//! The border around displays that are seen: four thin windows each, above all others,
//! which no click hits and no picture shows. They belong to a thread of their own.

use std::cell::RefCell;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use windows::Win32::Foundation::{COLORREF, HWND, LPARAM, LRESULT, RECT, WPARAM};
use windows::Win32::Graphics::Gdi::{
    BeginPaint, CreateSolidBrush, DeleteObject, EndPaint, FillRect, PAINTSTRUCT,
};
use windows::Win32::System::LibraryLoader::GetModuleHandleW;
use windows::Win32::System::Threading::GetCurrentThreadId;
use windows::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GetMessageW, LWA_ALPHA, MSG,
    PM_NOREMOVE, PeekMessageW, PostThreadMessageW, RegisterClassW, SW_SHOWNOACTIVATE,
    SetLayeredWindowAttributes, SetWindowDisplayAffinity, ShowWindow, WDA_EXCLUDEFROMCAPTURE,
    WM_PAINT, WM_QUIT, WNDCLASSW, WS_EX_LAYERED, WS_EX_NOACTIVATE, WS_EX_TOOLWINDOW, WS_EX_TOPMOST,
    WS_EX_TRANSPARENT, WS_POPUP,
};
use windows::core::w;

use super::ring::{around, light};
use super::{Border, PlatformError, Rect, Result};

/// Blue, green, red.
const LIGHT: COLORREF = COLORREF(0x002e_f1cb);
const DARK: COLORREF = COLORREF(0x000a_1610);

/// A side of the border of an area.
#[derive(Clone, Copy)]
struct Side {
    window: HWND,
    place: Rect,
    area: Rect,
}

thread_local! {
    /// What this thread shows.
    static SIDES: RefCell<Vec<Side>> = const { RefCell::new(Vec::new()) };
}

/// Shows the border on each of these areas until it is dropped. None where pictures
/// would show it: then it would be in the model's way.
pub(super) fn show(areas: &[Rect]) -> Result<Option<Box<dyn Border>>> {
    let areas = areas.to_vec();
    let (tell, told) = sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("border".to_owned())
        .spawn(move || run(&areas, &tell))
        .map_err(|error| failed(error.to_string()))?;
    match told.recv() {
        Ok(Ok(number)) => Ok(Some(Box::new(Shown {
            thread: Some(thread),
            number,
        }))),
        Ok(Err(reason)) => {
            tracing::debug!(%reason, "no border is shown");
            Ok(None)
        }
        Err(_) => Err(failed("its thread ended".to_owned())),
    }
}

fn failed(reason: String) -> PlatformError {
    PlatformError::Failed {
        doing: "drawing the border".to_owned(),
        reason,
    }
}

struct Shown {
    thread: Option<JoinHandle<()>>,
    /// The thread's, to send it messages.
    number: u32,
}

impl Border for Shown {
    // They are not in the list of windows, and in no picture.
    fn windows(&self) -> Vec<u64> {
        Vec::new()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        // SAFETY: a plain call; the thread has a queue and lives until it is joined.
        let sent = unsafe { PostThreadMessageW(self.number, WM_QUIT, WPARAM(0), LPARAM(0)) };
        if let (Ok(()), Some(thread)) = (sent, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

fn run(areas: &[Rect], tell: &SyncSender<std::result::Result<u32, String>>) {
    let mut message = MSG::default();
    // SAFETY: plain calls on this thread's own queue, which the first one makes.
    let number = unsafe {
        let _ = PeekMessageW(&raw mut message, None, 0, 0, PM_NOREMOVE);
        GetCurrentThreadId()
    };
    let opened = areas.iter().try_for_each(|area| open(*area));
    let ready = opened.is_ok();
    let _ = tell.send(opened.map(|()| number).map_err(|error| error.message()));
    // SAFETY: `message` lives as long as the loop; 0 is the end, -1 a failure.
    while ready && unsafe { GetMessageW(&raw mut message, None, 0, 0) }.0 > 0 {
        // SAFETY: a message this thread was just given.
        unsafe { DispatchMessageW(&raw const message) };
    }
    for side in SIDES.take() {
        // SAFETY: a window of this thread, destroyed once.
        let _ = unsafe { DestroyWindow(side.window) };
    }
}

fn open(area: Rect) -> windows::core::Result<()> {
    // SAFETY: plain calls with values that outlive them; the class and its brush are
    // registered once and stay as long as the program.
    unsafe {
        let instance = GetModuleHandleW(None)?.into();
        let class = WNDCLASSW {
            lpfnWndProc: Some(paint),
            hInstance: instance,
            hbrBackground: CreateSolidBrush(DARK),
            lpszClassName: w!("InterpreterBorder"),
            ..WNDCLASSW::default()
        };
        if RegisterClassW(&raw const class) == 0 {
            // It is registered since the last time.
            let _ = DeleteObject(class.hbrBackground.into());
        }
        for place in around(area) {
            let window = CreateWindowExW(
                WS_EX_LAYERED
                    | WS_EX_TRANSPARENT
                    | WS_EX_TOOLWINDOW
                    | WS_EX_NOACTIVATE
                    | WS_EX_TOPMOST,
                class.lpszClassName,
                // Without a title it is not in lists of windows.
                w!(""),
                WS_POPUP,
                place.x,
                place.y,
                place.w as i32,
                place.h as i32,
                None,
                None,
                Some(instance),
                None,
            )?;
            SIDES.with_borrow_mut(|sides| {
                sides.push(Side {
                    window,
                    place,
                    area,
                });
            });
            SetLayeredWindowAttributes(window, COLORREF(0), 255, LWA_ALPHA)?;
            // Before it is seen. Windows 10 of 2020 and newer can do it.
            SetWindowDisplayAffinity(window, WDA_EXCLUDEFROMCAPTURE)?;
            let _ = ShowWindow(window, SW_SHOWNOACTIVATE);
        }
    }
    Ok(())
}

extern "system" fn paint(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    if message != WM_PAINT {
        // SAFETY: the arguments as they came.
        return unsafe { DefWindowProcW(window, message, wparam, lparam) };
    }
    let side = SIDES.with_borrow(|sides| sides.iter().find(|side| side.window == window).copied());
    let mut work = PAINTSTRUCT::default();
    // SAFETY: painting between its beginning and end, with a brush that is deleted after.
    unsafe {
        let context = BeginPaint(window, &raw mut work);
        if let Some(side) = side {
            let brush = CreateSolidBrush(LIGHT);
            for line in light(side.area, side.place) {
                let rect = RECT {
                    left: line.x,
                    top: line.y,
                    right: line.x.saturating_add_unsigned(line.w),
                    bottom: line.y.saturating_add_unsigned(line.h),
                };
                FillRect(context, &raw const rect, brush);
            }
            let _ = DeleteObject(brush.into());
        }
        let _ = EndPaint(window, &raw const work);
    }
    LRESULT(0)
}
