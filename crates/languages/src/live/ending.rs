//! How a run ends.

use super::{Live, Stage};
use crate::outlet::Rest;
use crate::platform::Exit;
use crate::worker::Worker;
use crate::{RunEnd, RunEvent, RunStatus};

impl Live {
    /// The child has ended.
    pub(super) async fn exited(&mut self, worker: &mut Worker, exit: Exit) {
        let Some(mut child) = worker.child.take() else {
            return;
        };
        for message in child.last_messages().await {
            if self.end.is_some() {
                break;
            }
            worker.child = Some(child);
            self.message(worker, message);
            match worker.child.take() {
                Some(same) => child = same,
                None => return,
            }
        }
        child.catch_up(&mut self.outlet);
        self.outlet.flush(Rest::Replace);
        let name = worker.language.name;
        let gone = format!(
            "[A new {name} was started: the one before has ended, and its state with it.]\n"
        );
        let exits = child.hello.as_ref().is_some_and(|hello| hello.exits);
        let stage = self.stage;
        drop(child);
        if stage > Stage::Starting {
            worker.note = Some(gone);
        }
        if self.end.is_some() {
            return;
        }
        if stage == Stage::Sent && !self.fresh && self.forced.is_none() && !self.interrupt {
            // It ended before this run, unseen until now: nothing of the run has happened.
            self.stage = Stage::Starting;
            return self.begin(worker).await;
        }
        let Exit { code, signal } = exit;
        if let Some((status, said)) = self.forced {
            return self.finish(status, code, Some(said.to_owned()));
        }
        if self.interrupt {
            let said = format!("{name} ended when it was interrupted. Its state is gone.");
            return self.finish(RunStatus::Interrupted, code, Some(said));
        }
        let how = match (code, signal) {
            (Some(code), _) => format!("with status {code}"),
            (None, Some(signal)) => format!("by signal {signal}"),
            (None, None) => "in an unknown way".to_owned(),
        };
        if stage == Stage::Starting {
            let said = format!(
                "{name} ended {how} before it could run anything: {}",
                self.outlet.tail()
            );
            return self.finish(RunStatus::Died { exit: code, signal }, code, Some(said));
        }
        if exits && let Some(code) = code {
            let status = if code == 0 {
                RunStatus::Ok
            } else {
                RunStatus::Error
            };
            let said = format!(
                "The code ended {name} itself ({how}). The next run starts a new one, without its state."
            );
            return self.finish(status, Some(code), Some(said));
        }
        let said = format!(
            "{name} died {how} while the code ran. What it printed is kept; the next run starts a new one, without its state."
        );
        self.finish(RunStatus::Died { exit: code, signal }, code, Some(said));
    }

    pub(super) fn finish(&mut self, status: RunStatus, exit: Option<i32>, message: Option<String>) {
        if self.end.is_some() {
            return;
        }
        self.outlet.flush(Rest::Replace);
        let ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let end = RunEnd {
            status,
            exit,
            ms,
            message,
        };
        self.end = Some(end.clone());
        self.outlet.push(RunEvent::Done(end));
    }
}
