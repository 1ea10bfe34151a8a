//! A program's window: when it is there, when its page is painted, when it
//! takes keys, how much memory all its processes need, and how much they work
//! while nobody does anything.

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageFormat, InputFocus,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;

use crate::person::Person;
use crate::{Any, sample};

const STARTS: usize = 5;
/// After this it is not measured at all.
const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(4);
/// Pixels that are not the background: some words, not a frame.
const PAINTED: usize = 600;
/// Starts after which it is left alone, and for how long.
const IDLE_STARTS: usize = 3;
const IDLE: Duration = Duration::from_secs(30);
/// By then everything that a start puts off is there: the popup's hidden window.
const LATE: Duration = Duration::from_secs(8);
/// Pixels that change when words are typed; a caret has fewer.
const TYPED: usize = 80;

/// Starts the program some times, one after the other.
pub(crate) fn measure(name: &str, command: &[String]) -> Result<(), Any> {
    let (program, arguments) = command.split_first().ok_or("which program?")?;
    let person = Person::new()?;
    let watch = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
    person
        .x
        .change_window_attributes(person.root, &watch)?
        .check()?;
    for turn in 0..=STARTS {
        person.round_trip()?;
        while person.x.poll_for_event()?.is_some() {}
        let begun = Instant::now();
        let child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()?;
        let mut started = Started {
            person: &person,
            child,
            begun,
        };
        // The first start reads everything from the disk.
        let name = if turn == 0 {
            format!("{name}.first")
        } else {
            name.to_owned()
        };
        started.measure(&name)?;
        if turn > STARTS - IDLE_STARTS {
            println!("{name}.caret.cpu\t{:.3}\t%", started.work()?);
            // The person goes elsewhere; no caret blinks then.
            started.leave()?;
            println!("{name}.cpu\t{:.3}\t%", started.work()?);
        }
    }
    Ok(())
}

struct Started<'a> {
    person: &'a Person,
    child: Child,
    begun: Instant,
}

impl Drop for Started<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Started<'_> {
    fn measure(&mut self, name: &str) -> Result<(), Any> {
        let place = self.mapped()?;
        sample(&format!("{name}.mapped"), self.begun.elapsed());
        let mut painted = self.pixels(place)?;
        while away_from_background(&painted) < PAINTED {
            self.go_on()?;
            painted = self.pixels(place)?;
        }
        sample(&format!("{name}.painted"), self.begun.elapsed());
        self.takes_keys(name, place, &painted)?;
        println!("{name}.memory\t{:.1}\tMB", self.memory()?);
        Ok(())
    }

    fn go_on(&mut self) -> Result<(), Any> {
        if let Some(status) = self.child.try_wait()? {
            return Err(format!("the program ended with {status}").into());
        }
        if self.begun.elapsed() > PATIENCE {
            return Err("nothing was painted in time".into());
        }
        sleep(LOOK);
        Ok(())
    }

    /// Waits for a window of some size; its place on the screen.
    fn mapped(&mut self) -> Result<(i16, i16, u16, u16), Any> {
        loop {
            while let Some(event) = self.person.x.poll_for_event()? {
                let Event::MapNotify(event) = event else {
                    continue;
                };
                // It may have gone again.
                let Ok(place) = self.person.x.get_geometry(event.window)?.reply() else {
                    continue;
                };
                if place.width >= 300 && place.height >= 300 {
                    return Ok((place.x, place.y, place.width, place.height));
                }
            }
            self.go_on()?;
        }
    }

    /// The inner part, without title and frame.
    fn pixels(&self, (x, y, w, h): (i16, i16, u16, u16)) -> Result<Vec<u8>, Any> {
        const FRAME: u16 = 40;
        let left = x.max(0) + FRAME as i16;
        let top = y.max(0) + FRAME as i16;
        let (w, h) = (
            w.min(self.person.size.0) - 2 * FRAME,
            h.min(self.person.size.1) - 2 * FRAME,
        );
        let format = ImageFormat::Z_PIXMAP;
        let image = self
            .person
            .x
            .get_image(format, self.person.root, left, top, w, h, !0)?;
        Ok(image.reply()?.data)
    }

    /// Types until that shows. A window that shows nothing has no sample.
    fn takes_keys(
        &mut self,
        name: &str,
        place: (i16, i16, u16, u16),
        painted: &[u8],
    ) -> Result<(), Any> {
        let key = self.person.key_of(u32::from('m'))?;
        let limit = Instant::now() + Duration::from_secs(10);
        let mut before = painted.to_vec();
        while Instant::now() < limit {
            for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT].repeat(8) {
                self.person
                    .x
                    .xtest_fake_input(kind, key, 0, self.person.root, 0, 0, 0)?;
            }
            self.person.round_trip()?;
            // Keys that came too early are lost, so there are more soon.
            let again = Instant::now() + Duration::from_millis(50);
            while Instant::now() < again {
                self.go_on()?;
                let now = self.pixels(place)?;
                let changed = differing(&before, &now);
                if (TYPED..PAINTED * 20).contains(&changed) {
                    sample(&format!("{name}.interactive"), self.begun.elapsed());
                    return Ok(());
                }
                // More than words: the page was still being painted.
                if changed >= PAINTED * 20 {
                    before = now;
                }
            }
        }
        eprintln!("{name}: nothing showed that keys arrive");
        Ok(())
    }

    /// Proportional memory of the program and all it started, once it is steady and
    /// what starts late is there.
    fn memory(&mut self) -> Result<f64, Any> {
        sleep(LATE.saturating_sub(self.begun.elapsed()));
        let mut readings: Vec<f64> = Vec::new();
        loop {
            sleep(Duration::from_millis(500));
            self.begun = self.begun.max(Instant::now() - PATIENCE / 2);
            self.go_on()?;
            readings.push(proportional(self.child.id()));
            let [.., a, b, c, d] = readings.as_slice() else {
                continue;
            };
            let (least, most) = (a.min(*b).min(*c).min(*d), a.max(*b).max(*c).max(*d));
            if (most - least) / most < 0.01 || readings.len() > 60 {
                return Ok(*d);
            }
        }
    }
}

impl Started<'_> {
    /// Takes the keyboard away, as when another window is used.
    fn leave(&self) -> Result<(), Any> {
        let (x, root) = (&self.person.x, self.person.root);
        x.set_input_focus(InputFocus::NONE, root, x11rb::CURRENT_TIME)?
            .check()?;
        self.person.round_trip()
    }

    /// Share of one core that all processes need together while nobody does
    /// anything, in percent.
    fn work(&mut self) -> Result<f64, Any> {
        let (begun, before) = (Instant::now(), worked(self.child.id()));
        sleep(IDLE);
        if let Some(status) = self.child.try_wait()? {
            return Err(format!("the program ended with {status}").into());
        }
        let ticks = worked(self.child.id()).saturating_sub(before) as f64;
        Ok(ticks / TICKS * 100.0 / begun.elapsed().as_secs_f64())
    }
}

/// Pixels of another colour than the most frequent one.
fn away_from_background(pixels: &[u8]) -> usize {
    let mut colours: HashMap<&[u8], usize> = HashMap::new();
    for pixel in pixels.chunks_exact(4) {
        *colours.entry(&pixel[..3]).or_default() += 1;
    }
    pixels.len() / 4 - colours.values().max().copied().unwrap_or_default()
}

fn differing(a: &[u8], b: &[u8]) -> usize {
    a.chunks_exact(4)
        .zip(b.chunks_exact(4))
        .filter(|(a, b)| a[..3] != b[..3])
        .count()
}

/// What the kernel counts in a second of work.
const TICKS: f64 = 100.0;

/// A process and everything below it, each with the numbers of its `stat` after its
/// name: state, parent and so on.
fn family(root: u32) -> HashMap<u32, Vec<u64>> {
    let mut all: HashMap<u32, Vec<u64>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name before the last parenthesis may hold anything.
        let rest = stat.rsplit(')').next().unwrap_or_default();
        // The state is a letter, some numbers are negative: neither is looked at.
        let numbers = rest.split_whitespace();
        all.insert(pid, numbers.map(|word| word.parse().unwrap_or(0)).collect());
    }
    let parent = |pid: u32| {
        let numbers = all.get(&pid)?;
        u32::try_from(*numbers.get(PARENT)?).ok()
    };
    let below = |mut pid: u32| {
        while pid != root {
            match parent(pid) {
                Some(parent) if parent != 0 => pid = parent,
                _ => return false,
            }
        }
        true
    };
    let kept: Vec<u32> = all.keys().copied().filter(|pid| below(*pid)).collect();
    kept.into_iter()
        .filter_map(|pid| all.remove_entry(&pid))
        .collect()
}

/// Places in `stat` after the name.
const PARENT: usize = 1;
const USER: usize = 11;
const SYSTEM: usize = 12;

/// Ticks that a process and everything below it have worked.
fn worked(root: u32) -> u64 {
    let of = |numbers: &Vec<u64>| Some(numbers.get(USER)? + numbers.get(SYSTEM)?);
    family(root).values().filter_map(of).sum()
}

/// Proportional set size of a process and everything below it, in MB.
fn proportional(root: u32) -> f64 {
    let kilobytes = |pid: &u32| {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
        let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    let all = family(root);
    // The kernel's kilobyte has 1024 bytes.
    all.keys().filter_map(kilobytes).sum::<f64>() * 1024.0 / 1_000_000.0
}
