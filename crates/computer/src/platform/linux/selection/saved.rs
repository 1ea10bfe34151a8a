//! Remembers the clipboard with every form its owner offers.

use std::time::{Duration, Instant};

use x11rb::NONE;
use x11rb::protocol::xproto::ConnectionExt as _;

use super::owner::Format;
use super::reader::{Missing, Reader};
use crate::platform::Result;

/// More than this is not carried through the memory of this program.
const MOST: usize = 16 << 20;
/// A program that takes longer to deliver everything is not waited for.
const LONGEST: Duration = Duration::from_millis(600);

/// What was on the clipboard.
#[derive(Debug, Clone)]
pub(super) enum Saved {
    /// No program owned it.
    Nothing,
    /// All its forms, in the owner's order.
    Formats(Vec<Format>),
}

impl Reader {
    /// Reads everything; `None` when it cannot be had whole.
    pub(super) fn save(&mut self) -> Result<Option<Saved>> {
        let clipboard = self.names.CLIPBOARD;
        let owner = self.x.conn.get_selection_owner(clipboard)?.reply()?.owner;
        if owner == NONE {
            return Ok(Some(Saved::Nothing));
        }
        let deadline = Instant::now() + LONGEST;
        let Ok(offered) = self.convert(clipboard, self.names.TARGETS, 1 << 16)? else {
            return Ok(None);
        };
        if offered.width != 32 {
            return Ok(None);
        }
        let names = self.names;
        // These ask for something else than the contents.
        let not_contents = [
            names.TARGETS,
            names.TIMESTAMP,
            names.MULTIPLE,
            names.SAVE_TARGETS,
            names.DELETE,
            names.INSERT_PROPERTY,
            names.INSERT_SELECTION,
        ];
        let mut left = MOST;
        let mut formats: Vec<Format> = Vec::new();
        for target in offered.data.chunks_exact(4) {
            let target = u32::from_ne_bytes([target[0], target[1], target[2], target[3]]);
            let known = formats.iter().any(|format| format.target == target);
            if target == NONE || known || not_contents.contains(&target) {
                continue;
            }
            if Instant::now() > deadline {
                return Ok(None);
            }
            match self.convert(clipboard, target, left)? {
                Ok(delivered) => {
                    left = left.saturating_sub(delivered.data.len());
                    formats.push(Format {
                        target,
                        kind: delivered.kind,
                        width: delivered.width,
                        data: delivered.data.into(),
                    });
                }
                // Some owners offer more forms than they can make.
                Err(Missing::Refused) => {}
                Err(Missing::Silent | Missing::TooMuch) => return Ok(None),
            }
        }
        Ok(Some(Saved::Formats(formats)))
    }
}
