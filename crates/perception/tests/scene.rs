//! Rendered scenes with known texts, and the worker built for the tests.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use interpreter_perception::{Eyes, Pixels, TextHit};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Scene {
    width: u32,
    height: u32,
    pub texts: Vec<Truth>,
}

/// A text that is on the picture, with the box of its ink.
#[derive(Deserialize)]
pub struct Truth {
    pub text: String,
    pub group: String,
    #[serde(rename = "box")]
    pub place: [i64; 4],
}

impl Truth {
    /// Whether a click on the hit's middle would land on the text, and the hit
    /// is about as large as the text.
    pub fn is_hit_by(&self, hit: &TextHit) -> bool {
        let [x, y, w, h] = self.place;
        let (cx, cy) = hit.centre();
        let inside =
            cx >= x as f64 && cx <= (x + w) as f64 && cy >= y as f64 && cy <= (y + h) as f64;
        let off = (cx - (x as f64 + w as f64 / 2.0)).abs();
        inside && off <= 0.2 * w as f64 + 3.0 && i64::from(hit.w) <= w + w / 4 + 8
    }
}

pub fn render(name: &str) -> (Pixels, Scene) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.rgb");
    // The system's own Python: it has the drawing library.
    let output = Command::new("/usr/bin/python3")
        .args(["-c", include_str!("render.py"), name])
        .arg(&path)
        .output()
        .expect("/usr/bin/python3 runs");
    assert!(
        output.status.success(),
        "rendering needs python3-gi and python3-gi-cairo:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let scene: Scene = serde_json::from_slice(&output.stdout).unwrap();
    let rgb = std::fs::read(&path).unwrap();
    (
        Pixels {
            width: scene.width,
            height: scene.height,
            rgb,
        },
        scene,
    )
}

/// The worker, built on demand: tests do not build programs behind features.
pub fn worker() -> PathBuf {
    static WORKER: OnceLock<PathBuf> = OnceLock::new();
    WORKER
        .get_or_init(|| {
            if let Some(path) = std::env::var_os("INTERPRETER_EYES") {
                return path.into();
            }
            if let Some(path) = built_and_fresh() {
                return path;
            }
            let output = Command::new(env!("CARGO"))
                .args([
                    "build",
                    "-p",
                    "interpreter-perception",
                    "--features",
                    "eyes",
                ])
                .args(["--bin", "interpreter-eyes", "--message-format", "json"])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output()
                .expect("cargo runs");
            let text = String::from_utf8_lossy(&output.stdout);
            let path = text.lines().rev().find_map(|line| {
                let message: serde_json::Value = serde_json::from_str(line).ok()?;
                Some(PathBuf::from(message["executable"].as_str()?))
            });
            path.unwrap_or_else(|| {
                panic!(
                    "interpreter-eyes does not build:\n{}",
                    String::from_utf8_lossy(&output.stderr)
                )
            })
        })
        .clone()
}

/// The worker in Cargo's folder, where it is newer than all it is made from:
/// then no build need be waited for.
fn built_and_fresh() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let path = own.parent()?.parent()?.join("interpreter-eyes");
    let built = path.metadata().ok()?.modified().ok()?;
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            if entry.file_type().ok()?.is_dir() {
                folders.push(entry.path());
            } else if entry.metadata().ok()?.modified().ok()? > built {
                return None;
            }
        }
    }
    Some(path)
}

pub fn eyes() -> Eyes {
    Eyes::new()
        .with_program(worker())
        .with_deadline(std::time::Duration::from_secs(120))
}
