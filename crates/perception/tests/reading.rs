//! How much of what is on a picture is found, and where.

use std::collections::BTreeMap;

use interpreter_perception::{Pixels, find_in};

use crate::scene::{eyes, render, Scene};

/// Shares of the texts found at their place, by group; prints the table.
async fn recall(eyes: &interpreter_perception::Eyes, pixels: &Pixels, scene: &Scene) -> BTreeMap<String, (usize, usize)> {
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
            let near: Vec<&str> = words.iter().filter(|word| {
                let middle = i64::from(word.y + word.h / 2);
                let right = i64::from(word.x + word.w);
                (truth.place[1] - 2..truth.place[1] + truth.place[3] + 2).contains(&middle)
                    && right > truth.place[0] && i64::from(word.x) < truth.place[0] + truth.place[2]
            }).map(|word| word.text.as_str()).collect();
            println!("  missed {:?} ({}) at {:?}: read {near:?}, hits {hits:?}", truth.text, truth.group, truth.place);
        }
    }
    for (group, (found, all)) in &groups {
        println!("{group:>24}: {found:>3} of {all:>3}  {:>5.1} %", 100.0 * *found as f64 / *all as f64);
    }
    groups
}

/// `least` is the share that must be found over all groups.
async fn check(name: &str, least: f64) {
    let (pixels, scene) = render(name);
    let groups = recall(&eyes(), &pixels, &scene).await;
    let (found, all) = groups.values().fold((0, 0), |sum, group| (sum.0 + group.0, sum.1 + group.1));
    let share = found as f64 / all as f64;
    assert!(share >= least, "{name}: {found} of {all} found ({share:.3}), {least} is the least");
}

#[tokio::test]
async fn labels_on_a_light_ground() {
    check("light", 0.5).await;
}

#[tokio::test]
async fn labels_on_a_dark_ground() {
    check("dark", 0.5).await;
}

#[tokio::test]
async fn faint_labels() {
    check("grey on white", 0.5).await;
}

#[tokio::test]
async fn labels_on_a_coloured_ground() {
    check("solarized", 0.5).await;
}

#[tokio::test]
async fn buttons_tabs_and_rows() {
    check("buttons", 0.5).await;
}

#[tokio::test]
async fn an_ordinary_desktop() {
    check("desktop", 0.5).await;
}

#[tokio::test]
async fn what_did_not_change_is_not_read_again() {
    let eyes = eyes();
    for name in ["desktop", "desktop changed", "desktop changed"] {
        let (pixels, _) = render(name);
        let start = std::time::Instant::now();
        let words = eyes.read_text(&pixels).await.unwrap();
        println!("{name}: {} words in {:?}", words.len(), start.elapsed());
    }
}
