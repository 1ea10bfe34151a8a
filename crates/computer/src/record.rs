//! What was done, for whoever keeps it: the action in a form in which it can be done
//! again, where it went, and the pictures it was judged by. Whatever hides in a field
//! that hides it stays out.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use interpreter_perception::Pixels;
use interpreter_protocol::{Effect, Frame};
use serde_json::{Value, json};

use crate::action::{Aim, Plan};
use crate::effect::Moment;
use crate::gate::Step;
use crate::platform::{Button, Element, Key, NamedKey, Rect};
use crate::secret::Secrets;
use crate::{ComputerError, SessionKey, Target, image};

/// One action, once it is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Who acted.
    pub session: SessionKey,
    /// When it began.
    pub at: SystemTime,
    /// The action, points as continuous pixels of the frame's picture.
    pub action: Value,
    /// The frame its points are in.
    pub frame: Frame,
    /// Where it went, in global physical pixels; the one where it takes effect is last.
    pub points: Vec<(i32, i32)>,
    /// The program.
    pub app: Option<String>,
    /// The title of the window.
    pub window: Option<String>,
    /// Where the window was.
    pub window_area: Option<Rect>,
    /// What lay at the point, or had the keyboard.
    pub element: Option<Element>,
    /// The picture of the frame right before it; none where none was needed.
    pub before: Option<Snap>,
    /// The picture it was judged by.
    pub after: Option<Snap>,
    /// Windows were painted out of the pictures.
    pub masked: bool,
    /// Until the screen had settled.
    pub took: Duration,
    /// What it did.
    pub effect: Effect,
}

/// Called after every action, on a thread that may block; it should not for long.
pub type Recorder = dyn Fn(Done) + Send + Sync;

/// A picture that is encoded only where somebody wants it.
#[derive(Clone, PartialEq)]
pub struct Snap {
    pixels: Arc<Pixels>,
    /// Tells pictures apart: equal where they are equal. It is that of [`crate::Shot`].
    pub hash: String,
}

impl std::fmt::Debug for Snap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snap({:?}, {})", self.pixels, self.hash)
    }
}

impl Snap {
    pub(crate) fn of(pixels: Pixels) -> Self {
        let hash = image::hash(&pixels);
        let pixels = Arc::new(pixels);
        Self { pixels, hash }
    }

    /// As PNG, in this size: the same bytes as a look of that size.
    ///
    /// # Errors
    /// `Failed` where it cannot be encoded.
    pub fn png(self, size: (u32, u32)) -> Result<Vec<u8>, ComputerError> {
        let pixels = Arc::unwrap_or_clone(self.pixels);
        image::png(&image::resize(pixels, (size.0.max(1), size.1.max(1)))?)
    }

    /// As PNG at its own size, with a cross at each of these points (global physical
    /// pixels of a frame), the last one larger: where an action was worked out to go.
    ///
    /// # Errors
    /// As [`Snap::png`].
    pub fn marked(self, frame: &Frame, points: &[(i32, i32)]) -> Result<Vec<u8>, ComputerError> {
        let mut pixels = Arc::unwrap_or_clone(self.pixels);
        let area = Rect {
            x: frame.origin.0,
            y: frame.origin.1,
            w: pixels.width,
            h: pixels.height,
        };
        for (index, (x, y)) in points.iter().enumerate() {
            let reach = if index + 1 == points.len() { 24 } else { 6 };
            for (colour, width) in [([255; 3], 2), ([208, 2, 27], 0)] {
                let line = |across: i32, down: i32| Rect {
                    x: x.saturating_sub(across),
                    y: y.saturating_sub(down),
                    w: across as u32 * 2 + 1,
                    h: down as u32 * 2 + 1,
                };
                let lines = [line(reach, width), line(width, reach)];
                image::paint(&mut pixels, area, &lines, colour);
            }
        }
        image::png(&pixels)
    }

    /// Width and height, in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.pixels.width, self.pixels.height)
    }
}

/// What is known of an action while it is done.
#[derive(Default)]
pub(crate) struct Draft {
    /// None before it is known where it goes: then nothing was done that could be told.
    pub(crate) target: Option<Target>,
    pub(crate) area: Option<Rect>,
    pub(crate) before: Option<Moment>,
    /// The last one it was judged by.
    pub(crate) after: RefCell<Option<Moment>>,
}

impl Draft {
    /// The record of a plan that was tried.
    pub(crate) fn done(
        self,
        session: &SessionKey,
        plan: &Plan,
        (at, took): (SystemTime, Duration),
        effect: Effect,
        secrets: &Secrets,
    ) -> Option<Done> {
        if plan.steps.is_empty() && plan.secret.is_none() {
            return None;
        }
        let target = self.target?;
        let hidden = target
            .element
            .as_ref()
            .is_some_and(|element| element.protected);
        let mut action = action_of(plan, hidden);
        secrets.redact_value(&mut action);
        let points = match &plan.aim {
            Aim::Points(points) => points.clone(),
            Aim::Pointer => target.point.into_iter().collect(),
            Aim::Focus | Aim::None => Vec::new(),
        };
        let after = self.after.into_inner();
        let masked = [&self.before, &after]
            .into_iter()
            .flatten()
            .any(|moment| moment.masked);
        Some(Done {
            session: session.clone(),
            at,
            action,
            frame: plan.frame.clone(),
            points,
            app: target.app,
            window: target.window.map(|title| secrets.redact(&title)),
            window_area: self.area,
            element: target
                .element
                .map(|element| secrets.redact_element(element)),
            before: self.before.map(|moment| Snap::of(moment.pixels)),
            after: after.map(|moment| Snap::of(moment.pixels)),
            masked,
            took,
            effect: Effect {
                outcome: effect.outcome,
                detail: secrets.redact(&effect.detail),
            },
        })
    }
}

/// What stands in the place of text that is hidden where it was typed.
fn dots(text: &str) -> String {
    format!("••• ({} characters)", text.chars().count())
}

/// An action from its events, as [`crate::Computer::act`] reads it.
pub(crate) fn action_of(plan: &Plan, hidden: bool) -> Value {
    if let Some(name) = &plan.secret {
        return json!({ "action": "write_secret", "name": name });
    }
    if let Some(text) = plan.typed_text() {
        let text = if hidden { dots(text) } else { text.to_owned() };
        return json!({ "action": "type", "text": text });
    }
    let events = Events::of(&plan.steps);
    let mut action = if let Some((button, _)) = events.buttons.first() {
        pointing(plan, &events, *button)
    } else if events.scroll != (0, 0) {
        let (dx, dy) = events.scroll;
        let (direction, amount) = match (dx, dy) {
            (dx, 0) if dx > 0 => ("right", dx),
            (dx, 0) => ("left", -dx),
            (_, dy) if dy > 0 => ("down", dy),
            (_, dy) => ("up", -dy),
        };
        json!({ "action": "scroll", "scroll_direction": direction, "scroll_amount": amount })
    } else if !events.chords.is_empty() {
        return keys(&events, hidden);
    } else {
        json!({ "action": "mouse_move" })
    };
    if let (Aim::Points(points), Some(object)) = (&plan.aim, action.as_object_mut()) {
        let sent = |point: &(i32, i32)| {
            let (x, y) = plan.frame.to_sent(point.0, point.1);
            json!([x, y])
        };
        if let Some(last) = points.last() {
            object.insert("coordinate".to_owned(), sent(last));
        }
        match points.as_slice() {
            [first, _] => {
                object.insert("start_coordinate".to_owned(), sent(first));
            }
            [_, _, _, ..] => {
                let path: Vec<Value> = points.iter().map(sent).collect();
                object.insert("path".to_owned(), Value::from(path));
            }
            _ => {}
        }
    }
    action
}

fn pointing(plan: &Plan, events: &Events, button: Button) -> Value {
    let pressed = events.buttons.iter().filter(|(_, down)| *down).count();
    let lifted = events.buttons.len() - pressed;
    let several = matches!(&plan.aim, Aim::Points(points) if points.len() > 1);
    let name = match (button, pressed, lifted) {
        _ if several || events.drags => "left_click_drag",
        (_, _, 0) => "left_mouse_down",
        (_, 0, _) => "left_mouse_up",
        (Button::Left, 2, _) => "double_click",
        (Button::Left, 3, _) => "triple_click",
        (Button::Right, ..) => "right_click",
        (Button::Middle, ..) => "middle_click",
        _ => "left_click",
    };
    let mut action = json!({ "action": name });
    let held = written(&events.held);
    if let Some(object) = action.as_object_mut() {
        if !held.is_empty() {
            object.insert("text".to_owned(), held.into());
        }
        let named = matches!(button, Button::Left | Button::Right | Button::Middle);
        let other = name.starts_with("left_mouse") && button != Button::Left;
        if !named || other {
            // No action is called so; it can be told, but not be done again.
            object.insert(
                "button".to_owned(),
                format!("{button:?}").to_lowercase().into(),
            );
        }
    }
    action
}

fn keys(events: &Events, hidden: bool) -> Value {
    let letters = |chord: &[Key]| chord.iter().any(|key| matches!(key, Key::Char(_)));
    let tells = hidden && events.chords.iter().any(|chord| letters(chord));
    let first = events.chords.first().cloned().unwrap_or_default();
    let text = if tells {
        format!("••• ({} keys)", events.chords.len())
    } else if events.chords.iter().all(|chord| *chord == first) {
        written(&first)
    } else {
        let chords: Vec<String> = events.chords.iter().map(|chord| written(chord)).collect();
        chords.join(" ")
    };
    let count = events.chords.len();
    let same = events.chords.iter().all(|chord| *chord == first);
    match events.kept {
        Some(true) => json!({ "action": "key_down", "text": text }),
        Some(false) => json!({ "action": "key_up", "text": text }),
        None if !events.hold.is_zero() => {
            json!({ "action": "hold_key", "text": text, "duration": events.hold.as_secs_f64() })
        }
        None if count > 1 && same && !tells => {
            json!({ "action": "key", "text": text, "repeat": count })
        }
        None => json!({ "action": "key", "text": text }),
    }
}

/// What the steps of a plan come to.
#[derive(Default)]
struct Events {
    buttons: Vec<(Button, bool)>,
    scroll: (i32, i32),
    /// Keys that are down while a button goes down.
    held: Vec<Key>,
    chords: Vec<Vec<Key>>,
    /// Keys that only went down, or only up.
    kept: Option<bool>,
    /// How long keys were held.
    hold: Duration,
    /// The pointer moved while a button was down.
    drags: bool,
}

impl Events {
    fn of(steps: &[Step]) -> Self {
        let mut events = Self::default();
        let mut open: Vec<Key> = Vec::new();
        let mut down = 0usize;
        let mut button_down = false;
        let mut lifted: Vec<Key> = Vec::new();
        for step in steps {
            match step {
                Step::Move(..) => events.drags |= button_down,
                Step::Button(button, pressed) => {
                    if *pressed && events.buttons.is_empty() {
                        events.held.clone_from(&open);
                    }
                    button_down = *pressed;
                    events.buttons.push((*button, *pressed));
                }
                Step::Scroll(dx, dy) => {
                    events.scroll.0 += dx;
                    events.scroll.1 += dy;
                }
                Step::Key(key, true) => {
                    open.push(*key);
                    down += 1;
                }
                Step::Key(key, false) if down == 0 => lifted.push(*key),
                Step::Key(..) => {
                    down -= 1;
                    if down == 0 {
                        events.chords.push(std::mem::take(&mut open));
                    }
                }
                Step::Wait(time) if down > 0 && !button_down => events.hold += *time,
                _ => {}
            }
        }
        if !open.is_empty() {
            events.chords.push(open);
            events.kept = Some(true);
        } else if !lifted.is_empty() {
            lifted.reverse();
            events.chords.push(lifted);
            events.kept = Some(false);
        }
        events
    }
}

/// A chord as people write it, and as [`crate::keys::parse`] reads it.
pub(crate) fn written(chord: &[Key]) -> String {
    let names: Vec<String> = chord.iter().map(name).collect();
    names.join("+")
}

fn name(key: &Key) -> String {
    use NamedKey as N;
    match key {
        Key::Char(' ') => "space".to_owned(),
        Key::Char(c) => c.to_string(),
        Key::Named(N::F(number)) => format!("F{number}"),
        Key::Named(N::Numpad(digit)) => format!("KP_{digit}"),
        Key::Named(N::Control) => "ctrl".to_owned(),
        Key::Named(N::Shift) => "shift".to_owned(),
        Key::Named(N::Alt) => "alt".to_owned(),
        Key::Named(N::MediaStop) => "stop".to_owned(),
        Key::Named(N::MediaNext) => "nexttrack".to_owned(),
        Key::Named(N::MediaPrevious) => "prevtrack".to_owned(),
        Key::Named(other) => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests;
