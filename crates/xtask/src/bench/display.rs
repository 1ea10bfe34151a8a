//! A display of the bench's own: X server, window manager, message bus.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{output, program};

/// How long a window manager may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Ends with the value, the server last.
pub struct Display {
    children: Vec<Child>,
    name: String,
    bus: Option<String>,
}

impl Display {
    /// 1920×1080 pixels, with openbox and a session bus.
    pub fn start() -> Result<Self, String> {
        let mut display = Self {
            children: Vec::new(),
            name: String::new(),
            bus: None,
        };
        let number = display.begin(program(
            "Xvfb",
            &[
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1920x1080x24",
                "-dpi",
                "96",
                "-nolisten",
                "tcp",
                "-noreset",
            ],
        ))?;
        display.name = format!(":{number}");
        let mut bus = program(
            "dbus-daemon",
            &["--session", "--nofork", "--print-address=1"],
        );
        display.bus = Some(display.begin(display.dress(&mut bus))?);
        let mut manager = program("openbox", &["--sm-disable"]);
        let manager = display.dress(&mut manager).stdout(Stdio::null()).spawn();
        display
            .children
            .push(manager.map_err(|error| format!("openbox: {error}"))?);
        display.managed()?;
        Ok(display)
    }

    /// Makes a program run on this display and on no other.
    pub fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("DISPLAY", &self.name)
            .env("GDK_BACKEND", "x11")
            .stdin(Stdio::null());
        for name in [
            "WAYLAND_DISPLAY",
            "XAUTHORITY",
            "XMODIFIERS",
            "GTK_IM_MODULE",
        ] {
            command.env_remove(name);
        }
        match &self.bus {
            Some(bus) => command.env("DBUS_SESSION_BUS_ADDRESS", bus),
            None => command.env_remove("DBUS_SESSION_BUS_ADDRESS"),
        }
    }

    /// Starts a program that tells one line when it is ready.
    fn begin(
        &mut self,
        mut command: impl std::borrow::BorrowMut<Command>,
    ) -> Result<String, String> {
        let command = command.borrow_mut();
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.map_err(|error| format!("{name}: {error}"))?;
        let stdout = child.stdout.take();
        self.children.push(child);
        let mut line = String::new();
        let read = stdout.map(|stdout| BufReader::new(stdout).read_line(&mut line));
        match read {
            Some(Ok(1..)) => Ok(line.trim().to_owned()),
            _ => Err(format!("{name} did not start.")),
        }
    }

    /// Waits until the window manager has taken over.
    fn managed(&self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let mut ask = program("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"]);
            if output(self.dress(&mut ask)).is_some_and(|told| told.contains("window id")) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("openbox did not take over the display.".to_owned())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        while let Some(mut child) = self.children.pop() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
