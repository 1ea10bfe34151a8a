//! Key names as models and people write them: X11's, and those of browsers,
//! Windows and macOS.

use crate::ComputerError;
use crate::platform::{Key, NamedKey};

/// Keys that go down together, in order, and up in reverse.
pub(crate) type Chord = Vec<Key>;

/// Reads `ctrl+s`, `Return`, `ctrl shift t`, `cmd-v`. Several chords, one after
/// the other, where words are no modifiers: `Down Down Return`.
pub(crate) fn parse(text: &str) -> Result<Vec<Chord>, ComputerError> {
    let text = match text.trim() {
        // A blank is a key of its own.
        "" if text.contains(' ') => "space",
        "" => return Err(unknown("")),
        trimmed => trimmed,
    };
    let mut chords = Vec::new();
    let mut open: Chord = Vec::new();
    for word in text.split_whitespace() {
        let chord = chord(word)?;
        let only_modifiers = chord.iter().all(is_modifier);
        open.extend(chord);
        if !only_modifiers {
            chords.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        chords.push(open);
    }
    for chord in &mut chords {
        plain_letters(chord);
    }
    Ok(chords)
}

/// Reads one chord given as a list of names, modifiers first whatever their place.
pub(crate) fn parse_list(names: &[String]) -> Result<Chord, ComputerError> {
    let mut chord = Vec::new();
    for name in names {
        chord.extend(match name.as_str() {
            " " => vec![Key::Named(NamedKey::Space)],
            name => self::chord(name.trim())?,
        });
    }
    if chord.is_empty() {
        return Err(unknown(""));
    }
    // Stable: within both groups the order given stays.
    chord.sort_by_key(|key| !is_modifier(key));
    plain_letters(&mut chord);
    Ok(chord)
}

/// Reads names of keys to hold during a click: `ctrl+shift`.
pub(crate) fn modifiers(text: &str) -> Result<Chord, ComputerError> {
    let mut keys = Vec::new();
    for word in text.split([' ', '+', ',']).filter(|word| !word.is_empty()) {
        keys.push(key(word)?);
    }
    Ok(keys)
}

/// The chord that stops us. Only a person may press it.
pub(crate) fn is_panic(chord: &[Key]) -> bool {
    let has = |names: &[NamedKey]| {
        chord
            .iter()
            .any(|key| names.iter().any(|name| *key == Key::Named(*name)))
    };
    has(&[NamedKey::F(12)])
        && has(&[NamedKey::Control, NamedKey::ControlRight])
        && has(&[NamedKey::Shift, NamedKey::ShiftRight])
}

pub(crate) fn is_modifier(key: &Key) -> bool {
    matches!(key, Key::Named(name) if name.is_modifier())
}

/// `CTRL+S` means the key S: capitals in a chord are a way of writing.
fn plain_letters(chord: &mut [Key]) {
    if chord.iter().any(is_modifier) {
        for key in chord {
            if let Key::Char(c) = key {
                *c = c.to_ascii_lowercase();
            }
        }
    }
}

fn chord(word: &str) -> Result<Chord, ComputerError> {
    if word.chars().count() == 1 {
        return Ok(vec![key(word)?]);
    }
    // A trailing separator is the key itself: `ctrl++`, `ctrl+-`.
    let (rest, last) = match word.strip_suffix('+') {
        Some(rest) if rest.ends_with('+') => (&rest[..rest.len() - 1], Some('+')),
        _ => (word, None),
    };
    let mut keys = Vec::new();
    if !rest.contains('+') && key(rest).is_ok() {
        keys.push(key(rest)?);
    } else if rest.contains('+') {
        for name in rest.split('+') {
            keys.push(key(name)?);
        }
    } else {
        // `ctrl-s`; page names with a hyphen were understood above.
        for name in rest.split('-') {
            keys.push(key(name).map_err(|_| unknown(word))?);
        }
    }
    keys.extend(last.map(Key::Char));
    Ok(keys)
}

fn key(name: &str) -> Result<Key, ComputerError> {
    let mut letters = name.chars();
    if let (Some(c), None) = (letters.next(), letters.next())
        && !c.is_control()
    {
        return Ok(Key::Char(c));
    }
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .collect::<String>()
        .to_ascii_lowercase();
    named(&plain)
        .or_else(|| character(&plain).map(Key::Char))
        .ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> ComputerError {
    ComputerError::bad(
        format!("There is no key {name:?}."),
        "Keys are written like \"ctrl+s\", \"Return\", \"Page_Down\", \"alt+Tab\", \"F5\" or a \
         single character.",
    )
}

fn named(plain: &str) -> Option<Key> {
    use NamedKey as N;
    if let Some(number) = plain
        .strip_prefix('f')
        .and_then(|number| number.parse().ok())
        && (1..=24).contains(&number)
    {
        return Some(Key::Named(N::F(number)));
    }
    let pad = plain
        .strip_prefix("kp")
        .or_else(|| plain.strip_prefix("numpad"));
    if let Some(pad) = pad.or_else(|| plain.strip_prefix("num")) {
        let key = match pad {
            "add" | "plus" => Some(N::NumpadAdd),
            "subtract" | "minus" => Some(N::NumpadSubtract),
            "multiply" => Some(N::NumpadMultiply),
            "divide" => Some(N::NumpadDivide),
            "decimal" | "separator" => Some(N::NumpadDecimal),
            "enter" => Some(N::NumpadEnter),
            digit => digit
                .parse()
                .ok()
                .filter(|digit| *digit < 10)
                .map(N::Numpad),
        };
        if key.is_some() {
            return key.map(Key::Named);
        }
    }
    Some(Key::Named(match plain {
        "return" | "enter" | "ret" | "linefeed" => N::Return,
        "tab" | "isolefttab" => N::Tab,
        "escape" | "esc" => N::Escape,
        "backspace" | "back" => N::Backspace,
        "delete" | "del" | "forwarddelete" => N::Delete,
        "insert" | "ins" => N::Insert,
        "space" | "spacebar" => N::Space,
        "up" | "arrowup" | "uparrow" => N::Up,
        "down" | "arrowdown" | "downarrow" => N::Down,
        "left" | "arrowleft" | "leftarrow" => N::Left,
        "right" | "arrowright" | "rightarrow" => N::Right,
        "home" | "begin" => N::Home,
        "end" => N::End,
        "pageup" | "pgup" | "prior" => N::PageUp,
        "pagedown" | "pgdn" | "pgdown" | "next" => N::PageDown,
        "shift" | "shiftl" | "shiftleft" | "leftshift" => N::Shift,
        "shiftr" | "shiftright" | "rightshift" => N::ShiftRight,
        "ctrl" | "control" | "controll" | "ctrll" | "ctrlleft" | "controlleft" => N::Control,
        "controlr" | "ctrlr" | "ctrlright" | "controlright" => N::ControlRight,
        "alt" | "option" | "opt" | "altl" | "altleft" | "optionleft" => N::Alt,
        "altr" | "altright" | "optionright" => N::AltRight,
        "meta" | "metal" | "metaleft" | "super" | "superl" | "win" | "winleft" | "windows"
        | "cmd" | "command" | "cmdleft" | "os" | "hyper" => N::Meta,
        "metar" | "metaright" | "superr" | "winright" | "cmdright" | "commandright" => N::MetaRight,
        "altgr" | "altgraph" | "isolevel3shift" => N::AltGr,
        "capslock" | "caps" => N::CapsLock,
        "numlock" => N::NumLock,
        "scrolllock" => N::ScrollLock,
        "menu" | "apps" | "contextmenu" => N::Menu,
        "print" | "printscreen" | "prtsc" | "prtscr" | "prntscrn" | "sysrq" => N::PrintScreen,
        "pause" | "break" => N::Pause,
        "help" => N::Help,
        "volumeup" | "audioraisevolume" | "xf86audioraisevolume" => N::VolumeUp,
        "volumedown" | "audiolowervolume" | "xf86audiolowervolume" => N::VolumeDown,
        "volumemute" | "mute" | "audiomute" | "xf86audiomute" => N::VolumeMute,
        "playpause" | "mediaplaypause" | "xf86audioplay" => N::MediaPlayPause,
        "stop" | "mediastop" | "xf86audiostop" => N::MediaStop,
        "nexttrack" | "mediatracknext" | "xf86audionext" => N::MediaNext,
        "prevtrack" | "mediatrackprevious" | "xf86audioprev" => N::MediaPrevious,
        "brightnessup" | "xf86monbrightnessup" => N::BrightnessUp,
        "brightnessdown" | "xf86monbrightnessdown" => N::BrightnessDown,
        "browserback" | "xf86back" => N::BrowserBack,
        "browserforward" | "xf86forward" => N::BrowserForward,
        "browserrefresh" | "xf86refresh" | "xf86reload" => N::BrowserRefresh,
        "browserhome" | "xf86homepage" => N::BrowserHome,
        "fn" | "function" => N::Function,
        _ => return None,
    }))
}

/// X11's names of characters that are written out.
fn character(plain: &str) -> Option<char> {
    Some(match plain {
        "plus" => '+',
        "minus" | "hyphen" | "dash" => '-',
        "equal" | "equals" => '=',
        "comma" => ',',
        "period" | "dot" => '.',
        "slash" => '/',
        "backslash" => '\\',
        "semicolon" => ';',
        "colon" => ':',
        "apostrophe" | "quote" | "singlequote" => '\'',
        "quotedbl" | "doublequote" => '"',
        "grave" | "backtick" | "backquote" => '`',
        "asciitilde" | "tilde" => '~',
        "exclam" => '!',
        "at" => '@',
        "numbersign" | "hash" => '#',
        "dollar" => '$',
        "percent" => '%',
        "asciicircum" | "caret" => '^',
        "ampersand" => '&',
        "asterisk" | "star" => '*',
        "parenleft" => '(',
        "parenright" => ')',
        "underscore" => '_',
        "bracketleft" => '[',
        "bracketright" => ']',
        "braceleft" => '{',
        "braceright" => '}',
        "bar" | "pipe" => '|',
        "less" => '<',
        "greater" => '>',
        "question" => '?',
        _ => {
            // `U00E9`, as X11 names any character.
            let number = plain.strip_prefix('u').filter(|number| number.len() >= 4)?;
            char::from_u32(u32::from_str_radix(number, 16).ok()?)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use NamedKey as N;
    use pretty_assertions::assert_eq;

    const fn n(name: NamedKey) -> Key {
        Key::Named(name)
    }
    const fn c(c: char) -> Key {
        Key::Char(c)
    }

    #[test]
    fn spellings() {
        let check = |text: &str, expected: &[&[Key]]| {
            let expected: Vec<Chord> = expected.iter().map(|chord| chord.to_vec()).collect();
            assert_eq!(parse(text), Ok(expected), "{text}");
        };
        check("ctrl+s", &[&[n(N::Control), c('s')]]);
        check("CTRL+S", &[&[n(N::Control), c('s')]]);
        check(
            "Control_L+Shift_L+t",
            &[&[n(N::Control), n(N::Shift), c('t')]],
        );
        check("ctrl shift t", &[&[n(N::Control), n(N::Shift), c('t')]]);
        check("ctrl-s", &[&[n(N::Control), c('s')]]);
        check("Return", &[&[n(N::Return)]]);
        check("Page_Down", &[&[n(N::PageDown)]]);
        check("page-down", &[&[n(N::PageDown)]]);
        check("ArrowUp", &[&[n(N::Up)]]);
        check("cmd", &[&[n(N::Meta)]]);
        check("F12", &[&[n(N::F(12))]]);
        check("KP_Enter", &[&[n(N::NumpadEnter)]]);
        check("KP_7", &[&[n(N::Numpad(7))]]);
        check("NumLock", &[&[n(N::NumLock)]]);
        check("A", &[&[c('A')]]);
        check("é", &[&[c('é')]]);
        check("+", &[&[c('+')]]);
        check("-", &[&[c('-')]]);
        check("ctrl++", &[&[n(N::Control), c('+')]]);
        check("ctrl+plus", &[&[n(N::Control), c('+')]]);
        check("ctrl+-", &[&[n(N::Control), c('-')]]);
        check(" ", &[&[n(N::Space)]]);
        check(
            "Down Down Return",
            &[&[n(N::Down)], &[n(N::Down)], &[n(N::Return)]],
        );
        check("U00E9", &[&[c('é')]]);
    }

    #[test]
    fn what_is_no_key_is_named() {
        for text in ["", "ctrl+bogus", "hello", "F99", "ctrl-bogus"] {
            let error = parse(text).unwrap_err();
            assert!(
                error.to_string().starts_with("There is no key"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn lists_take_modifiers_in_any_place() {
        let list = |names: &[&str]| {
            parse_list(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(list(&["c", "ctrl"]), Ok(vec![n(N::Control), c('c')]));
        assert_eq!(list(&["ctrl", "c"]), Ok(vec![n(N::Control), c('c')]));
        assert_eq!(
            list(&["ctrl+shift", "T"]),
            Ok(vec![n(N::Control), n(N::Shift), c('t')])
        );
        assert_eq!(list(&["alt", " "]), Ok(vec![n(N::Alt), n(N::Space)]));
        assert!(list(&[]).is_err());
    }

    #[test]
    fn the_panic_chord_is_known() {
        let panic = |text| parse(text).unwrap().iter().any(|chord| is_panic(chord));
        assert!(panic("ctrl+shift+F12"));
        assert!(panic("shift control f12"));
        assert!(!panic("ctrl+F12"));
    }
}
