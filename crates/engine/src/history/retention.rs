//! Screenshots are kept for as long as the settings say (design: at rest).

use std::fs;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use serde_json::Map;

use crate::host::now_ms;
use crate::{Engine, Inner};

/// How often it is looked.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limits {
    days: u64,
    megabytes: u64,
}

/// Looks now and once a day.
pub(super) fn watch(engine: &Engine) {
    let inner = Arc::downgrade(&engine.inner);
    tokio::spawn(async move {
        let mut days = tokio::time::interval(DAY);
        loop {
            days.tick().await;
            if look(&inner).is_none() {
                return;
            }
        }
    });
}

/// None once the engine is gone.
fn look(inner: &Weak<Inner>) -> Option<()> {
    let inner = inner.upgrade()?;
    let values = inner.host.values(&Map::new());
    let limits = if values.keep_screenshots {
        Limits {
            days: values.screenshot_days,
            megabytes: values.screenshot_megabytes,
        }
    } else {
        Limits {
            days: 0,
            megabytes: 0,
        }
    };
    let note = inner.paths.data.join("screenshots.checked");
    if is_done(&note, limits) {
        return Some(());
    }
    let store = inner.host.store.clone();
    // A thread of its own: a program that has nothing else to do does not wait
    // for it, and what it has not done by then is done at the next start.
    let work = move || {
        let age = limits.days.saturating_mul(DAY.as_millis() as u64);
        let before = now_ms().saturating_sub(age);
        let most = limits.megabytes.saturating_mul(1024 * 1024);
        match store.prune_screenshots(before, most) {
            Ok(gone) => {
                tracing::debug!(gone, "old screenshots were removed");
                let _ = fs::write(&note, limits.text());
            }
            Err(error) => tracing::warn!(%error, "old screenshots were not removed"),
        }
    };
    let named = std::thread::Builder::new().name("screenshots".to_owned());
    if let Err(error) = named.spawn(work) {
        tracing::warn!(%error, "old screenshots were not removed");
    }
    Some(())
}

impl Limits {
    fn text(self) -> String {
        format!("{} days, {} megabytes\n", self.days, self.megabytes)
    }
}

/// Whether some program did it today, with the same limits.
fn is_done(note: &Path, limits: Limits) -> bool {
    let modified = fs::metadata(note).and_then(|meta| meta.modified());
    let age = modified.map(|modified| SystemTime::now().duration_since(modified));
    // Written in the future: the clock was wrong then, or is now.
    let today = matches!(age, Ok(Ok(age)) if age < DAY);
    today && fs::read_to_string(note).is_ok_and(|text| text == limits.text())
}
