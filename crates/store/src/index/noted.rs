//! What the index keeps of events that no item tells: costs by time, and which
//! picture is a screenshot. Removed items count as well, since what they cost
//! was spent, and their pictures still lie on the disk.

use std::collections::{HashMap, HashSet};

use interpreter_protocol::{Event, ItemId, Role, kind};
use serde_json::Value;

use crate::blob;
use crate::line::is_usage;

/// One call of a model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spending {
    pub(crate) seq: u64,
    /// Milliseconds since 1970; older files do not tell.
    pub(crate) at: Option<u64>,
    /// US dollars; none where the price is not known.
    pub(crate) usd: Option<f64>,
}

/// One picture in the folder of blobs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(crate) seq: u64,
    pub(crate) hash: String,
    /// Made by OS mode.
    pub(crate) screen: bool,
    pub(crate) at: Option<u64>,
}

/// What was seen so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noted {
    pub(crate) spendings: Vec<Spending>,
    pub(crate) pictures: Vec<Picture>,
    actions: HashSet<ItemId>,
    /// Pictures that have begun: made by OS mode, and when.
    begun: HashMap<ItemId, (bool, Option<u64>)>,
}

impl Noted {
    /// Takes in an event that was written at a moment.
    pub(crate) fn see(&mut self, event: &Event, at: Option<u64>) {
        let chunk = &event.chunk;
        if is_usage(chunk) {
            self.spending(event, at);
            return;
        }
        if chunk.is(Role::Computer, kind::STEP) {
            self.step(event);
            return;
        }
        let Some(item) = &event.item else { return };
        match chunk.kind.as_str() {
            kind::ACTION if chunk.start => {
                self.actions.insert(item.clone());
            }
            kind::IMAGE => {
                let parent = chunk.key("parent").map(ItemId::from);
                let acted = parent.is_some_and(|parent| self.actions.contains(&parent));
                let framed = chunk
                    .extra
                    .get("frame")
                    .is_some_and(|frame| !frame.is_null());
                let known = self.begun.entry(item.clone()).or_default();
                known.0 |= chunk.role == Role::Computer && (acted || framed);
                let at = chunk.extra.get("at").and_then(Value::as_u64);
                known.1 = known.1.or(at);
                if let Some(hash) = chunk.text().filter(|text| text.starts_with(blob::PREFIX)) {
                    self.pictures.push(Picture {
                        seq: event.seq,
                        hash: hash.to_owned(),
                        screen: known.0,
                        at: known.1,
                    });
                }
                if chunk.end {
                    self.begun.remove(item);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, event: &Event) {
        let content = event.chunk.content.as_ref();
        let get = |key: &str| content.and_then(|content| content.get(key));
        let at = get("at").and_then(Value::as_u64);
        for key in ["before", "after"] {
            let hash = get(key).and_then(Value::as_str);
            if let Some(hash) = hash.filter(|hash| hash.starts_with(blob::PREFIX)) {
                self.pictures.push(Picture {
                    seq: event.seq,
                    hash: hash.to_owned(),
                    screen: true,
                    at,
                });
            }
        }
    }

    fn spending(&mut self, event: &Event, at: Option<u64>) {
        let Some(content) = &event.chunk.content else {
            return;
        };
        let tokens = |key: &str| content.get(key).and_then(Value::as_u64).unwrap_or(0);
        let usd = content.get("cost_usd").and_then(Value::as_f64);
        // A call that took no token cost nothing, whatever the price.
        if usd.is_some() || tokens("input_tokens") + tokens("output_tokens") > 0 {
            self.spendings.push(Spending {
                seq: event.seq,
                at,
                usd,
            });
        }
    }

    /// What was seen since it was last taken.
    pub(crate) fn take(&mut self) -> (Vec<Spending>, Vec<Picture>) {
        (
            std::mem::take(&mut self.spendings),
            std::mem::take(&mut self.pictures),
        )
    }
}
