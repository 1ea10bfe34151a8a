//! What was said and done before: what a crash left, what is removed, what can be answered again.

use interpreter_protocol::{Chunk, Error, ErrorCode, Item, ItemId, Role, Run, RunState, kind};
use serde_json::{Map, Value, json};

use super::{SessionOp, State};
use crate::{StoredResult, context};

/// Said to the model where its reply was cut. A reply cannot simply be sent back to be
/// gone on with: most vendors want the last word to be the user's.
const GO_ON: &str =
    "Your last reply was cut off. Go on exactly where it ended, and repeat nothing of it.";

impl State {
    /// After a crash: whatever was under way is over, and says so.
    pub(super) fn recover(&mut self) {
        let open: Vec<(Item, Run)> = self
            .emitter
            .transcript
            .items
            .iter()
            .filter_map(|item| {
                let run = item.run.clone().filter(|run| !run.state.is_final())?;
                Some((item.clone(), run))
            })
            .collect();
        for (item, run) in open {
            self.recover_run(&item, run);
        }
        if self.emitter.transcript.responding {
            self.complete();
        }
    }

    fn recover_run(&mut self, item: &Item, run: Run) {
        let ran = matches!(run.state, RunState::Running | RunState::NeedsInput);
        let note = if ran {
            "Interpreter ended while this was under way. It may have taken effect."
        } else {
            "Interpreter ended before this was run."
        };
        self.note_run(&Run {
            state: RunState::Stopped,
            note: Some(note.to_owned()),
            position: None,
            ..run
        });
        let memo = self.emitter.memos.get(&item.id);
        if memo.is_some_and(|memo| memo.result.is_some()) {
            return;
        }
        let result = if item.is(Role::User, kind::CODE) {
            let printed = context::result_from_items(&self.emitter.transcript.items, item);
            let language = item.format.as_deref().unwrap_or_default();
            context::told_of_run(language, item.text(), printed.parts)
        } else if !ran && memo.is_some_and(|memo| memo.call.is_some()) {
            StoredResult::error("Not run: Interpreter ended before it.")
        } else {
            return;
        };
        self.emitter
            .memo(&item.id, |memo| memo.result = Some(result));
    }

    pub(super) async fn edit_history(&mut self, op: &SessionOp) {
        let items = &self.emitter.transcript.items;
        let from = match op {
            SessionOp::Reset => 0,
            SessionOp::Truncate(first) => items
                .iter()
                .position(|item| item.id == *first)
                .unwrap_or(items.len()),
            _ => last_said(items),
        };
        self.remove_from(from);
        if *op == SessionOp::Reset {
            self.host.reset(&self.conversation).await;
        }
    }

    fn remove_from(&mut self, from: usize) {
        let items = &self.emitter.transcript.items[from..];
        let gone: Vec<&ItemId> = items.iter().map(|item| &item.id).collect();
        if !gone.is_empty() {
            let chunk = Chunk::new(Role::Server, kind::REMOVED).content(json!({ "items": gone }));
            self.emitter.note(None, chunk);
        }
    }

    /// Brings the conversation to where the model has something to answer, without a
    /// word of the person. After a failure that is so already. A reply that was cut is
    /// gone on with. A whole one is removed, to be made anew; what it ran stays.
    pub(super) fn make_answerable(&mut self, settings: &Map<String, Value>) -> Result<(), Error> {
        let last = match self.last_word(self.emitter.transcript.items.len()) {
            Some(Last::Reply { from, .. }) if self.last_word(from) != Some(Last::Question) => None,
            last => last,
        };
        let Some(last) = last else {
            return Err(Error::new(
                ErrorCode::NotNow,
                "Nothing was asked: there is no message to answer.",
            )
            .remedy("Write a message first."));
        };
        self.configure(settings)?;
        match last {
            Last::Question => {}
            Last::Reply { cut: true, .. } => {
                let chunk = Chunk::new(Role::Computer, kind::MESSAGE)
                    .recipient("assistant")
                    .content(GO_ON);
                self.emitter.whole(chunk);
            }
            Last::Reply { from, .. } => self.remove_from(from),
        }
        // No message of the person begins this turn, so it says itself that it begins.
        let begun = Chunk::new(Role::Server, kind::STATUS).content("started");
        self.emitter.note(None, begun);
        match self.emitter.take_failure() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// What a request of the first `until` items would end with.
    fn last_word(&self, until: usize) -> Option<Last> {
        let items = &self.emitter.transcript.items[..until];
        let memo = |item: &Item| self.emitter.memos.get(&item.id);
        let reply = |item: &Item| memo(item).and_then(|memo| memo.reply);
        let called = |item: &Item| memo(item).is_some_and(|memo| memo.call.is_some());
        let told = |item: &Item| {
            item.recipient.as_deref() != Some("user") && !memo(item).is_some_and(|memo| memo.omit)
        };
        let mut cut = false;
        for (at, item) in items.iter().enumerate().rev() {
            cut |= item.is(Role::Server, kind::ERROR);
            if !told(item) {
                continue;
            }
            match (item.role, item.kind.as_str()) {
                (Role::User, _) => return Some(Last::Question),
                (Role::Computer, kind::MESSAGE) if item.parent().is_none() => {
                    return Some(Last::Question);
                }
                // Its result is the last word.
                (Role::Assistant, kind::CODE | kind::ACTION | kind::CALL)
                    if called(item) || (memo(item).is_none() && item.complete) =>
                {
                    return Some(Last::Question);
                }
                (Role::Assistant, kind::MESSAGE) if !item.text().trim().is_empty() => {
                    let number = reply(item);
                    let same = |other: &&Item| {
                        other.role == Role::Assistant && told(other) && reply(other) == number
                    };
                    if number.is_some() && items[..at].iter().filter(same).any(called) {
                        return Some(Last::Question);
                    }
                    cut |= !item.complete || item.extra.contains_key("cut_off");
                    let spoken = items[..at].iter().rev().take_while(same);
                    return Some(Last::Reply {
                        from: at - spoken.count(),
                        cut,
                    });
                }
                _ => {}
            }
        }
        None
    }
}

/// How the history ends.
#[derive(Debug, PartialEq)]
enum Last {
    /// With something the model has not answered yet.
    Question,
    /// With the model's words, of which the first item is `from`.
    Reply { from: usize, cut: bool },
}

/// Where the last thing begins that the person said or ran.
fn last_said(items: &[Item]) -> usize {
    let Some(last) = items.iter().rposition(|item| item.role == Role::User) else {
        return items.len();
    };
    if matches!(items[last].kind.as_str(), kind::CODE | kind::ACTION) {
        return last;
    }
    // What one submission said stands together, and goes together.
    let together = items[..last].iter().rev().take_while(|item| {
        let done = matches!(item.kind.as_str(), kind::CODE | kind::ACTION);
        item.role == Role::User && !done
    });
    last - together.count()
}
