//! Who has the computer: the person pauses the turn and gives control back, and what
//! one turn may use of the screen is counted.

use std::time::Duration;

use interpreter_protocol::{Error, ErrorCode, OsState, kind};
use tokio::time::Instant;

use super::is_action;
use crate::session::{End, State, Wake};
use crate::{BudgetScope, Prepared, Subject, TurnSettings};

/// Told where the person took control without saying how.
const YOURS: &str = "Resume looks again first.";

/// The state of one turn that belongs to the person and their computer.
#[derive(Debug)]
pub(crate) struct Control {
    /// The person has control.
    paused: bool,
    /// The person had control since the model last saw the screen.
    user_acted: bool,
    /// Steps done on the screen.
    steps: u32,
    began: Instant,
    /// Time that was the person's.
    away: Duration,
    /// What the conversation had cost before the turn, in US dollars.
    pub(super) cost_before: f64,
    /// Budgets whose end was said to be near.
    pub(super) warned: Vec<BudgetScope>,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            paused: false,
            user_acted: false,
            steps: 0,
            began: Instant::now(),
            away: Duration::ZERO,
            cost_before: 0.0,
            warned: Vec::new(),
        }
    }
}

impl Control {
    /// For how long it was not the person who had control.
    fn used(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
            .saturating_sub(self.away)
    }
}

impl State {
    /// The person has control from now on.
    pub(crate) fn pause(&mut self, text: &str) {
        self.control.user_acted = true;
        if !self.control.paused {
            self.control.paused = true;
            self.note_os(OsState::Paused, text);
        }
    }

    /// The person gave control back.
    pub(crate) fn resume(&mut self) {
        if std::mem::take(&mut self.control.paused) {
            self.note_os(OsState::Thinking, "You gave control back");
        }
    }

    /// The person answered a question. Whatever they did to get there, such as moving
    /// the mouse, is over, and was seen by them when they answered.
    pub(super) fn answered(&mut self, asked: Instant) {
        self.host.give_back(&self.conversation);
        self.control.paused = false;
        self.control.user_acted = false;
        self.spare(asked);
    }

    /// Time since then was the person's.
    fn spare(&mut self, since: Instant) {
        self.control.away += since.elapsed();
    }

    /// Whether the person has control. The gate knows it first.
    pub(super) fn is_paused(&mut self) -> bool {
        if !self.control.paused && self.host.is_held(&self.conversation) {
            self.pause(YOURS);
        }
        self.control.paused
    }

    /// Waits while the person has control.
    pub(super) async fn hold(&mut self) -> Result<(), End> {
        let since = Instant::now();
        let held = self.is_paused();
        while self.control.paused {
            if self.emitter.has_failed() {
                return Err(End::Stopped);
            }
            let wake = self.wait(&mut std::future::pending::<()>()).await;
            if let Wake::Command(command) = wake
                && let Some(end) = self.busy(command)
            {
                return Err(end);
            }
        }
        if held {
            self.spare(since);
        }
        Ok(())
    }

    /// Why a call may not run in this turn any more.
    pub(super) fn over_limit(&self, prepared: &Prepared, settings: &TurnSettings) -> Option<Error> {
        if !is_step(prepared) {
            return None;
        }
        match settings.os_steps.filter(|most| self.control.steps >= *most) {
            Some(most) => {
                let steps = if most == 1 { "step" } else { "steps" };
                let message = format!(
                    "It did {most} {steps} on the screen, as many as you allow for one turn. Everything is kept."
                );
                Some(limit("steps", u64::from(most), &message))
            }
            None => self.out_of_time(settings),
        }
    }

    /// A call begins. Whether the person used the computer since the model last saw
    /// it, where that matters to the call.
    pub(super) fn begins(&mut self, prepared: &Prepared) -> bool {
        self.control.steps += u32::from(is_step(prepared));
        is_action(prepared) && std::mem::take(&mut self.control.user_acted)
    }

    /// A call is over. An action that the person came between has waited for them, and
    /// has looked since.
    pub(super) fn ends(&mut self, action: bool) {
        self.control.user_acted &= !action || self.control.paused;
    }

    /// Why the turn may not go on, where it has used the screen for too long.
    pub(super) fn out_of_time(&self, settings: &TurnSettings) -> Option<Error> {
        let most = settings.os_time?;
        if self.control.steps == 0 || self.control.used(Instant::now()) < most {
            return None;
        }
        let count = most.as_secs() / 60;
        let minutes = if count == 1 { "minute" } else { "minutes" };
        let message = format!(
            "It worked for {count} {minutes}, as long as you allow for one turn on the screen. Everything is kept."
        );
        Some(limit("minutes", count, &message))
    }
}

/// Whether a call counts as a step on the screen. What only looks through the Computer
/// API does not.
fn is_step(prepared: &Prepared) -> bool {
    match &prepared.subject {
        Subject::Action { looks, .. } => prepared.kind == kind::ACTION || !looks,
        _ => false,
    }
}

fn limit(name: &str, count: u64, message: &str) -> Error {
    Error::new(ErrorCode::LimitReached, message)
        .remedy(format!(
            "Let it go on, or allow more: the setting is os_{name}."
        ))
        .param("limit", name)
        .param("count", count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_of_the_person_does_not_count() {
        let began = Instant::now();
        let control = Control {
            away: Duration::from_secs(50),
            began,
            ..Control::default()
        };
        let check = |after: u64, used: u64| {
            let now = began + Duration::from_secs(after);
            assert_eq!(control.used(now), Duration::from_secs(used));
        };
        check(60, 10);
        check(40, 0);
    }
}
