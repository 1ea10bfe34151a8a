//! Words in a picture, as a model that sees would find them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use interpreter_test_support::model_server::SeenImage;

/// A word, or several that were looked for together, in pixels of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub text: String,
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Found {
    pub fn middle(&self) -> (f64, f64) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }
}

/// A picture that was looked at.
pub struct Picture {
    size: (usize, usize),
    pixels: Vec<u8>,
    /// What each way of reading found, as far as they were tried.
    read: Vec<Vec<Found>>,
}

/// Ways of reading, best first: how Tesseract cuts a page into lines, and whether the
/// picture is turned into its negative, for light letters on dark.
const WAYS: [(&str, bool); 4] = [("11", false), ("3", false), ("11", true), ("6", false)];
/// Letters of programs are small; larger they are read well.
const LARGER: usize = 3;
/// The grey of the empty desktop.
pub const EMPTY: u8 = 0xc8;
/// So wide, at the edge of the picture, is the sign that the screen is looked at.
const SIGN: usize = 5;
/// An empty edge around the picture.
const EDGE: usize = 20;

impl Picture {
    pub fn new(image: &SeenImage) -> Self {
        let pixels = image.pixels();
        let size = (pixels.width() as usize, pixels.height() as usize);
        Self {
            size,
            pixels: pixels.into_raw(),
            read: Vec::new(),
        }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.size.0 + x) * 3;
        [self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]]
    }

    /// The part that is not the empty desktop: left, top, right, bottom.
    fn used(&self) -> (usize, usize, usize, usize) {
        let (width, height) = self.size;
        let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
        let lines = self.pixels.chunks_exact(width * 3).enumerate();
        for (row, line) in lines.take(height - SIGN).skip(SIGN) {
            let line = &line[SIGN * 3..(width - SIGN) * 3];
            let busy = |pixel: &[u8]| pixel.iter().any(|value| value.abs_diff(EMPTY) > 8);
            let Some(first) = line.chunks_exact(3).position(busy) else {
                continue;
            };
            let last = line.chunks_exact(3).rposition(busy).unwrap_or(first);
            left = left.min(first + SIGN);
            right = right.max(last + SIGN + 1);
            top = top.min(row);
            bottom = row + 1;
        }
        if right <= left {
            return (0, 0, width, height);
        }
        (left, top, right, bottom)
    }

    fn read(&self, (cut, negative): (&str, bool)) -> Vec<Found> {
        let (left, top, right, bottom) = self.used();
        let (width, height) = (right - left, bottom - top);
        let mut grey = Vec::with_capacity(width * height);
        for y in top..bottom {
            let line = &self.pixels[(y * self.size.0 + left) * 3..(y * self.size.0 + right) * 3];
            grey.extend(line.chunks_exact(3).map(|pixel| {
                let [r, g, b] = [0, 1, 2].map(|at| i32::from(pixel[at]));
                let light = (r * 77 + g * 150 + b * 29) >> 8;
                if negative { 255 - light } else { light }
            }));
        }
        let (wide, high) = (width * LARGER + EDGE * 2, height * LARGER + EDGE * 2);
        let mut large = vec![255; wide * high];
        let scale = LARGER as i32;
        for y in 0..height * LARGER {
            let (row, part) = (y / LARGER, (y % LARGER) as i32);
            let below = (row + 1).min(height - 1);
            let (above, below) = (
                &grey[row * width..][..width],
                &grey[below * width..][..width],
            );
            let mixed: Vec<i32> = (above.iter().zip(below))
                .map(|(a, b)| a * (scale - part) + b * part)
                .collect();
            let line = &mut large[(y + EDGE) * wide + EDGE..][..width * LARGER];
            for (at, three) in line.chunks_exact_mut(LARGER).enumerate() {
                let (here, next) = (mixed[at], mixed[(at + 1).min(width - 1)]);
                for (part, pixel) in (0..).zip(three) {
                    *pixel = ((here * (scale - part) + next * part) / (scale * scale)) as u8;
                }
            }
        }
        let mut words = tesseract(cut, wide, high, &large);
        for word in &mut words {
            let scale = LARGER as f64;
            word.x = (word.x - EDGE as f64) / scale + left as f64;
            word.y = (word.y - EDGE as f64) / scale + top as f64;
            word.w /= scale;
            word.h /= scale;
        }
        words
    }

    /// Where a text stands, in the order of reading.
    pub fn find(&mut self, text: &str) -> Vec<Found> {
        for (at, way) in WAYS.into_iter().enumerate() {
            if self.read.len() == at {
                self.read.push(self.read(way));
            }
            let found = search(&self.read[at], text);
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The box around everything of a colour.
    pub fn coloured(&self, colour: [u8; 3]) -> Option<Found> {
        let near = |pixel: [u8; 3]| {
            let pairs = pixel.into_iter().zip(colour);
            pairs.into_iter().all(|(a, b)| a.abs_diff(b) < 24)
        };
        let (mut left, mut top, mut right, mut bottom) = (usize::MAX, usize::MAX, 0, 0);
        for y in 0..self.size.1 {
            for x in 0..self.size.0 {
                if near(self.at(x, y)) {
                    left = left.min(x);
                    right = right.max(x + 1);
                    top = top.min(y);
                    bottom = y + 1;
                }
            }
        }
        (right > left).then(|| Found {
            text: String::new(),
            x: left as f64,
            y: top as f64,
            w: (right - left) as f64,
            h: (bottom - top) as f64,
        })
    }

    /// Everything that was read: for the message of a test that fails.
    pub fn words(&self) -> String {
        let words = self.read.first().into_iter().flatten();
        let words = words.map(|word| word.text.as_str());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Runs Tesseract on a grey picture.
fn tesseract(cut: &str, width: usize, height: usize, grey: &[u8]) -> Vec<Found> {
    let mut child = Command::new("tesseract")
        .args(["stdin", "stdout", "-l", "eng", "--psm", cut, "tsv"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("tesseract is installed (cargo xtask setup)");
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(format!("P5 {width} {height} 255\n").as_bytes())
        .unwrap();
    stdin.write_all(grey).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().skip(1).filter_map(word).collect()
}

/// A line of Tesseract's table.
fn word(line: &str) -> Option<Found> {
    let cells: Vec<&str> = line.split('\t').collect();
    let number = |at: usize| cells.get(at)?.parse::<f64>().ok();
    let text = plain(cells.get(11)?);
    if number(10)? < 20.0 || text.is_empty() {
        return None;
    }
    Some(Found {
        text,
        x: number(6)?,
        y: number(7)?,
        w: number(8)?,
        h: number(9)?,
    })
}

/// Letters and digits in lower case; others are read badly.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Words one after the other on a line that together are the text, or nearly.
fn search(words: &[Found], text: &str) -> Vec<Found> {
    let wanted = plain(text);
    let count = text.split_whitespace().count();
    let mut found: Vec<(usize, Found)> = Vec::new();
    for first in words {
        let mut chain = first.clone();
        for _ in 0..=count {
            let off = distance(&chain.text, &wanted);
            if off <= wanted.chars().count() / 6 {
                found.push((off, chain.clone()));
                break;
            }
            let Some(next) = after(words, &chain) else {
                break;
            };
            chain.text.push_str(&next.text);
            chain.w = next.x + next.w - chain.x;
            let bottom = (chain.y + chain.h).max(next.y + next.h);
            chain.y = chain.y.min(next.y);
            chain.h = bottom - chain.y;
        }
    }
    let best = found.iter().map(|(off, _)| *off).min();
    let mut found: Vec<Found> = found
        .into_iter()
        .filter(|(off, _)| Some(*off) == best)
        .map(|(_, found)| found)
        .collect();
    found.sort_by(|a, b| {
        (a.y + a.h / 2.0, a.x)
            .partial_cmp(&(b.y + b.h / 2.0, b.x))
            .unwrap()
    });
    found
}

/// The next word on the same line.
fn after<'a>(words: &'a [Found], word: &Found) -> Option<&'a Found> {
    let middle = word.y + word.h / 2.0;
    let end = word.x + word.w;
    words
        .iter()
        .filter(|next| {
            let gap = next.x - end;
            (next.y..=next.y + next.h).contains(&middle) && gap > -2.0 && gap < word.h * 2.0
        })
        .min_by(|a, b| a.x.total_cmp(&b.x))
}

/// How many letters differ.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let change = before + usize::from(letter != *other);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}
