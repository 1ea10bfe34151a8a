//! Folds events into what a conversation looks like. Store, agent, terminal and
//! server all use this one fold; the UI has its twin in `ui/src/session`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    Chunk, ConfirmationId, ConversationMeta, Effect, Error, Event, Extra, InputRequest, ItemId, Os,
    OsState, RequestId, Role, Run, RunState, Step, StepMark, Usage, kind,
};

/// One LMC message of a conversation, with what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// Who it is from.
    pub role: Role,
    /// One of [`kind`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Language, encoding and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub format: Option<String>,
    /// Text, or a whole value.
    #[ts(type = "unknown")]
    pub content: Value,
    /// Only for `user` or `assistant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub recipient: Option<String>,
    /// Its end flag has come. An item that a crash cut off never gets one.
    pub complete: bool,
    /// State of the code card, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<Run>,
    /// What the person made of the code; this is what ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub edited: Option<String>,
    /// The line that runs now, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub active_line: Option<u32>,
    /// What the action did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub effect: Option<Effect>,
    /// What it did on the screen, in order. Never told to a model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Step>>")]
    pub steps: Vec<Step>,
    /// What the person says of its steps; one each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<StepMark>>")]
    pub marks: Vec<StepMark>,
    /// Its share of what the model call that asked for it cost, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cost_usd: Option<f64>,
    /// `parent` (the code, action or call item it came from), `at` (milliseconds
    /// since 1970), `frame`, `width`, `height`, ...
    #[serde(flatten)]
    #[ts(flatten)]
    pub extra: Extra,
}

impl Item {
    /// The content, where it is text.
    pub fn text(&self) -> &str {
        self.content.as_str().unwrap_or_default()
    }

    /// A further key, where it is text.
    pub fn key(&self, name: &str) -> Option<&str> {
        self.extra.get(name).and_then(Value::as_str)
    }

    /// The code, action or call item it came from.
    pub fn parent(&self) -> Option<&str> {
        self.key("parent")
    }

    /// Whether role and type are these.
    pub fn is(&self, role: Role, kind: &str) -> bool {
        self.role == role && self.kind == kind
    }

    /// The code as it runs: what the person made of it, else what the model wrote.
    pub fn code(&self) -> &str {
        self.edited.as_deref().unwrap_or_else(|| self.text())
    }
}

/// An approval that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Pending {
    /// Names it in [`crate::Op::Answer`].
    pub confirmation: ConfirmationId,
    /// Digest of exactly what will run.
    pub digest: String,
    /// The code, action or call item.
    pub item: ItemId,
    /// `execution`, `action` or `tool`.
    pub format: String,
    /// What will run, as in the confirmation chunk.
    #[ts(type = "unknown")]
    pub content: Value,
}

/// A conversation, folded from its events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transcript {
    /// The last event applied.
    pub seq: u64,
    /// Items, oldest first. Removed ones are gone.
    pub items: Vec<Item>,
    /// Approvals wanted.
    pub pending: Vec<Pending>,
    /// Lines of input wanted.
    pub inputs: Vec<InputRequest>,
    /// Title, model, mode, cost.
    pub meta: ConversationMeta,
    /// Sum of all model calls.
    pub usage: Usage,
    /// A turn is under way.
    pub responding: bool,
    /// State of OS mode, while it is live.
    pub os: Option<Os>,
    /// The highest number of a step so far, removed ones included.
    pub steps: u32,
}

impl Transcript {
    /// The item with this id.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        // From the end: what streams is nearly always the last.
        self.items.iter().rev().find(|item| item.id == *id)
    }

    fn item_mut(&mut self, id: &ItemId) -> Option<&mut Item> {
        self.items.iter_mut().rev().find(|item| item.id == *id)
    }

    /// A step by its number.
    pub fn step(&self, number: u32) -> Option<&Step> {
        self.steps().find(|step| step.number == number)
    }

    /// What was done on the screen, in the order of the items.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.items.iter().flat_map(|item| &item.steps)
    }

    /// Takes in one event. Events of unknown types change nothing but `seq`.
    pub fn apply(&mut self, event: &Event) {
        self.seq = self.seq.max(event.seq);
        let chunk = &event.chunk;
        match (chunk.role, chunk.kind.as_str()) {
            (Role::Server, kind) => self.apply_server(kind, event),
            (Role::Computer, kind::CONFIRMATION) => self.apply_confirmation(event),
            (Role::Computer, kind::INPUT_REQUEST) => self.apply_input_request(event),
            (Role::Computer, kind::EFFECT) => {
                if let (Some(item), Some(effect)) = (event.item.as_ref(), parse(chunk))
                    && let Some(item) = self.item_mut(item)
                {
                    item.effect = Some(effect);
                }
            }
            (Role::Computer, kind::STEP) => {
                if let Some(step) = parse::<Step>(chunk) {
                    self.apply_step(step);
                }
            }
            (role, _) => {
                if role == Role::User && chunk.start {
                    self.responding = true;
                }
                if let Some(id) = &event.item {
                    self.apply_item(id, chunk);
                }
            }
        }
    }

    fn apply_item(&mut self, id: &ItemId, chunk: &Chunk) {
        if chunk.kind == kind::CONSOLE && chunk.format.as_deref() == Some("active_line") {
            let line = chunk
                .content
                .as_ref()
                .and_then(Value::as_u64)
                .map(|line| line as u32);
            // The line belongs to the code; the console item names it.
            let parent = chunk.key("parent").map(ItemId::from);
            if let Some(item) = parent.and_then(|parent| self.item_mut(&parent)) {
                item.active_line = line;
            }
            return;
        }
        if self.item(id).is_none() {
            self.items.push(Item {
                id: id.clone(),
                role: chunk.role,
                kind: chunk.kind.clone(),
                format: chunk.format.clone(),
                content: empty(&chunk.kind),
                recipient: chunk.recipient.clone(),
                complete: false,
                run: None,
                edited: None,
                active_line: None,
                effect: None,
                steps: Vec::new(),
                marks: Vec::new(),
                cost_usd: None,
                extra: Extra::default(),
            });
        }
        let Some(item) = self.item_mut(id) else {
            return;
        };
        for (key, value) in &chunk.extra.0 {
            item.extra.insert(key.clone(), value.clone());
        }
        if item.format.is_none() {
            item.format.clone_from(&chunk.format);
        }
        match (&mut item.content, &chunk.content) {
            (Value::String(text), Some(Value::String(more))) if !item.complete => {
                text.push_str(more);
            }
            (content, Some(value)) => *content = value.clone(),
            (_, None) => {}
        }
        if chunk.end {
            item.complete = true;
        }
    }

    fn apply_confirmation(&mut self, event: &Event) {
        let chunk = &event.chunk;
        if let (Some(item), Some(confirmation), Some(digest)) =
            (&event.item, chunk.key("confirmation"), chunk.key("digest"))
        {
            self.pending.retain(|pending| pending.item != *item);
            self.pending.push(Pending {
                confirmation: ConfirmationId::from(confirmation),
                digest: digest.to_owned(),
                item: item.clone(),
                format: chunk.format.clone().unwrap_or_default(),
                content: chunk.content.clone().unwrap_or_default(),
            });
        }
    }

    fn apply_input_request(&mut self, event: &Event) {
        let chunk = &event.chunk;
        if let (Some(item), Some(request)) = (&event.item, chunk.key("request")) {
            let request = RequestId::from(request);
            self.inputs.retain(|open| open.request != request);
            self.inputs.push(InputRequest {
                request,
                item: item.clone(),
                prompt: chunk.text().unwrap_or_default().to_owned(),
                secret: chunk
                    .extra
                    .get("secret")
                    .and_then(Value::as_bool)
                    .unwrap_or(false),
            });
        }
    }

    fn apply_step(&mut self, step: Step) {
        self.steps = self.steps.max(step.number);
        if let Some(item) = self.item_mut(&step.item) {
            item.steps.retain(|known| known.number != step.number);
            item.steps.push(step);
        }
    }

    fn apply_mark(&mut self, mark: StepMark) {
        if let Some(item) = self.item_mut(&mark.item) {
            item.marks.retain(|known| known.number != mark.number);
            if mark.wrong || mark.note.is_some() {
                item.marks.push(mark);
            }
        }
    }

    /// What a reply asked for shares what the reply cost.
    fn apply_cost(&mut self, cost: Option<f64>) {
        let asks = |item: &&mut Item| {
            matches!(item.kind.as_str(), kind::ACTION | kind::CODE | kind::CALL)
                && item.cost_usd.is_none()
        };
        let reply = self.items.iter_mut().rev();
        let reply = reply.take_while(|item| item.role == Role::Assistant);
        let asked: Vec<&mut Item> = reply.filter(asks).collect();
        let share = cost.map(|cost| cost / asked.len() as f64);
        for item in asked {
            item.cost_usd = share;
        }
    }

    fn apply_server(&mut self, kind: &str, event: &Event) {
        let chunk = &event.chunk;
        match kind {
            kind::RUN => {
                if let Some(run) = parse::<Run>(chunk) {
                    self.apply_run(run);
                }
            }
            kind::EDITED => {
                let content = chunk.content.as_ref();
                let id = content
                    .and_then(|value| value.get("item"))
                    .and_then(Value::as_str);
                let code = content
                    .and_then(|value| value.get("content"))
                    .and_then(Value::as_str);
                if let (Some(id), Some(code)) = (id, code)
                    && let Some(item) = self.item_mut(&ItemId::from(id))
                {
                    item.edited = Some(code.to_owned());
                }
            }
            kind::REMOVED => {
                let gone: Vec<&str> = chunk
                    .content
                    .as_ref()
                    .and_then(|value| value.get("items"))
                    .and_then(Value::as_array)
                    .map(|ids| ids.iter().filter_map(Value::as_str).collect())
                    .unwrap_or_default();
                let keep = |id: &ItemId| !gone.contains(&id.as_str());
                self.items.retain(|item| keep(&item.id));
                self.pending.retain(|pending| keep(&pending.item));
                self.inputs.retain(|input| keep(&input.item));
            }
            kind::MARK => {
                if let Some(mark) = parse::<StepMark>(chunk) {
                    self.apply_mark(mark);
                }
            }
            kind::USAGE => {
                if let Some(usage) = parse::<Usage>(chunk) {
                    self.usage.add(&usage);
                    self.meta.cost += usage.cost_usd.unwrap_or(0.0);
                    self.apply_cost(usage.cost_usd);
                }
            }
            kind::CONVERSATION => {
                if let Some(meta) = parse::<ConversationMeta>(chunk) {
                    self.meta = meta;
                }
            }
            kind::OS => {
                self.os = parse::<Os>(chunk)
                    .filter(|os| !matches!(os.state, OsState::Finished | OsState::Stopped));
            }
            // A turn that no message of the person begins.
            kind::STATUS if chunk.text() == Some("started") => self.responding = true,
            kind::STATUS if chunk.text() == Some("complete") => {
                self.responding = false;
                self.os = None;
                self.inputs.clear();
            }
            kind::ERROR => {
                // Shown where it happened, so it is an item like any other.
                if let (Some(id), Some(_)) = (&event.item, parse::<Error>(chunk)) {
                    let whole = chunk.clone().end();
                    self.apply_item(id, &whole);
                }
            }
            _ => {}
        }
    }

    fn apply_run(&mut self, run: Run) {
        match run.state {
            RunState::Awaiting | RunState::Editing => {}
            _ => self.pending.retain(|pending| pending.item != run.item),
        }
        if run.state != RunState::NeedsInput {
            self.inputs.retain(|input| input.item != run.item);
        }
        let id = run.item.clone();
        if let Some(item) = self.item_mut(&id) {
            if run.state.is_final() {
                item.active_line = None;
            }
            item.run = Some(run);
        }
    }
}

impl Usage {
    /// Adds another call's figures. A sum of known and unknown costs is the known part.
    pub fn add(&mut self, other: &Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cached_tokens += other.cached_tokens;
        self.cache_write_tokens += other.cache_write_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
        self.image_tokens += other.image_tokens;
        self.cost_usd = match (self.cost_usd, other.cost_usd) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0.0) + b.unwrap_or(0.0)),
        };
    }
}

/// What an item holds before anything came: text is empty, anything else absent.
fn empty(kind: &str) -> Value {
    match kind {
        kind::MESSAGE | kind::CODE | kind::CONSOLE | kind::REASONING => Value::from(""),
        _ => Value::Null,
    }
}

fn parse<T: serde::de::DeserializeOwned>(chunk: &Chunk) -> Option<T> {
    T::deserialize(chunk.content.as_ref()?).ok()
}
