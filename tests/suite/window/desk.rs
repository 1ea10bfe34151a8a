//! What a person sees of the app's windows on a desktop, and does with them.

use std::process::Command;
use std::time::Duration;

use interpreter_test_support::Desktop;

use crate::house::PATIENCE;

/// The title of the main window.
pub const MAIN: &str = "Interpreter";
/// The title of the small window that stands in its place while the screen is used.
pub const PILL: &str = "Interpreter is using this computer";

/// A window that is shown: its number, left, top, width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    id: u32,
    pub place: [i32; 4],
}

/// Runs a tool of the desktop's; gives what it prints.
pub fn tool(desktop: &Desktop, program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    desktop.apply(&mut command).args(arguments);
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The window with exactly this title, where it is on the screen.
pub fn shown(desktop: &Desktop, title: &str) -> Option<Shown> {
    all_shown(desktop, title).into_iter().next()
}

/// All windows with exactly this title that are on the screen.
pub fn all_shown(desktop: &Desktop, title: &str) -> Vec<Shown> {
    let named = format!("^{title}$");
    let found = tool(
        desktop,
        "xdotool",
        &["search", "--onlyvisible", "--name", &named],
    );
    let windows = found.lines().filter_map(|line| line.trim().parse().ok());
    windows.filter_map(|id| place(desktop, id)).collect()
}

fn place(desktop: &Desktop, id: u32) -> Option<Shown> {
    let told = tool(desktop, "xwininfo", &["-id", &id.to_string()]);
    let number = |name: &str| -> Option<i32> {
        let line = told
            .lines()
            .find_map(|line| line.trim().strip_prefix(name))?;
        line.trim().parse().ok()
    };
    let place = [
        number("Absolute upper-left X:")?,
        number("Absolute upper-left Y:")?,
        number("Width:")?,
        number("Height:")?,
    ];
    Some(Shown { id, place })
}

/// Whether the window with this title has the focus.
pub fn is_active(desktop: &Desktop, title: &str) -> bool {
    tool(desktop, "xdotool", &["getactivewindow", "getwindowname"]).trim() == title
}

/// Gives a window another place and size, as its person would, and waits for it.
pub async fn put(desktop: &Desktop, window: Shown, [x, y, w, h]: [i32; 4]) -> Shown {
    let id = window.id.to_string();
    let number = |number: i32| number.to_string();
    tool(
        desktop,
        "xdotool",
        &["windowsize", "--sync", &id, &number(w), &number(h)],
    );
    tool(
        desktop,
        "xdotool",
        &["windowmove", "--sync", &id, &number(x), &number(y)],
    );
    until("the window has its size", || {
        place(desktop, window.id).filter(|now| now.place[2..] == [w, h])
    })
    .await
}

/// Clicks the close button that the window manager draws.
pub fn press_close(desktop: &Desktop, window: Shown) {
    let told = tool(
        desktop,
        "xprop",
        &["-id", &window.id.to_string(), "_NET_FRAME_EXTENTS"],
    );
    let sides: Vec<i32> = told
        .rsplit('=')
        .next()
        .unwrap_or_default()
        .split(',')
        .filter_map(|side| side.trim().parse().ok())
        .collect();
    let [_, right, top, _] = sides[..] else {
        panic!("the window has no frame: {told}")
    };
    let [x, y, width, _] = window.place;
    // The last button of the title bar.
    desktop.person_clicks(x + width + right - top / 2, y - top / 2);
}

/// Presses keys together, as on a keyboard: `ctrl+comma`.
pub fn press(desktop: &Desktop, keys: &str) {
    tool(desktop, "xdotool", &["key", keys]);
}

/// Types a text key by key.
pub fn type_text(desktop: &Desktop, text: &str) {
    tool(desktop, "xdotool", &["type", "--delay", "1", text]);
}

/// How many pixels of the screen have exactly this colour.
pub fn pixels_of(desktop: &Desktop, colour: [u8; 3]) -> usize {
    let picture = desktop.screenshot();
    picture.pixels().filter(|pixel| pixel.0 == colour).count()
}

/// Waits for something that other programs do: nobody tells.
pub async fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = found() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"))
}

/// Waits until the main window is on the screen.
pub async fn main_shown(desktop: &Desktop) -> Shown {
    until("the main window is shown", || shown(desktop, MAIN)).await
}

/// Waits until no window with this title is on the screen.
pub async fn hidden(desktop: &Desktop, title: &str) {
    until("the window is hidden", || {
        shown(desktop, title).is_none().then_some(())
    })
    .await;
}

/// Waits until the window with this title has the focus.
pub async fn active(desktop: &Desktop, title: &str) {
    until("the window has the focus", || {
        is_active(desktop, title).then_some(())
    })
    .await;
}
