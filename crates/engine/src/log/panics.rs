//! A fault of our own leaves a report on this computer, and says where.

use std::backtrace::Backtrace;
use std::fs;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{SystemTime, UNIX_EPOCH};

/// Reports that are kept, and that one process writes.
const KEPT: usize = 10;

static INSTALLED: Once = Once::new();

/// From now on panics are reported to `folder`.
pub(super) fn install(folder: PathBuf, front: &'static str) {
    INSTALLED.call_once(|| {
        std::panic::set_hook(Box::new(move |info| {
            let report = text(info, front, &Backtrace::force_capture());
            let place = write(&folder, &report);
            tell(info, place.as_deref());
        }));
    });
}

/// What happened, where, and by which way.
fn text(info: &PanicHookInfo<'_>, front: &str, backtrace: &Backtrace) -> String {
    let thread = std::thread::current();
    super::redact(&format!(
        "Interpreter {version} ({front}) on {os} {arch}\n{message}\n\n\
         thread: {thread}\n\n{backtrace}\n",
        version = env!("CARGO_PKG_VERSION"),
        os = std::env::consts::OS,
        arch = std::env::consts::ARCH,
        message = message(info),
        thread = thread.name().unwrap_or("unnamed"),
    ))
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let said = info.payload_as_str().unwrap_or("no message");
    match info.location() {
        Some(place) => format!("{said}\nat {}:{}", place.file(), place.line()),
        None => said.to_owned(),
    }
}

/// The report's file; none where it cannot be written or there are enough.
fn write(folder: &Path, report: &str) -> Option<PathBuf> {
    fs::create_dir_all(folder).ok()?;
    for old in reports(folder).iter().rev().skip(KEPT - 1) {
        let _ = fs::remove_file(old);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let name = format!(
        "report-{:014}-{}.txt",
        now.as_micros() / 100,
        std::process::id()
    );
    let path = folder.join(name);
    let mut file = tempfile::NamedTempFile::new_in(folder).ok()?;
    file.write_all(report.as_bytes()).ok()?;
    file.persist(&path).ok()?;
    Some(path)
}

/// Standard error is where a front's person, or its terminal, hears of it.
fn tell(info: &PanicHookInfo<'_>, place: Option<&Path>) {
    let mut words = format!(
        "Interpreter met a fault of its own: {}",
        super::redact(&message(info)).replace('\n', " ")
    );
    if let Some(place) = place {
        words.push_str(&format!(
            "\nA report lies at {}. Nothing was sent.",
            place.display()
        ));
    }
    let _ = writeln!(std::io::stderr(), "{words}");
}

/// The reports that are kept, oldest first.
pub(crate) fn reports(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with("report-") && name.ends_with(".txt"))
        })
        .collect();
    found.sort();
    found
}
