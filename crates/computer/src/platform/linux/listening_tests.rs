//! What is heard, and the stop key, against a real X server.

use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use pretty_assertions::assert_eq;

use super::fixture::{Desktop, GTK, PATIENCE};
use crate::platform::{
    Button, DeviceClass, Key, Listening, NamedKey, PhysicalEvent, PhysicalKind, Platform,
};

fn listen(platform: &Platform) -> (Listening, Receiver<PhysicalEvent>) {
    let (send, receive) = channel();
    let sink = Box::new(move |event| {
        let _ = send.send(event);
    });
    (platform.listener.start(sink).unwrap(), receive)
}

fn heard(events: &Receiver<PhysicalEvent>) -> PhysicalKind {
    let event = events
        .recv_timeout(PATIENCE)
        .expect("another program's input must be heard");
    assert_eq!(event.device, DeviceClass::Synthetic);
    event.kind
}

#[test]
fn only_what_others_do_is_heard() {
    let desktop = Desktop::start();
    let mut platform = desktop.open();
    let fixture = desktop.python(GTK);
    fixture.wait("focus", |line| line == "ready");
    let (_listening, events) = listen(&platform);
    let input = &mut platform.input;
    for round in 0..20 {
        input.move_to(100 + round, 100).unwrap();
        input.move_to(100 + round, 100).unwrap();
        input.button(Button::Left, true).unwrap();
        input.button(Button::Left, false).unwrap();
        input.scroll(1, -1).unwrap();
        input.key(&Key::Named(NamedKey::Shift), true).unwrap();
        input.type_char('É').unwrap();
        input.key(&Key::Named(NamedKey::Shift), false).unwrap();
        input.key(&Key::Named(NamedKey::Escape), true).unwrap();
        input.key(&Key::Named(NamedKey::Escape), false).unwrap();
    }
    input.flush().unwrap();
    desktop.run("xdotool", &["mousemove_relative", "30", "20"]);
    let at = PhysicalKind::Motion {
        dx: 30,
        dy: 20,
        at: (149, 120),
    };
    assert_eq!(heard(&events), at);
    assert_eq!(platform.ledger.waiting(), 0);
    desktop.run("xdotool", &["click", "1"]);
    assert_eq!(heard(&events), PhysicalKind::Button { down: true });
    assert_eq!(heard(&events), PhysicalKind::Button { down: false });
    desktop.run("xdotool", &["key", "Escape"]);
    assert_eq!(
        heard(&events),
        PhysicalKind::Key {
            is_stop_key: true,
            down: true
        }
    );
    assert_eq!(
        heard(&events),
        PhysicalKind::Key {
            is_stop_key: true,
            down: false
        }
    );
    desktop.run("xdotool", &["key", "a"]);
    assert_eq!(
        heard(&events),
        PhysicalKind::Key {
            is_stop_key: false,
            down: true
        }
    );
}

#[test]
fn the_panic_chord_is_a_stop_key() {
    let desktop = Desktop::start();
    let platform = desktop.open();
    let (_listening, events) = listen(&platform);
    let stops = |key: &str| {
        desktop.run("xdotool", &["key", key]);
        let mut stops = Vec::new();
        // The chord's last key comes up before its modifiers.
        let last = if key.contains('+') {
            2 * (key.matches('+').count() + 1)
        } else {
            2
        };
        for _ in 0..last {
            if let PhysicalKind::Key {
                is_stop_key: true,
                down: true,
            } = heard(&events)
            {
                stops.push(key.to_owned());
            }
        }
        stops.len()
    };
    assert_eq!(stops("F12"), 0);
    assert_eq!(stops("shift+F12"), 0);
    assert_eq!(stops("ctrl+shift+F12"), 1);
    assert_eq!(stops("F12"), 0, "no key is thought to be held any more");
}

#[test]
fn while_armed_a_persons_esc_is_heard_but_not_passed_on_and_ours_is_passed_on() {
    let desktop = Desktop::start();
    let mut platform = desktop.open();
    let fixture = desktop.python(GTK);
    fixture.wait("focus", |line| line == "ready");
    let (_listening, events) = listen(&platform);
    platform.input.arm_stop_key().unwrap();
    let start = Instant::now();
    desktop.run("xdotool", &["key", "Escape"]);
    assert_eq!(
        heard(&events),
        PhysicalKind::Key {
            is_stop_key: true,
            down: true
        }
    );
    println!(
        "a person's Esc was heard {:?} after its program was started",
        start.elapsed()
    );
    assert_eq!(
        heard(&events),
        PhysicalKind::Key {
            is_stop_key: true,
            down: false
        }
    );
    let escape = Key::Named(NamedKey::Escape);
    let next = |platform: &mut Platform, expected: &str| {
        let mut lines = Vec::new();
        platform.input.type_char('x').unwrap();
        fixture.wait("x", |line| {
            lines.push(line.to_owned());
            line == "key x 0"
        });
        lines.retain(|line| line.starts_with("key"));
        assert_eq!(lines.join(", "), expected);
    };
    next(&mut platform, "key x 0");
    platform.input.key(&escape, true).unwrap();
    platform.input.key(&escape, false).unwrap();
    next(&mut platform, "key Escape 0, key x 0");
    desktop.run("xdotool", &["key", "Escape"]);
    assert_eq!(
        heard(&events),
        PhysicalKind::Key {
            is_stop_key: true,
            down: true
        }
    );
    assert_eq!(
        heard(&events),
        PhysicalKind::Key {
            is_stop_key: true,
            down: false
        }
    );
    next(&mut platform, "key x 0");
    platform.input.disarm_stop_key().unwrap();
    desktop.run("xdotool", &["key", "Escape"]);
    next(&mut platform, "key Escape 0, key x 0");
}
