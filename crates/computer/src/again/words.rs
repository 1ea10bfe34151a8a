//! A place by the words beside it: those that stood next to the recorded point are read
//! from its picture, and looked for on the screen. For what tells no name of its own,
//! such as the cells of a sheet, or a file in a folder.

use interpreter_perception::{Pixels, Word};

use super::{Trace, belongs, patch};
use crate::computer::blocking;
use crate::platform::{Rect, Window};
use crate::{Computer, ComputerError, image};

/// So far around the point words are read, in physical pixels of a display of scale 1.
const ACROSS: u32 = 480;
const DOWN: u32 = 200;
/// A word further from the point than this is not beside it, in physical pixels.
const BESIDE: f64 = 90.0;
/// So many words are tried, the nearest first.
const MOST: usize = 3;
/// Shorter ones are everywhere.
const SHORTEST: usize = 3;
/// Words read with less certainty are no help.
const SURE: f32 = 50.0;
/// Larger letters are read better.
const LARGER: u32 = 2;

/// A word, and where its middle is, in physical pixels of the whole desktop.
#[derive(Debug, Clone, PartialEq)]
struct Stands {
    text: String,
    at: (f64, f64),
    /// Half its width and height.
    half: (f64, f64),
}

impl Stands {
    /// How far a point is from its box.
    fn distance(&self, point: (f64, f64)) -> f64 {
        let off = |point: f64, at: f64, half: f64| ((point - at).abs() - half).max(0.0);
        let x = off(point.0, self.at.0, self.half.0);
        let y = off(point.1, self.at.1, self.half.1);
        x.hypot(y)
    }
}

impl Computer {
    /// Where a recorded point is now, in this window, by the nearest word beside it that
    /// stands there exactly once.
    pub(super) async fn by_words(
        &self,
        trace: &Trace,
        recorded: (i32, i32),
        window: &Window,
    ) -> Result<Option<(i32, i32)>, ComputerError> {
        let then = {
            let trace = trace.clone();
            blocking(move || Ok(pictured(&trace, recorded))).await?
        };
        let Some((picture, origin, scale)) = then else {
            return Ok(None);
        };
        // Reading is an extra: without it the place may still tell.
        let Ok(words) = self.eyes().read_text(&picture).await else {
            return Ok(None);
        };
        let beside = beside(&stand(&words, origin, scale), recorded);
        if beside.is_empty() {
            return Ok(None);
        }
        let (computer, rect) = (self.clone(), window.rect);
        let now = blocking(move || {
            let frame = computer.native_frame(Some(super::middle(rect)))?;
            let Some(part) = rect.intersection(super::area_of(&frame)) else {
                return Ok(None);
            };
            let pixels = computer.moment(&*computer.screen()?, part)?.pixels;
            let size = (pixels.width * LARGER, pixels.height * LARGER);
            Ok(Some((image::resize(pixels, size)?, part)))
        })
        .await?;
        let Some((picture, part)) = now else {
            return Ok(None);
        };
        let Ok(words) = self.eyes().read_text(&picture).await else {
            return Ok(None);
        };
        let scale = 1.0 / f64::from(LARGER);
        let now = stand(
            &words,
            (f64::from(part.x), f64::from(part.y)),
            (scale, scale),
        );
        let Some(point) = beside.iter().find_map(|word| moved(word, &now, recorded)) else {
            return Ok(None);
        };
        let (computer, trace, window) = (self.clone(), trace.clone(), window.clone());
        let last = trace.points.last() == Some(&recorded);
        blocking(move || {
            let windows = computer.check(computer.screen()?.windows())?;
            let top = computer.topmost(&windows, point);
            let Some(top) = top.filter(|top| belongs(top, &window)) else {
                return Ok(None);
            };
            // What it was done to is known of the last point only.
            let there = computer.element_at(top, point).filter(|_| last);
            let same =
                there.is_none_or(|there| super::matches(&trace, &there) != super::Match::Other);
            Ok(same.then_some(point))
        })
        .await
    }
}

/// A part of a picture, where its corner lies, and the pixels of one of its own.
type Pictured = (Pixels, (f64, f64), (f64, f64));

/// The recorded picture around a point, enlarged; where its corner lies, and how many
/// physical pixels one of its pixels is.
fn pictured(trace: &Trace, (x, y): (i32, i32)) -> Option<Pictured> {
    let picture = image::decode(trace.picture.as_deref()?).ok()?;
    let frame = &trace.frame;
    let factor = frame.scale.max(1.0);
    let size = |size: u32| (f64::from(size) * factor) as u32;
    let around = Rect {
        x: x.saturating_sub_unsigned(size(ACROSS) / 2),
        y: y.saturating_sub_unsigned(size(DOWN) / 2),
        w: size(ACROSS),
        h: size(DOWN),
    };
    let area = around.intersection(super::area_of(frame))?;
    let across = f64::from(picture.width) / f64::from(frame.native.0.max(1));
    let down = f64::from(picture.height) / f64::from(frame.native.1.max(1));
    let at = |at: i32, origin: i32, scale: f64| (f64::from(at - origin) * scale).floor() as u32;
    let (left, top) = (
        at(area.x, frame.origin.0, across),
        at(area.y, frame.origin.1, down),
    );
    let wide = ((f64::from(area.w) * across) as u32).min(picture.width - left.min(picture.width));
    let high = ((f64::from(area.h) * down) as u32).min(picture.height - top.min(picture.height));
    if wide == 0 || high == 0 {
        return None;
    }
    let part = patch::crop(&picture, (left, top), (wide, high));
    let larger = LARGER + 1;
    let part = image::resize(part, (wide * larger, high * larger)).ok()?;
    let origin = (
        f64::from(frame.origin.0) + f64::from(left) / across,
        f64::from(frame.origin.1) + f64::from(top) / down,
    );
    let larger = f64::from(larger);
    Some((
        part,
        origin,
        (1.0 / (across * larger), 1.0 / (down * larger)),
    ))
}

/// Words of a picture, on the desktop.
fn stand(words: &[Word], origin: (f64, f64), scale: (f64, f64)) -> Vec<Stands> {
    let sure = words.iter().filter(|word| word.confidence >= SURE);
    let stands = sure.map(|word| {
        let half = (f64::from(word.w) / 2.0, f64::from(word.h) / 2.0);
        let at = (f64::from(word.x) + half.0, f64::from(word.y) + half.1);
        Stands {
            text: letters(&word.text),
            at: (origin.0 + at.0 * scale.0, origin.1 + at.1 * scale.1),
            half: (half.0 * scale.0, half.1 * scale.1),
        }
    });
    stands
        .filter(|word| word.text.chars().count() >= SHORTEST)
        .collect()
}

/// Signs are read badly.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The words nearest to a point, of those that stand there once.
fn beside(words: &[Stands], (x, y): (i32, i32)) -> Vec<Stands> {
    let point = (f64::from(x) + 0.5, f64::from(y) + 0.5);
    let once = |word: &&Stands| words.iter().filter(|other| other.text == word.text).count() == 1;
    let mut near: Vec<Stands> = words.iter().filter(once).cloned().collect();
    near.retain(|word| word.distance(point) <= BESIDE);
    near.sort_by(|a, b| a.distance(point).total_cmp(&b.distance(point)));
    near.truncate(MOST);
    near
}

/// The point as far from the word as it was, where the word stands once.
fn moved(word: &Stands, now: &[Stands], (x, y): (i32, i32)) -> Option<(i32, i32)> {
    let mut same = now.iter().filter(|other| other.text == word.text);
    let (one, more) = (same.next()?, same.next());
    if more.is_some() {
        return None;
    }
    let at = |point: i32, then: f64, now: f64| (f64::from(point) + 0.5 - then + now).floor() as i32;
    Some((at(x, word.at.0, one.at.0), at(y, word.at.1, one.at.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn word(text: &str, x: f64, y: f64) -> Stands {
        Stands {
            text: text.to_owned(),
            at: (x, y),
            half: (20.0, 6.0),
        }
    }

    #[test]
    fn a_place_goes_with_the_word_beside_it() {
        let then = [
            word("Apples", 100.0, 100.0),
            word("Pears", 100.0, 120.0),
            word("Pears", 300.0, 120.0),
            word("Total", 100.0, 400.0),
        ];
        let near = beside(&then, (100, 117));
        // A word that stands there twice tells no place, nor one that is far away.
        assert_eq!(near, [then[0].clone()]);
        let now = [word("Apples", 151.5, 130.0), word("Pears", 150.0, 150.0)];
        assert_eq!(moved(&near[0], &now, (100, 117)), Some((152, 147)));
        let twice = [now[0].clone(), now[0].clone()];
        assert_eq!(moved(&near[0], &twice, (100, 117)), None);
        assert_eq!(moved(&near[0], &now[1..], (100, 117)), None);
    }
}
