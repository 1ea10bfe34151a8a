//! What stands at a point and around it, read from the picture, and what a click
//! there would bring about.

use interpreter_perception::Word;

use crate::computer::blocking;
use crate::platform::Rect;
use crate::{AppKind, Clue, Computer, ComputerError, Consequence, Target, consequence, image};

/// So far around the point is read, in physical pixels of a display of scale 1.
const ACROSS: f64 = 260.0;
const DOWN: f64 = 170.0;
/// The edge of a button around its text, in the text's height.
const EDGE: f64 = 1.2;

/// Words read from the picture. They come from outside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Nearby {
    /// At the point itself: a button's label.
    pub at: String,
    /// Lines around it: a dialog's text.
    pub around: Vec<String>,
}

impl Computer {
    /// Reads what stands at a point (global physical pixels) and around it.
    ///
    /// # Errors
    /// `NotInstalled` without the worker that reads text; as [`Computer::look`].
    pub async fn words_near(&self, point: (i32, i32)) -> Result<Nearby, ComputerError> {
        let computer = self.clone();
        let (pixels, area, scale) = blocking(move || {
            let frame = computer.native_frame(Some(point))?;
            let display = Rect {
                x: frame.origin.0,
                y: frame.origin.1,
                w: frame.native.0,
                h: frame.native.1,
            };
            let (across, down) = ((ACROSS * frame.scale) as u32, (DOWN * frame.scale) as u32);
            let around = Rect {
                x: point.0.saturating_sub_unsigned(across),
                y: point.1.saturating_sub_unsigned(down),
                w: across * 2,
                h: down * 2,
            };
            let area = around
                .intersection(display)
                .ok_or_else(|| ComputerError::failed("The point is not on a display."))?;
            let pixels = computer.moment(&*computer.screen()?, area)?.pixels;
            // Larger letters are read better, and a small part is quick.
            let scale = if frame.scale < 1.5 { 2 } else { 1 };
            let size = (pixels.width * scale, pixels.height * scale);
            Ok((image::resize(pixels, size)?, area, scale))
        })
        .await?;
        let words = self.eyes().read_text(&pixels).await?;
        let scale = f64::from(scale);
        let at = (
            f64::from(point.0 - area.x) * scale,
            f64::from(point.1 - area.y) * scale,
        );
        let nearby = sort(&words, at);
        let secrets = self.secrets();
        Ok(Nearby {
            at: secrets.redact(&nearby.at),
            around: nearby
                .around
                .iter()
                .map(|line| secrets.redact(line))
                .collect(),
        })
    }

    /// What an action on that target would bring about, if anything that has to be
    /// asked for: by the element, by what stands there, and by what the model says
    /// it wants. `keys` where it is no click. The picture is read where the element
    /// does not say enough, and always in browsers, where pages name their elements
    /// as they like.
    pub async fn consequence_of(
        &self,
        target: &Target,
        intent: &str,
        keys: Option<&str>,
    ) -> Option<Consequence> {
        let (role, name) = target.element.as_ref().map_or(("", ""), |element| {
            (element.role.as_str(), element.name.as_str())
        });
        let told = Clue {
            role,
            name,
            intent,
            keys,
            ..Clue::default()
        };
        if let Some(found) = consequence(&told) {
            return Some(found);
        }
        let point = target.point.filter(|_| keys.is_none())?;
        let says = target.kind != AppKind::Browser && crate::consequence::is_plain(role, name);
        if says {
            return None;
        }
        let near = self.words_near(point).await.unwrap_or_default();
        let around: Vec<&str> = near.around.iter().map(String::as_str).collect();
        consequence(&Clue {
            at: &near.at,
            around: &around,
            ..told
        })
    }
}

/// The words at a place, and the other lines.
fn sort(words: &[Word], (x, y): (f64, f64)) -> Nearby {
    let mut lines: Vec<Vec<&Word>> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.first().is_some_and(|first| first.line == word.line) => {
                line.push(word);
            }
            _ => lines.push(vec![word]),
        }
    }
    let mut nearby = Nearby::default();
    for line in lines {
        // Buttons side by side are read as one line.
        for part in parts(&line) {
            let text = part
                .iter()
                .map(|word| word.text.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            let height = part.iter().map(|word| word.h).max().unwrap_or_default();
            let edge = f64::from(height) * EDGE;
            let holds = |from: f64, to: f64, at: f64| (from - edge..=to + edge).contains(&at);
            let left = part.iter().map(|word| word.x).min().unwrap_or_default();
            let right = part.iter().map(|word| word.x + word.w).max();
            let top = part.iter().map(|word| word.y).min().unwrap_or_default();
            let inside = holds(f64::from(left), f64::from(right.unwrap_or_default()), x)
                && holds(f64::from(top), f64::from(top + height), y);
            if inside {
                if !nearby.at.is_empty() {
                    nearby.at.push(' ');
                }
                nearby.at.push_str(&text);
            } else {
                nearby.around.push(text);
            }
        }
    }
    nearby
}

/// A line, cut where there is a wide gap.
fn parts<'a>(line: &[&'a Word]) -> Vec<Vec<&'a Word>> {
    let mut parts: Vec<Vec<&Word>> = Vec::new();
    for word in line {
        let joins = parts
            .last()
            .and_then(|part| part.last())
            .is_some_and(|last| {
                let gap = i64::from(word.x) - i64::from(last.x + last.w);
                gap <= i64::from(word.h.max(last.h)) * 3 / 2
            });
        match parts.last_mut() {
            Some(part) if joins => part.push(word),
            _ => parts.push(vec![word]),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn words_at_a_place_and_around_it() {
        let word = |text: &str, x: u32, y: u32, line: u32| Word {
            text: text.to_owned(),
            x,
            y,
            w: 40,
            h: 12,
            confidence: 90.0,
            line,
        };
        let words = [
            word("Delete", 10, 10, 0),
            word("files?", 55, 10, 0),
            word("Cancel", 10, 60, 1),
            word("Delete", 120, 60, 1),
            word("all", 165, 60, 1),
        ];
        let check = |at, expected: &str, around: &[&str]| {
            let found = sort(&words, at);
            assert_eq!(found.at, expected);
            assert_eq!(found.around, around);
        };
        check((150.0, 66.0), "Delete all", &["Delete files?", "Cancel"]);
        check((5.0, 70.0), "Cancel", &["Delete files?", "Delete all"]);
        check(
            (300.0, 200.0),
            "",
            &["Delete files?", "Cancel", "Delete all"],
        );
    }
}
