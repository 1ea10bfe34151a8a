//! Screenshots of OS mode are kept for a while only, and some never reach the disk.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::sync::Arc;
use std::time::SystemTime;

use crate::{Error, Store, blob};

/// Bytes of pictures that are kept in memory only.
const HELD: usize = 64 * 1024 * 1024;

/// Removes the pictures that are nothing but screenshots and were taken before a
/// moment, and the oldest ones beyond so many bytes. How many went.
pub(crate) fn prune(store: &Store, before: u64, most: u64) -> Result<u32, Error> {
    let folder = &store.inner.folders.blobs;
    let began = SystemTime::now();
    let (mut kept, mut gone) = (0u64, 0);
    for (hash, at) in store.inner.index.screenshots(store)? {
        let Ok(path) = blob::path(folder, &hash) else {
            continue;
        };
        let Ok(meta) = fs::metadata(&path) else {
            continue;
        };
        if at >= before && kept + meta.len() <= most {
            kept += meta.len();
        } else if !blob::wanted_since(&path, began) && fs::remove_file(&path).is_ok() {
            gone += 1;
        }
    }
    Ok(gone)
}

/// Pictures that are never written: the newest ones, as long as the program runs.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pictures: HashMap<String, Arc<[u8]>>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Held {
    pub(crate) fn put(&mut self, bytes: &[u8]) -> String {
        let hash = blob::hash(bytes);
        if self.pictures.contains_key(&hash) {
            return hash;
        }
        self.bytes += bytes.len();
        self.pictures.insert(hash.clone(), bytes.into());
        self.order.push_back(hash.clone());
        // The one that is sent next must be there, however large it is.
        while self.bytes > HELD && self.order.len() > 1 {
            if let Some(oldest) = self.order.pop_front()
                && let Some(picture) = self.pictures.remove(&oldest)
            {
                self.bytes -= picture.len();
            }
        }
        hash
    }

    pub(crate) fn get(&self, hash: &str) -> Option<Arc<[u8]>> {
        self.pictures.get(hash).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_pictures_make_room() {
        let mut held = Held::default();
        let first = held.put(&vec![1; HELD / 2]);
        let second = held.put(&vec![2; HELD / 2]);
        assert!(held.get(&first).is_some());
        let third = held.put(b"small");
        assert!(held.get(&first).is_none());
        assert!(held.get(&second).is_some() && held.get(&third).is_some());
        let large = held.put(&vec![3; HELD + 1]);
        assert!(held.get(&large).is_some() && held.get(&third).is_none());
    }
}
