//! What deleted conversations cost: a budget of the day or the month counts it
//! all the same. A line names no conversation, only the digest of its name.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use interpreter_protocol::{ConversationId, digest};
use serde::{Deserialize, Serialize};

use crate::folders::{Folders, millis};
use crate::{Spent, log};

/// Older costs are in no month that is asked for any more.
const KEPT: u64 = 62 * 24 * 60 * 60 * 1000;
/// Bytes after which lines that are too old are dropped.
const LARGE: u64 = 256 * 1024;

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    of: String,
    seq: u64,
    at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usd: Option<f64>,
}

/// Writes down what a conversation cost that is about to go. Where that is not
/// possible, it goes all the same.
pub(crate) fn keep(folders: &Folders, id: &ConversationId, source: &Path) {
    let Ok((_, tail)) = log::fold(source, id) else {
        return;
    };
    let modified = fs::metadata(source).and_then(|meta| meta.modified());
    let updated = modified.map_or(0, millis);
    let since = millis(SystemTime::now()).saturating_sub(KEPT);
    let of = digest::of_bytes(id.as_str().as_bytes());
    let mut text = String::new();
    for spending in tail.noted.spendings {
        let at = spending.at.unwrap_or(updated);
        let line = Line {
            of: of.clone(),
            seq: spending.seq,
            at,
            usd: spending.usd,
        };
        if at >= since
            && let Ok(line) = serde_json::to_string(&line)
        {
            text.push_str(&line);
            text.push('\n');
        }
    }
    if text.is_empty() {
        return;
    }
    let path = folders.ledger();
    if fs::metadata(&path).is_ok_and(|meta| meta.len() > LARGE) {
        shorten(&path, since);
    }
    let mut open = OpenOptions::new();
    let file = open.append(true).create(true).open(&path);
    let _ = file.and_then(|mut file| file.write_all(text.as_bytes()));
}

/// What deleted conversations cost since a moment.
pub(crate) fn spent(folders: &Folders, since: u64) -> Spent {
    let mut spent = Spent::default();
    let mut counted = HashSet::new();
    let lines = lines(&folders.ledger());
    let mut there: Option<HashSet<String>> = None;
    for line in lines.into_iter().filter(|line| line.at >= since) {
        // Restored ones speak for themselves.
        let there = there.get_or_insert_with(|| {
            let all = folders.all().unwrap_or_default();
            all.iter()
                .map(|(id, _)| digest::of_bytes(id.as_str().as_bytes()))
                .collect()
        });
        if !there.contains(&line.of) && counted.insert((line.of.clone(), line.seq)) {
            spent.usd += line.usd.unwrap_or(0.0);
            spent.incomplete |= line.usd.is_none();
        }
    }
    spent
}

fn lines(path: &Path) -> Vec<Line> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn shorten(path: &Path, since: u64) {
    let kept: String = lines(path)
        .into_iter()
        .filter(|line| line.at >= since)
        .filter_map(|line| Some(serde_json::to_string(&line).ok()? + "\n"))
        .collect();
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(kept.as_bytes())?;
        file.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    };
    // A ledger that stays long is slower, and right.
    let _ = write();
}
