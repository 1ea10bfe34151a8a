//! From groups of edges to lines of text.

use super::Grey;
use super::components::{Component, Edges, label};

/// The largest letters looked for, in pixels.
const TALLEST: u32 = 90;
/// Straight lines longer than this are no part of letters.
const LONGEST_STROKE: usize = 44;

/// Dots, commas and dashes are no higher than this.
const SMALL: u32 = 5;

/// A box that may hold one line of text, in pixels of the image, with a margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Left edge.
    pub x: usize,
    /// Top edge.
    pub y: usize,
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
    /// Typical height of its letters.
    pub letter: usize,
}

/// Boxes that may hold a line of text, from top to bottom.
pub fn find(grey: &Grey) -> Vec<Region> {
    if grey.width < 8 || grey.height < 8 {
        return Vec::new();
    }
    let mut edges = Edges::of(grey);
    let letters = letters(&mut edges);
    let groups = group(grey, &letters);
    let mut regions: Vec<Region> = groups
        .iter()
        .flat_map(|group| region(grey, group))
        .collect();
    regions.sort_by_key(|region| (region.y, region.x));
    regions
}

/// Components that may be letters, or words of letters that touch.
fn letters(edges: &mut Edges) -> Vec<Component> {
    let first = label(edges);
    let large: Vec<Component> = first
        .components
        .iter()
        .filter(|c| c.h > TALLEST && !c.is_frame())
        .copied()
        .collect();
    let mut letters = if large.is_empty() {
        first.components
    } else {
        // Letters that touch a window's edge or a grid come free of it when its
        // lines are gone. Frames go first and whole: half a frame looks like a
        // bracket.
        edges.erase(&first, |c| c.is_frame());
        for component in &large {
            edges.erase_lines(component, LONGEST_STROKE);
        }
        label(edges).components
    };
    letters.retain(|c| {
        let rule = (c.h <= 3 && c.w >= 24) || (c.w <= 3 && c.h >= 36);
        c.h <= TALLEST && !rule && !c.is_frame()
    });
    letters
}

/// Joins components that stand beside each other on one ground.
fn group(grey: &Grey, letters: &[Component]) -> Vec<Vec<Component>> {
    const BAND: u32 = 32;
    let bands = grey.height as u32 / BAND + 1;
    let mut by_band: Vec<Vec<u32>> = vec![Vec::new(); bands as usize];
    for (at, letter) in letters.iter().enumerate() {
        // Dots join letters above or below them, so they look further.
        let reach = if letter.h <= SMALL { BAND } else { 0 };
        let last = ((letter.bottom() - 1 + reach) / BAND).min(bands - 1);
        for band in letter.y.saturating_sub(reach) / BAND..=last {
            by_band[band as usize].push(at as u32);
        }
    }
    let mut parents: Vec<u32> = (0..letters.len() as u32).collect();
    fn root(parents: &mut [u32], mut at: u32) -> u32 {
        while parents[at as usize] != at {
            parents[at as usize] = parents[parents[at as usize] as usize];
            at = parents[at as usize];
        }
        at
    }
    for band in &mut by_band {
        band.sort_by_key(|at| letters[*at as usize].x);
        for (place, first) in band.iter().enumerate() {
            let a = &letters[*first as usize];
            for second in &band[place + 1..] {
                let b = &letters[*second as usize];
                if b.x > a.right() + TALLEST {
                    break;
                }
                if root(&mut parents, *first) != root(&mut parents, *second) && joins(grey, a, b) {
                    let (x, y) = (root(&mut parents, *first), root(&mut parents, *second));
                    parents[x.max(y) as usize] = x.min(y);
                }
            }
        }
    }
    let mut groups: Vec<Vec<Component>> = Vec::new();
    let mut slots = vec![u32::MAX; letters.len()];
    for (at, letter) in letters.iter().enumerate() {
        let top = root(&mut parents, at as u32) as usize;
        if slots[top] == u32::MAX {
            slots[top] = groups.len() as u32;
            groups.push(Vec::new());
        }
        groups[slots[top] as usize].push(*letter);
    }
    groups
}

/// Whether `b`, which begins no further left, continues the line of `a`.
fn joins(grey: &Grey, a: &Component, b: &Component) -> bool {
    let gap = b.x.saturating_sub(a.right());
    let (small, tall) = (a.h.min(b.h), a.h.max(b.h));
    let overlap = a.bottom().min(b.bottom()).saturating_sub(a.y.max(b.y));
    // Dots, commas, dashes: near a letter's height, and close.
    if small <= SMALL {
        let reach = tall * 3 / 4;
        let apart = a.y.max(b.y).saturating_sub(a.bottom().min(b.bottom()));
        let stacked = gap == 0 && apart <= tall / 3 + 1;
        return tall <= 60 && (overlap * 2 >= small && gap <= reach.max(4) || stacked);
    }
    if overlap * 2 < small || tall > small * 5 / 2 {
        return false;
    }
    let reach = (tall + tall / 4).min(small * 2).max(6);
    gap <= reach && (gap < 3 || same_ground(grey, a, b))
}

/// Two letters of a line stand on one ground; two buttons may not.
fn same_ground(grey: &Grey, a: &Component, b: &Component) -> bool {
    let middle = i64::from((a.y.max(b.y) + a.bottom().min(b.bottom())) / 2);
    let left = grey.at(i64::from(a.right()) + 1, middle);
    let right = grey.at(i64::from(b.x) - 1, middle);
    left.abs_diff(right) <= 40
}

/// The box of a group, or nothing where it cannot be text.
fn region(grey: &Grey, group: &[Component]) -> Option<Region> {
    let mut heights: Vec<u32> = group.iter().map(|c| c.h).filter(|h| *h > 4).collect();
    heights.sort_unstable();
    let letter = *heights.get(heights.len() / 2)?;
    let count: u32 = group.iter().map(|c| c.count).sum();
    // Pictures beside the text shall not make its line high.
    let fits = |c: &&Component| heights.len() < 3 || c.h * 10 <= letter * 23;
    let (mut x0, mut y0, mut x1, mut y1) = (u32::MAX, u32::MAX, 0, 0);
    for c in group.iter().filter(fits) {
        (x0, y0) = (x0.min(c.x), y0.min(c.y));
        (x1, y1) = (x1.max(c.right()), y1.max(c.bottom()));
    }
    let (w, h) = (x1.saturating_sub(x0), y1.saturating_sub(y0));
    if h < 6 || w < 3 || count < 8 || h > 2 * TALLEST {
        return None;
    }
    // An edge pixel stands left of and above the difference it marks, so the
    // far sides get one more.
    let margin = (letter / 4).clamp(3, 8);
    let x = x0.saturating_sub(margin) as usize;
    let y = y0.saturating_sub(margin) as usize;
    let right = ((x1 + margin + 1) as usize).min(grey.width);
    let bottom = ((y1 + margin + 1) as usize).min(grey.height);
    Some(Region {
        x,
        y,
        width: right - x,
        height: bottom - y,
        letter: letter as usize,
    })
}
