//! The surface over the accessibility trees of programs: what is at a point, what
//! has the keyboard, what happened to it.
//!
//! Programs answer such questions when they get to it, and some never do. So all
//! of them are put by a thread of its own; whoever asks waits no longer than
//! [`PATIENCE`], and "not known" is an answer like any other.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Rect, Window};

/// So long an action is held up for what a program tells of itself.
pub const PATIENCE: Duration = Duration::from_millis(150);
/// So long one element is searched for by its name: nobody waits with a hand on the mouse.
pub const SEARCH: Duration = Duration::from_millis(400);
/// Questions that may wait for a busy thread; more go unanswered.
const QUEUE: usize = 8;
/// Events that are remembered.
const REMEMBERED: usize = 256;

/// One thing on the screen, as its program tells it. Every word in it comes from
/// outside and allows nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Element {
    /// What it is, in small words that are the same on every system: `button`,
    /// `text field`, `password field`, `link`, `check box`, `menu item`, ...
    pub role: String,
    /// What it is called.
    pub name: String,
    /// Its text or value, where it has one; never that of a protected field.
    pub value: Option<String>,
    /// Where it is, in global physical pixels.
    pub area: Option<Rect>,
    /// What is typed there is hidden: a password field.
    pub protected: bool,
    /// What it holds can be changed by typing.
    pub editable: bool,
    /// Its states.
    pub states: States,
    /// The program, as it calls itself on the tree.
    pub app: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// Finds it again: the system's own names. Of no meaning elsewhere.
    #[serde(skip)]
    pub key: Option<(String, String)>,
}

/// How an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct States {
    /// It can be used.
    pub enabled: bool,
    /// It has the keyboard.
    pub focused: bool,
    /// It is ticked or pressed; none where it cannot be.
    pub checked: Option<bool>,
    /// It is open; none where it cannot be.
    pub expanded: Option<bool>,
    /// It is chosen among others; none where it cannot be.
    pub selected: Option<bool>,
}

/// An element, by what it is and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Sought {
    /// The window it is in.
    pub window: Window,
    /// What it is, as in [`Element::role`].
    pub role: String,
    /// Its whole name; none where that changes with what it holds.
    pub name: Option<String>,
    /// Where it is expected, global physical pixels: as far from the window's corner as
    /// it was, ...
    pub near: (i32, i32),
    /// ... and at the same share of the window.
    pub share: (i32, i32),
}

impl Sought {
    /// Whether an element's name is the wanted one.
    pub fn is_called(&self, name: &str) -> bool {
        let wanted = self.name.as_deref();
        wanted.is_none_or(|wanted| wanted.trim() == name.trim())
    }

    /// Which of these it is, by their places; none where it cannot be told. Of those with
    /// its name the closest counts; without one both expectations must say the same, and
    /// clearly.
    pub fn choose(&self, found: &[Rect]) -> Option<usize> {
        let far = |area: &Rect, from: (i32, i32)| {
            let middle = |at: i32, size: u32| f64::from(at) + f64::from(size) / 2.0;
            let dx = middle(area.x, area.w) - f64::from(from.0);
            let dy = middle(area.y, area.h) - f64::from(from.1);
            dx.hypot(dy)
        };
        let closest = |from: (i32, i32)| {
            let mut seen: Vec<(f64, usize)> = found
                .iter()
                .enumerate()
                .filter(|(_, area)| area.intersection(self.window.rect).is_some())
                .map(|(index, area)| (far(area, from), index))
                .collect();
            seen.sort_by(|one, two| one.0.total_cmp(&two.0));
            let (least, index) = *seen.first()?;
            let clear = seen.get(1).is_none_or(|(next, _)| least < next * CLEAR);
            Some((index, clear))
        };
        let (index, clear) = closest(self.near)?;
        if self
            .name
            .as_deref()
            .is_some_and(|name| !name.trim().is_empty())
        {
            return Some(index);
        }
        let same = closest(self.share)? == (index, true);
        (clear && same).then_some(index)
    }
}

/// Of two places one is clearly the closer where it is at most this much as far.
const CLEAR: f64 = 0.6;
/// The most elements that are gone through in one search.
const MOST_SEARCHED: usize = 2_000;

/// Goes through a tree from its roots down, and gives what fits, within bounds.
pub(super) fn search<N>(
    roots: Vec<N>,
    mut children: impl FnMut(&N) -> Vec<N>,
    mut fits: impl FnMut(&N) -> bool,
    deadline: Instant,
) -> Vec<N> {
    let mut open: VecDeque<N> = roots.into();
    let mut found = Vec::new();
    for _ in 0..MOST_SEARCHED {
        let Some(node) = open.pop_front().filter(|_| Instant::now() < deadline) else {
            break;
        };
        open.extend(children(&node));
        if fits(&node) {
            found.push(node);
        }
    }
    found
}

/// A question to a tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// The element at a point, global physical pixels, in that window.
    At(Box<Window>, (i32, i32)),
    /// The element that has the keyboard in that window.
    Focus(Box<Window>),
    /// An element seen before.
    Again(Box<Element>),
    /// An element that another one like it was once.
    Named(Box<Sought>),
}

/// The trees of this system's programs. Used by one thread.
pub trait Tree {
    /// Answers a question; no answer is wanted after the deadline.
    fn answer(&mut self, wanted: &Wanted, deadline: Instant) -> Option<Element>;
    /// Tells the element that is known to have the keyboard from an event, if any.
    fn note_focus(&mut self, _pid: Option<u32>, _key: (String, String)) {}
}

/// What a program told without being asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// What.
    pub kind: HappenedKind,
    /// The process, where it is known.
    pub pid: Option<u32>,
    /// The element's names.
    pub key: (String, String),
    /// When it arrived here.
    pub at: Instant,
}

/// The kinds of what programs tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HappenedKind {
    /// The element got the keyboard.
    Focus,
    /// A state other than the focus changed.
    State,
    /// Its text or value changed.
    Text,
    /// A window came to the front, or another one was made.
    Window,
}

/// What happened lately, shared with the thread that hears it.
#[derive(Default)]
pub struct Heard {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Number of the next one.
    next: u64,
    events: VecDeque<Happened>,
}

impl Heard {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an event.
    pub fn add(&self, event: Happened) {
        let mut kept = self.lock();
        kept.next += 1;
        if kept.events.len() == REMEMBERED {
            kept.events.pop_front();
        }
        kept.events.push_back(event);
    }

    fn since(&self, number: u64) -> Vec<Happened> {
        let kept = self.lock();
        let new = usize::try_from(kept.next.saturating_sub(number)).unwrap_or(usize::MAX);
        let skip = kept.events.len().saturating_sub(new);
        kept.events.iter().skip(skip).cloned().collect()
    }
}

/// What happened since it was opened. Open it before an action, ask it after.
pub struct AccessWatch {
    heard: Option<Arc<Heard>>,
    from: u64,
}

impl AccessWatch {
    /// What one hears.
    #[cfg(test)]
    pub(crate) fn of(heard: &Arc<Heard>) -> Self {
        Self {
            heard: Some(Arc::clone(heard)),
            from: heard.lock().next,
        }
    }

    /// All that happened since, oldest first.
    pub fn all(&self) -> Vec<Happened> {
        self.heard
            .as_ref()
            .map(|heard| heard.since(self.from))
            .unwrap_or_default()
    }

    /// When the last thing happened that says that something is still under way.
    /// Text alone does not count: clocks and counters never stop.
    pub fn last(&self) -> Option<Instant> {
        self.all()
            .into_iter()
            .rev()
            .find(|event| event.kind != HappenedKind::Text)
            .map(|event| event.at)
    }
}

/// Opens the trees on the thread that will use them. None where there are none
/// yet; it is tried again with the next question.
/// The time is how long a program may take for one answer.
pub type OpenTree = dyn Fn(Duration) -> Option<Box<dyn Tree>> + Send + Sync;
/// Starts to hear events; whether that succeeded. Tried again with a later watch.
pub type OpenEars = dyn Fn(Arc<Heard>) -> bool + Send + Sync;
/// How long after a failure it is not tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// The way to the accessibility trees. May be used from any thread.
pub struct Accessibility {
    open: Arc<OpenTree>,
    ears: Arc<OpenEars>,
    heard: Arc<Mutex<Ears>>,
    thread: Mutex<Option<SyncSender<Question>>>,
    /// In milliseconds.
    patience: AtomicU64,
}

#[derive(Default)]
struct Ears {
    heard: Option<Arc<Heard>>,
    tried: Option<Instant>,
}

struct Question {
    wanted: Wanted,
    deadline: Instant,
    tell: SyncSender<Option<Element>>,
    heard: Option<Arc<Heard>>,
}

/// An answer that may still come.
pub struct Pending {
    told: Option<Receiver<Option<Element>>>,
    deadline: Instant,
}

impl Pending {
    /// No answer.
    pub fn nothing() -> Self {
        Self {
            told: None,
            deadline: Instant::now(),
        }
    }

    /// The answer, if it is there in time.
    pub fn wait(self) -> Option<Element> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.told?.recv_timeout(left).ok().flatten()
    }
}

impl Accessibility {
    /// Whether a window's program tells of its elements.
    pub(crate) fn probe(&self, window: Window) -> bool {
        let at = (
            window.rect.x.saturating_add_unsigned(window.rect.w / 2),
            window.rect.y.saturating_add_unsigned(window.rect.h / 2),
        );
        let focus = self.ask(Wanted::Focus(Box::new(window.clone())));
        let under = self.ask(Wanted::At(Box::new(window), at));
        focus.wait().is_some() || under.wait().is_some()
    }

    /// Trees and ears, opened when they are first needed.
    pub fn new(
        open: impl Fn(Duration) -> Option<Box<dyn Tree>> + Send + Sync + 'static,
        ears: impl Fn(Arc<Heard>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            open: Arc::new(open),
            ears: Arc::new(ears),
            heard: Arc::default(),
            thread: Mutex::new(None),
            patience: AtomicU64::new(PATIENCE.as_millis() as u64),
        }
    }

    /// How long programs may take, from the next question on: for machines where
    /// everything is slow.
    pub fn set_patience(&self, patience: Duration) {
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.patience.store(patience, Ordering::Relaxed);
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(self.patience.load(Ordering::Relaxed))
    }

    /// Puts a question and returns at once.
    pub fn ask(&self, wanted: Wanted) -> Pending {
        let patience = self.patience();
        let time = match &wanted {
            Wanted::Named(_) => patience.max(SEARCH),
            _ => patience,
        };
        let deadline = Instant::now() + time;
        let (tell, told) = sync_channel(1);
        let heard = lock(&self.heard).heard.clone();
        let mut question = Question {
            wanted,
            deadline,
            tell,
            heard,
        };
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..2 {
            let running = match &*thread {
                Some(running) => running,
                None => match start(Arc::clone(&self.open), patience) {
                    Some(started) => thread.insert(started),
                    None => return Pending::nothing(),
                },
            };
            match running.try_send(question) {
                Ok(()) => {
                    return Pending {
                        told: Some(told),
                        deadline,
                    };
                }
                Err(std::sync::mpsc::TrySendError::Full(_)) => return Pending::nothing(),
                Err(std::sync::mpsc::TrySendError::Disconnected(back)) => {
                    // There were no trees when it was tried last.
                    question = back;
                    *thread = None;
                }
            }
        }
        Pending::nothing()
    }

    /// Starts to listen, unless that is done already or was tried just now, on a
    /// thread of its own: it may take a while.
    pub fn listen(&self) {
        let mut slot = lock(&self.heard);
        if !slot.is_deaf() || slot.tried.is_some_and(|at| at.elapsed() < AGAIN) {
            return;
        }
        slot.tried = Some(Instant::now());
        let (ears, heard) = (Arc::clone(&self.ears), Arc::clone(&self.heard));
        // Without a thread nothing is heard, as without a bus.
        let _ = std::thread::Builder::new()
            .name("accessibility ears".to_owned())
            .spawn(move || open_ears(&*ears, &heard));
    }

    /// Starts to notice what programs tell.
    pub fn watch(&self) -> AccessWatch {
        self.listen();
        let heard = lock(&self.heard).heard.clone();
        let from = heard.as_ref().map_or(0, |heard| heard.lock().next);
        AccessWatch { heard, from }
    }
}

impl Ears {
    fn is_deaf(&self) -> bool {
        // Whoever listens holds a part of it; alone, nobody listens any more.
        self.heard
            .as_ref()
            .is_none_or(|heard| Arc::strong_count(heard) == 1)
    }
}

fn lock(ears: &Mutex<Ears>) -> MutexGuard<'_, Ears> {
    ears.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_ears(ears: &OpenEars, slot: &Mutex<Ears>) {
    let new = Arc::new(Heard::default());
    if ears(Arc::clone(&new)) {
        lock(slot).heard = Some(new);
    }
}

fn start(open: Arc<OpenTree>, patience: Duration) -> Option<SyncSender<Question>> {
    let (ask, asked) = sync_channel::<Question>(QUEUE);
    let body = move || {
        let Some(mut tree) = open(patience) else {
            tracing::debug!("there is no accessibility tree");
            return;
        };
        let mut seen = 0;
        while let Ok(question) = asked.recv() {
            if let Some(heard) = &question.heard {
                for event in heard.since(seen) {
                    if event.kind == HappenedKind::Focus {
                        tree.note_focus(event.pid, event.key);
                    }
                }
                seen = heard.lock().next;
            }
            // Whoever asked is gone.
            let told = if Instant::now() < question.deadline {
                tree.answer(&question.wanted, question.deadline)
            } else {
                None
            };
            let _ = question.tell.try_send(told);
        }
    };
    std::thread::Builder::new()
        .name("accessibility".to_owned())
        .spawn(body)
        .ok()?;
    Some(ask)
}

#[cfg(test)]
mod tests;
