//! The stop key and the panic chord as key bindings of sway: kept from programs
//! and reported to us.
//!
//! Each real keyboard has a binding of its own, and all others (on-screen and
//! remote keyboards, and ours) share one. Around an Esc of our own only the
//! shared one is lifted, so a person's is heard all the time. The chord is never ours.
//!
//! sway keeps bindings when the program that made them dies. A small shell waits
//! for that on a pipe, and then gives the keys back.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::sway::Sway;
use crate::platform::Result;

/// Also while the screen is locked or a program asks for all keys.
const FLAGS: &str = "--locked --inhibited";
/// Esc, and the panic chord.
const KEYS: [&str; 2] = [ESCAPE, "Ctrl+Shift+F12"];
const ESCAPE: &str = "Escape";
/// A key no keyboard has: to try whether bindings are reported.
const TRIAL: &str = "F24";

/// What a reported binding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Stop,
    Trial,
}

/// The bindings, as long as this lives.
pub(super) struct StopKeys {
    sway: Sway,
    keyboards: Vec<String>,
    /// The shared binding of Esc is lifted.
    lifted: bool,
    watchdog: Option<Child>,
}

impl StopKeys {
    pub(super) fn bind(path: &Path) -> Result<Self> {
        let mut sway = Sway::connect(path)?;
        let keyboards = sway.keyboards()?;
        let mut keys = Self {
            watchdog: watchdog(path, &unbind_all(&keyboards)),
            sway,
            keyboards,
            lifted: false,
        };
        keys.again()?;
        Ok(keys)
    }

    /// Binds them, also after they were forgotten.
    pub(super) fn again(&mut self) -> Result<()> {
        let mut commands: Vec<String> = Vec::new();
        for keyboard in &self.keyboards {
            let one = |key: &str| {
                format!(
                    "bindsym --no-warn {FLAGS} --input-device={keyboard} {key} {}",
                    stop()
                )
            };
            commands.extend(KEYS.iter().map(|key| one(key)));
        }
        let shared = KEYS.iter().filter(|key| !(self.lifted && **key == ESCAPE));
        commands.extend(shared.map(|key| bind(key)));
        self.sway.run(&commands.join("; "))
    }

    /// Lets our own Esc through.
    pub(super) fn lift(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.lifted, true) {
            return Ok(());
        }
        self.sway.run(&unbind(ESCAPE))
    }

    /// Ours has passed.
    pub(super) fn put_back(&mut self) -> Result<()> {
        if std::mem::take(&mut self.lifted) {
            return self.sway.run(&bind(ESCAPE));
        }
        Ok(())
    }

    /// Binds the key of the trial.
    pub(super) fn bind_trial(&mut self) -> Result<()> {
        let name = name("trial");
        self.sway
            .run(&format!("bindsym --no-warn {FLAGS} {TRIAL} nop {name}"))
    }

    pub(super) fn unbind_trial(&mut self) -> Result<()> {
        self.sway.run(&format!("unbindsym {FLAGS} {TRIAL}"))
    }
}

impl Drop for StopKeys {
    fn drop(&mut self) {
        // Unbinding what is not bound fails.
        let _ = self.put_back();
        if let Err(error) = self.sway.run(&unbind_all(&self.keyboards)) {
            tracing::warn!(%error, "the stop key could not be given back");
        }
        if let Some(mut watchdog) = self.watchdog.take() {
            let _ = watchdog.kill();
            let _ = watchdog.wait();
        }
    }
}

/// What the command of a binding means; none where it is not ours.
pub(super) fn meaning(command: &str) -> Option<Meaning> {
    let name_of = command.strip_prefix("nop ")?;
    if name_of == name("stop") {
        Some(Meaning::Stop)
    } else if name_of == name("trial") {
        Some(Meaning::Trial)
    } else {
        None
    }
}

fn name(what: &str) -> String {
    format!("interpreter-{what}-{}", std::process::id())
}

fn stop() -> String {
    format!("nop {}", name("stop"))
}

fn bind(key: &str) -> String {
    format!("bindsym --no-warn {FLAGS} {key} {}", stop())
}

fn unbind(key: &str) -> String {
    format!("unbindsym {FLAGS} {key}")
}

fn unbind_all(keyboards: &[String]) -> String {
    let mut commands: Vec<String> = KEYS.iter().map(|key| unbind(key)).collect();
    for keyboard in keyboards {
        let one = |key: &&str| format!("unbindsym {FLAGS} --input-device={keyboard} {key}");
        commands.extend(KEYS.iter().map(one));
    }
    commands.join("; ")
}

/// Gives the keys back when this process has died.
fn watchdog(path: &Path, commands: &str) -> Option<Child> {
    // The pipe ends with us, whatever ends us. Its own group: what is typed into
    // our terminal to end us must not end it too.
    let started = Command::new("sh")
        .args(["-c", r#"read line; exec swaymsg -q -s "$0" "$1""#])
        .arg(path)
        .arg(commands)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    started
        .inspect_err(|error| tracing::warn!(%error, "nobody gives the stop key back after a crash"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_bindings_mean_something() {
        let table = [
            (stop(), Some(Meaning::Stop)),
            (format!("nop {}", name("trial")), Some(Meaning::Trial)),
            ("nop interpreter-stop-0".to_owned(), None),
            ("exec foot".to_owned(), None),
            (String::new(), None),
        ];
        for (command, expected) in table {
            assert_eq!(meaning(&command), expected, "{command}");
        }
    }
}
