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
        Self {
            width,
            height,
            mask,
        }
    }

    /// Takes out whole components.
    pub(super) fn erase(&mut self, labels: &Labels, which: impl Fn(&Component) -> bool) {
        let doomed: Vec<bool> = labels.components.iter().map(which).collect();
        for run in labels.runs.iter().filter(|run| doomed[run.parent as usize]) {
            let row = run.y as usize * self.width;
            self.mask[row + run.from as usize..row + run.to as usize].fill(0);
        }
    }

    /// Takes out straight lines longer than letters have: frames, rules, grids.
    pub(super) fn erase_lines(&mut self, within: &Component, most: usize) {
        let (x0, y0) = (within.x as usize, within.y as usize);
        let (x1, y1) = (x0 + within.w as usize, y0 + within.h as usize);
        let mut doomed = Vec::new();
        for y in y0..y1 {
            let row = &self.mask[y * self.width..(y + 1) * self.width];
            let mut start = x0;
            for x in x0..=x1 {
                if x == x1 || row.get(x) == Some(&0) {
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
    /// Those of them that lie where a frame has none.
    pub(super) inner: u32,
}

/// How far from a box's top and bottom the pixels of a frame lie.
const FRAME: u32 = 4;

impl Component {
    /// The part of the box where a frame, rounded ones included, has nothing:
    /// left, right, top and bottom edge.
    fn middle(&self) -> (u32, u32, u32, u32) {
        let corner = FRAME.max((self.h / 2).min(self.w / 4));
        let (left, right) = (self.x + corner, self.right().saturating_sub(corner));
        let (top, bottom) = (self.y + FRAME, self.bottom().saturating_sub(FRAME));
        (left, right.max(left), top, bottom.max(top))
    }

    /// A box with hardly anything of its own inside: a button's or window's border.
    pub(super) fn is_frame(&self) -> bool {
        let (left, right, top, bottom) = self.middle();
        self.h >= 14 && self.w >= 30 && self.inner * 25 < (right - left) * (bottom - top)
    }
}

impl Component {
    pub(super) fn right(&self) -> u32 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> u32 {
        self.y + self.h
    }
}

/// A row of neighbouring edge pixels, `from..to`.
pub(super) struct Run {
    y: u32,
    from: u32,
    to: u32,
    /// While labelling another run of the same component, then the component.
    parent: u32,
}

/// The connected groups of a mask.
pub(super) struct Labels {
    pub(super) components: Vec<Component>,
    runs: Vec<Run>,
}

fn root(runs: &mut [Run], mut at: u32) -> u32 {
    while runs[at as usize].parent != at {
        let up = runs[runs[at as usize].parent as usize].parent;
        runs[at as usize].parent = up;
        at = up;
    }
    at
}

/// Finds the connected groups; diagonal neighbours connect.
pub(super) fn label(edges: &Edges) -> Labels {
    let mut runs: Vec<Run> = Vec::new();
    let mut above = 0..0;
    for y in 0..edges.height {
        let row = &edges.mask[y * edges.width..(y + 1) * edges.width];
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
            runs.push(Run {
                y: y as u32,
                from: from as u32,
                to: x as u32,
                parent,
            });
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
    // Roots come before the runs that point to them, so one pass names all.
    for at in 0..runs.len() {
        let top = root(&mut runs, at as u32) as usize;
        slots[at] = slots[top];
    }
    for (run, slot) in runs.iter_mut().zip(slots) {
        run.parent = slot;
        let component = &mut found[slot as usize];
        let (left, right, top, bottom) = component.middle();
        if (top..bottom).contains(&run.y) {
            component.inner += run.to.min(right).saturating_sub(run.from.max(left));
        }
    }
    Labels {
        components: found,
        runs,
    }
}
