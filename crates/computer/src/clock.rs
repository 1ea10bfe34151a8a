//! Time, and waiting that can be interrupted. Tests put a clock of their own here.

use std::sync::{Condvar, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::gate::State;

pub(crate) trait Clock: Send + Sync {
    fn now(&self) -> Instant;
    /// Waits until woken, at most this long.
    fn wait<'a>(
        &self,
        wake: &Condvar,
        state: MutexGuard<'a, State>,
        most: Duration,
    ) -> MutexGuard<'a, State>;
}

pub(crate) struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wait<'a>(
        &self,
        wake: &Condvar,
        state: MutexGuard<'a, State>,
        most: Duration,
    ) -> MutexGuard<'a, State> {
        wake.wait_timeout(state, most)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }
}
