//! The full output of a run, on disk.
//!
//! A file holds the first half of the limit as it came; the second half is a
//! ring with the newest bytes. As long as the output is shorter than the limit,
//! that is simply the output. Once it is longer, the number of all bytes stands
//! behind the ring, and what was overwritten is the gap.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use interpreter_protocol::{ConversationId, ItemId};

use crate::Error;
use crate::folders::Folders;

/// Bytes of one run that are kept.
const LIMIT: u64 = 200 * 1024 * 1024;
/// The number behind the ring.
const TRAILER: u64 = 8;

/// The full output of one run, as it comes. It can be read at the same time.
#[derive(Debug)]
pub struct Spool {
    file: File,
    path: PathBuf,
    limit: u64,
    total: u64,
}

impl Spool {
    pub(crate) fn create(
        folders: &Folders,
        id: &ConversationId,
        item: &ItemId,
    ) -> Result<Self, Error> {
        Self::with_limit(folders, id, item, LIMIT)
    }

    fn with_limit(
        folders: &Folders,
        id: &ConversationId,
        item: &ItemId,
        limit: u64,
    ) -> Result<Self, Error> {
        let path = folders.output(id, item)?;
        let open = || -> io::Result<File> {
            let folder = folders.outputs.join(id.as_str());
            fs::create_dir_all(&folder)?;
            // A temporary file is its owner's alone, and stays so under its final name.
            let file = tempfile::Builder::new()
                .prefix(".new-")
                .tempfile_in(&folder)?;
            file.persist(&path).map_err(|failed| failed.error)?;
            OpenOptions::new().write(true).open(&path)
        };
        let file = open().map_err(|reason| {
            Error::save(
                &path,
                &reason,
                "The output goes on, but is not kept in full.",
            )
        })?;
        Ok(Self {
            file,
            path,
            limit,
            total: 0,
        })
    }

    /// Adds output. Errors: [`Error::CannotSave`]; what came before is kept.
    pub fn write(&mut self, text: &str) -> Result<(), Error> {
        self.put(text.as_bytes())
            .map_err(|reason| Error::save(&self.path, &reason, "The output up to here is kept."))
    }

    /// Bytes of output so far.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The file, while it holds the whole output in order; none once head and
    /// tail are kept only.
    pub fn path(&self) -> Option<&Path> {
        (self.total <= self.limit).then_some(&*self.path)
    }

    fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let at = place(self.total, self.limit);
            let room = self.limit - at;
            let part = &bytes[..bytes.len().min(room as usize)];
            self.file.seek(SeekFrom::Start(at))?;
            self.file.write_all(part)?;
            self.total += part.len() as u64;
            bytes = &bytes[part.len()..];
        }
        if self.total > self.limit {
            self.file.seek(SeekFrom::Start(self.limit))?;
            self.file.write_all(&self.total.to_le_bytes())?;
        }
        Ok(())
    }
}

/// Where a byte of the output lies in the file.
fn place(byte: u64, limit: u64) -> u64 {
    let head = limit / 2;
    if byte < head {
        byte
    } else {
        head + (byte - head) % (limit - head)
    }
}

pub(crate) fn read(
    folders: &Folders,
    id: &ConversationId,
    item: &ItemId,
    offset: u64,
    bytes: u32,
) -> Result<(String, u64, u64), Error> {
    let path = folders.output(id, item)?;
    let part = File::open(&path).and_then(|file| read_part(file, offset, bytes, LIMIT));
    part.map_err(|reason| match reason.kind() {
        ErrorKind::NotFound => Error::UnknownItem(item.0.clone()),
        _ => Error::read(&path, &reason),
    })
}

fn read_part(
    mut file: File,
    offset: u64,
    bytes: u32,
    limit: u64,
) -> io::Result<(String, u64, u64)> {
    // Room for at least one character, so that paging always comes to an end.
    let bytes = u64::from(bytes).max(4);
    let total = total(&mut file, limit)?;
    let head = limit / 2;
    if offset >= total {
        return Ok((String::new(), total, total));
    }
    if total <= limit {
        let raw = read_at(&mut file, offset, (total - offset).min(bytes), limit)?;
        return Ok(whole_characters(offset, &raw, total));
    }
    let tail = total - (limit - head);
    if offset < head {
        let raw = read_at(&mut file, offset, (head - offset).min(bytes), limit)?;
        let (text, next, total) = whole_characters(offset, &raw, total);
        // Half a character is all that is left before the gap.
        return Ok(if text.is_empty() {
            gap(head, tail, total)
        } else {
            (text, next, total)
        });
    }
    if offset < tail {
        return Ok(gap(head, tail, total));
    }
    let raw = read_at(&mut file, offset, (total - offset).min(bytes), limit)?;
    // A run that goes on may have overwritten it meanwhile.
    let total = self::total(&mut file, limit)?;
    let tail = total - (limit - head);
    if offset < tail {
        return Ok(gap(head, tail, total));
    }
    Ok(whole_characters(offset, &raw, total))
}

fn gap(head: u64, tail: u64, total: u64) -> (String, u64, u64) {
    (
        format!("\n[{} bytes of output were not kept]\n", tail - head),
        tail,
        total,
    )
}

fn total(file: &mut File, limit: u64) -> io::Result<u64> {
    let length = file.metadata()?.len();
    if length < limit + TRAILER {
        return Ok(length.min(limit));
    }
    file.seek(SeekFrom::Start(limit))?;
    let mut number = [0; TRAILER as usize];
    file.read_exact(&mut number)?;
    Ok(u64::from_le_bytes(number))
}

fn read_at(file: &mut File, offset: u64, bytes: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut raw = vec![0; bytes as usize];
    let mut done = 0;
    while done < raw.len() {
        let at = place(offset + done as u64, limit);
        let part = raw.len().min(done + (limit - at) as usize);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut raw[done..part])?;
        done = part;
    }
    Ok(raw)
}

/// The whole characters among bytes that begin at `offset`, and where the next part begins.
fn whole_characters(offset: u64, raw: &[u8], total: u64) -> (String, u64, u64) {
    let is_inside = |byte: &u8| byte & 0b1100_0000 == 0b1000_0000;
    let start = raw
        .iter()
        .take(3)
        .take_while(|byte| is_inside(byte))
        .count();
    let mut end = raw.len();
    let last = raw.iter().rposition(|byte| !is_inside(byte)).unwrap_or(0);
    let width = match raw.get(last) {
        Some(0xf0..) => 4,
        Some(0xe0..) => 3,
        Some(0xc0..) => 2,
        _ => 1,
    };
    if last + width > end {
        end = last;
    }
    let end = end.max(start);
    let text = String::from_utf8_lossy(&raw[start..end]).into_owned();
    // A character that never gets its end (the output broke off) is stepped over.
    let reached = offset + end as u64;
    let next = if end == start && offset + raw.len() as u64 == total {
        total
    } else {
        reached
    };
    (text, next, total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    /// Everything that can be paged out, in parts of `bytes`.
    fn page(path: &std::path::Path, limit: u64, bytes: u32) -> String {
        let mut text = String::new();
        let mut offset = 0;
        loop {
            let file = File::open(path).unwrap();
            let (part, next, total) = read_part(file, offset, bytes, limit).unwrap();
            text.push_str(&part);
            assert!(
                next > offset || next == total,
                "paging stands still at {offset}"
            );
            offset = next;
            if offset >= total {
                return text;
            }
        }
    }

    fn spooled(pieces: &[String], limit: u64) -> (tempfile::TempDir, Spool) {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::create(folder.path()).unwrap();
        let (id, item) = (ConversationId::from("c"), ItemId::from("i"));
        let mut spool = Spool::with_limit(&folders, &id, &item, limit).unwrap();
        for piece in pieces {
            spool.write(piece).unwrap();
        }
        (folder, spool)
    }

    #[test]
    fn head_and_tail_are_kept_with_the_gap_between() {
        let check = |length: usize, expected: &str| {
            let text: String = ('a'..='z').cycle().take(length).collect();
            let (_folder, spool) = spooled(&[text], 10);
            assert_eq!(page(&spool.path, 10, 4), expected);
            assert_eq!(spool.total(), length as u64);
        };
        check(0, "");
        check(9, "abcdefghi");
        check(10, "abcdefghij");
        check(11, "abcde\n[1 bytes of output were not kept]\nghijk");
        check(26, "abcde\n[16 bytes of output were not kept]\nvwxyz");
    }

    proptest! {
        #[test]
        fn what_fits_comes_back_whole(pieces in prop::collection::vec("[a-zé日😀\n]{0,20}", 0..8), bytes in 1u32..40) {
            let text = pieces.concat();
            let (_folder, spool) = spooled(&pieces, 4096);
            prop_assert_eq!(page(&spool.path, 4096, bytes), text);
        }

        #[test]
        fn what_does_not_fit_keeps_its_beginning_and_end(
            pieces in prop::collection::vec("[a-zé日😀]{1,30}", 4..20), bytes in 1u32..40
        ) {
            let text = pieces.concat();
            let (_folder, spool) = spooled(&pieces, 64);
            prop_assert_eq!(spool.total(), text.len() as u64);
            let paged = page(&spool.path, 64, bytes);
            if text.len() <= 64 {
                prop_assert_eq!(paged, text);
            } else {
                let (head, tail) = paged.split_once("\n[").unwrap();
                let (_, tail) = tail.split_once("]\n").unwrap();
                prop_assert!(text.starts_with(head) && head.len() > 32 - 4);
                prop_assert!(text.ends_with(tail) && tail.len() > 32 - 4);
            }
        }
    }
}
