//! Room in the budgets for the calls that are under way: whether there is any is looked
//! up and taken in one go, so that two conversations never both take the last of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use interpreter_agent::{Budget, Room};
use interpreter_protocol::Error;
use tokio::sync::Notify;

/// The calls that are under way, of all conversations.
#[derive(Clone, Default)]
pub(crate) struct Spending(Arc<Inner>);

#[derive(Default)]
struct Inner {
    calls: Mutex<Calls>,
    ended: Notify,
}

#[derive(Default)]
struct Calls {
    /// What each may cost at most, in US dollars.
    open: Vec<(u64, f64)>,
    last: u64,
}

/// Room for one call; given back when dropped.
struct Kept {
    inner: Arc<Inner>,
    call: u64,
}

impl Inner {
    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.inner
            .calls()
            .open
            .retain(|(call, _)| *call != self.call);
        self.inner.ended.notify_waiters();
    }
}

impl Spending {
    /// Takes room for a call of at most `most`. A call alone goes as long as anything is
    /// left; beside others it must fit, or it waits until one of them has ended.
    pub async fn room(
        &self,
        most: f64,
        budgets: impl Fn() -> Result<Vec<Budget>, Error>,
    ) -> Result<Room, Error> {
        loop {
            let ended = self.0.ended.notified();
            tokio::pin!(ended);
            // From here on no end is missed.
            ended.as_mut().enable();
            if let Some(room) = self.take(most, &budgets)? {
                return Ok(room);
            }
            ended.await;
        }
    }

    /// What was spent is read while no call can begin or end: what a call cost is
    /// written before its room is given back.
    fn take(
        &self,
        most: f64,
        budgets: &impl Fn() -> Result<Vec<Budget>, Error>,
    ) -> Result<Option<Room>, Error> {
        let mut calls = self.0.calls();
        let budgets = budgets()?;
        if let Some(spent) = budgets.iter().find(|budget| budget.spent >= budget.limit) {
            return Ok(Some(Room::Spent(*spent)));
        }
        let kept: f64 = calls.open.iter().map(|(_, most)| most).sum();
        let fits = |budget: &Budget| budget.spent + kept + most <= budget.limit;
        if !calls.open.is_empty() && !budgets.iter().all(fits) {
            return Ok(None);
        }
        calls.last += 1;
        let call = calls.last;
        calls.open.push((call, most));
        let inner = Arc::clone(&self.0);
        Ok(Some(Room::Kept(Box::new(Kept { inner, call }))))
    }
}
