//! Which displays may be seen and used, and what is seen on them.

use interpreter_perception::Pixels;
use interpreter_protocol::Frame;

use crate::action::Aim;
use crate::effect::Moment;
use crate::platform::{Display, Rect, Window};
use crate::{Computer, ComputerError, Look, Target};

/// A part of the screen as it is now.
pub(crate) struct Capture {
    pub(crate) pixels: Pixels,
    pub(crate) area: Rect,
    pub(crate) display: Display,
    pub(crate) layout: String,
    pub(crate) masked: bool,
    /// Those that may be seen.
    pub(crate) windows: Vec<Window>,
}

impl Capture {
    /// The geometry, for an image of this size.
    pub(crate) fn frame(&self, sent: (u32, u32)) -> Frame {
        Frame {
            display: self.display.id.clone(),
            origin: (self.area.x, self.area.y),
            native: (self.area.w, self.area.h),
            sent,
            scale: self.display.scale,
            layout: self.layout.clone(),
        }
    }
}

impl Computer {
    /// From now on only these displays are seen and used; none: all.
    pub fn give_displays(&self, names: Option<Vec<String>>) {
        *self.given() = names;
    }

    /// Whether a display may be seen and used.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.given()
            .as_ref()
            .is_none_or(|names| names.iter().any(|known| known == name))
    }

    /// The connected display that a point lies on, where it may not be used.
    fn withheld(&self, (x, y): (i32, i32)) -> Result<Option<Display>, ComputerError> {
        let all = self.check(self.screen()?.displays())?;
        let under = all
            .into_iter()
            .find(|display| display.rect().contains(x, y));
        Ok(under.filter(|display| !self.is_given(&display.id)))
    }

    /// Refuses what would happen on a display that was not given.
    pub(crate) fn only_given(
        &self,
        frame: &Frame,
        aim: &Aim,
        target: &Target,
        hit: &[Window],
    ) -> Result<(), ComputerError> {
        if !self.is_given(&frame.display) {
            return Err(not_given(&frame.display));
        }
        let points: Vec<(i32, i32)> = match aim {
            Aim::Points(points) => points.clone(),
            Aim::Pointer => target.point.into_iter().collect(),
            // What is typed goes where the window is.
            Aim::Focus => {
                let middle = |rect: Rect| {
                    (
                        rect.x.saturating_add_unsigned(rect.w / 2),
                        rect.y.saturating_add_unsigned(rect.h / 2),
                    )
                };
                hit.first()
                    .map(|window| middle(window.rect))
                    .into_iter()
                    .collect()
            }
            Aim::None => Vec::new(),
        };
        for point in points {
            if let Some(display) = self.withheld(point)? {
                return Err(not_given(&display.id));
            }
        }
        Ok(())
    }

    /// All displays that may be used, the primary one first.
    pub(crate) fn displays(&self) -> Result<Vec<Display>, ComputerError> {
        let mut displays = self.check(self.screen()?.displays())?;
        let any = !displays.is_empty();
        displays.retain(|display| self.is_given(&display.id));
        if any && displays.is_empty() {
            return Err(ComputerError::bad(
                "None of the displays that the person lets you use is connected.",
                "Ask the person to choose another display.",
            ));
        }
        if displays.is_empty() {
            return Err(ComputerError::NoDisplay {
                detail: "no display is connected.".into(),
                fix: "Connect or switch on a display.".into(),
            });
        }
        Ok(displays)
    }

    /// A part of the screen; own windows and those of password managers painted out.
    pub(crate) fn capture(&self, which: &Look) -> Result<Capture, ComputerError> {
        let screen = self.screen()?;
        let displays = self.displays()?;
        let primary = || displays.first().cloned();
        let chosen = match which {
            Look::Primary => primary().map(|display| (display.rect(), display)),
            Look::Display(id) => {
                let known = displays.iter().find(|display| display.id == *id);
                let Some(display) = known else {
                    let ids: Vec<&str> = displays.iter().map(|d| d.id.as_str()).collect();
                    return Err(ComputerError::bad(
                        format!("There is no display {id:?}."),
                        format!("The displays are: {}.", ids.join(", ")),
                    ));
                };
                Some((display.rect(), display.clone()))
            }
            Look::ActiveWindow => match self.check(screen.active_window())? {
                Some(window) => displays
                    .iter()
                    .filter_map(|d| d.rect().intersection(window.rect).map(|part| (part, d)))
                    .max_by_key(|(part, _)| u64::from(part.w) * u64::from(part.h))
                    .map(|(part, display)| (part, display.clone())),
                // As a person would: without a window, the whole screen.
                None => primary().map(|display| (display.rect(), display)),
            },
        };
        let Some((area, display)) = chosen else {
            return Err(ComputerError::failed(
                "The window in front is not on a display that may be looked at.",
            ));
        };
        // Read before the pixels: a change in between makes the frame stale, not wrong.
        let layout = self.check(screen.layout())?;
        let Moment {
            area,
            pixels,
            masked,
            windows,
            ..
        } = self.moment(&*screen, area)?;
        Ok(Capture {
            pixels,
            area,
            display,
            layout,
            masked,
            windows,
        })
    }

    /// The frame of the display that holds a point (the nearest one), at native size.
    pub(crate) fn native_frame(&self, point: Option<(i32, i32)>) -> Result<Frame, ComputerError> {
        // A point on a display that was not given is refused, never moved to another.
        if let Some(display) = point.map(|at| self.withheld(at)).transpose()?.flatten() {
            return Err(not_given(&display.id));
        }
        let displays = self.displays()?;
        let distance = |display: &Display| {
            let rect = display.rect();
            let off = |at: i32, from: i32, size: u32| {
                let (at, from) = (i64::from(at), i64::from(from));
                (from - at).max(at - (from + i64::from(size) - 1)).max(0)
            };
            point.map_or(0, |(x, y)| {
                off(x, rect.x, rect.w).pow(2) + off(y, rect.y, rect.h).pow(2)
            })
        };
        let display = displays
            .iter()
            .min_by_key(|display| distance(display))
            .ok_or_else(|| ComputerError::failed("No display is connected."))?;
        Ok(Frame {
            display: display.id.clone(),
            origin: display.origin,
            native: display.size,
            sent: display.size,
            scale: display.scale,
            layout: self.check(self.screen()?.layout())?,
        })
    }
}

fn not_given(display: &str) -> ComputerError {
    ComputerError::bad(
        format!(
            "The display {display} is not among those the person lets you use. Nothing was done."
        ),
        "Use the displays you were given: take a screenshot to see them. If the task needs the other one, ask the person to allow it.",
    )
}
