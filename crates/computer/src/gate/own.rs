//! What belongs to Interpreter itself.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::platform::Window;

/// Our programs and windows, and when an action last went to one.
pub(crate) struct Own {
    pub(crate) pids: HashSet<u32>,
    pub(crate) windows: HashSet<u64>,
    last: super::When,
}

impl Own {
    pub(crate) fn new(pids: Vec<u32>) -> Self {
        Self {
            pids: pids.into_iter().collect(),
            windows: HashSet::new(),
            last: None,
        }
    }

    pub(crate) fn contains(&self, window: &Window) -> bool {
        self.windows.contains(&window.id) || window.pid.is_some_and(|pid| self.pids.contains(&pid))
    }

    pub(crate) fn note(&mut self, now: Instant) {
        self.last = Some(now);
    }

    pub(crate) fn acted_within(&self, now: Instant, time: Duration) -> bool {
        self.last
            .is_some_and(|last| now.duration_since(last) <= time)
    }
}
