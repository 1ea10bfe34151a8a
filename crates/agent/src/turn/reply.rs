//! One answer of the model as it comes: words, calls that are still being written, its end.

use std::sync::Arc;

use interpreter_llm::{Call, Finish};
use interpreter_protocol::{Chunk, Error, ErrorCode, ItemId, Mode, Role, RunState, Usage, kind};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Asked, DRAFTING, Reply, Writing, run};
use crate::session::{End, State};
use crate::{ModelHandle, Scene, StoredResult, Tool, ToolError, TurnSettings};

impl State {
    #[allow(
        clippy::too_many_arguments,
        reason = "the state of one answer, taken apart"
    )]
    pub(super) fn end_reply(
        &mut self,
        outcome: Result<Finish, End>,
        writing: Option<Writing>,
        mut calls: Vec<Asked>,
        usage: Option<Usage>,
        model: ModelHandle,
        scene: Scene,
        settings: TurnSettings,
    ) -> Result<Reply, End> {
        let whole = matches!(&outcome, Ok(finish) if *finish != Finish::Length);
        let spoken = if outcome.is_ok() {
            self.close_spoken()
        } else {
            let item = self.emitter.close_cut_off();
            if let Some(item) = &item {
                let reply = self.reply;
                self.emitter.memo(item, |memo| memo.reply = Some(reply));
            }
            item
        };
        if let Some(mut usage) = usage {
            usage.cost_usd = model.info.cost(&usage);
            let content = serde_json::to_value(usage).unwrap_or_default();
            self.emitter
                .note(None, Chunk::new(Role::Server, kind::USAGE).content(content));
        }
        let lost = "The reply ended before this was complete. It was not run.";
        if let Some(item) = writing.and_then(|writing| writing.item) {
            self.drop_call(&item, settings.mode, RunState::Stopped, lost);
            // Its arguments may be half: it can never be sent back.
            self.emitter.memo(&item, |memo| memo.omit = true);
        }
        if !whole {
            for asked in calls.drain(..) {
                self.drop_call(&asked.item, settings.mode, RunState::Stopped, lost);
                self.emitter.memo(&asked.item, |memo| {
                    memo.result = Some(StoredResult::error("Not run: the reply was cut off."));
                });
            }
        }
        match outcome? {
            Finish::Length => Err(Error::new(
                ErrorCode::CutOff,
                "The reply reached its length limit. What was written is kept, nothing of it was run.",
            )
            .remedy("Ask it to go on, or raise max_tokens.")
            .into()),
            Finish::Refusal(words) => {
                if let Some(item) = spoken {
                    self.emitter.memo(&item, |memo| memo.omit = true);
                }
                let words = words.map(|words| format!(" It said: {words}")).unwrap_or_default();
                Err(Error::new(ErrorCode::Refused, format!("The model declined to answer.{words}"))
                    .remedy("Put it another way, or choose another model.")
                    .into())
            }
            Finish::ContentFilter => Err(Error::new(
                ErrorCode::Refused,
                "The provider's content filter ended the reply. What was written is kept.",
            )
            .remedy("Put it another way, or choose another model.")
            .into()),
            finish => Ok(Reply { calls, finish, scene, settings }),
        }
    }

    pub(super) fn speak(&mut self, kind: &str, text: String) {
        let chunk = Chunk::new(Role::Assistant, kind).content(text);
        if self.emitter.open_item().is_some_and(|open| {
            self.emitter
                .transcript
                .item(open)
                .is_some_and(|item| item.kind != kind)
        }) {
            self.close_spoken();
        }
        self.emitter.stream(chunk);
    }

    /// Ends what the model is saying, and notes which answer it belongs to.
    pub(super) fn close_spoken(&mut self) -> Option<ItemId> {
        let item = self.emitter.close()?;
        let reply = self.reply;
        self.emitter.memo(&item, |memo| memo.reply = Some(reply));
        Some(item)
    }

    pub(super) fn draft(&mut self, writing: &mut Writing, mode: Mode) {
        if writing.drafted.elapsed() < DRAFTING {
            return;
        }
        writing.drafted = Instant::now();
        let Some(draft) = writing
            .tool
            .as_ref()
            .and_then(|tool| tool.draft(&writing.arguments))
        else {
            return;
        };
        let Some(more) = draft.text.get(writing.shown..) else {
            return;
        };
        let mut chunk = Chunk::new(Role::Assistant, draft.kind).content(more);
        chunk.format = draft.format;
        let item = self.emitter.stream(chunk);
        writing.shown = draft.text.len();
        if writing.item.is_none() {
            self.note_run(&run(&item, RunState::Writing, mode));
            writing.item = Some(item);
        }
    }

    /// A call is whole: show the rest of it, and keep it for later requests.
    pub(super) fn asked(
        &mut self,
        call: Call,
        writing: Option<Writing>,
        tools: &[Arc<dyn Tool>],
        scene: &Scene,
    ) -> Asked {
        let tool = tools
            .iter()
            .find(|tool| tool.answers_to(&call.name))
            .cloned();
        let prepared = match &tool {
            Some(tool) => tool.prepare(&call, scene),
            None => Err(ToolError::new(unknown_tool(&call.name, tools, scene))),
        };
        let mut chunk = match &prepared {
            Ok(prepared) => {
                let mut chunk =
                    Chunk::new(Role::Assistant, prepared.kind).content(prepared.content.clone());
                chunk.format.clone_from(&prepared.format);
                chunk.extra.0.clone_from(&prepared.extra);
                chunk
            }
            Err(_) => Chunk::new(Role::Assistant, kind::CALL)
                .content(json!({ "name": call.name, "arguments": call.arguments })),
        };
        let drafted = writing.and_then(|writing| Some((writing.item?, writing.shown)));
        let item = match drafted {
            Some((item, shown)) if self.continues(&item, &chunk, shown) => {
                let rest = chunk
                    .text()
                    .and_then(|text| text.get(shown..))
                    .unwrap_or_default();
                chunk.content = Some(Value::from(rest));
                self.emitter.stream(chunk);
                self.emitter.close();
                item
            }
            Some((item, _)) => {
                self.emitter.close();
                let gone = json!({ "items": [item] });
                self.emitter
                    .note(None, Chunk::new(Role::Server, kind::REMOVED).content(gone));
                self.emitter.whole(chunk)
            }
            None => self.emitter.whole(chunk),
        };
        let reply = self.reply;
        self.emitter.memo(&item, |memo| {
            memo.reply = Some(reply);
            memo.call = Some(call);
        });
        Asked {
            item,
            tool,
            prepared,
        }
    }

    /// Whether the whole call only adds to what was shown of it.
    fn continues(&mut self, item: &ItemId, chunk: &Chunk, shown: usize) -> bool {
        self.emitter.flush();
        self.emitter.transcript.item(item).is_some_and(|item| {
            item.kind == chunk.kind
                && item.format == chunk.format
                && item.text().len() == shown
                && chunk
                    .text()
                    .is_some_and(|text| text.starts_with(item.text()))
        })
    }
}

fn unknown_tool(name: &str, tools: &[Arc<dyn Tool>], scene: &Scene) -> String {
    let known: Vec<String> = tools
        .iter()
        .filter_map(|tool| tool.spec(scene))
        .map(|spec| spec.name)
        .collect();
    format!(
        "There is no tool named `{name}`. The tools are: {}.",
        known.join(", ")
    )
}
