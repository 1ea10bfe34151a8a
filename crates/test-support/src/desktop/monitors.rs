//! Several monitors on one X screen, and the density of their pixels.

use std::process::{Command, Stdio};

use x11rb::protocol::xproto::{AtomEnum, PropMode};
use x11rb::wrapper::ConnectionExt as _;

use super::Desktop;
use crate::fixtures::Place;

impl Desktop {
    /// Adds a monitor over a part of the screen, or moves the one of that name. One
    /// of them has the screen's `output`; without it there is one over all the screen.
    ///
    /// # Panics
    /// When `xrandr` is missing or refuses.
    pub fn set_monitor(&self, name: &str, place: Place, output: bool) {
        let Place { x, y, w, h } = place;
        // Millimetres of 96 pixels an inch.
        let (mw, mh) = (w * 254 / 960, h * 254 / 960);
        let geometry = format!("{w}/{mw}x{h}/{mh}+{x}+{y}");
        let output = if output { "screen" } else { "none" };
        let mut command = Command::new("xrandr");
        command
            .args(["--setmonitor", name, &geometry, output])
            .stdout(Stdio::null());
        let status = self.apply(&mut command).status();
        assert!(
            status.as_ref().is_ok_and(std::process::ExitStatus::success),
            "xrandr --setmonitor {name} {geometry} {output}: {status:?}"
        );
    }

    /// Says how dense the screen is, as desktops do for programs that start later.
    ///
    /// # Panics
    /// When the X server does not take it.
    pub fn set_dpi(&self, dpi: u32) {
        let resources = format!("Xft.dpi:\t{dpi}\n");
        self.connection
            .change_property8(
                PropMode::REPLACE,
                self.root(),
                AtomEnum::RESOURCE_MANAGER,
                AtomEnum::STRING,
                resources.as_bytes(),
            )
            .expect("a request")
            .check()
            .expect("the X server takes a property");
    }
}
