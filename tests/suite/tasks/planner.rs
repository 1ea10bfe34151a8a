//! The scripted model of a task: it looks at the picture it is sent and answers with
//! the next action, as a model that sees would.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use interpreter_test_support::model_server::{History, SeenImage, SeenRequest};
use interpreter_test_support::{ModelServer, Reply, Script};
use serde_json::{Value, json};

use super::reading::Picture;

/// Something that is seen in a picture.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    look: Look,
    /// Which of several, in the order of reading; from the end when negative.
    nth: i32,
    /// So far beside its middle, in pixels of the picture.
    by: (f64, f64),
}

#[derive(Debug, Clone, Copy)]
enum Look {
    Text(&'static str),
    /// A place in the box around everything of a colour, as parts of its size.
    Colour([u8; 3], f64, f64),
}

/// A text on the screen.
pub const fn text(text: &'static str) -> Spot {
    Spot {
        look: Look::Text(text),
        nth: 0,
        by: (0.0, 0.0),
    }
}

/// A place in a coloured area.
pub const fn inside(colour: [u8; 3], x: f64, y: f64) -> Spot {
    Spot {
        look: Look::Colour(colour, x, y),
        nth: 0,
        by: (0.0, 0.0),
    }
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.look {
            Look::Text(text) if self.by == (0.0, 0.0) => write!(f, "“{text}”"),
            Look::Text(text) => write!(f, "what is beside “{text}”"),
            Look::Colour(..) => write!(f, "the picture"),
        }
    }
}

impl Spot {
    /// The last of several.
    pub const fn last(self) -> Self {
        self.nth(-1)
    }

    pub const fn nth(mut self, nth: i32) -> Self {
        self.nth = nth;
        self
    }

    /// Beside it.
    pub const fn by(mut self, x: f64, y: f64) -> Self {
        self.by = (x, y);
        self
    }

    fn find(&self, picture: &mut Picture) -> Option<[i64; 2]> {
        let (x, y) = match self.look {
            Look::Text(text) => {
                let found = picture.find(text);
                let count = found.len() as i32;
                let at = if self.nth < 0 {
                    count + self.nth
                } else {
                    self.nth
                };
                found.get(usize::try_from(at).ok()?)?.middle()
            }
            Look::Colour(colour, x, y) => {
                let area = picture.coloured(colour)?;
                (area.x + area.w * x, area.y + area.h * y)
            }
        };
        let (x, y) = (x + self.by.0, y + self.by.1);
        Some([x.floor() as i64, y.floor() as i64])
    }
}

/// One thing the model wants to do.
#[derive(Debug, Clone, Copy)]
pub enum Intent {
    Click(Spot),
    DoubleClick(Spot),
    Drag(Spot, Spot),
    /// Wheel clicks down, or up where negative.
    Scroll(Spot, i64),
    Type(&'static str),
    Key(&'static str),
    /// Goes on when this is seen.
    Until(Spot),
}

impl Intent {
    /// What the model says with it.
    fn words(&self) -> String {
        match self {
            Self::Click(spot) => format!("Clicking {spot}."),
            Self::DoubleClick(spot) => format!("Opening {spot}."),
            Self::Drag(from, to) => format!("Dragging from {from} to {to}."),
            Self::Scroll(..) => "Scrolling.".to_owned(),
            Self::Type(text) => format!("Typing {text:?}."),
            Self::Key(keys) => format!("Pressing {keys}."),
            Self::Until(spot) => format!("Waiting for {spot}."),
        }
    }

    /// The action in the vendor's words; none where what it needs is not seen. The
    /// empty object: nothing needs to be done.
    fn action(&self, picture: &mut Picture) -> Option<Value> {
        let mut click = |name: &str, spot: &Spot| {
            let at = spot.find(picture)?;
            Some(json!({"action": name, "coordinate": at}))
        };
        match self {
            Self::Click(spot) => click("left_click", spot),
            Self::DoubleClick(spot) => click("double_click", spot),
            Self::Drag(from, to) => {
                let (from, to) = (from.find(picture)?, to.find(picture)?);
                Some(
                    json!({"action": "left_click_drag", "start_coordinate": from, "coordinate": to}),
                )
            }
            Self::Scroll(spot, clicks) => {
                let way = if *clicks < 0 { "up" } else { "down" };
                let at = spot.find(picture)?;
                Some(
                    json!({"action": "scroll", "coordinate": at, "scroll_direction": way,
                    "scroll_amount": clicks.abs()}),
                )
            }
            Self::Type(text) => Some(json!({"action": "type", "text": text})),
            Self::Key(keys) => Some(json!({"action": "key", "text": keys})),
            Self::Until(spot) => spot.find(picture).map(|_| json!({})),
        }
    }
}

/// What a task took of the model.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Spent {
    /// Model calls.
    pub calls: usize,
    pub input: u64,
    /// Of the input, what stood unchanged at the beginning of the call before.
    pub cached: u64,
    pub output: u64,
    /// For how long it looked at pictures.
    pub thinking: Duration,
}

#[derive(Default)]
struct State {
    plan: Vec<Intent>,
    at: usize,
    /// How often the next thing was looked for in vain.
    vain: usize,
    looked: bool,
    seen: Option<(SeenImage, Picture)>,
    spent: Spent,
    /// The messages of the call before, without cache marks.
    before: Vec<Value>,
    lost: Option<String>,
}

/// The model of one task.
#[derive(Clone)]
pub struct Planner {
    state: Arc<Mutex<State>>,
}

/// So often the model waits a second for what it expects.
const VAIN: usize = 8;
/// Characters a token of text stands for.
const LETTERS: usize = 4;
/// Side of the squares the vendor counts pictures in.
const SQUARE: u32 = 28;

impl Planner {
    pub fn new(plan: &[Intent]) -> Self {
        let state = State {
            plan: plan.to_vec(),
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Serves it.
    pub fn serve(&self) -> ModelServer {
        let state = Arc::clone(&self.state);
        let script = Script::new()
            .history(History::ImagesMayGo)
            .always(move |request| {
                let mut state = state.lock().unwrap();
                let begun = Instant::now();
                let said = state.next(request);
                state.spent.thinking += begun.elapsed();
                state.charge(request, said)
            });
        ModelServer::start(script)
    }

    pub fn spent(&self) -> Spent {
        self.state.lock().unwrap().spent.clone()
    }

    /// What was not found, where the task was given up.
    pub fn lost(&self) -> Option<String> {
        self.state.lock().unwrap().lost.clone()
    }

    /// Whether everything was done.
    pub fn done(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.at == state.plan.len()
    }
}

enum Said {
    Action(String, Value),
    Words(String),
}

impl State {
    fn next(&mut self, request: &SeenRequest) -> Said {
        if !self.looked {
            self.looked = true;
            return Said::Action("First a look.".to_owned(), json!({"action": "screenshot"}));
        }
        let Some(image) = request.last_image() else {
            return self.give_up("I was sent no picture.".to_owned());
        };
        if self
            .seen
            .as_ref()
            .is_none_or(|(seen, _)| seen.bytes != image.bytes)
        {
            self.seen = Some((image.clone(), Picture::new(&image)));
        }
        loop {
            let (Some(intent), Some((_, picture))) = (self.plan.get(self.at), self.seen.as_mut())
            else {
                return Said::Words("Done.".to_owned());
            };
            match intent.action(picture) {
                Some(action) if action == json!({}) => {}
                Some(action) => {
                    let words = intent.words();
                    self.at += 1;
                    self.vain = 0;
                    return Said::Action(words, action);
                }
                None if self.vain == VAIN => {
                    let what = format!(
                        "I cannot see it. {} In: {}",
                        intent.words(),
                        picture.words()
                    );
                    return self.give_up(what);
                }
                None => {
                    self.vain += 1;
                    return Said::Action(
                        "It is not there yet.".to_owned(),
                        json!({"action": "wait", "duration": 1}),
                    );
                }
            }
            self.at += 1;
            self.vain = 0;
        }
    }

    fn give_up(&mut self, what: String) -> Said {
        self.lost = Some(what.clone());
        Said::Words(what)
    }

    /// Counts what the call costs as the vendor does: pictures by their squares, text
    /// by its letters, and what was sent before as read from the cache.
    fn charge(&mut self, request: &SeenRequest, said: Said) -> Reply {
        let mut messages: Vec<Value> = request.messages().to_vec();
        messages.iter_mut().for_each(strip);
        let fixed = request.body["tools"].to_string().len() + request.system().len();
        let same = messages.iter().zip(&self.before);
        let same = same.take_while(|(now, before)| now == before).count();
        let fixed = (fixed / LETTERS) as u64;
        let each: Vec<u64> = messages.iter().map(tokens).collect();
        let input = fixed + each.iter().sum::<u64>();
        let cached = match self.before.is_empty() {
            true => 0,
            false => fixed + each[..same].iter().sum::<u64>(),
        };
        self.before = messages;
        let (reply, letters) = match said {
            Said::Words(words) => (Reply::text(words.clone()), words.len()),
            Said::Action(words, action) => {
                let letters = words.len() + action.to_string().len();
                (Reply::text(words).and_computer(action), letters)
            }
        };
        let output = (letters / LETTERS) as u64;
        self.spent.calls += 1;
        self.spent.input += input;
        self.spent.cached += cached;
        self.spent.output += output;
        reply.usage(input, output, cached)
    }
}

/// Takes cache marks away, which move.
fn strip(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(strip),
        Value::Object(map) => {
            map.remove("cache_control");
            map.values_mut().for_each(strip);
        }
        _ => {}
    }
}

/// Tokens of a message.
fn tokens(value: &Value) -> u64 {
    match value {
        Value::String(text) => (text.chars().count() / LETTERS) as u64,
        Value::Array(list) => list.iter().map(tokens).sum(),
        Value::Object(map) if map.get("type").is_some_and(|kind| kind == "image") => {
            let side = |pixels: u32| u64::from(pixels.div_ceil(SQUARE));
            size(value).map_or(0, |(w, h)| side(w) * side(h))
        }
        Value::Object(map) => map.values().map(tokens).sum(),
        _ => 0,
    }
}

/// Width and height of a PNG, from its first bytes.
fn size(image: &Value) -> Option<(u32, u32)> {
    let data = image["source"]["data"].as_str()?;
    let head = data.get(..32)?;
    let bytes: Vec<u8> = decode(head)?;
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(u32::from(c - b'A')),
        b'a'..=b'z' => Some(u32::from(c - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(c - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks_exact(4) {
        let number = four
            .iter()
            .try_fold(0, |sum, c| Some(sum << 6 | value(*c)?))?;
        bytes.extend_from_slice(&number.to_be_bytes()[1..]);
    }
    Some(bytes)
}
