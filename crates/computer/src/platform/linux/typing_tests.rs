//! Typing into real programs, character by character as they received it.

use std::time::Instant;

use super::fixture::{Desktop, Fixture, GTK, TK, wait_active};
use crate::platform::Input;

/// 300 characters from everywhere, more of them off any key than there are spare keys.
fn mixed() -> String {
    let mut text: String = (' '..='~').collect();
    text.push_str("Grüße, naïve café: ñandú, Łódź, Œuvre “quoted” — ½ × 3 ≠ €5…\n");
    text.push_str("Съешь же ещё этих мягких булок\tπάντα ῥεῖ ");
    text.push_str("日本語を書く、中文字符测试，한국어 문장 שלום عربى हिन्दी ไทย ");
    text.push_str("🙂🚀👩‍💻🇩🇪🏳️‍🌈🎉𝔘𝕟𝕚 ✓☃♞∑√∞≈⌘⏎ aAbBéÉ日A本");
    let lacking = 300usize.saturating_sub(text.chars().count());
    let more = ('\u{4e00}'..).take(lacking);
    text.extend(more);
    text.chars().take(300).collect()
}

fn type_text(input: &mut dyn Input, text: &str) {
    input.begin_text(text).unwrap();
    for c in text.chars() {
        input.type_char(c).unwrap();
    }
    input.end_text().unwrap();
}

/// Types into a fixture that has the keyboard, and checks what arrived and that
/// the keyboard is as it was.
fn check(desktop: &Desktop, fixture: &Fixture, text: &str) {
    let mut platform = desktop.open();
    let before = desktop.output("xmodmap", &["-pke"]);
    let lights = desktop.output("xset", &["q"]);
    let start = Instant::now();
    type_text(&mut *platform.input, text);
    fixture.wait_text(text);
    println!(
        "{} characters arrived after {:?}",
        text.chars().count(),
        start.elapsed()
    );
    drop(platform);
    assert!(
        desktop.output("xmodmap", &["-pke"]) == before,
        "the keyboard map was put back"
    );
    let line = |text: &str| {
        text.lines()
            .find(|line| line.contains("Caps Lock"))
            .map(str::to_owned)
            .unwrap()
    };
    assert_eq!(line(&desktop.output("xset", &["q"])), line(&lights));
}

fn gtk(desktop: &Desktop) -> Fixture {
    let fixture = desktop.python(GTK);
    fixture.wait("focus", |line| line == "ready");
    fixture
}

#[test]
fn gtk_receives_300_characters_on_an_american_keyboard() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["us"]);
    let fixture = gtk(&desktop);
    check(&desktop, &fixture, &mixed());
}

#[test]
fn gtk_receives_300_characters_with_the_russian_layout_active_and_caps_lock_on() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["us,ru"]);
    let fixture = gtk(&desktop);
    desktop.lock_group(1);
    desktop.run("xdotool", &["key", "Caps_Lock"]);
    desktop.run("xdotool", &["key", "Num_Lock"]);
    // What a person's key gives now: proof that layout and lock are what the name says.
    desktop.tap(38);
    fixture.wait_text("Ф");
    desktop.run("xdotool", &["key", "BackSpace"]);
    fixture.wait_text("");
    check(&desktop, &fixture, &mixed());
    desktop.tap(38);
    fixture.wait_text(&format!("{}Ф", mixed()));
}

#[test]
fn gtk_receives_300_characters_on_a_german_keyboard() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["de", "nodeadkeys"]);
    let fixture = gtk(&desktop);
    check(&desktop, &fixture, &mixed());
}

#[test]
fn tk_receives_300_characters() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["us,de"]);
    let fixture = desktop.python(TK);
    fixture.wait("focus", |line| line == "ready");
    check(&desktop, &fixture, &mixed());
}

#[test]
fn xterm_receives_300_characters() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["us"]);
    let fixture = desktop.xterm();
    fixture.wait("start", |line| line == "ready");
    wait_active(&desktop, &desktop.open(), "XTerm");
    check(&desktop, &fixture, &mixed());
}

#[test]
fn one_text_after_the_other_and_single_characters() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["us"]);
    let fixture = gtk(&desktop);
    let mut platform = desktop.open();
    let input = &mut *platform.input;
    type_text(input, "héllo");
    input.type_char('日').unwrap();
    input.type_char('!').unwrap();
    // The layout changes between two texts; nothing of the old one may be used.
    desktop.run("setxkbmap", &["de"]);
    type_text(input, "zyß本");
    fixture.wait_text("héllo日!zyß本");
}

#[test]
fn what_an_ended_run_left_on_spare_keys_is_taken_back() {
    let desktop = Desktop::start();
    desktop.run("setxkbmap", &["us"]);
    let fixture = gtk(&desktop);
    let before = desktop.output("xmodmap", &["-pke"]);
    let mut killed = desktop.open();
    killed.input.begin_text("日本語").unwrap();
    std::mem::forget(killed);
    assert_ne!(desktop.output("xmodmap", &["-pke"]), before);
    let mut platform = desktop.open();
    type_text(&mut *platform.input, "語x日");
    fixture.wait_text("語x日");
    assert_eq!(desktop.output("xmodmap", &["-pke"]), before);
}
