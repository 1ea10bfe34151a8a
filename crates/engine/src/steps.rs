//! Keeps a record of every action on the screen, whoever made it: the model's tools,
//! the Computer API of running code, or the person who has recorded steps done again.
//!
//! The computer tells of each action once it is over. One task writes them in that
//! order, so that neither the hand on the mouse nor the conversation waits for pictures.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, UNIX_EPOCH};

use interpreter_agent::SessionOp;
use interpreter_computer::{Computer, Done, Shot, Snap, platform::Rect};
use interpreter_protocol::{Area, ConversationId, FoundBy, Frame, ItemId, Step, StepElement};
use serde_json::Map;
use tokio::sync::{mpsc, watch};

use crate::host::EngineHost;
use crate::kit::Kit;
use crate::{Engine, Inner};

/// Actions that may wait to be written.
const WAITING: usize = 64;
/// Of these only so many may hold pictures.
const PICTURED: usize = 4;
/// Pictures of the whole screen that are kept under their pixels, to be written once.
const KNOWN: usize = 6;
/// The longest side of a picture that nobody but people will look at.
const LONGEST: u32 = 1600;
/// Pictures with the computed point that are kept.
const VIEWS: usize = 50;
/// How long a run waits for its last step to be written.
const FLUSH: Duration = Duration::from_secs(3);

/// What a conversation must know to keep its steps.
pub(crate) struct Steps {
    doing: Mutex<Doing>,
    /// Steps that are not written yet.
    open: watch::Sender<usize>,
    /// Pictures that are written.
    known: Mutex<VecDeque<Known>>,
    /// What the model saw last.
    seen: Mutex<Option<(Frame, String)>>,
}

/// A picture that is written.
struct Known {
    /// Tells its pixels apart.
    pixels: String,
    size: (u32, u32),
    blob: String,
}

#[derive(Default, Clone)]
struct Doing {
    /// What acts now, or acted last: code may go on in the background.
    item: Option<ItemId>,
    by: Option<FoundBy>,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            doing: Mutex::default(),
            open: watch::Sender::new(0),
            known: Mutex::default(),
            seen: Mutex::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Steps {
    /// From now on this item acts.
    pub fn begin(&self, item: &ItemId, by: Option<FoundBy>) {
        *lock(&self.doing) = Doing {
            item: Some(item.clone()),
            by,
        };
    }

    /// Waits until all that was done so far is written.
    pub async fn written(&self) {
        let mut open = self.open.subscribe();
        let none_left = open.wait_for(|open| *open == 0);
        let _ = tokio::time::timeout(FLUSH, none_left).await;
    }

    /// The model sees this picture now, which is kept under that hash.
    pub fn saw(&self, shot: &Shot, blob: &str) {
        self.know(&shot.hash, shot.frame.sent, blob);
        *lock(&self.seen) = Some((shot.frame.clone(), blob.to_owned()));
    }

    fn know(&self, pixels: &str, size: (u32, u32), blob: &str) {
        let mut known = lock(&self.known);
        known.push_front(Known {
            pixels: pixels.to_owned(),
            size,
            blob: blob.to_owned(),
        });
        known.truncate(KNOWN);
    }

    fn known(&self, pixels: &str, size: (u32, u32)) -> Option<String> {
        let known = lock(&self.known);
        let is = |known: &&Known| known.pixels == pixels && known.size == size;
        known.iter().find(is).map(|known| known.blob.clone())
    }
}

/// An action on its way into its conversation.
struct Note {
    kit: Arc<Kit>,
    doing: Doing,
    done: Done,
}

impl Drop for Note {
    fn drop(&mut self) {
        self.kit
            .steps
            .open
            .send_modify(|open| *open = open.saturating_sub(1));
    }
}

/// Has the computer tell of what is done; what comes out is for [`follow`].
pub(crate) fn listen(computer: &Computer, host: &Arc<EngineHost>) -> Notes {
    let (tell, told) = mpsc::channel(WAITING);
    let host = Arc::downgrade(host);
    computer.set_recorder(Arc::new(move |done| note(&tell, &host, done)));
    Notes(told)
}

/// Actions that were told of.
pub(crate) struct Notes(mpsc::Receiver<Note>);

fn note(tell: &mpsc::Sender<Note>, host: &Weak<EngineHost>, mut done: Done) {
    let session = ConversationId::from(done.session.0.as_str());
    // The person at the terminal acts in no conversation.
    let Some(kit) = host.upgrade().and_then(|host| host.kit(&session)) else {
        return;
    };
    let doing = lock(&kit.steps.doing).clone();
    if doing.item.is_none() {
        return;
    }
    kit.steps.open.send_modify(|open| *open += 1);
    if tell.max_capacity() - tell.capacity() >= PICTURED {
        done.before = None;
        done.after = None;
    }
    let note = Note { kit, doing, done };
    if tell.try_send(note).is_err() {
        tracing::warn!("a step could not be recorded: too many wait");
    }
}

/// Writes what is told of, until the engine ends.
pub(crate) fn follow(engine: &Engine, notes: Notes) {
    let inner = Arc::downgrade(&engine.inner);
    let mut told = notes.0;
    tokio::spawn(async move {
        while let Some(note) = told.recv().await {
            if write(&inner, note).await.is_none() {
                return;
            }
        }
    });
}

/// None once the engine is gone.
async fn write(inner: &Weak<Inner>, note: Note) -> Option<()> {
    let conversation = note.kit.conversation.clone();
    let views = inner.upgrade().and_then(|inner| debug_views(&inner));
    let worked = tokio::task::spawn_blocking(move || {
        let step = step(&note);
        if let Some(folder) = views.filter(|_| note.kit.keeps_screenshots()) {
            // An extra for whoever looks for a mistake: without it nothing is missing.
            if let Err(error) = draw(&folder, &note.done) {
                tracing::debug!(%error, "the debug view was not written");
            }
        }
        (note, step)
    });
    let Ok((note, Some(step))) = worked.await else {
        return Some(());
    };
    let inner = inner.upgrade()?;
    if let Some(session) = inner.live.open(&conversation).await {
        let kept = session.send(SessionOp::Record(Box::new(step))).await;
        if let Err(error) = kept {
            tracing::debug!(%error, "a step was not recorded: its conversation is closed");
        }
    }
    drop(note);
    Some(())
}

/// Where pictures with the computed point go while everything is logged.
fn debug_views(inner: &Inner) -> Option<PathBuf> {
    let verbose = inner.host.values(&Map::new()).verbose;
    verbose.then(|| inner.paths.logs().join("steps"))
}

/// Paints the computed points into the picture before an action: `logs/steps/MOMENT.png`.
fn draw(folder: &Path, done: &Done) -> std::io::Result<()> {
    let Some(before) = done.before.clone().filter(|_| !done.points.is_empty()) else {
        return Ok(());
    };
    let png = before.marked(&done.frame, &done.points);
    let png = png.map_err(std::io::Error::other)?;
    std::fs::create_dir_all(folder)?;
    let at = done.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    std::fs::write(folder.join(format!("{:016}.png", at.as_millis())), png)?;
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    all.sort();
    for old in all.iter().rev().skip(VIEWS) {
        std::fs::remove_file(old)?;
    }
    Ok(())
}

fn step(note: &Note) -> Option<Step> {
    let Note { kit, doing, done } = note;
    let item = doing.item.clone()?;
    // What the model chose by, where it was shown the screen; else how it was.
    let seen = lock(&kit.steps.seen)
        .clone()
        .filter(|(frame, _)| *frame == done.frame)
        .map(|(_, blob)| blob);
    let pixels = |snap: &Option<Snap>| snap.as_ref().map(|snap| snap.hash.clone());
    let unchanged = pixels(&done.before) == pixels(&done.after);
    let before = seen.or_else(|| picture(kit, done.before.as_ref()?, &done.frame));
    let after = match (&done.after, unchanged) {
        // It was not looked at again.
        (None, _) => None,
        (Some(_), true) => before.clone(),
        (Some(after), false) => picture(kit, after, &done.frame),
    };
    let shown = kit.frame().is_some_and(|frame| frame == done.frame);
    if let Some(after) = after.as_ref().filter(|_| shown) {
        // The next action of the same answer was not shown anything in between.
        *lock(&kit.steps.seen) = Some((done.frame.clone(), after.clone()));
    }
    let at = done.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Step {
        item,
        number: 0,
        at: at.as_millis() as u64,
        action: done.action.clone(),
        frame: done.frame.clone(),
        points: done.points.clone(),
        app: done.app.clone(),
        window: done.window.clone(),
        window_area: done.window_area.map(area),
        element: done.element.as_ref().map(|element| StepElement {
            role: element.role.clone(),
            name: element.name.clone(),
            area: element.area.map(area),
        }),
        before,
        after,
        masked: done.masked,
        ms: done.took.as_millis() as u64,
        effect: done.effect.clone(),
        by: doing.by,
    })
}

/// The blob of a picture; none where it may not be kept and is not known already.
fn picture(kit: &Kit, snap: &Snap, frame: &Frame) -> Option<String> {
    let size = size(kit, frame);
    if let Some(known) = kit.steps.known(&snap.hash, size) {
        return Some(known);
    }
    if !kit.keeps_screenshots() {
        return None;
    }
    let png = snap.clone().png(size).ok()?;
    let blob = kit.store.put_blob(&png).ok()?;
    kit.steps.know(&snap.hash, size, &blob);
    Some(blob)
}

/// As the model is shown it, so that both are one; else small enough to be kept.
fn size(kit: &Kit, frame: &Frame) -> (u32, u32) {
    let (w, h) = frame.sent;
    let longest = w.max(h);
    if longest <= LONGEST || kit.frame().is_some_and(|shown| shown.sent == frame.sent) {
        return (w, h);
    }
    let less = |side: u32| {
        let side = f64::from(side) * f64::from(LONGEST) / f64::from(longest);
        (side.round() as u32).max(1)
    };
    (less(w), less(h))
}

pub(crate) fn area(rect: Rect) -> Area {
    Area {
        x: rect.x,
        y: rect.y,
        w: rect.w,
        h: rect.h,
    }
}
