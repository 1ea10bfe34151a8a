//! What Windows and macOS report, written down as they would, in front of the real gate.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, sync_channel};

use pretty_assertions::assert_eq;

use super::super::*;
use super::stage::{Scene, scene};
use crate::platform::ears::{Ears, Maker, Report, StopKeys, hook, tap};

/// Our own mark, in these tests.
const MARK: u32 = 0x1234_5678;
const PID: i64 = 4711;

/// A system's events in one table.
trait System {
    type Event: Copy + std::fmt::Debug;
    const KEYS: StopKeys;
    /// A letter, and the modifiers of the chord.
    const A: u32;
    const CONTROL: u32;
    const SHIFT: u32;
    const F12: u32;
    fn key(code: u32, down: bool, maker: Maker) -> Self::Event;
    fn moved(at: (i32, i32), maker: Maker) -> Self::Event;
    fn button(down: bool, maker: Maker) -> Self::Event;
    fn wheel(maker: Maker) -> Self::Event;
    fn read(event: &Self::Event) -> (Report, Maker);
}

struct Windows;

/// Message, key or place, the flag of what programs make, what travels with it.
type Hooked = (u32, u32, (i32, i32), bool, usize);

fn extra(maker: Maker) -> (bool, usize) {
    match maker {
        Maker::Us => (true, MARK as usize),
        Maker::Trial => (true, hook::TRIAL_MARK),
        Maker::Program => (true, 0),
        // Some drivers leave something of their own.
        Maker::Device => (false, MARK as usize),
    }
}

impl System for Windows {
    type Event = Hooked;
    const KEYS: StopKeys = hook::KEYS;
    const A: u32 = 0x41;
    const CONTROL: u32 = 0xa2;
    const SHIFT: u32 = 0xa1;
    const F12: u32 = 0x7b;

    fn key(code: u32, down: bool, maker: Maker) -> Hooked {
        let (injected, extra) = extra(maker);
        let message = if down { 0x100 } else { 0x101 };
        (message, code, (0, 0), injected, extra)
    }
    fn moved(at: (i32, i32), maker: Maker) -> Hooked {
        let (injected, extra) = extra(maker);
        (0x200, 0, at, injected, extra)
    }
    fn button(down: bool, maker: Maker) -> Hooked {
        let (injected, extra) = extra(maker);
        let message = if down { 0x204 } else { 0x205 };
        (message, 0, (500, 400), injected, extra)
    }
    fn wheel(maker: Maker) -> Hooked {
        let (injected, extra) = extra(maker);
        (0x20a, 0, (500, 400), injected, extra)
    }
    fn read((message, code, at, injected, extra): &Hooked) -> (Report, Maker) {
        let report = match message {
            0x100..0x200 => hook::key(*message, *code),
            _ => hook::mouse(*message, *at),
        };
        (report, hook::maker(*injected, *extra, MARK as usize))
    }
}

struct Mac;

fn told(kind: u32, maker: Maker) -> tap::Told {
    let (source, user) = match maker {
        Maker::Us => (PID, i64::from(MARK)),
        Maker::Trial => (PID, tap::TRIAL_MARK),
        Maker::Program => (99, 0),
        Maker::Device => (0, 0),
    };
    tap::Told {
        kind,
        code: 0,
        flags: 0,
        at: (500, 400),
        source,
        user,
    }
}

impl System for Mac {
    type Event = tap::Told;
    const KEYS: StopKeys = tap::KEYS;
    const A: u32 = 0x00;
    const CONTROL: u32 = 0x3e;
    const SHIFT: u32 = 0x38;
    const F12: u32 = 0x6f;

    fn key(code: u32, down: bool, maker: Maker) -> tap::Told {
        // Of a modifier the tap tells only what is held after it.
        let bit = match code {
            Self::CONTROL => 1 << 18,
            Self::SHIFT => 1 << 17,
            _ => 0,
        };
        let kind = match (bit, down) {
            (0, true) => 10,
            (0, false) => 11,
            _ => 12,
        };
        tap::Told {
            code,
            flags: if down { bit } else { 0 },
            ..told(kind, maker)
        }
    }
    fn moved(at: (i32, i32), maker: Maker) -> tap::Told {
        tap::Told {
            at,
            ..told(5, maker)
        }
    }
    fn button(down: bool, maker: Maker) -> tap::Told {
        told(if down { 3 } else { 4 }, maker)
    }
    fn wheel(maker: Maker) -> tap::Told {
        told(22, maker)
    }
    fn read(event: &tap::Told) -> (Report, Maker) {
        (tap::report(event), tap::maker(event, PID, i64::from(MARK)))
    }
}

/// An open gate that hears through a system's ears, and the trial's answer.
fn open<S: System>(armed: bool) -> (Scene, Ears, Receiver<()>) {
    let scene = scene();
    scene.open();
    let (heard, trial) = sync_channel(1);
    let stage = scene.stage.clone();
    let sink = Box::new(move |event| stage.hear_event(event));
    let armed = Arc::new(AtomicBool::new(armed));
    let ears = Ears::new(sink, S::KEYS, armed, heard, (500, 400));
    (scene, ears, trial)
}

/// How the gate is after events, and how many of them were kept from programs.
fn check<S: System>(events: &[S::Event], expected: &str, kept: usize) {
    let (scene, mut ears, _trial) = open::<S>(true);
    let mut count = 0;
    for event in events {
        let (report, maker) = S::read(event);
        count += usize::from(ears.hear(report, maker));
    }
    let state = match (scene.gate.holder(), scene.gate.paused()) {
        (None, _) => "stopped".to_owned(),
        (_, Some(by)) => by,
        _ => "open".to_owned(),
    };
    assert_eq!((state.as_str(), count), (expected, kept), "{events:?}");
}

fn all<S: System>() {
    use Maker::{Device, Program, Trial, Us};
    let (a, escape) = (S::A, S::KEYS.escape);
    let (control, shift, f12) = (S::CONTROL, S::SHIFT, S::F12);
    let key = S::key;
    // A person, and another program, which counts the same.
    for maker in [Device, Program] {
        check::<S>(&[key(a, true, maker)], "a key was pressed", 0);
        check::<S>(&[S::button(true, maker)], "a mouse button was pressed", 0);
        check::<S>(&[S::wheel(maker)], "a mouse button was pressed", 0);
        check::<S>(&[S::moved((520, 400), maker)], "the mouse was moved", 0);
        let stop = [key(escape, true, maker), key(escape, false, maker)];
        check::<S>(&stop, "stopped", 2);
        check::<S>(&[S::moved((2, 3), maker)], "stopped", 0);
        check::<S>(
            &[
                key(control, true, maker),
                key(shift, true, maker),
                key(f12, true, maker),
                key(f12, false, maker),
            ],
            "stopped",
            2,
        );
    }
    // No person.
    check::<S>(
        &[
            key(a, false, Device),
            key(shift, false, Device),
            key(escape, false, Device),
            S::button(false, Device),
            S::moved((505, 403), Device),
        ],
        "open",
        0,
    );
    // Half a chord is a key like any other, and so is one whose other half was let go.
    let halves = [key(control, true, Device), key(f12, true, Device)];
    check::<S>(&halves, "a key was pressed", 0);
    check::<S>(
        &[
            key(control, true, Device),
            key(shift, true, Device),
            key(shift, false, Device),
            key(f12, true, Device),
        ],
        "a key was pressed",
        0,
    );
    // Ours passes, Esc and far moves and the corner, too.
    check::<S>(
        &[
            S::moved((900, 700), Us),
            S::button(true, Us),
            S::button(false, Us),
            S::wheel(Us),
            key(a, true, Us),
            key(a, false, Us),
            key(escape, true, Us),
            key(escape, false, Us),
            S::moved((0, 0), Us),
        ],
        "open",
        0,
    );
    // Our keys are no part of a person's chord.
    check::<S>(
        &[
            key(control, true, Us),
            key(shift, true, Us),
            key(f12, true, Device),
        ],
        "a key was pressed",
        0,
    );
    // A person's move is told from where ours left the pointer.
    let near = [S::moved((900, 700), Us), S::moved((903, 702), Device)];
    check::<S>(&near, "open", 0);
    let far = [S::moved((900, 700), Us), S::moved((500, 400), Device)];
    check::<S>(&far, "the mouse was moved", 0);
    // The trial is answered, and is nobody.
    let (scene, mut ears, trial) = open::<S>(true);
    let (report, maker) = S::read(&S::moved((501, 400), Trial));
    assert!(!ears.hear(report, maker));
    assert_eq!(trial.try_recv(), Ok(()));
    assert_eq!(scene.gate.paused(), None);
    // Esc is kept from programs only while armed; it stops all the same.
    let (scene, mut ears, _trial) = open::<S>(false);
    for down in [true, false] {
        let (report, maker) = S::read(&key(escape, down, Device));
        assert!(!ears.hear(report, maker));
    }
    assert_eq!(scene.gate.holder(), None);
}

#[test]
fn on_windows() {
    all::<Windows>();
}

#[test]
fn on_macos() {
    all::<Mac>();
    assert!(tap::is_off(0xffff_fffe) && !tap::is_off(10));
    // Both Shift keys, one after the other.
    let shifts = [
        tap::Told {
            code: 0x38,
            flags: 1 << 17,
            ..told(12, Maker::Device)
        },
        tap::Told {
            code: 0x3c,
            flags: 0,
            ..told(12, Maker::Device)
        },
    ];
    let reports = shifts.map(|event| tap::report(&event));
    let key = |code, down| Report::Key { code, down };
    assert_eq!(reports, [key(0x38, true), key(0x3c, false)]);
}
