//! Several actions of one answer: they were made for what the model saw before it, so the
//! first that fails or changes that is the last, and the screen is shown once, at the end.

use std::sync::Arc;

use serde_json::Value;

use super::call::Told;
use super::{Asked, is_action};
use crate::{Prepared, Subject};

/// Said to the model of every action after one that failed, word for word as Anthropic wants it.
const AFTER_FAILURE: &str = "Not executed: an earlier computer action in this turn failed.";

/// The action right after another one of the same tool.
pub(super) struct Next {
    pub content: Value,
    looks: bool,
    /// The one before it need not show what came of it.
    pub shows_later: bool,
}

/// The next call, where both are actions of the same tool and it can be done.
pub(super) fn following(now: &Asked, next: &Asked, shows_later: bool) -> Option<Next> {
    let prepared = next.prepared.as_ref().ok()?;
    let (one, two) = (now.tool.as_ref()?, next.tool.as_ref()?);
    let follows = now.prepared.as_ref().is_ok_and(is_action)
        && is_action(prepared)
        && prepared.problem.is_none()
        && Arc::ptr_eq(one, two);
    follows.then(|| Next {
        content: prepared.content.clone(),
        looks: looks(prepared),
        shows_later,
    })
}

fn looks(prepared: &Prepared) -> bool {
    matches!(prepared.subject, Subject::Action { looks: true, .. })
}

/// The actions of one answer so far.
#[derive(Default)]
pub(super) struct Batch {
    /// Why further ones are not done.
    broken: Option<&'static str>,
    /// One of them failed: some vendors then want that nothing more is done at all.
    failed: bool,
    /// Something was done that the model has not been shown.
    unseen: bool,
}

impl Batch {
    /// Why an action is not done. What only looks is done until something fails.
    pub(super) fn stops(&self, prepared: &Prepared) -> Option<&'static str> {
        self.broken
            .filter(|_| is_action(prepared) && self.refuses(looks(prepared)))
    }

    fn refuses(&self, looks: bool) -> bool {
        self.broken.is_some() && (self.failed || !looks)
    }

    /// Takes in what came of an action. Whether the model must now be shown the screen,
    /// because nothing comes that would.
    pub(super) fn after(&mut self, told: &Told, next: Option<&Next>) -> bool {
        if told.shown {
            self.unseen = false;
        } else if next.is_some_and(|next| next.shows_later) && !told.result.is_error {
            // It left out what it would show.
            self.unseen = true;
        }
        self.broken = told.upset.or(self.broken);
        if told.result.is_error {
            self.failed = true;
            self.broken.get_or_insert(AFTER_FAILURE);
        }
        let over = next.is_none_or(|next| self.refuses(next.looks));
        over && std::mem::take(&mut self.unseen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StoredResult;

    const UPSET: &str = "Not executed: decide anew.";

    #[test]
    fn the_screen_is_shown_once_at_the_end() {
        let done = || Told::from(StoredResult::text("Done."));
        let failed = || Told::from(StoredResult::error("It failed."));
        let shown = || Told {
            shown: true,
            ..done()
        };
        let upset = || Told {
            upset: Some(UPSET),
            ..done()
        };
        let next = |looks| {
            Some(Next {
                content: Value::Null,
                looks,
                shows_later: true,
            })
        };
        let (act, look) = (|| next(false), || next(true));
        // Results and what comes next; and where it must be shown.
        let check = |steps: Vec<(Told, Option<Next>)>, expected: &[bool]| {
            let mut batch = Batch::default();
            let shows: Vec<bool> = steps
                .iter()
                .map(|(told, next)| batch.after(told, next.as_ref()))
                .collect();
            assert_eq!(shows, expected);
        };
        // Alone, it shows what it wants to.
        check(vec![(shown(), None)], &[false]);
        check(vec![(failed(), None)], &[false]);
        check(vec![(done(), act()), (shown(), None)], &[false, false]);
        // The last one does not show it: it only tells, or fails, or was not allowed.
        check(vec![(done(), act()), (done(), None)], &[false, true]);
        check(
            vec![(done(), act()), (failed(), act()), (failed(), None)],
            &[false, true, false],
        );
        // Ended by what it changed; those that are not done show nothing again.
        check(
            vec![(upset(), act()), (failed(), act()), (failed(), None)],
            &[true, false, false],
        );
        // A look comes all the same, and shows it.
        check(vec![(upset(), look()), (shown(), act())], &[false, false]);
        // A wait shows nothing.
        check(vec![(upset(), look()), (done(), act())], &[false, true]);
        // The first fails: nothing was done.
        check(vec![(failed(), act())], &[false]);
    }

    #[test]
    fn what_is_still_done() {
        let action = |looks| Prepared {
            kind: "action",
            format: None,
            content: Value::Null,
            subject: Subject::Action {
                app: None,
                looks,
                words: String::new(),
                reach: crate::Reach::default(),
            },
            extra: serde_json::Map::new(),
            problem: None,
        };
        let code = Prepared {
            subject: Subject::Code {
                language: "shell".to_owned(),
                code: "ls".to_owned(),
            },
            ..action(false)
        };
        let check = |batch: &Batch, expected: [Option<&str>; 3]| {
            let stops = [&action(false), &action(true), &code].map(|call| batch.stops(call));
            assert_eq!(stops, expected);
        };
        let upset = || Told {
            upset: Some(UPSET),
            ..Told::from(StoredResult::text("Done."))
        };
        let failed = |why| Told::from(StoredResult::error(why));
        let mut batch = Batch::default();
        check(&batch, [None; 3]);
        batch.after(&upset(), None);
        check(&batch, [Some(UPSET), None, None]);
        batch.after(&failed(UPSET), None);
        check(&batch, [Some(UPSET), Some(UPSET), None]);
        let mut batch = Batch::default();
        batch.after(&failed("It failed."), None);
        check(&batch, [Some(AFTER_FAILURE), Some(AFTER_FAILURE), None]);
    }
}
