//! What programs tell of an action: the element it goes to, and what became of it.

use std::time::{Duration, Instant};

use interpreter_protocol::{Effect, Outcome};

use crate::action::{Aim, Plan};
use crate::gate::Step;
use crate::platform::{
    self, AccessWatch, ChangeWatch, Element, Pending, Rect, Screen, Wanted, Window,
};
use crate::secret::Secrets;
use crate::{Changed, Computer, SessionKey, Target, effect};

/// Texts are told up to this many characters.
const TOLD: usize = 80;
/// So many actions in a row without effect are said aloud.
const IN_A_ROW: usize = 3;

/// Actions of a session that changed nothing, up to now.
#[derive(Default)]
pub(crate) struct Idle {
    session: Option<SessionKey>,
    count: usize,
    /// The last of them, in words.
    last: Vec<String>,
}

/// Questions on their way.
pub(crate) struct Asked {
    focus: Pending,
    target: Pending,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Known {
    /// What has the keyboard.
    pub(crate) focus: Option<Element>,
    /// What lies at the point.
    pub(crate) target: Option<Element>,
}

impl Asked {
    /// The answers, without any secret.
    pub(crate) fn wait(self, secrets: &Secrets) -> Known {
        let wait = |pending: Pending| pending.wait().map(|told| secrets.redact_element(told));
        Known {
            focus: wait(self.focus),
            target: wait(self.target),
        }
    }
}

impl Known {
    /// What the action goes to.
    pub(crate) fn aimed(&self, aim: &Aim) -> Option<&Element> {
        match aim {
            Aim::Focus => self.focus.as_ref(),
            Aim::Points(_) | Aim::Pointer => self.target.as_ref(),
            Aim::None => None,
        }
    }
}

impl Computer {
    /// Asks for the elements an action concerns, and returns at once.
    pub(crate) fn ask(
        &self,
        screen: &dyn Screen,
        aim: &Aim,
        target: &Target,
        hit: &[Window],
        windows: &[Window],
    ) -> Asked {
        let shown = |window: &&Window| !self.is_hidden(screen, window);
        let at = hit.first().filter(shown).zip(target.point);
        let at = at.filter(|_| matches!(aim, Aim::Points(_) | Aim::Pointer));
        Asked {
            target: at.map_or_else(Pending::nothing, |(window, point)| {
                self.access()
                    .ask(Wanted::At(Box::new(window.clone()), point))
            }),
            focus: self.ask_focus(screen, windows),
        }
    }

    fn ask_focus(&self, screen: &dyn Screen, windows: &[Window]) -> Pending {
        let active = windows.iter().find(|window| window.active);
        let active = active.filter(|window| !self.is_hidden(screen, window));
        active.map_or_else(Pending::nothing, |window| {
            self.access().ask(Wanted::Focus(Box::new(window.clone())))
        })
    }

    /// The same elements later on.
    pub(crate) fn ask_again(
        &self,
        screen: &dyn Screen,
        before: &Known,
        windows: &[Window],
    ) -> Known {
        let target = before
            .target
            .clone()
            .map_or_else(Pending::nothing, |element| {
                self.access().ask(Wanted::Again(Box::new(element)))
            });
        let asked = Asked {
            focus: self.ask_focus(screen, windows),
            target,
        };
        asked.wait(self.secrets())
    }

    /// Adds what can be told of three actions in a row that changed nothing.
    pub(crate) fn count(&self, session: &SessionKey, plan: &Plan, effect: &mut Effect) {
        let mut idle = self.idle();
        if idle.session.as_ref() != Some(session) || effect.outcome != Outcome::NoChange {
            *idle = Idle::default();
        }
        idle.session = Some(session.clone());
        if effect.outcome != Outcome::NoChange {
            return;
        }
        idle.count += 1;
        idle.last.push(describe(plan));
        if idle.count < IN_A_ROW {
            return;
        }
        let number = match idle.count {
            3 => "Three".to_owned(),
            4 => "Four".to_owned(),
            5 => "Five".to_owned(),
            more => more.to_string(),
        };
        let told = idle.last.join(", then ");
        idle.last.remove(0);
        effect.detail.push_str(&format!(
            " {number} actions in a row changed nothing: {told}. Do not repeat them: look again, \
             and try another target or another way."
        ));
    }
}

/// An action in a few words.
fn describe(plan: &Plan) -> String {
    let place = match &plan.aim {
        Aim::Points(points) => points.last().map(|(x, y)| {
            let (x, y) = plan.frame.to_sent_pixel(*x, *y);
            format!(" at ({x}, {y})")
        }),
        _ => None,
    };
    let what = plan.steps.iter().find_map(|step| match step {
        Step::Text(..) | Step::Secret(_) => Some("typing"),
        Step::Scroll(..) => Some("scrolling"),
        Step::Button(..) => Some("a click"),
        Step::Key(..) => Some("keys"),
        _ => None,
    });
    let what = what.unwrap_or(if plan.secret.is_some() {
        "typing"
    } else {
        "an action"
    });
    format!("{what}{}", place.unwrap_or_default())
}

/// Waits until nothing is drawn and no program tells anything for a while.
pub(crate) fn settle(
    watch: &mut dyn ChangeWatch,
    told: &AccessWatch,
    quiet: Duration,
    cancelled: &dyn Fn() -> bool,
) -> platform::Result<()> {
    let end = Instant::now() + effect::CAP;
    let mut wait = quiet;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        watch.settle(wait.min(left), left, cancelled)?;
        let since = told.last().map(|at| at.elapsed());
        match since {
            Some(since) if since < quiet && Instant::now() < end => wait = quiet - since,
            _ => return Ok(()),
        }
    }
}

/// Text as it can be told: on one line, short, quoted.
fn quoted(text: &str) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(TOLD)
        .collect();
    if text.chars().count() > TOLD {
        short.push('…');
    }
    format!("{short:?}")
}

/// An element in words: `the text field "Name"`.
pub(crate) fn named(element: &Element) -> String {
    let role = if element.role.is_empty() {
        "element"
    } else {
        &element.role
    };
    if element.name.trim().is_empty() {
        format!("the {role}")
    } else {
        format!("the {role} {}", quoted(&element.name))
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Adds to what was seen what programs tell. `typed` is the text that was typed.
pub(crate) fn judge(
    seen: (Effect, Changed),
    before: &Known,
    after: &Known,
    typed: Option<&str>,
) -> (Effect, Changed) {
    let (effect, mut changed) = seen;
    let mut words: Vec<String> = Vec::new();
    let mut outcome = effect.outcome;
    let same = |one: &Element, two: &Element| one.key.is_some() && one.key == two.key;
    // Where the keyboard is.
    let moved = match (&before.focus, &after.focus) {
        (Some(one), Some(two)) => !same(one, two),
        (None, Some(_)) => before
            .target
            .as_ref()
            .zip(after.focus.as_ref())
            .is_some_and(|(target, focus)| same(target, focus) && !target.states.focused),
        _ => false,
    };
    if let Some(focus) = after.focus.as_ref().filter(|_| moved) {
        words.push(format!("{} has the keyboard now.", capital(&named(focus))));
        changed.focus = Some(named(focus));
    }
    // What became of the target.
    if let (Some(one), Some(two)) = (&before.target, &after.target) {
        words.extend(states(one, two));
    }
    let sure = !words.is_empty();
    // What stands in the field.
    let field = match (&before.focus, &after.focus) {
        (Some(one), Some(two)) if same(one, two) && !two.protected => one
            .value
            .as_ref()
            .zip(two.value.as_ref())
            .map(|values| (two, values)),
        _ => None,
    };
    if let Some((field, (was, is))) = field.filter(|(field, _)| field.editable) {
        if was != is {
            changed.text = Some(is.clone());
        }
        match typed.map(lines).filter(|typed| !typed.is_empty()) {
            Some(typed) => {
                let (was, is) = (lines(was), lines(is));
                let stands = is.matches(&typed).count() > was.matches(&typed).count();
                let ends = typed.ends_with('\n') || typed.contains('\t');
                if stands {
                    words.push(format!("The text stands in {}.", named(field)));
                    outcome = Outcome::Confirmed;
                } else if was == is && !ends {
                    if !sure {
                        outcome = match outcome {
                            Outcome::Confirmed if changed.window.is_none() => Outcome::NoChange,
                            other => other,
                        };
                    }
                    words.push(format!("The text of {} did not change.", named(field)));
                } else if was != is && !ends {
                    words.push(format!(
                        "{} holds {} now, which is not what was typed.",
                        capital(&named(field)),
                        quoted(&is)
                    ));
                    outcome = Outcome::Uncertain;
                }
            }
            None if was != is => {
                words.push(format!(
                    "{} holds {} now.",
                    capital(&named(field)),
                    quoted(is)
                ));
                outcome = Outcome::Confirmed;
            }
            None => {}
        }
    }
    if words.is_empty() {
        return (effect, changed);
    }
    if sure {
        outcome = Outcome::Confirmed;
    }
    let nothing = effect.detail == effect::NOTHING;
    if !nothing {
        words.push(effect.detail);
    }
    let effect = Effect {
        outcome,
        detail: words.join(" "),
    };
    (effect, changed)
}

fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// How an element is now that it was not before.
fn states(one: &Element, two: &Element) -> Vec<String> {
    let mut words = Vec::new();
    let mut add = |was: Option<bool>, is: Option<bool>, yes: &str, no: &str| {
        if let (Some(was), Some(is)) = (was, is)
            && was != is
        {
            let state = if is { yes } else { no };
            words.push(format!("{} is {state} now.", capital(&named(two))));
        }
    };
    let (was, is) = (one.states, two.states);
    let pressed = two.role.contains("toggle");
    let ticked = if pressed {
        ("pressed", "not pressed")
    } else {
        ("ticked", "not ticked")
    };
    add(was.checked, is.checked, ticked.0, ticked.1);
    add(was.expanded, is.expanded, "open", "closed");
    add(was.selected, is.selected, "selected", "not selected");
    add(Some(was.enabled), Some(is.enabled), "enabled", "disabled");
    if one.name != two.name && !two.name.is_empty() {
        words.push(format!(
            "{} was called {} before.",
            capital(&named(two)),
            quoted(&one.name)
        ));
    }
    if one.value != two.value
        && !two.protected
        && let (Some(_), Some(value)) = (&one.value, &two.value)
        && !two.editable
    {
        words.push(format!(
            "{} is at {} now.",
            capital(&named(two)),
            quoted(value)
        ));
    }
    words
}

/// A change so thin that it may be a text cursor that blinks.
pub(crate) fn is_caret(rect: Rect) -> bool {
    rect.w <= 3 && (8..=80).contains(&rect.h)
}

#[cfg(test)]
mod tests;
