//! What only looks.

use serde_json::json;

use super::{Deed, Stage, Verdict, deed};

pub const DEEDS: &[Deed] = &[
    deed!("zoom", "canvas", zoom),
    deed!("cursor position", "canvas", position),
];

const MAGENTA: [u8; 3] = [255, 0, 255];
const WHITE: [u8; 3] = [255; 3];

/// The canvas's square from edge to edge: all of its colour, and nothing else
/// where the part is one unit larger on each side.
async fn zoom(stage: &mut Stage) -> Result<Verdict, String> {
    let [x, y, w, h] = stage.box_of("canvas", "square");
    let pixel = stage.pixel();
    for (around, wanted) in [(0.0, MAGENTA), (4.0, WHITE)] {
        let [left, top] = stage.at("canvas", x - around, y - around);
        let [right, bottom] = stage.at("canvas", x + w + around, y + h + around);
        let action = json!({"action": "zoom", "region": [left, top, right, bottom]});
        let acted = stage
            .act(&action)
            .await
            .map_err(|error| error.to_string())?;
        let picture = acted.image.ok_or("there is no picture")?;
        let size = ((w + 2.0 * around) / pixel).round() as u32;
        if (picture.width, picture.height) != (size, size) {
            return Err(format!(
                "{}x{} pixels instead of {size}",
                picture.width, picture.height
            ));
        }
        let colours = colours(&picture.png, size as usize)?;
        // Blurred by one pixel where a unit is no whole number of them.
        if colours != [wanted; 4] {
            return Err(format!(
                "the corners are {colours:?} with {around} units around it"
            ));
        }
    }
    Ok(Verdict::Delivered)
}

/// The colours one pixel inside the corners.
fn colours(png: &[u8], size: usize) -> Result<[[u8; 3]; 4], String> {
    let decoder = png::Decoder::new(std::io::Cursor::new(png));
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
    reader
        .next_frame(&mut pixels)
        .map_err(|error| error.to_string())?;
    let far = size.saturating_sub(2);
    Ok([(1, 1), (far, 1), (1, far), (far, far)].map(|(x, y)| {
        let at = (y * size + x) * 3;
        [0, 1, 2].map(|part| pixels.get(at + part).copied().unwrap_or_default())
    }))
}

async fn position(stage: &mut Stage) -> Result<Verdict, String> {
    let pixel = stage.physical("canvas", 111.0, 77.0);
    let (x, y) = stage.frame.to_sent(pixel.0, pixel.1);
    stage
        .done(json!({"action": "mouse_move", "coordinate": [x, y]}))
        .await?;
    let acted = stage.act(&json!({"action": "cursor_position"})).await;
    let text = acted.map_err(|error| error.to_string())?.text;
    let wanted = format!("X={},Y={}", x.floor(), y.floor());
    if text.as_deref() == Some(&wanted) {
        Ok(Verdict::Delivered)
    } else {
        Err(format!("it said {text:?} instead of {wanted}"))
    }
}
