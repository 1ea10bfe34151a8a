//! Measures seeing, acting and stopping on a real X server, and what a plain
//! client of the same server needs. Prints one line a sample:
//! `name<TAB>value<TAB>unit`. `cargo xtask bench` runs it on a display of its own.
//!
//! `bench-computer` measures the screen; `bench-computer stop` what is done after a
//! stop; `bench-computer window NAME PROGRAM...` starts a program and measures its window.

mod acting;
mod person;
mod seeing;
mod stopping;
mod window;
mod witness;

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

type Any = Box<dyn Error>;

/// The session that drives.
const SESSION: &str = "bench";

fn main() -> Result<(), Any> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, name, command @ ..] = words.as_slice()
        && mode == "window"
    {
        return window::measure(name, command);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if words == ["stop"] {
            return stopping::stop().await;
        }
        {
            let (_desktop, labels) = Fixture::start(include_str!("desktop.py"), &[])?;
            seeing::capture().await?;
            seeing::find(&labels).await?;
        }
        acting::click().await?;
        acting::type_text().await
    })
}

fn sample(name: &str, time: Duration) {
    println!("{name}\t{:.4}\tms", time.as_secs_f64() * 1000.0);
}

/// A window that receives what is done. Ends with the value.
struct Fixture {
    child: Child,
    /// How often a button went down or up in it since.
    told: Arc<AtomicUsize>,
}

impl Fixture {
    /// Starts a script of windows; gives the first line it tells, when it is ready.
    fn start(script: &str, arguments: &[&str]) -> Result<(Self, String), Any> {
        let mut child = Command::new("/usr/bin/python3")
            .args(["-c", script])
            .args(arguments)
            .envs([
                ("NO_AT_BRIDGE", "1"),
                ("GTK_THEME", "Adwaita"),
                ("LC_ALL", "C.UTF-8"),
            ])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take();
        let told = Arc::default();
        let fixture = Self {
            child,
            told: Arc::clone(&told),
        };
        let mut lines = BufReader::new(stdout.ok_or("the window has no output")?);
        let mut first = String::new();
        if lines.read_line(&mut first)? == 0 {
            return Err("the window did not open; packages python3-gi and gir1.2-gtk-3.0?".into());
        }
        // What it tells later must not hold it up.
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let button = ["\"press\"", "\"release\""];
                if button.iter().any(|name| line.contains(name)) {
                    told.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        Ok((fixture, first))
    }

    /// A window over the whole screen, ready and with the keyboard: `area` takes
    /// clicks and keys, `text` is a text field.
    fn window(kind: &str) -> Result<Self, Any> {
        let script = include_str!("../../tests/fixtures/window.py");
        Ok(Self::start(script, &[kind])?.0)
    }

    /// How often it has told that a button went down or up.
    fn told(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
