//! Pictures that a method of the Computer API answers with, on their way to a model.

use interpreter_llm::ModelInfo;
use serde_json::{Value, json};

use crate::computer_socket::decode;
use crate::kit::Kit;
use crate::picture::{Stored, shrunk, size};

/// Takes the pictures out of a result and stores them in a size the model takes. The
/// frames that stay in the result say what size that is.
pub(super) fn take(kit: &Kit, model: Option<&ModelInfo>, result: &mut Value) -> Vec<Stored> {
    let mut taken: Vec<Stored> = one(kit, model, result).into_iter().collect();
    if let Some(list) = result.get_mut("images").and_then(Value::as_array_mut) {
        taken.extend(list.iter_mut().filter_map(|view| one(kit, model, view)));
    }
    taken
}

fn one(kit: &Kit, model: Option<&ModelInfo>, view: &mut Value) -> Option<Stored> {
    let image = view.as_object_mut()?.remove("image")?;
    let bytes = decode(image.get("base64")?.as_str()?)?;
    let size = size(&bytes)?;
    let fits = model.map_or(size, |model| model.fit_image(size));
    if fits == size {
        return Stored::screenshot(kit, &bytes).ok();
    }
    let smaller = Stored::screenshot(kit, &shrunk(&bytes, fits)?).ok()?;
    let by = (
        f64::from(smaller.width) / f64::from(size.0.max(1)),
        f64::from(smaller.height) / f64::from(size.1.max(1)),
    );
    scale(view, by);
    Some(smaller)
}

/// Says in frames and offsets that the picture became smaller.
fn scale(view: &mut Value, by: (f64, f64)) {
    let pair = |value: &mut Value| {
        let number = |at: usize| value[at].as_f64().unwrap_or_default();
        *value = json!([
            (number(0) * by.0).round() as i64,
            (number(1) * by.1).round() as i64
        ]);
    };
    let frames = match view.get_mut("frames").and_then(Value::as_array_mut) {
        Some(list) => list.iter_mut().collect(),
        None => view.get_mut("frame").into_iter().collect::<Vec<_>>(),
    };
    frames
        .into_iter()
        .filter_map(|frame| frame.get_mut("sent"))
        .for_each(pair);
    let offsets = view.get_mut("offsets").and_then(Value::as_array_mut);
    offsets.into_iter().flatten().for_each(pair);
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn frames_follow_their_pictures() {
        let check = |mut view: Value, expected: Value| {
            scale(&mut view, (0.5, 0.25));
            assert_eq!(view, expected);
        };
        check(
            json!({"frame": {"native": [800, 400], "sent": [800, 400]}}),
            json!({"frame": {"native": [800, 400], "sent": [400, 100]}}),
        );
        check(
            json!({"frames": [{"sent": [640, 800]}, {"sent": [641, 400]}], "offsets": [[0, 0], [640, 0]]}),
            json!({"frames": [{"sent": [320, 200]}, {"sent": [321, 100]}], "offsets": [[0, 0], [320, 0]]}),
        );
        check(json!("text"), json!("text"));
    }
}
