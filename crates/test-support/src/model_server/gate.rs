//! A point of a reply where the server waits for the test.

use std::time::Duration;

use tokio::sync::watch;

/// A gate in a reply: the server waits at it until the test opens it. Clones
/// are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    open: watch::Sender<bool>,
    reached: watch::Sender<bool>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self {
            open: watch::Sender::new(false),
            reached: watch::Sender::new(false),
        }
    }

    /// Lets the server go on, now and whenever it comes here again.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Waits until the server stands at the gate: all steps before it are sent.
    pub async fn reached(&self) {
        let mut reached = self.reached.subscribe();
        let waiting = reached.wait_for(|reached| *reached);
        let in_time = tokio::time::timeout(Duration::from_secs(60), waiting)
            .await
            .is_ok();
        assert!(in_time, "the model server never came to the gate");
    }

    pub(super) async fn pass(&self) {
        self.reached.send_replace(true);
        let mut open = self.open.subscribe();
        // The sender lives as long as `self`, so this can only end by opening.
        let _ = open.wait_for(|open| *open).await;
    }
}
