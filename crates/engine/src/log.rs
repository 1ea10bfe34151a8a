//! The log: what happened, for whoever looks for a fault. Never what was said.
//!
//! Lines go to files that rotate ([`files`]), through a layer that takes secrets
//! out ([`redact`]): those this process knows, and what has the shape of one. A
//! panic leaves a report beside them ([`panics`]). Nothing is sent anywhere.
//!
//! At `info` there are names, numbers and codes; no message, code, output or
//! screen text of a conversation.

mod files;
mod note;
mod panics;
mod redact;
mod shapes;

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use interpreter_settings::Paths;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::DynFilterFn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::SubscriberExt as _;

pub(crate) use files::tail;
pub(crate) use note::note;
pub(crate) use panics::reports;
pub(crate) use redact::Redactor;

use files::Files;

/// What no line of this process may contain.
static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::new);

/// Whether `debug` is written too.
static VERBOSE: AtomicBool = AtomicBool::new(false);

/// Begins to write the log of this process, and to leave a report of panics.
/// Touches no file before there is something to write. `front` is the program as
/// its people call it: `the app`, `the terminal`, `the server`. A second call
/// changes nothing.
pub fn start(paths: &Paths, front: &'static str) {
    know_environment(std::env::vars());
    panics::install(paths.logs(), front);
    let files = Arc::new(Files::new(paths.clone()));
    // Only the first subscriber of a process counts; a test may have set one.
    let _ = tracing::subscriber::set_global_default(subscriber(files, &REDACTOR, front));
}

/// Never lets this text into the log or the diagnostics.
pub fn know(secret: &str) {
    REDACTOR.know(secret);
}

/// Writes `debug` too, or no longer.
pub fn set_verbose(verbose: bool) {
    if VERBOSE.swap(verbose, Ordering::Relaxed) != verbose {
        tracing::callsite::rebuild_interest_cache();
    }
}

/// The text without secrets.
pub(crate) fn redact(text: &str) -> String {
    REDACTOR.redact(text)
}

fn know_environment(variables: impl Iterator<Item = (String, String)>) {
    for (name, value) in variables {
        if redact::names_a_secret(&name) && !redact::is_a_path(&value) {
            REDACTOR.know(&value);
        }
    }
}

fn subscriber(
    files: Arc<Files>,
    redactor: &'static Redactor,
    front: &'static str,
) -> impl tracing::Subscriber + Send + Sync {
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_timer(Stamp(front))
        .with_writer(Redacting { files, redactor });
    // The most verbose it can become is told, so that it can change later.
    let filter =
        DynFilterFn::new(|metadata, _| wanted(metadata)).with_max_level_hint(LevelFilter::DEBUG);
    tracing_subscriber::registry().with(filter).with(lines)
}

/// Ours from `info` (or `debug`), of others only what went wrong.
fn wanted(metadata: &Metadata<'_>) -> bool {
    let most = match metadata.target().starts_with("interpreter") {
        true if VERBOSE.load(Ordering::Relaxed) => Level::DEBUG,
        true => Level::INFO,
        false => Level::WARN,
    };
    *metadata.level() <= most
}

/// Time, program and process: several of ours write to the same files.
struct Stamp(&'static str);

impl FormatTime for Stamp {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        SystemTime.format_time(out)?;
        write!(out, " [{} {}]", self.0, std::process::id())
    }
}

/// Takes each event whole, so that a secret cannot hide between two writes.
struct Redacting {
    files: Arc<Files>,
    redactor: &'static Redactor,
}

impl<'a> MakeWriter<'a> for Redacting {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            to: self,
            text: Vec::new(),
        }
    }
}

struct Line<'a> {
    to: &'a Redacting,
    text: Vec<u8>,
}

impl io::Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.text);
        let clean = self.to.redactor.redact(text.trim_end());
        // An event is one line and its continuation: a message cannot forge others.
        let mut line = clean.replace('\r', "").replace('\n', "\n    ");
        line.push('\n');
        // A full disk must not end the program, and there is nobody else to tell.
        let _ = self.to.files.write(line.as_bytes());
    }
}

#[cfg(test)]
mod tests;
