//! The text of such a model while it comes: thoughts and words are shown at once,
//! the action is kept until it is whole.

use serde_json::json;

use crate::batch::{made_up_id, whole as whole_call};
use crate::openai_chat::tail_that_begins;
use crate::{ComputerTool, ModelEvent, ProviderError, Raw};

type Out = Vec<Result<ModelEvent, ProviderError>>;

/// Beginnings of an answer that is thought aloud.
const THOUGHTS: &[&str] = &[
    "Thought:",
    "Reflection:",
    "Action_Summary:",
    "# Step",
    "## Thought",
];

pub(super) struct Listen {
    tool: ComputerTool,
    family: String,
    /// All of it, as the model wrote it.
    whole: String,
    /// Up to here it was shown.
    shown: usize,
    /// From here on it is the action.
    action: Option<usize>,
    thinks: Option<bool>,
}

impl Listen {
    pub(super) fn new(tool: ComputerTool, family: String) -> Self {
        Self {
            tool,
            family,
            whole: String::new(),
            shown: 0,
            action: None,
            thinks: None,
        }
    }

    pub(super) fn push(&mut self, text: &str, out: &mut Out) {
        self.whole.push_str(text);
        if self.action.is_some() {
            return;
        }
        let open = &self.whole[self.shown..];
        let start = open.trim_start();
        let undecided = self.thinks.is_none() && !start.contains('\n');
        if undecided && THOUGHTS.iter().any(|thought| thought.starts_with(start)) {
            return;
        }
        self.action = self.mark();
        // What may yet become a mark waits.
        let until = match self.action {
            Some(at) => at,
            None => {
                let marks = self.tool.marks().iter();
                let held = marks.map(|mark| tail_that_begins(open, mark)).max();
                self.whole.len() - held.unwrap_or(0)
            }
        };
        self.show(until, out);
    }

    /// The answer is over. `whole`: it ended by itself.
    pub(super) fn finish(&mut self, whole: bool, out: &mut Out) {
        let asked = match whole {
            true => self.tool.read_text(&self.whole),
            false => Default::default(),
        };
        let wants = !asked.actions.is_empty() || asked.end.is_some();
        let until = match self.action {
            Some(at) if wants => at,
            _ => self.whole.len(),
        };
        self.show(until, out);
        if self.thinks == Some(true) {
            let said = json!({"said": &self.whole[..until]});
            out.push(Ok(ModelEvent::ReasoningEnd {
                raw: Some(self.raw(said)),
            }));
        }
        let action = &self.whole[until..];
        for (at, call) in asked.actions.into_iter().enumerate() {
            // The first call brings back the words of all of them.
            let said = if at == 0 { action } else { "" };
            let raw = self.raw(json!({ "said": said }));
            whole_call(made_up_id(), "computer", call, Some(raw), out);
        }
        if let Some(end) = asked.end {
            out.push(Ok(ModelEvent::Text(end.words())));
        }
    }

    /// The action so far, empty where none has begun.
    pub(super) fn action(&self) -> &str {
        self.action.map_or("", |at| &self.whole[at..])
    }

    /// The answer is over: shows what is left; not the action, where it was taken.
    pub(super) fn close(&mut self, taken: bool, out: &mut Out) {
        let until = match self.action {
            Some(at) if taken => at,
            _ => self.whole.len(),
        };
        self.show(until, out);
    }

    fn raw(&self, raw: serde_json::Value) -> Raw {
        Raw {
            name: self.family.clone(),
            raw,
        }
    }

    /// Where the action begins: at a line's start, or where a tag opens.
    fn mark(&self) -> Option<usize> {
        let found = |mark: &&str| {
            let anywhere = mark.starts_with('<');
            let places = self.whole[self.shown..].match_indices(*mark);
            places.map(|(at, _)| self.shown + at).find(|at| {
                let line = self.whole[..*at].rsplit('\n').next().unwrap_or_default();
                anywhere || line.trim().is_empty()
            })
        };
        self.tool.marks().iter().filter_map(found).min()
    }

    fn show(&mut self, until: usize, out: &mut Out) {
        let text = &self.whole[self.shown..until];
        if text.trim().is_empty() {
            // Blank lines are shown with what follows.
            return;
        }
        let first = self.thinks.is_none();
        let start = text.trim_start();
        let thinks = *self
            .thinks
            .get_or_insert_with(|| THOUGHTS.iter().any(|thought| start.starts_with(thought)));
        let text = match (thinks && first, start.strip_prefix("Thought:")) {
            (true, Some(rest)) => rest.trim_start(),
            _ => text,
        };
        self.shown = until;
        out.push(Ok(match thinks {
            true => ModelEvent::Reasoning(text.to_owned()),
            false => ModelEvent::Text(text.to_owned()),
        }));
    }
}
