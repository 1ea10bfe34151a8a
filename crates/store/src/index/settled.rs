//! When the files need not be looked at one by one again.
//!
//! Whoever writes a conversation tells the index, so that its files only have to
//! be compared with it after a crash, or when somebody else put them there. New,
//! renamed and removed files show in the time of their folder, a writer that
//! came or went in that of the locks. What is left (a file that was changed in
//! its place, by hand) is seen a moment later.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use crate::folders::Folders;

/// Some systems keep the time of a folder no finer than this.
const GRAIN: Duration = Duration::from_secs(3);
/// After which the files are looked at in any case.
const MOMENT: Duration = Duration::from_secs(10);

/// How the folders were when all files were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled {
    times: (SystemTime, SystemTime),
    since: Instant,
}

impl Settled {
    /// To be called before the files are looked at. None while the folders
    /// change, because a change right after this could not be told.
    pub(super) fn now(folders: &Folders) -> Option<Self> {
        let times = times(folders)?;
        let newest = times.0.max(times.1);
        let quiet = SystemTime::now().duration_since(newest).ok()?;
        (quiet > GRAIN).then(|| Self {
            times,
            since: Instant::now(),
        })
    }

    /// Whether nothing has changed since.
    pub(super) fn holds(&self, folders: &Folders) -> bool {
        self.since.elapsed() < MOMENT && times(folders) == Some(self.times)
    }
}

fn times(folders: &Folders) -> Option<(SystemTime, SystemTime)> {
    let of = |folder: &Path| std::fs::metadata(folder).ok()?.modified().ok();
    Some((of(&folders.conversations)?, of(&folders.locks)?))
}
