//! Pictures of the screen, and the text on them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use interpreter_computer::{Computer, ComputerConfig, Look, SessionKey, platform};
use interpreter_perception::Pixels;
use serde_json::json;

use crate::person::Person;
use crate::{Any, SESSION, sample};

const PICTURES: usize = 100;
/// The size the largest models are sent a screen of 1920×1080 in.
const SENT: (u32, u32) = (1600, 900);
/// At least this similar counts as the text itself.
const EXACT: f64 = 0.99;

/// Pixels, and the picture a model is sent.
pub(crate) async fn capture() -> Result<(), Any> {
    let screen = platform::open()?.screen;
    let area = screen.displays()?.first().ok_or("no display")?.rect();
    let person = Person::new()?;
    for turn in 0..PICTURES + 5 {
        let begun = Instant::now();
        let pixels = screen.capture(area)?;
        let time = begun.elapsed();
        if (pixels.width, pixels.height) != (1920, 1080) {
            return Err(format!("the screen has {}x{}", pixels.width, pixels.height).into());
        }
        let plain = person.image()?;
        if turn >= 5 {
            sample("computer.capture", time);
            sample("reference.capture", plain);
        }
    }
    let (computer, session) = (
        Computer::new(ComputerConfig::default()),
        SessionKey::from(SESSION),
    );
    for turn in 0..PICTURES / 2 + 3 {
        let begun = Instant::now();
        let shot = computer.look(&session, |_| SENT, Look::Primary).await?;
        if turn >= 3 {
            sample("computer.picture", begun.elapsed());
            println!("computer.picture.size\t{}\tbytes", shot.png.len());
        }
    }
    Ok(())
}

/// Each label once, by a computer that has never looked: the program that reads
/// has to start, and knows nothing.
pub(crate) async fn find(labels: &str) -> Result<(), Any> {
    let labels: BTreeMap<String, [i64; 4]> = serde_json::from_str(labels)?;
    let session = SessionKey::from(SESSION);
    for (label, [left, top, width, height]) in &labels {
        let computer = Computer::new(ComputerConfig::default());
        let begun = Instant::now();
        let hits = computer
            .call(&session, "display.find_text", json!({"text": label}))
            .await?;
        sample("computer.find", begun.elapsed());
        let exact = |similarity: Option<f64>| similarity.is_some_and(|value| value >= EXACT);
        let best = hits
            .as_array()
            .into_iter()
            .flatten()
            .find(|hit| exact(hit["similarity"].as_f64()));
        let inside = |at: Option<i64>, from: i64, size: i64| {
            at.is_some_and(|at| (from..from + size).contains(&at))
        };
        let right = best.is_some_and(|hit| {
            inside(hit["x"].as_i64(), *left, *width) && inside(hit["y"].as_i64(), *top, *height)
        });
        if !right {
            eprintln!("{label:?} at {left},{top} {width}x{height} was found at {best:?}");
        }
        println!("computer.find.right\t{}\t%", if right { 100 } else { 0 });
    }
    let screen = platform::open()?.screen;
    let area = screen.displays()?.first().ok_or("no display")?.rect();
    tesseract(&screen.capture(area)?)
}

/// Plain Tesseract on the same picture, where it is installed.
fn tesseract(pixels: &Pixels) -> Result<(), Any> {
    let mut file = tempfile::Builder::new().suffix(".ppm").tempfile()?;
    write!(file, "P6\n{} {}\n255\n", pixels.width, pixels.height)?;
    file.write_all(&pixels.rgb)?;
    file.flush()?;
    for _ in 0..3 {
        let begun = Instant::now();
        let mut command = Command::new("tesseract");
        command
            .arg(file.path())
            .args(["stdout", "--psm", "11", "tsv"])
            .stderr(Stdio::null());
        match command.output() {
            Ok(output) if output.status.success() => sample("reference.tesseract", begun.elapsed()),
            Ok(output) => eprintln!("tesseract: {}", output.status),
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}
