//! Connected groups of edge pixels.

use super::Grey;

/// Two neighbours that differ by this much are an edge.
const CONTRAST: u8 = 24;

/// Edge pixels of an image. Two masks, because long straight lines run along one.
pub(super) struct Edges {
    pub(super) width: usize,
    pub(super) height: usize,
    /// 1 where a pixel differs from its right or lower neighbour.
    pub(super) mask: Vec<u8>,
}

impl Edges {
    pub(super) fn of(grey: &Grey) -> Self {
        let (width, height) = (grey.width, grey.height);
        let mut mask = vec![0u8; width * height];
        for y in 0..height {
            let row = grey.row(y);
            let below = grey.row((y + 1).min(height - 1));
            let out = &mut mask[y * width..(y + 1) * width];
            let pairs = row.windows(2).zip(below);
            for (slot, (pair, below)) in out.iter_mut().zip(pairs) {
                let strongest = pair[0].abs_diff(pair[1]).max(pair[0].abs_diff(*below));
                *slot = u8::from(strongest >= CONTRAST);
            }
        }
        Self { width, height, mask }
    }

    /// Takes out straight lines longer than letters have: frames, rules, grids.
    pub(super) fn without_lines(&mut self, within: &Component, most: usize) {
        let (x0, y0) = (within.x as usize, within.y as usize);
        let (x1, y1) = (x0 + within.w as usize, y0 + within.h as usize);
        let mut doomed = Vec::new();
        for y in y0..y1 {
            let row = &self.mask[y * self.width..(y + 1) * self.width];
            let mut start = x0;
            for x in x0..=x1 {
                if x == x1 || row[x] == 0 {
                    if x - start > most {
                        doomed.extend((start..x).map(|x| y * self.width + x));
                    }
                    start = x + 1;
                }
            }
        }
        for x in x0..x1 {
            let mut start = y0;
            for y in y0..=y1 {
                if y == y1 || self.mask[y * self.width + x] == 0 {
                    if y - start > most {
                        doomed.extend((start..y).map(|y| y * self.width + x));
                    }
                    start = y + 1;
                }
            }
        }
        for at in doomed {
            self.mask[at] = 0;
        }
    }
}

/// The box of a connected group of edge pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) w: u32,
    pub(super) h: u32,
    /// Edge pixels of it.
    pub(super) count: u32,
    /// Those of them that lie deeper in its box than a frame's would.
    pub(super) inner: u32,
}

/// How far from a box's sides the pixels of a frame lie.
pub(super) const FRAME: u32 = 4;

impl Component {
    pub(super) fn right(&self) -> u32 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> u32 {
        self.y + self.h
    }
}

/// The connected groups inside a box of the mask (diagonal neighbours connect).
pub(super) fn label(edges: &Edges, x0: usize, y0: usize, x1: usize, y1: usize) -> Vec<Component> {
    struct Run {
        y: u32,
        from: u32,
        to: u32,
        parent: u32,
    }
    let mut runs: Vec<Run> = Vec::new();
    fn root(runs: &mut [Run], mut at: u32) -> u32 {
        while runs[at as usize].parent != at {
            let up = runs[runs[at as usize].parent as usize].parent;
            runs[at as usize].parent = up;
            at = up;
        }
        at
    }
    let mut above = 0..0;
    for y in y0..y1 {
        let row = &edges.mask[y * edges.width + x0..y * edges.width + x1];
        let first = runs.len();
        let mut x = 0;
        while x < row.len() {
            // Most of a screen is flat; skipping it by eights is most of the speed.
            if row[x] == 0 {
                x += match row.get(x..x + 8) {
                    Some([0, 0, 0, 0, 0, 0, 0, 0]) => 8,
                    _ => 1,
                };
                continue;
            }
            let from = x;
            while x < row.len() && row[x] != 0 {
                x += 1;
            }
            let parent = runs.len() as u32;
            runs.push(Run { y: y as u32, from: (x0 + from) as u32, to: (x0 + x) as u32, parent });
        }
        let (mut up, end) = (above.start, above.end);
        for this in first..runs.len() {
            let (from, to) = (runs[this].from, runs[this].to);
            while up < end && runs[up].to < from {
                up += 1;
            }
            let mut look = up;
            while look < end && runs[look].from <= to {
                let (a, b) = (root(&mut runs, look as u32), root(&mut runs, this as u32));
                let (low, high) = (a.min(b), a.max(b));
                runs[high as usize].parent = low;
                look += 1;
            }
        }
        above = first..runs.len();
    }
    let mut slots = vec![u32::MAX; runs.len()];
    let mut found: Vec<Component> = Vec::new();
    for at in 0..runs.len() {
        let top = root(&mut runs, at as u32) as usize;
        let run = &runs[at];
        let length = run.to - run.from;
        if slots[top] == u32::MAX {
            slots[top] = found.len() as u32;
            found.push(Component {
                x: run.from,
                y: run.y,
                w: length,
                h: 1,
                count: length,
                inner: 0,
            });
            continue;
        }
        let component = &mut found[slots[top] as usize];
        let right = component.right().max(run.to);
        component.x = component.x.min(run.from);
        component.w = right - component.x;
        component.h = run.y + 1 - component.y;
        component.count += length;
    }
    for at in 0..runs.len() {
        let top = root(&mut runs, at as u32) as usize;
        let run = &runs[at];
        let component = &mut found[slots[top] as usize];
        if run.y >= component.y + FRAME && run.y + FRAME < component.bottom() {
            let from = run.from.max(component.x + FRAME);
            let to = run.to.min(component.right().saturating_sub(FRAME));
            component.inner += to.saturating_sub(from);
        }
    }
    found
}
