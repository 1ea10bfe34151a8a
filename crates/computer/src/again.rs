//! Finds the place of a recorded action again: by the element it was done to, by the
//! words on that, and last by its place in the window, where what lies there is still
//! what it was. Where it cannot be told, nothing is done.

use std::time::{Duration, Instant};

use interpreter_protocol::{FoundBy, Frame};
use serde_json::{Value, json};

use crate::action::{self, Aim, Plan};
use crate::computer::blocking;
use crate::platform::{Element, Pending, Rect, Screen, Sought, Wanted, Window, WindowKind};
use crate::{Computer, ComputerError, SessionKey, Target, effect, find, guard};

mod matching;
mod patch;
mod words;

pub use matching::is_again;
use matching::{
    Match, area_of, belongs, described, expected, is_harmless, is_volatile, matches, middle, named,
    same_title, types, within, worth_seeking,
};

/// What is known of an action that was done once.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The action, points as continuous pixels of the frame's picture.
    pub action: Value,
    /// The frame its points are in.
    pub frame: Frame,
    /// Where it went, global physical pixels; the one where it took effect is last.
    pub points: Vec<(i32, i32)>,
    /// The program; without one only the place and the picture can tell.
    pub app: Option<String>,
    /// The title of the window.
    pub window: Option<String>,
    /// Where the window was.
    pub window_area: Option<Rect>,
    /// What it was done to: role, name, area.
    pub element: Option<(String, String, Option<Rect>)>,
    /// The picture of the frame before it, as PNG.
    pub picture: Option<Vec<u8>>,
}

/// Where it goes now.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How that was found.
    pub by: FoundBy,
    /// The action, points as continuous pixels of the frame's picture.
    pub action: Value,
    /// The frame its points are in.
    pub frame: Frame,
    /// The same points, global physical pixels.
    pub points: Vec<(i32, i32)>,
}

/// So long a place may take to appear: a program may still be opening it.
const APPEARS: Duration = Duration::from_secs(4);
/// So long it must be in a window of the same title, as a dialog that was just asked for.
const SAME_TITLE: Duration = Duration::from_millis(2500);
/// Nothing is drawn for this long, then it is looked for again.
const QUIET: Duration = Duration::from_millis(250);
/// So many windows of a program are searched.
const MOST_WINDOWS: usize = 4;

/// What one try came to.
enum Tried {
    Found(Place),
    /// In words, and where its name may stand to be read.
    Not(String, Option<Window>),
}

/// A point, and how it was found.
struct Place {
    by: FoundBy,
    /// None where the keyboard decides.
    point: Option<(i32, i32)>,
}

impl Computer {
    /// Finds where a recorded action goes now, and brings its window to the front
    /// where it must be. Waits a few seconds for it to appear. Needs the gate open for
    /// the session.
    ///
    /// # Errors
    /// `NotFound` in words for people where its place cannot be told; `NotAllowed`
    /// where a rule keeps the program from being used; as [`Computer::act`].
    pub async fn find_again(
        &self,
        session: &SessionKey,
        trace: &Trace,
    ) -> Result<Found, ComputerError> {
        // It must be one that can be done.
        let plan = action::plan(&trace.action, &trace.frame)?;
        let begun = Instant::now();
        let end = begun + APPEARS;
        loop {
            let patient = begun.elapsed() < SAME_TITLE;
            let tried = {
                let (computer, session, trace, plan) =
                    (self.clone(), session.clone(), trace.clone(), plan.clone());
                blocking(move || computer.try_once(&session, &trace, &plan, patient)).await?
            };
            let (mut why, read) = match tried {
                Tried::Found(place) => return self.found_all(trace, place).await,
                Tried::Not(why, read) => (why, read),
            };
            if let Some(window) = read {
                let last = trace.points.last().copied().unwrap_or_default();
                let read = match self.by_text(trace, &window).await? {
                    Some(point) => Some(point),
                    None => self.by_words(trace, last, &window).await?,
                };
                if let Some(point) = read {
                    let place = Place {
                        by: FoundBy::Text,
                        point: Some(point),
                    };
                    return self.found_all(trace, place).await;
                }
                let (computer, again) = (self.clone(), trace.clone());
                let tried = blocking(move || computer.by_place(&again, Some(&window))).await?;
                match tried {
                    Tried::Found(place) => {
                        return self.found_all(trace, place).await;
                    }
                    Tried::Not(now, _) => why = now,
                }
            }
            if Instant::now() >= end {
                return Err(ComputerError::NotFound {
                    message: why,
                    remedy: "Put it back as it was then, or leave this step out.".into(),
                });
            }
            let (computer, session) = (self.clone(), session.clone());
            blocking(move || {
                let token = computer.gate().token(&session)?;
                let mut watch = computer.check(computer.screen()?.damage())?;
                let stopped = || !computer.gate().is_current(token);
                // Whether it was stopped is told by the next try.
                let _ = watch.settle(QUIET, QUIET * 4, &stopped);
                Ok(())
            })
            .await?;
        }
    }

    /// All of what was found.
    async fn found_all(&self, trace: &Trace, place: Place) -> Result<Found, ComputerError> {
        let mut found = self.found(trace, place)?;
        let (Some(end), [begin, _]) = (found.points.last().copied(), trace.points.as_slice())
        else {
            return Ok(found);
        };
        // Where it begins may have moved otherwise than where it ends.
        let window = {
            let computer = self.clone();
            blocking(move || {
                let windows = computer.check(computer.screen()?.windows())?;
                Ok(computer.topmost(&windows, end).cloned())
            })
            .await?
        };
        let Some(window) = window else {
            return Ok(found);
        };
        if let Some(now) = self.by_words(trace, *begin, &window).await? {
            let (x, y) = found.frame.to_sent(now.0, now.1);
            found.points = vec![now, end];
            if let Some(object) = found.action.as_object_mut() {
                object.insert("start_coordinate".to_owned(), json!([x, y]));
            }
        }
        Ok(found)
    }

    fn found(&self, trace: &Trace, place: Place) -> Result<Found, ComputerError> {
        let Some(new) = place.point else {
            return Ok(Found {
                by: place.by,
                action: trace.action.clone(),
                frame: self.native_frame(None)?,
                points: Vec::new(),
            });
        };
        let frame = self.native_frame(Some(new))?;
        let last = trace.points.last().copied().unwrap_or(new);
        let moved = (new.0 - last.0, new.1 - last.1);
        let points: Vec<(i32, i32)> = trace
            .points
            .iter()
            .map(|(x, y)| (x + moved.0, y + moved.1))
            .collect();
        let sent = |(x, y): &(i32, i32)| {
            let (x, y) = frame.to_sent(*x, *y);
            json!([x, y])
        };
        let mut action = trace.action.clone();
        if let Some(object) = action.as_object_mut() {
            object.insert("coordinate".to_owned(), sent(&new));
            for key in ["start_coordinate", "path"] {
                object.remove(key);
            }
            match points.as_slice() {
                [start, _] => {
                    object.insert("start_coordinate".to_owned(), sent(start));
                }
                [_, _, _, ..] => {
                    let path: Vec<Value> = points.iter().map(sent).collect();
                    object.insert("path".to_owned(), path.into());
                }
                _ => {}
            }
        }
        Ok(Found {
            by: place.by,
            action,
            frame,
            points,
        })
    }

    fn try_once(
        &self,
        session: &SessionKey,
        trace: &Trace,
        plan: &Plan,
        patient: bool,
    ) -> Result<Tried, ComputerError> {
        // Stop ends the search, too.
        self.gate().token(session)?;
        let screen = self.screen()?;
        let windows = self.check(screen.windows())?;
        let Some(app) = trace.app.as_deref() else {
            return match trace.points.is_empty() {
                true => Ok(Tried::Not(
                    "It is not known which program had the keyboard.".into(),
                    None,
                )),
                false => self.by_place(trace, None),
            };
        };
        let mut candidates = self.candidates(trace, app, &*screen, &windows);
        if patient && !candidates.is_empty() {
            // A dialog may come in a moment: until then no other window stands for it.
            candidates.retain(|window| same_title(trace, window));
            if candidates.is_empty() {
                return Ok(Tried::Not(
                    format!("Its window of {app} is not there."),
                    None,
                ));
            }
        }
        let Some(first) = candidates.first() else {
            return Ok(Tried::Not(
                format!("{app} has no window on the screen."),
                None,
            ));
        };
        self.may_use(session, first, &*screen, plan)?;
        if plan.aim == Aim::Focus {
            let tried = self.by_focus(trace, first, &*screen)?;
            if matches!(tried, Tried::Found(_)) {
                // The window was looked for and found: it is what is seen now.
                let windows = self.check(screen.windows())?;
                self.keyboard().saw(session, &windows);
            }
            return Ok(tried);
        }
        if let Some((role, name, _)) = &trace.element {
            for window in &candidates {
                let sought = Sought {
                    window: window.clone(),
                    role: role.clone(),
                    name: (!is_volatile(role)).then(|| name.clone()),
                    near: expected(trace, window.rect, false),
                    share: expected(trace, window.rect, true),
                };
                if !worth_seeking(role, name) {
                    break;
                }
                let told = self.access().ask(Wanted::Named(Box::new(sought))).wait();
                let Some(area) = told.as_ref().and_then(|told| told.area) else {
                    continue;
                };
                let point = within(trace, area);
                if let Some(place) = self.shown(trace, window, point, &*screen)? {
                    return Ok(Tried::Found(place));
                }
            }
        }
        // What is read and compared must be seen.
        self.bring(first, expected(trace, first.rect, false), &*screen)?;
        let now = self.check(screen.windows())?;
        let window = now.into_iter().find(|window| window.id == first.id);
        let window = window.unwrap_or_else(|| first.clone());
        Ok(Tried::Not(
            format!("{} was not found in {app}.", described(trace)),
            Some(window),
        ))
    }

    /// Windows it may have been done in, the likeliest first.
    fn candidates(
        &self,
        trace: &Trace,
        app: &str,
        screen: &dyn Screen,
        windows: &[Window],
    ) -> Vec<Window> {
        let title = trace.window.as_deref().unwrap_or_default();
        let mut found: Vec<&Window> = windows
            .iter()
            .filter(|window| window.app == app && !self.is_hidden(screen, window))
            .filter(|window| !self.gate().is_passed(window))
            .collect();
        found.sort_by_key(|window| {
            // A tool tip may be called like its window, and is much smaller.
            let size = trace.window_area.map_or(0, |area| {
                area.w.abs_diff(window.rect.w) + area.h.abs_diff(window.rect.h)
            });
            (
                window.title != title,
                window.minimised,
                size,
                !matches!(window.kind, WindowKind::Normal | WindowKind::Popup),
            )
        });
        found.into_iter().take(MOST_WINDOWS).cloned().collect()
    }

    /// Refuses programs that are never used, before anything of them comes to the front.
    fn may_use(
        &self,
        session: &SessionKey,
        window: &Window,
        screen: &dyn Screen,
        plan: &Plan,
    ) -> Result<(), ComputerError> {
        self.allowed_windows(screen, &Aim::None, std::slice::from_ref(window), &[])?;
        let target = Target {
            app: Some(window.app.clone()),
            window: Some(window.title.clone()),
            pid: window.pid,
            kind: self.kind(screen, window),
            ..Target::default()
        };
        guard::ask(self.guard(), session, &target, plan)
    }

    /// The window to the front, where it does not have the point.
    fn bring(
        &self,
        window: &Window,
        point: (i32, i32),
        screen: &dyn Screen,
    ) -> Result<(), ComputerError> {
        let windows = self.check(screen.windows())?;
        let top = self.topmost(&windows, point);
        if top.is_some_and(|top| belongs(top, window)) {
            return Ok(());
        }
        self.check(screen.activate(window.id))?;
        self.rest()
    }

    fn topmost<'w>(&self, windows: &'w [Window], (x, y): (i32, i32)) -> Option<&'w Window> {
        windows
            .iter()
            .filter(|window| !self.gate().is_passed(window))
            .find(|window| !window.minimised && window.rect.contains(x, y))
    }

    /// The point, once what was found there can be seen.
    fn shown(
        &self,
        trace: &Trace,
        window: &Window,
        point: (i32, i32),
        screen: &dyn Screen,
    ) -> Result<Option<Place>, ComputerError> {
        self.bring(window, point, screen)?;
        let windows = self.check(screen.windows())?;
        let top = self.topmost(&windows, point);
        let Some(top) = top.filter(|top| belongs(top, window)) else {
            return Ok(None);
        };
        // What the program says lies there now: something else may have come before it.
        let there = self.element_at(top, point);
        let same = there.is_none_or(|there| matches(trace, &there) != Match::Other);
        Ok(same.then_some(Place {
            by: FoundBy::Element,
            point: Some(point),
        }))
    }

    fn element_at(&self, window: &Window, point: (i32, i32)) -> Option<Element> {
        let asked = self
            .access()
            .ask(Wanted::At(Box::new(window.clone()), point));
        let told = asked.wait()?;
        Some(self.secrets().redact_element(told))
    }

    /// An action of the keyboard: its window must have it, and in that the same field.
    fn by_focus(
        &self,
        trace: &Trace,
        window: &Window,
        screen: &dyn Screen,
    ) -> Result<Tried, ComputerError> {
        let active = self.check(screen.active_window())?;
        if active
            .as_ref()
            .is_none_or(|active| !belongs(active, window))
        {
            self.check(screen.activate(window.id))?;
            self.rest()?;
        }
        let Some(active) = self.check(screen.active_window())? else {
            return Ok(Tried::Not("No window has the keyboard.".into(), None));
        };
        if !belongs(&active, window) {
            let what = effect::name(&active);
            return Ok(Tried::Not(
                format!("The window {what} keeps the keyboard."),
                None,
            ));
        }
        let told: Pending = self.access().ask(Wanted::Focus(Box::new(active)));
        let told = told.wait().map(|told| self.secrets().redact_element(told));
        let by = match told.as_ref().map(|told| matches(trace, told)) {
            Some(Match::Same) => FoundBy::Element,
            Some(Match::Other) if types(&trace.action) => {
                let now = told.as_ref().map(named).unwrap_or_default();
                return Ok(Tried::Not(
                    format!(
                        "{} does not have the keyboard; {now} has it.",
                        described(trace)
                    ),
                    None,
                ));
            }
            _ => FoundBy::Window,
        };
        Ok(Tried::Found(Place { by, point: None }))
    }

    /// The middle of the words of its name, where they stand in the window, and are on
    /// what it was done to as far as that can be told.
    async fn by_text(
        &self,
        trace: &Trace,
        window: &Window,
    ) -> Result<Option<(i32, i32)>, ComputerError> {
        let name = match &trace.element {
            Some((_, name, _)) if name.trim().chars().count() > 1 => name.trim().to_owned(),
            _ => return Ok(None),
        };
        let area = {
            let (computer, rect) = (self.clone(), window.rect);
            blocking(move || {
                let frame = computer.native_frame(Some(middle(rect)))?;
                let part = rect.intersection(area_of(&frame));
                let part =
                    part.ok_or_else(|| ComputerError::failed("The window is not on a display."))?;
                let moment = computer.moment(&*computer.screen()?, part)?;
                Ok((part, moment.pixels))
            })
            .await?
        };
        let (area, pixels) = area;
        // Reading is an extra: without it the place may still tell.
        let Ok(hits) = find::text(self, &pixels, &name).await else {
            return Ok(None);
        };
        let near = expected(trace, window.rect, false);
        let far = |(x, y): &(i32, i32)| {
            let (dx, dy) = (i64::from(x - near.0), i64::from(y - near.1));
            dx * dx + dy * dy
        };
        let mut points: Vec<(i32, i32)> = hits
            .iter()
            .filter(|hit| hit.similarity >= find::EXACT)
            .map(|hit| hit.centre())
            .map(|(x, y)| (area.x + x.floor() as i32, area.y + y.floor() as i32))
            .collect();
        points.sort_by_key(far);
        let (computer, trace, window) = (self.clone(), trace.clone(), window.clone());
        blocking(move || {
            let screen = computer.screen()?;
            let windows = computer.check(screen.windows())?;
            Ok(points.into_iter().find(|point| {
                let top = computer.topmost(&windows, *point);
                let Some(top) = top.filter(|top| belongs(top, &window)) else {
                    return false;
                };
                let there = computer.element_at(top, *point);
                there.is_none_or(|there| matches(&trace, &there) == Match::Same)
            }))
        })
        .await
    }

    /// The old place in the window, where what is there is what was there.
    fn by_place(&self, trace: &Trace, window: Option<&Window>) -> Result<Tried, ComputerError> {
        let screen = self.screen()?;
        let windows = self.check(screen.windows())?;
        let last = trace.points.last().copied().unwrap_or_default();
        let points = match window {
            Some(window) => {
                let mut points = vec![expected(trace, window.rect, false)];
                let scaled = expected(trace, window.rect, true);
                if !points.contains(&scaled) {
                    points.push(scaled);
                }
                points
            }
            None => vec![last],
        };
        // The first place is the likeliest, and says best what became of it.
        let mut why: Option<String> = None;
        for point in points {
            let top = self.topmost(&windows, point);
            let same_window = match (window, top) {
                (Some(window), Some(top)) => belongs(top, window),
                (None, top) => top.is_none_or(|top| top.kind == WindowKind::Desktop),
                (Some(_), None) => false,
            };
            if !same_window {
                continue;
            }
            let there = top.and_then(|top| self.element_at(top, point));
            let told = there.as_ref().map(|there| matches(trace, there));
            let harmless = window.is_some() && is_harmless(&trace.action);
            if let (Some(Match::Other), Some(there)) = (told.filter(|_| !harmless), &there) {
                why.get_or_insert_with(|| {
                    format!(
                        "{} was not found, and {} is at its place now.",
                        described(trace),
                        named(there)
                    )
                });
                continue;
            }
            let alike = self.alike(trace, point)?;
            let is_named = trace
                .element
                .as_ref()
                .is_some_and(|(_, name, _)| !name.trim().is_empty());
            let certain = told == Some(Match::Same) && is_named;
            if alike == Some(true) || certain || harmless {
                return Ok(Tried::Found(Place {
                    by: FoundBy::Point,
                    point: Some(point),
                }));
            }
            why.get_or_insert_with(|| match alike {
                Some(_) => format!(
                    "{} was not found, and its place looks different now.",
                    described(trace)
                ),
                None => format!(
                    "{} was not found, and there is no picture to compare its place with.",
                    described(trace)
                ),
            });
        }
        let why = why.unwrap_or_else(|| format!("{} was not found.", described(trace)));
        Ok(Tried::Not(why, None))
    }

    /// Whether the surroundings of a point look as those of the recorded one did.
    fn alike(&self, trace: &Trace, point: (i32, i32)) -> Result<Option<bool>, ComputerError> {
        let (Some(png), Some(last)) = (&trace.picture, trace.points.last()) else {
            return Ok(None);
        };
        let Some(old) = patch::of_picture(png, &trace.frame, *last) else {
            return Ok(None);
        };
        let frame = self.native_frame(Some(point))?;
        let around = patch::around(point);
        let Some(part) = around.intersection(area_of(&frame)) else {
            return Ok(Some(false));
        };
        if part != around {
            return Ok(Some(false));
        }
        let moment = self.moment(&*self.screen()?, part)?;
        patch::alike(&old, moment.pixels).map(Some)
    }
}

#[cfg(test)]
mod tests;
