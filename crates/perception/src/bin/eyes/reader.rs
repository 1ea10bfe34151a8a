//! From an image to its words: regions, two engines, and what was read before.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use interpreter_perception::regions::{self, Grey, Region};
use interpreter_perception::wire::{Answer, Missing};
use interpreter_perception::{Pixels, Word};

use crate::engine::{Engine, LineWord};

/// Lines remembered at most; those not seen in the last look go first.
const REMEMBERED: usize = 8192;

/// A line without one word the engine is this sure of is noise from a picture.
const LEAST_OF_LINE: f32 = 35.0;

/// In a line of text, a word the engine is less sure of is a picture beside it.
const LEAST_OF_WORD: f32 = 8.0;

pub struct Reader {
    engines: Vec<Engine>,
    /// Words of a line by the hash of its pixels, with the look they were last
    /// seen in. Whatever moved or stayed is not read again.
    known: HashMap<u64, (u64, Vec<LineWord>)>,
    looks: u64,
}

impl Reader {
    pub fn new() -> Result<Self, Missing> {
        let count = std::thread::available_parallelism().map_or(1, |count| count.get().min(2));
        let engines = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..count).map(|_| scope.spawn(Engine::new)).collect();
            let engines: Vec<_> = starts
                .into_iter()
                .filter_map(|start| start.join().ok())
                .collect();
            engines.into_iter().collect::<Result<Vec<_>, _>>()
        })?;
        Ok(Self {
            engines,
            known: HashMap::new(),
            looks: 0,
        })
    }

    pub fn read(&mut self, id: u64, pixels: &Pixels) -> Answer {
        self.looks += 1;
        let grey = Grey::of(pixels);
        let regions = regions::find(&grey);
        let crops: Vec<(u64, Grey)> = regions
            .iter()
            .map(|region| {
                let crop = grey.crop(region.x, region.y, region.width, region.height);
                let mut hash = DefaultHasher::new();
                (crop.width, crop.height, region.letter).hash(&mut hash);
                hash.write(&crop.data);
                (hash.finish(), crop)
            })
            .collect();
        let mut fresh: Vec<usize> = Vec::new();
        for (at, (hash, _)) in crops.iter().enumerate() {
            match self.known.get_mut(hash) {
                Some((seen, _)) => *seen = self.looks,
                None => fresh.push(at),
            }
        }
        fresh.sort_by_key(|at| crops[*at].0);
        fresh.dedup_by_key(|at| crops[*at].0);
        // The longest first, so that no engine is left with one at the end.
        fresh.sort_by_key(|at| std::cmp::Reverse(crops[*at].1.width));
        for (hash, words) in self.read_lines(&fresh, &crops, &regions) {
            self.known.insert(hash, (self.looks, words));
        }
        let mut words = Vec::new();
        for (line, (region, (hash, _))) in regions.iter().zip(&crops).enumerate() {
            if let Some((_, found)) = self.known.get(hash) {
                words.extend(found.iter().map(|word| place(word, region, line as u32)));
            }
        }
        if self.known.len() > REMEMBERED {
            let now = self.looks;
            self.known.retain(|_, (seen, _)| *seen == now);
        }
        let lines = (regions.len() as u32, fresh.len() as u32);
        Answer {
            id,
            words,
            error: None,
            lines,
        }
    }

    fn read_lines(
        &self,
        fresh: &[usize],
        crops: &[(u64, Grey)],
        regions: &[Region],
    ) -> Vec<(u64, Vec<LineWord>)> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(fresh.len()));
        std::thread::scope(|scope| {
            for engine in &self.engines {
                let (next, done) = (&next, &done);
                scope.spawn(move || {
                    while let Some(at) = fresh.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let (hash, crop) = &crops[*at];
                        let words = read_line(engine, crop, regions[*at].letter);
                        done.lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push((*hash, words));
                    }
                });
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// White around a line, in its own pixels before scaling.
const BORDER: usize = 4;

fn read_line(engine: &Engine, crop: &Grey, letter: usize) -> Vec<LineWord> {
    let Some(clear) = crop.black_on_white() else {
        return Vec::new();
    };
    // The engine's network sees lines of 36 pixels; letters much smaller than
    // 20 pixels lose their shape on the way there.
    let factor = (24.0 / letter as f32).clamp(0.5, 3.0);
    let line = clear.bordered(BORDER).scaled(factor);
    let back = |value: f32| value / factor;
    let mut words = engine.read(&line);
    if !words.iter().any(|word| word.confidence >= LEAST_OF_LINE) {
        return Vec::new();
    }
    words.retain(|word| word.confidence >= LEAST_OF_WORD);
    for word in &mut words {
        word.x = back(word.x) - BORDER as f32;
        word.y = back(word.y) - BORDER as f32;
        (word.w, word.h) = (back(word.w), back(word.h));
    }
    words
}

fn place(word: &LineWord, region: &Region, line: u32) -> Word {
    let right = (word.x + word.w).min(region.width as f32);
    let bottom = (word.y + word.h).min(region.height as f32);
    let (left, top) = (word.x.max(0.0), word.y.max(0.0));
    Word {
        text: word.text.clone(),
        x: region.x as u32 + left.round() as u32,
        y: region.y as u32 + top.round() as u32,
        w: (right - left).round().max(1.0) as u32,
        h: (bottom - top).round().max(1.0) as u32,
        confidence: word.confidence,
        line,
    }
}
