//! Finding text on the screen, and the closest of some names.

use interpreter_perception::{Pixels, TextHit};

use crate::{Computer, ComputerError};

/// At least this similar counts as the text itself.
pub(crate) const EXACT: f32 = 0.99;

/// Where a text stands: the exact places when there are any, else the similar ones.
pub(crate) async fn text(
    computer: &Computer,
    pixels: &Pixels,
    wanted: &str,
) -> Result<Vec<TextHit>, ComputerError> {
    let wanted = wanted.trim();
    if wanted.is_empty() {
        return Err(ComputerError::bad(
            "There is no text to look for.",
            "Give the words as they stand on the screen.",
        ));
    }
    let hits = computer.eyes().find_text(pixels, wanted).await?;
    if hits.iter().any(|hit| hit.similarity >= EXACT) {
        return Ok(hits
            .into_iter()
            .filter(|hit| hit.similarity >= EXACT)
            .collect());
    }
    Ok(hits)
}

/// Says that a text is not there, with what stands there instead.
pub(crate) async fn missing(
    computer: &Computer,
    pixels: &Pixels,
    wanted: &str,
) -> Result<ComputerError, ComputerError> {
    let words = computer.eyes().read_text(pixels).await?;
    let mut near: Vec<(usize, String)> = Vec::new();
    for word in words {
        let text = word.text.trim().to_owned();
        if text.chars().count() > 1 && !near.iter().any(|(_, known)| *known == text) {
            near.push((distance(&text.to_lowercase(), &wanted.to_lowercase()), text));
        }
    }
    near.sort_by_key(|(distance, _)| *distance);
    let near: Vec<String> = near
        .into_iter()
        .take(5)
        .map(|(_, text)| format!("{text:?}"))
        .collect();
    let seen = if near.is_empty() {
        "No text is on the screen.".to_owned()
    } else {
        format!("The closest words there are {}.", near.join(", "))
    };
    Ok(ComputerError::NotFound {
        message: format!("The text {wanted:?} was not found on the screen. {seen}"),
        remedy: "Scroll, or bring the right window to the front; \
                 display.get_text_as_list_of_lists() tells all text that is there."
            .into(),
    })
}

/// The name with the fewest differences.
pub(crate) fn closest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    names.min_by_key(|name| {
        // The part after the dot alone counts too: `click` means `mouse.click`.
        let last = name.rsplit('.').next().unwrap_or(name);
        distance(name, &wanted).min(distance(last, &wanted))
    })
}

/// Letters to insert, remove or replace between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = (diagonal + usize::from(x != *y))
                .min(left + 1)
                .min(*above + 1);
            diagonal = std::mem::replace(above, cost);
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_name() {
        let names = [
            "mouse.click",
            "mouse.double_click",
            "keyboard.write",
            "display.view",
        ];
        let check = |wanted: &str, expected: &str| {
            assert_eq!(
                closest(wanted, names.into_iter()),
                Some(expected),
                "{wanted}"
            );
        };
        check("mouse.clik", "mouse.click");
        check("click", "mouse.click");
        check("keyboard.type", "keyboard.write");
        check("view", "display.view");
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("a", "a", 0),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
