//! The right to drive: a lock among our own programs, and the person's consent.

use std::path::Path;
use std::sync::Arc;

use super::acting::Acting;
use crate::platform::lock::FileLease;
use crate::platform::{Lease, Result};

/// Both.
pub(super) struct PortalLease {
    lock: FileLease,
    acting: Arc<Acting>,
}

impl PortalLease {
    pub(super) fn new(runtime: Option<&Path>, acting: Arc<Acting>) -> Self {
        Self {
            lock: FileLease::new(runtime),
            acting,
        }
    }
}

impl Lease for PortalLease {
    fn take(&mut self, who: &str) -> Result<()> {
        self.lock.take(who)?;
        self.acting.start().inspect_err(|_| self.lock.release())
    }

    fn is_held(&self) -> bool {
        self.lock.is_held() && self.acting.is_held()
    }

    fn release(&mut self) {
        self.acting.end();
        self.lock.release();
    }
}
