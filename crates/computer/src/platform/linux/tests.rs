//! The parts against a real X server.

use std::time::{Duration, Instant};

use pretty_assertions::assert_eq;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, CreateGCAux, Rectangle};

use super::fixture::{Desktop, Fixture, GTK, wait_active};
use crate::platform::{
    Button, Held, Key, NamedKey, Platform, PlatformError, Rect, WindowKind, open_on,
};

fn paint(desktop: &Desktop, colour: u32, x: i16, y: i16, width: u16, height: u16) {
    let server = desktop.connect();
    let gc = server.conn.generate_id().unwrap();
    let aux = CreateGCAux::new().foreground(colour);
    server.conn.create_gc(gc, server.root, &aux).unwrap();
    let area = Rectangle {
        x,
        y,
        width,
        height,
    };
    server
        .conn
        .poly_fill_rectangle(server.root, gc, &[area])
        .unwrap();
    server.round_trip().unwrap();
}

#[test]
fn captures_are_the_pixels_of_the_screen() {
    for (screen, exact) in [("1920x1080x24", true), ("640x480x16", false)] {
        let desktop = Desktop::bare(screen);
        let platform = desktop.open();
        paint(
            &desktop,
            if exact { 0xff_00ff } else { 0xf81f },
            100,
            50,
            3,
            2,
        );
        let all = platform.screen.displays().unwrap()[0].rect();
        let shot = platform.screen.capture(all).unwrap();
        assert!(shot.is_whole());
        let magenta: Vec<(u32, u32)> = (0..shot.height)
            .flat_map(|y| (0..shot.width).map(move |x| (x, y)))
            .filter(|(x, y)| shot.at(*x, *y) == Some([255, 0, 255]))
            .collect();
        assert_eq!(
            magenta,
            [
                (100, 50),
                (101, 50),
                (102, 50),
                (100, 51),
                (101, 51),
                (102, 51)
            ]
        );
        let part = platform
            .screen
            .capture(Rect {
                x: 99,
                y: 51,
                w: 3,
                h: 1,
            })
            .unwrap();
        assert_eq!(part.rgb, [0, 0, 0, 255, 0, 255, 255, 0, 255]);
        for outside in [
            Rect {
                x: -1,
                y: 0,
                w: 5,
                h: 5,
            },
            Rect {
                x: 0,
                y: 0,
                w: all.w + 1,
                h: 1,
            },
            Rect {
                x: 0,
                y: 0,
                w: 0,
                h: 1,
            },
            Rect {
                x: 70_000,
                y: 0,
                w: 1,
                h: 1,
            },
        ] {
            let result = platform.screen.capture(outside);
            assert!(
                matches!(result, Err(PlatformError::Gone(_))),
                "{outside:?}: {result:?}"
            );
        }
    }
}

#[test]
fn virtual_monitors_are_displays_and_change_the_layout() {
    let desktop = Desktop::bare("1600x600x24");
    let platform = desktop.open();
    let whole = platform.screen.layout().unwrap();
    assert_eq!(platform.screen.displays().unwrap().len(), 1);
    desktop.run(
        "xrandr",
        &["--setmonitor", "left", "800/200x600/150+0+0", "screen"],
    );
    desktop.run(
        "xrandr",
        &["--setmonitor", "right", "800/200x600/150+800+0", "none"],
    );
    let split = platform.screen.layout().unwrap();
    assert_ne!(split, whole);
    let mut names: Vec<_> = platform
        .screen
        .displays()
        .unwrap()
        .into_iter()
        .map(|display| (display.id, display.origin, display.size))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ("left".to_owned(), (0, 0), (800, 600)),
            ("right".to_owned(), (800, 0), (800, 600))
        ]
    );
    assert_eq!(desktop.open().screen.layout().unwrap(), split);
}

#[test]
fn a_missing_display_says_what_to_do() {
    for name in [":58999", ":64999", ":99999999999", "nonsense", ":"] {
        let Err(error) = open_on(Some(name), None) else {
            panic!("{name}: no such display")
        };
        let PlatformError::NoDisplay { message, fix } = error else {
            panic!("{error:?}")
        };
        assert!(message.contains(name) && !fix.is_empty(), "{message} {fix}");
    }
}

#[test]
fn windows_are_listed_from_front_to_back() {
    let desktop = Desktop::start();
    let platform = desktop.open();
    let first = desktop.python(GTK);
    first.wait("focus", |line| line == "ready");
    let gtk = platform.screen.active_window().unwrap().unwrap();
    assert_eq!(gtk.title, "Fixture é");
    assert_eq!(gtk.kind, WindowKind::Normal);
    assert!(gtk.pid.is_some());
    assert_eq!((gtk.content.w, gtk.content.h), (640, 400));
    assert!(
        gtk.rect.y < gtk.content.y,
        "the title bar belongs to the window: {gtk:?}"
    );
    let second = desktop.xterm();
    second.wait("start", |line| line == "ready");
    let xterm = wait_active(&desktop, &platform, "XTerm");
    let order = |platform: &Platform| -> Vec<u64> {
        platform
            .screen
            .windows()
            .unwrap()
            .into_iter()
            .map(|window| window.id)
            .collect()
    };
    assert_eq!(order(&platform), [xterm.id, gtk.id]);
    platform.screen.activate(gtk.id).unwrap();
    assert_eq!(
        platform
            .screen
            .active_window()
            .unwrap()
            .map(|window| window.id),
        Some(gtk.id)
    );
    assert_eq!(order(&platform), [gtk.id, xterm.id]);
    assert!(matches!(
        platform.screen.activate(1),
        Err(PlatformError::Gone(_))
    ));
}

fn clicked(fixture: &Fixture) -> String {
    fixture.wait("click", |line| line.starts_with("click"))
}

#[test]
fn clicks_land_on_the_pixel_and_count_for_the_logical_button() {
    let desktop = Desktop::start();
    let mut platform = desktop.open();
    let fixture = desktop.python(GTK);
    fixture.wait("focus", |line| line == "ready");
    let window = platform.screen.active_window().unwrap().unwrap();
    let (x, y) = (window.content.x + 200, window.content.y + 123);
    let mut click = |button, wanted: u8| {
        let input = &mut platform.input;
        let start = Instant::now();
        input.move_to(x, y).unwrap();
        input.button(button, true).unwrap();
        input.button(button, false).unwrap();
        input.flush().unwrap();
        println!("a click took {:?}", start.elapsed());
        assert_eq!(clicked(&fixture), format!("click {wanted} {x} {y}"));
    };
    click(Button::Left, 1);
    click(Button::Right, 3);
    desktop.run("xdotool", &["key", "Escape"]); // the menu the right click opened
    desktop.run("xmodmap", &["-e", "pointer = 3 2 1 4 5 6 7 8 9 10"]);
    click(Button::Left, 1);
    desktop.run("xmodmap", &["-e", "pointer = default"]);
    platform.input.scroll(0, 2).unwrap();
    fixture.wait("scrolling", |line| line == "scroll down");
    fixture.wait("scrolling", |line| line == "scroll down");
    platform.input.scroll(-1, 0).unwrap();
    fixture.wait("scrolling", |line| line == "scroll left");
    assert_eq!(platform.screen.pointer().unwrap(), (x, y));
}

#[test]
fn chords_reach_the_window_in_any_layout_and_nothing_stays_down() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["us,ru"]);
    let mut platform = desktop.open();
    let fixture = desktop.python(GTK);
    fixture.wait("focus", |line| line == "ready");
    desktop.lock_group(1);
    let input = &mut platform.input;
    let control = Key::Named(NamedKey::Control);
    input.key(&control, true).unwrap();
    input.key(&Key::Char('c'), true).unwrap();
    assert_eq!(
        input.held(),
        [Held::Key(control), Held::Key(Key::Char('c'))]
    );
    fixture.wait("the chord", |line| line == "key c 4");
    input.key(&Key::Char('c'), false).unwrap();
    input.key(&control, false).unwrap();
    for (key, name) in [
        (NamedKey::F(24), "key F24 0"),
        (NamedKey::PageUp, "key Page_Up 0"),
        (NamedKey::Numpad(7), "key KP_7 0"),
        (NamedKey::VolumeMute, "key AudioMute 0"),
    ] {
        input.key(&Key::Named(key), true).unwrap();
        input.key(&Key::Named(key), false).unwrap();
        // A key that needs Shift on this keyboard comes with it.
        let name = name.trim_end_matches(" 0");
        fixture.wait(name, |line| line.starts_with(name));
    }
    input.key(&Key::Char('A'), true).unwrap();
    input.button(Button::Left, true).unwrap();
    input.release_all().unwrap();
    assert_eq!(input.held(), []);
    let server = desktop.connect();
    assert_eq!(
        server.conn.query_keymap().unwrap().reply().unwrap().keys,
        [0; 32]
    );
    let mask = server
        .conn
        .query_pointer(server.root)
        .unwrap()
        .reply()
        .unwrap()
        .mask;
    assert_eq!(u16::from(mask) & 0x1fff, 0, "no button, no modifier");
}

#[test]
fn one_program_drives_at_a_time() {
    let desktop = Desktop::bare("640x480x24");
    let (mut one, mut two) = (desktop.open(), desktop.open());
    one.lease.take("Interpreter (terminal)").unwrap();
    one.lease.take("Interpreter (terminal)").unwrap();
    assert!(one.lease.is_held());
    assert_eq!(
        two.lease.take("another"),
        Err(PlatformError::Taken {
            owner: "Interpreter (terminal)".to_owned()
        })
    );
    assert!(!two.lease.is_held());
    drop(one);
    two.lease.take("another").unwrap();
    two.lease.release();
    assert!(!two.lease.is_held());
}

#[test]
fn the_screen_settles_when_nothing_is_drawn_any_more() {
    let desktop = Desktop::bare("640x480x24");
    let platform = desktop.open();
    let mut watch = platform.screen.damage().unwrap();
    let never = || false;
    let (quiet, cap) = (Duration::from_millis(50), Duration::from_secs(20));
    assert_eq!(watch.settle(quiet, cap, &never).unwrap(), None);
    paint(&desktop, 0xff, 10, 20, 30, 40);
    paint(&desktop, 0xff, 100, 20, 5, 5);
    assert_eq!(
        watch.settle(quiet, cap, &never).unwrap(),
        Some(Rect {
            x: 10,
            y: 20,
            w: 95,
            h: 40
        })
    );
    assert_eq!(watch.settle(quiet, cap, &never).unwrap(), None);
    paint(&desktop, 0xff00, 10, 20, 1, 1);
    assert_eq!(
        watch.settle(quiet, cap, &never).unwrap(),
        Some(Rect {
            x: 10,
            y: 20,
            w: 1,
            h: 1
        })
    );
    assert_eq!(
        watch.settle(cap, cap, &|| true),
        Err(PlatformError::Cancelled),
        "asked before any waiting"
    );
}

#[test]
fn the_clipboard_keeps_what_was_put_on_it() {
    let desktop = Desktop::bare("640x480x24");
    // arboard takes the display from the environment only: its part is tried in a process
    // of its own, by the same test binary.
    if std::env::var_os("INTERPRETER_CLIPBOARD_TEST").is_none() {
        let name = "platform::system::tests::the_clipboard_keeps_what_was_put_on_it";
        let binary = std::env::current_exe().unwrap();
        let status = desktop
            .command(binary.to_str().unwrap())
            .args([name, "--exact"])
            .env("INTERPRETER_CLIPBOARD_TEST", "1")
            .status()
            .unwrap();
        assert!(status.success(), "{status}");
        return;
    }
    let mut platform = open_on(None, None).unwrap();
    let clipboard = &mut platform.clipboard;
    assert_eq!(clipboard.get_text().unwrap(), "");
    clipboard.set_text("日本 é\n2").unwrap();
    assert_eq!(clipboard.get_text().unwrap(), "日本 é\n2");
    let before = clipboard.snapshot().unwrap();
    clipboard.set_text("other").unwrap();
    clipboard.restore(before.clone()).unwrap();
    assert_eq!(clipboard.snapshot().unwrap(), before);
    let environment = std::env::var("DISPLAY").unwrap();
    let mut seen = std::process::Command::new("xclip");
    let seen = seen
        .args(["-o", "-selection", "clipboard"])
        .env("DISPLAY", environment)
        .output();
    assert_eq!(
        String::from_utf8(seen.unwrap().stdout).unwrap(),
        "日本 é\n2"
    );
}

#[test]
fn capture_time_is_printed() {
    let desktop = Desktop::bare("1920x1080x24");
    let platform = desktop.open();
    let all = platform.screen.displays().unwrap()[0].rect();
    platform.screen.capture(all).unwrap();
    let mut times: Vec<Duration> = (0..20)
        .map(|_| {
            let start = Instant::now();
            platform.screen.capture(all).unwrap();
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("capture of 1920x1080: median {:?}", times[10]);
}
