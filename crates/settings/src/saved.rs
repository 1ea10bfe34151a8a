//! `settings.json`: what the app saved, for everything and for single profiles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The format this version writes.
const FORMAT: u64 = 1;

/// The content of the file. What a newer version added stays in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Saved {
    #[serde(default = "format")]
    format: u64,
    #[serde(default)]
    pub(crate) global: Map<String, Value>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Map<String, Value>>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

fn format() -> u64 {
    FORMAT
}

impl Default for Saved {
    fn default() -> Self {
        Self {
            format: FORMAT,
            global: Map::new(),
            profiles: BTreeMap::new(),
            other: Map::new(),
        }
    }
}
