//! Where the programs of a task run: a desktop, a home folder, and a page.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use interpreter_test_support::Desktop;
use interpreter_test_support::model_server::SeenImage;
use tempfile::TempDir;

use super::reading::EMPTY;
use crate::house::PATIENCE;

/// How programs look.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub dark: bool,
    /// Points.
    pub font: u8,
}

pub const LIGHT: Theme = Theme {
    dark: false,
    font: 11,
};
pub const DARK: Theme = Theme {
    dark: true,
    font: 13,
};

/// A desktop with a home folder for the programs on it.
pub struct World {
    // Ended in this order.
    running: Option<Running>,
    pub desktop: Desktop,
    pub page: Page,
    folder: TempDir,
}

/// A program, with all that it started.
struct Running {
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// So large is the desktop: what a model is sent of it is smaller.
const SIZE: (u32, u32) = (1600, 1000);
/// How often it is looked whether something has happened.
const OFTEN: Duration = Duration::from_millis(100);

impl World {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tasks-").tempdir().unwrap();
        let world = Self {
            running: None,
            desktop: Desktop::with_size(SIZE.0, SIZE.1),
            page: Page::serve(),
            folder,
        };
        world.fresh();
        let grey = format!("#{0:02x}{0:02x}{0:02x}", EMPTY);
        world.output(&["xsetroot", "-solid", &grey]);
        // Services that the bus starts have this home, too.
        let mut tell = Command::new("dbus-update-activation-environment");
        world.dress(&mut tell);
        let home = world.home();
        tell.args([
            format!("HOME={}", home.display()),
            format!("XDG_CONFIG_HOME={}", home.join(".config").display()),
        ]);
        assert!(tell.status().unwrap().success());
        world
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Text of a file of the home folder; empty where there is none.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.home().join(name)).unwrap_or_default()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.home().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// What a program prints, run in the home folder.
    pub fn output(&self, words: &[&str]) -> String {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).stderr(Stdio::null());
        self.dress(&mut command);
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Pixels of a picture of the home folder.
    pub fn picture(&self, name: &str) -> Option<SeenImage> {
        let bytes = std::fs::read(self.home().join(name)).ok()?;
        let image = SeenImage {
            media_type: "image/png".to_owned(),
            bytes: bytes.into(),
        };
        image.size().map(|_| image)
    }

    /// An empty home folder; nothing is left of what programs kept in it.
    pub fn fresh(&self) {
        let home = self.home();
        if home.exists() {
            std::fs::remove_dir_all(&home).unwrap();
        }
        std::fs::create_dir_all(home.join(".config")).unwrap();
        self.page.forget();
    }

    fn dress(&self, command: &mut Command) {
        self.desktop.apply(command);
        let home = self.home();
        command
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("XDG_DATA_HOME", home.join(".local/share"))
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("LC_ALL", "C.UTF-8")
            .current_dir(&home);
    }

    /// Starts a program, after the words of its command line; `{home}` and `{page}`
    /// stand for what they are here. Waits until its window is there and rests.
    pub async fn start(&mut self, words: &[&str], theme: Theme) {
        self.write(
            ".config/gtk-3.0/settings.ini",
            &format!("[Settings]\ngtk-font-name=DejaVu Sans {}\n", theme.font),
        );
        let home = self.home();
        let place = |word: &str| {
            word.replace("{home}", &home.display().to_string())
                .replace("{page}", &self.page.address())
        };
        // In a group of its own, so that all it starts ends with it.
        let mut command = Command::new("setsid");
        command.arg(words[0]);
        if words[0] == "chromium" {
            browser(&mut command, &home, theme);
        }
        command.args(words[1..].iter().map(|word| place(word)));
        self.dress(&mut command);
        if theme.dark {
            command.env("GTK_THEME", "Adwaita:dark");
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{words:?} does not start: {error}"));
        self.running = Some(Running { child });
        self.window().await;
        self.rest().await;
    }

    /// Ends the program, and the service that keeps settings for it.
    pub fn end(&mut self) {
        self.running = None;
        let owner = self.output(&[
            "dbus-send",
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/",
            "org.freedesktop.DBus.GetConnectionUnixProcessID",
            "string:org.xfce.Xfconf",
        ]);
        if let Some(pid) = owner.split_whitespace().last()
            && pid.parse::<u32>().is_ok()
        {
            let _ = Command::new("kill").arg(pid).status();
        }
    }

    /// The program's largest window.
    async fn window(&self) -> String {
        let pid = self.running.as_ref().unwrap().child.id().to_string();
        let words = ["xdotool", "search", "--onlyvisible", "--pid", &pid];
        let begun = Instant::now();
        let mut often = tokio::time::interval(OFTEN);
        loop {
            often.tick().await;
            let list = self.output(&words);
            let largest = list.lines().max_by_key(|id| self.area(id));
            match largest {
                Some(id) if self.area(id) > 100 * 100 => return id.to_owned(),
                _ => assert!(begun.elapsed() < PATIENCE, "no window appeared"),
            }
        }
    }

    fn area(&self, id: &str) -> u64 {
        let told = self.output(&["xdotool", "getwindowgeometry", "--shell", id]);
        let number = |name: &str| -> Option<u64> {
            let line = told.lines().find_map(|line| line.strip_prefix(name));
            line?.parse().ok()
        };
        number("WIDTH=").unwrap_or(0) * number("HEIGHT=").unwrap_or(0)
    }

    /// Puts the program's window elsewhere, with another size where it can have one.
    pub async fn rearrange(&self, place: (i32, i32), size: Option<(u32, u32)>) {
        let id = self.window().await;
        if let Some((w, h)) = size {
            self.output(&[
                "xdotool",
                "windowsize",
                "--sync",
                &id,
                &w.to_string(),
                &h.to_string(),
            ]);
        }
        let (x, y) = (place.0.to_string(), place.1.to_string());
        self.output(&["xdotool", "windowmove", &id, &x, &y]);
        self.rest().await;
    }

    /// Waits until the screen looks the same for a while, shorter than a cursor blinks.
    async fn rest(&self) {
        let mut often = tokio::time::interval(OFTEN * 2);
        let begun = Instant::now();
        let mut before = self.desktop.screenshot();
        let mut same = 0;
        while same < 2 && begun.elapsed() < PATIENCE / 12 {
            often.tick().await;
            let now = self.desktop.screenshot();
            same = if now == before { same + 1 } else { 0 };
            before = now;
        }
    }

    /// Keeps a picture of the screen for who looks at a task that failed.
    pub fn keep_picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("INTERPRETER_SCREENSHOTS") {
            let _ = std::fs::create_dir_all(&folder);
            let path = Path::new(&folder).join(format!("{name}.png"));
            self.desktop.save_screenshot(&path);
        }
    }
}

fn browser(command: &mut Command, home: &Path, theme: Theme) {
    // As where the system's settings say so.
    command.env("ACCESSIBILITY_ENABLED", "1");
    command.args([
        // Tests may run as root, where it has no sandbox of its own.
        "--no-sandbox",
        "--test-type",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--password-store=basic",
        "--force-renderer-accessibility",
        "--window-size=1000,760",
    ]);
    command.arg(format!(
        "--user-data-dir={}",
        home.join("profile").display()
    ));
    if theme.dark {
        command.args(["--force-dark-mode", "--enable-features=WebUIDarkMode"]);
    }
}

/// A server of pages, which keeps what they send.
pub struct Page {
    port: u16,
    got: Arc<Mutex<Vec<String>>>,
}

impl Page {
    fn serve() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&got);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || answer(stream, &kept));
            }
        });
        Self { port, got }
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything after `/sent?`, in order.
    pub fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }

    fn forget(&self) {
        self.got.lock().unwrap().clear();
    }
}

fn answer(mut stream: TcpStream, got: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part) {
            Ok(length) if length > 0 => request.extend_from_slice(&part[..length]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let body = match path.split_once('?') {
        Some(("/sent", sent)) => {
            got.lock().unwrap().push(sent.to_owned());
            "<!doctype html><title>Thank you</title><h1>Thank you</h1>"
        }
        _ => match path {
            "/order" => include_str!("pages/order.html"),
            "/list" => include_str!("pages/list.html"),
            "/long" => include_str!("pages/long.html"),
            _ => "",
        },
    };
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}
