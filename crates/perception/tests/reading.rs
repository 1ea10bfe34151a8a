//! How much of what is on a picture is found, and where.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use interpreter_perception::{Pixels, find_in};

use crate::scene::{Scene, eyes, render, worker};

/// Shares of the texts found at their place, by group; prints the table.
async fn recall(
    eyes: &interpreter_perception::Eyes,
    pixels: &Pixels,
    scene: &Scene,
) -> BTreeMap<String, (usize, usize)> {
    let words = eyes.read_text(pixels).await.unwrap();
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for truth in &scene.texts {
        let hits = find_in(&words, &truth.text);
        // A text may stand on the picture several times; each must be found.
        let found = hits.iter().any(|hit| truth.is_hit_by(hit));
        let entry = groups.entry(truth.group.clone()).or_default();
        entry.1 += 1;
        entry.0 += usize::from(found);
        if !found {
            let near: Vec<&str> = words
                .iter()
                .filter(|word| {
                    let middle = i64::from(word.y + word.h / 2);
                    let right = i64::from(word.x + word.w);
                    (truth.place[1] - 2..truth.place[1] + truth.place[3] + 2).contains(&middle)
                        && right > truth.place[0]
                        && i64::from(word.x) < truth.place[0] + truth.place[2]
                })
                .map(|word| word.text.as_str())
                .collect();
            println!(
                "  missed {:?} ({}) at {:?}: read {near:?}, hits {hits:?}",
                truth.text, truth.group, truth.place
            );
        }
    }
    for (group, (found, all)) in &groups {
        println!(
            "{group:>24}: {found:>3} of {all:>3}  {:>5.1} %",
            100.0 * *found as f64 / *all as f64
        );
    }
    groups
}

/// `least` is the share that must be found over all groups.
async fn check(name: &str, least: f64) {
    let (pixels, scene) = render(name);
    let groups = recall(&eyes(), &pixels, &scene).await;
    let (found, all) = groups
        .values()
        .fold((0, 0), |sum, group| (sum.0 + group.0, sum.1 + group.1));
    let share = found as f64 / all as f64;
    assert!(
        share >= least,
        "{name}: {found} of {all} found ({share:.3}), {least} is the least"
    );
}

#[tokio::test]
async fn labels_on_a_light_ground() {
    check("light", 0.97).await;
}

#[tokio::test]
async fn labels_on_a_dark_ground() {
    check("dark", 0.97).await;
}

#[tokio::test]
async fn faint_labels() {
    check("grey on white", 0.97).await;
}

#[tokio::test]
async fn labels_on_a_coloured_ground() {
    check("solarized", 0.97).await;
}

#[tokio::test]
async fn buttons_tabs_and_rows() {
    check("buttons", 0.97).await;
}

#[tokio::test]
async fn an_ordinary_desktop() {
    check("desktop", 0.95).await;
}

#[tokio::test]
async fn what_did_not_change_is_not_read_again() {
    let mut worker = Worker::start();
    let (pixels, _) = render("desktop");
    let first = worker.read(&pixels);
    assert!(
        first["lines"][1].as_u64().unwrap() > 80,
        "{}",
        first["lines"]
    );
    let again = worker.read(&pixels);
    assert_eq!(
        (&again["words"], &again["lines"][1]),
        (&first["words"], &0.into())
    );
    let (changed, _) = render("desktop changed");
    let changed = worker.read(&changed);
    assert_eq!(changed["lines"][1], 1, "only the clock is read");
    // What moved is known, too.
    let (wide, high) = (pixels.width, pixels.height - 7);
    let from = 7 * wide as usize * 3;
    let scrolled = Pixels {
        width: wide,
        height: high,
        rgb: pixels.rgb[from..].to_vec(),
    };
    let scrolled = worker.read(&scrolled);
    assert!(
        scrolled["lines"][1].as_u64().unwrap() <= 3,
        "{}",
        scrolled["lines"]
    );
}

/// Prints what a look costs; times are measured here, never asserted.
#[tokio::test]
async fn the_time_a_look_takes() {
    let eyes = eyes();
    for name in ["desktop", "desktop changed", "desktop changed"] {
        let (pixels, _) = render(name);
        let start = std::time::Instant::now();
        let hits = eyes.find_text(&pixels, "Download for Linux").await.unwrap();
        println!("{name}: {:?} for {:?}", start.elapsed(), hits[0].text);
    }
}

/// The worker spoken to by hand.
struct Worker {
    child: std::process::Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Worker {
    fn start() -> Self {
        let mut child = std::process::Command::new(worker())
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut hello = String::new();
        output.read_line(&mut hello).unwrap();
        assert_eq!(hello, "{\"eyes\":1}\n");
        Self { child, output }
    }

    fn read(&mut self, pixels: &Pixels) -> serde_json::Value {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&pixels.rgb).unwrap();
        let request = serde_json::json!({"id": 7, "path": file.path(), "width": pixels.width, "height": pixels.height});
        writeln!(self.child.stdin.as_mut().unwrap(), "{request}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It ends when its input closes.
        drop(self.child.stdin.take());
        let status = self.child.wait().unwrap();
        assert!(std::thread::panicking() || status.success());
    }
}
