//! A desktop of a test's own: X server, window manager and message bus; and, in
//! [`sway`], one of Wayland.

mod monitors;
mod process;
mod screen;
pub mod sway;

pub(crate) use process::Process;

use std::path::Path;
use std::process::Command;

use x11rb::rust_connection::RustConnection;

/// A private X server with openbox and a session bus. Ends with the value, and
/// with the thread that started it.
pub struct Desktop {
    // Dropped in this order: clients before the server they talk to.
    bus: Process,
    _window_manager: Process,
    connection: RustConnection,
    _server: Process,
    display: String,
    bus_address: String,
    size: (u32, u32),
    folder: tempfile::TempDir,
}

impl Desktop {
    /// A desktop of 1280 × 800.
    ///
    /// # Panics
    /// When a program it needs is missing or does not start.
    pub fn start() -> Self {
        Self::with_size(1280, 800)
    }

    /// A desktop of this size in pixels.
    ///
    /// # Panics
    /// When a program it needs is missing or does not start.
    pub fn with_size(width: u32, height: u32) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("interpreter-desktop-")
            .tempdir()
            .expect("a temporary folder");
        let mut server = Command::new("Xvfb");
        // The number of the display is chosen by the server and told on its output.
        server
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-noreset",
                "-dpi",
                "96",
                "-screen",
                "0",
            ])
            .arg(format!("{width}x{height}x24"));
        let mut server = Process::start(server, "Xvfb", folder.path());
        let display = format!(":{}", server.first_line());
        let (connection, root) = screen::connect(&display);

        let config = folder.path().join("openbox.xml");
        std::fs::write(&config, include_str!("openbox.xml")).expect("a file in a temporary folder");
        let watch = screen::WindowManagerWatch::new(&connection, root);
        let mut manager = Command::new("openbox");
        manager
            .arg("--sm-disable")
            .arg("--config-file")
            .arg(&config)
            .env("DISPLAY", &display);
        manager
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("XAUTHORITY");
        let mut window_manager = Process::start(manager, "openbox", folder.path());
        watch.wait(&connection, &mut window_manager);

        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        // What the bus starts (the accessibility bus) inherits its environment.
        bus.envs(environment(&display, "", folder.path()))
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        bus.env_remove("WAYLAND_DISPLAY")
            .env_remove("XAUTHORITY")
            .env_remove("NO_AT_BRIDGE");
        let mut bus = Process::start(bus, "dbus-daemon", folder.path());
        let bus_address = bus.first_line();
        Self {
            bus,
            _window_manager: window_manager,
            connection,
            _server: server,
            display,
            bus_address,
            size: (width, height),
            folder,
        }
    }

    /// `:N`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// A folder that goes with the desktop.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The environment variables its programs need.
    pub fn envs(&self) -> Vec<(String, String)> {
        environment(&self.display, &self.bus_address, self.folder.path())
    }

    /// Makes a command run on this desktop, and on no other it may know of.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for name in [
            "WAYLAND_DISPLAY",
            "XAUTHORITY",
            "AT_SPI_BUS_ADDRESS",
            "NO_AT_BRIDGE",
        ] {
            command.env_remove(name);
        }
        command.envs(self.envs())
    }

    /// The process of the session bus, whose end ends all it started.
    pub fn bus_pid(&self) -> u32 {
        self.bus.pid()
    }
}

fn environment(display: &str, bus: &str, folder: &Path) -> Vec<(String, String)> {
    [
        ("DISPLAY", display),
        ("DBUS_SESSION_BUS_ADDRESS", bus),
        ("XDG_RUNTIME_DIR", &folder.display().to_string()),
        ("XDG_SESSION_TYPE", "x11"),
        ("GDK_BACKEND", "x11"),
        // No settings service, no input method service, no theme animations.
        ("GSETTINGS_BACKEND", "memory"),
        ("GTK_IM_MODULE", "gtk-im-context-simple"),
        ("GTK_THEME", "Adwaita"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}
