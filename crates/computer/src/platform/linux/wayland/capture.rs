//! Pictures of outputs through wlr-screencopy.
//!
//! The compositor copies the buffer it shows, which lies as the panel does; it
//! is turned upright here. It copies with the next picture it makes, so a
//! capture takes up to one refresh.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use interpreter_perception::Pixels;
use wayland_client::protocol::wl_output::{Transform, WlOutput};
use wayland_client::protocol::wl_shm::{Format, WlShm};
use wayland_protocols_wlr::screencopy::v1::client::zwlr_screencopy_frame_v1::ZwlrScreencopyFrameV1;
use wayland_protocols_wlr::screencopy::v1::client::zwlr_screencopy_manager_v1::ZwlrScreencopyManagerV1;

use super::outputs::{Output, place, turns_sideways};
use super::shm::Memory;
use super::wire::Wire;
use super::world::{Picture, State};
use crate::platform::convert::{Layout, to_rgb};
use crate::platform::{PlatformError, Rect, Result};

/// An output that shows nothing (switched off) makes no picture.
const PATIENCE: Duration = Duration::from_secs(3);

/// How captures are made on one connection.
pub(super) struct Copier {
    shm: WlShm,
    manager: ZwlrScreencopyManagerV1,
    next: u32,
    /// Kept from capture to capture, by output.
    memory: HashMap<u32, Memory>,
}

/// A copy asked for.
pub(super) struct Copy {
    number: u32,
    frame: ZwlrScreencopyFrameV1,
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.frame.destroy();
    }
}

impl Copier {
    pub(super) fn open(wire: &Wire) -> Result<Self> {
        Ok(Self {
            shm: wire.bind(1..=1)?,
            manager: wire.bind(1..=3)?,
            next: 0,
            memory: HashMap::new(),
        })
    }

    /// Asks for a copy and learns what memory it needs.
    pub(super) fn ask(
        &mut self,
        wire: &mut Wire,
        output: &WlOutput,
        with_pointer: bool,
    ) -> Result<Copy> {
        self.next += 1;
        let number = self.next;
        wire.world.pictures.insert(number, Picture::default());
        let frame =
            self.manager
                .capture_output(i32::from(with_pointer), output, &wire.handle(), number);
        Ok(Copy { number, frame })
    }

    /// Lets the compositor copy: at once, or when something is drawn.
    pub(super) fn copy(
        &mut self,
        wire: &mut Wire,
        copy: &Copy,
        output: u32,
        when_drawn: bool,
    ) -> Result<()> {
        let number = copy.number;
        wire.until(Instant::now() + PATIENCE, |world| {
            world
                .pictures
                .get(&number)
                .is_none_or(|picture| picture.offered || picture.state == State::Failed)
        })?;
        let wanted = wire.world.pictures.get(&number);
        let Some(shape) = wanted
            .filter(|picture| picture.state != State::Failed)
            .and_then(|picture| picture.wants)
        else {
            return Err(failed("the compositor offered no picture of a display"));
        };
        if self.memory.get(&output).map(|memory| memory.shape) != Some(shape) {
            let memory = Memory::new(&self.shm, &wire.handle(), shape)?;
            self.memory.insert(output, memory);
        }
        if let Some(memory) = self.memory.get(&output) {
            if when_drawn {
                copy.frame.copy_with_damage(&memory.buffer);
            } else {
                copy.frame.copy(&memory.buffer);
            }
        }
        wire.conn.flush()?;
        Ok(())
    }

    /// What became of a copy, taken away when it is over.
    pub(super) fn outcome(&mut self, wire: &mut Wire, copy: &Copy) -> Option<Picture> {
        let picture = wire.world.pictures.get(&copy.number)?;
        if picture.state == State::Waiting {
            return None;
        }
        wire.world.pictures.remove(&copy.number)
    }

    /// The pixels of a rectangle; black where there is no display.
    pub(super) fn take(
        &mut self,
        wire: &mut Wire,
        rect: Rect,
        with_pointer: bool,
    ) -> Result<Pixels> {
        let outputs = wire.world.outputs.clone();
        let mut asked = Vec::new();
        for placed in place(&outputs) {
            let area = placed.display.rect();
            let output = outputs.iter().find(|one| one.number == placed.number);
            if let (Some(part), Some(output)) = (area.intersection(rect), output)
                && let Some(proxy) = &output.proxy
            {
                let copy = self.ask(wire, proxy, with_pointer)?;
                asked.push((copy, output.clone(), area, part));
            }
        }
        if asked.is_empty() || rect.w == 0 || rect.h == 0 {
            return Err(PlatformError::Gone(format!(
                "the area {}x{} at ({}, {}) does not lie on a display",
                rect.w, rect.h, rect.x, rect.y
            )));
        }
        for (copy, output, ..) in &asked {
            self.copy(wire, copy, output.number, false)?;
        }
        let deadline = Instant::now() + PATIENCE;
        let mut target = Pixels::filled(rect.w, rect.h, [0; 3]);
        for (copy, output, area, part) in &asked {
            let number = copy.number;
            wire.until(deadline, |world| {
                let picture = world.pictures.get(&number);
                picture.is_none_or(|picture| picture.state != State::Waiting)
            })?;
            let picture = self.outcome(wire, copy);
            let Some(picture) = picture.filter(|picture| picture.state == State::Ready) else {
                wire.world.pictures.remove(&number);
                return Err(failed("the compositor made no picture; is the display on?"));
            };
            let whole = self.upright(output, &picture)?;
            if (whole.width, whole.height) != (area.w, area.h) {
                return Err(failed(
                    "the picture is not as large as the display; it has just changed",
                ));
            }
            paste(&whole, *area, *part, &mut target, rect);
        }
        Ok(target)
    }

    fn upright(&self, output: &Output, picture: &Picture) -> Result<Pixels> {
        let Some(memory) = self.memory.get(&output.number) else {
            return Err(failed("the picture was lost"));
        };
        let (width, height, stride, format) = memory.shape;
        let layout = layout(format)?;
        let (w, h) = (width as usize, height as usize);
        let rgb = to_rgb(memory.bytes(), layout, w, h, stride as usize);
        let turn = Turn {
            transform: output.transform,
            upside_down: picture.upside_down,
            raw: (width, height),
        };
        Ok(turn.upright(Pixels { width, height, rgb }))
    }
}

fn failed(reason: &str) -> PlatformError {
    PlatformError::Failed {
        doing: "capturing the screen".to_owned(),
        reason: reason.to_owned(),
    }
}

fn layout(format: Format) -> Result<Layout> {
    let masks = |bytes, red, green, blue| Layout::Masks {
        bytes,
        red,
        green,
        blue,
    };
    Ok(match format {
        Format::Argb8888 | Format::Xrgb8888 => Layout::Bgrx,
        Format::Abgr8888 | Format::Xbgr8888 => Layout::Rgbx,
        Format::Argb2101010 | Format::Xrgb2101010 => masks(4, 0x3ff0_0000, 0xf_fc00, 0x3ff),
        Format::Abgr2101010 | Format::Xbgr2101010 => masks(4, 0x3ff, 0xf_fc00, 0x3ff0_0000),
        Format::Rgb888 => masks(3, 0xff_0000, 0xff00, 0xff),
        Format::Bgr888 => masks(3, 0xff, 0xff00, 0xff_0000),
        Format::Rgb565 => masks(2, 0xf800, 0x7e0, 0x1f),
        other => {
            return Err(PlatformError::Unsupported(format!(
                "pictures of the format {other:?} cannot be read"
            )));
        }
    })
}

/// How a picture lies on its panel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub(super) transform: Transform,
    pub(super) upside_down: bool,
    /// Width and height as the panel has them.
    pub(super) raw: (u32, u32),
}

impl Turn {
    /// Width and height upright.
    fn size(&self) -> (u32, u32) {
        if turns_sideways(self.transform) {
            (self.raw.1, self.raw.0)
        } else {
            self.raw
        }
    }

    /// Where an upright pixel lies on the panel.
    fn on_panel(&self, x: u32, y: u32) -> (u32, u32) {
        let (w, h) = self.size();
        let (left, up) = (w - 1 - x, h - 1 - y);
        let (raw_x, raw_y) = match self.transform {
            Transform::_90 => (y, left),
            Transform::_180 => (left, up),
            Transform::_270 => (up, x),
            Transform::Flipped => (left, y),
            Transform::Flipped90 => (y, x),
            Transform::Flipped180 => (x, up),
            Transform::Flipped270 => (up, left),
            _ => (x, y),
        };
        if self.upside_down {
            (raw_x, self.raw.1 - 1 - raw_y)
        } else {
            (raw_x, raw_y)
        }
    }

    /// An area of the panel, upright.
    pub(super) fn area(&self, area: Rect) -> Rect {
        let (w, h) = self.size();
        let flip = |at: i32, length: u32, size: u32| size as i32 - at - length as i32;
        let mut raw = area;
        if self.upside_down {
            raw.y = flip(area.y, area.h, self.raw.1);
        }
        let (x, y) = match self.transform {
            Transform::_90 => (flip(raw.y, raw.h, w), raw.x),
            Transform::_180 => (flip(raw.x, raw.w, w), flip(raw.y, raw.h, h)),
            Transform::_270 => (raw.y, flip(raw.x, raw.w, h)),
            Transform::Flipped => (flip(raw.x, raw.w, w), raw.y),
            Transform::Flipped90 => (raw.y, raw.x),
            Transform::Flipped180 => (raw.x, flip(raw.y, raw.h, h)),
            Transform::Flipped270 => (flip(raw.y, raw.h, w), flip(raw.x, raw.w, h)),
            _ => (raw.x, raw.y),
        };
        let (w, h) = if turns_sideways(self.transform) {
            (raw.h, raw.w)
        } else {
            (raw.w, raw.h)
        };
        Rect { x, y, w, h }
    }

    fn upright(&self, raw: Pixels) -> Pixels {
        if self.transform == Transform::Normal && !self.upside_down {
            return raw;
        }
        let (width, height) = self.size();
        let mut rgb = vec![0; raw.rgb.len()];
        for (y, row) in rgb.chunks_exact_mut(width as usize * 3).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let (raw_x, raw_y) = self.on_panel(x as u32, y as u32);
                let at = (raw_y as usize * raw.width as usize + raw_x as usize) * 3;
                if let Some(from) = raw.rgb.get(at..at + 3) {
                    pixel.copy_from_slice(from);
                }
            }
        }
        Pixels { width, height, rgb }
    }
}

/// Copies `part` (global) out of `whole`, which covers `area`, into `target`, which covers `rect`.
fn paste(whole: &Pixels, area: Rect, part: Rect, target: &mut Pixels, rect: Rect) {
    let length = part.w as usize * 3;
    for row in 0..part.h as i32 {
        let offset = |of: Rect| {
            let (x, y) = ((part.x - of.x) as usize, (part.y + row - of.y) as usize);
            (y * of.w as usize + x) * 3
        };
        let (from, to) = (offset(area), offset(rect));
        if let (Some(from), Some(to)) = (
            whole.rgb.get(from..from + length),
            target.rgb.get_mut(to..to + length),
        ) {
            to.copy_from_slice(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const ALL: [Transform; 8] = [
        Transform::Normal,
        Transform::_90,
        Transform::_180,
        Transform::_270,
        Transform::Flipped,
        Transform::Flipped90,
        Transform::Flipped180,
        Transform::Flipped270,
    ];

    #[test]
    fn areas_and_pixels_are_turned_alike() {
        for transform in ALL {
            for upside_down in [false, true] {
                let turn = Turn {
                    transform,
                    upside_down,
                    raw: (7, 4),
                };
                let (w, h) = turn.size();
                for y in 0..h {
                    for x in 0..w {
                        let (raw_x, raw_y) = turn.on_panel(x, y);
                        let area = Rect {
                            x: raw_x as i32,
                            y: raw_y as i32,
                            w: 1,
                            h: 1,
                        };
                        let back = turn.area(area);
                        assert_eq!((back.x, back.y), (x as i32, y as i32), "{turn:?}");
                    }
                }
                let all = Rect {
                    x: 0,
                    y: 0,
                    w: 7,
                    h: 4,
                };
                assert_eq!(turn.area(all), Rect { x: 0, y: 0, w, h });
            }
        }
    }
}
