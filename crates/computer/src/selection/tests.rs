//! The order of asking and the rules of writing, on a system of values.

use std::sync::{Arc, Mutex};

use interpreter_protocol::Replaced;
use interpreter_protocol::SelectionSource::{self, Accessibility, Clipboard, Primary};
use pretty_assertions::assert_eq;

use super::*;

/// What a system of values holds, and what was done to it.
#[derive(Default)]
struct Told {
    names: Vec<String>,
    offered: Option<String>,
    field: Option<Field>,
    copies: Option<String>,
    clipboard: Option<String>,
    /// What the field becomes once something is pasted.
    becomes: Option<String>,
    takes: bool,
    moves: bool,
    done: Vec<String>,
}

struct Values(Arc<Mutex<Told>>);

impl Values {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().done.push(what.into());
    }
}

impl SelectedText for Values {
    fn source(&mut self) -> platform::Result<Option<Source>> {
        let names = self.0.lock().unwrap().names.clone();
        Ok(names.first().cloned().map(|app| Source {
            window: 1,
            pid: Some(2),
            area: Rect {
                x: 0,
                y: 0,
                w: 100,
                h: 100,
            },
            pastes_over: app != "tk",
            app,
            names,
        }))
    }

    fn look(&mut self, _: &Source) -> platform::Result<Seen> {
        let told = self.0.lock().unwrap();
        Ok(Seen {
            offered: told.offered.clone(),
            field: told.field.clone(),
        })
    }

    fn look_again(&mut self, source: &Source, _: Option<&Field>) -> platform::Result<Seen> {
        self.look(source)
    }

    fn copy(&mut self, _: &Source) -> platform::Result<Option<String>> {
        self.note("copy");
        Ok(self.0.lock().unwrap().copies.clone())
    }

    fn clipboard(&mut self) -> platform::Result<Option<String>> {
        Ok(self.0.lock().unwrap().clipboard.clone())
    }

    fn put(&mut self, text: &str) -> platform::Result<()> {
        self.note(format!("put {text}"));
        Ok(())
    }

    fn activate(&mut self, _: &Source) -> platform::Result<()> {
        Ok(())
    }

    fn bring_back(&mut self, _: &Source) -> platform::Result<()> {
        Ok(())
    }

    fn come_forward(&mut self, _: &str) -> platform::Result<()> {
        Ok(())
    }

    fn select_again(&mut self, field: &Field) -> platform::Result<bool> {
        let mut told = self.0.lock().unwrap();
        if let Some(now) = told.field.as_mut().filter(|now| now.selected.is_none()) {
            now.selected = field.selected;
        }
        Ok(true)
    }

    fn caret_behind(&mut self, _: &Field) -> platform::Result<bool> {
        Ok(self.0.lock().unwrap().moves)
    }

    fn paste(&mut self, _: &Source, text: &str) -> platform::Result<bool> {
        self.note(format!("paste {text}"));
        let mut told = self.0.lock().unwrap();
        if let Some(becomes) = told.becomes.clone()
            && let Some(field) = &mut told.field
        {
            field.text = Some(becomes);
            field.selected = None;
        }
        Ok(told.takes)
    }

    fn end_paste(&mut self, restore: bool) -> platform::Result<()> {
        if restore {
            self.note("restore");
        }
        Ok(())
    }
}

fn selector(told: Told) -> (Selector, Arc<Mutex<Told>>) {
    let told = Arc::new(Mutex::new(told));
    let values = Arc::clone(&told);
    let selector = Selector::with(move || Ok(Box::new(Values(Arc::clone(&values)))));
    (selector, told)
}

fn app(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn field(text: &str, selected: Option<(usize, usize)>) -> Option<Field> {
    Some(Field {
        key: Some(("a".to_owned(), "b".to_owned())),
        focused: true,
        secret: false,
        editable: true,
        text: Some(text.to_owned()),
        selected,
        area: Some(Rect {
            x: 10,
            y: 10,
            w: 20,
            h: 5,
        }),
    })
}

/// Text, source, editable, refused, clipboard offered, whether keys were pressed.
type Row = (String, SelectionSource, bool, bool, Option<String>, bool);

fn captured(told: Told) -> Row {
    let (selector, told) = selector(told);
    let captured = selector.capture(&app(&["KeePassXC"]));
    let pressed = told.lock().unwrap().done.iter().any(|done| done == "copy");
    (
        captured.text,
        captured.source,
        captured.editable,
        captured.refused.is_some(),
        captured.clipboard,
        pressed,
    )
}

fn row(text: &str, source: SelectionSource, editable: bool) -> Row {
    (text.to_owned(), source, editable, false, None, false)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn what_is_selected_is_asked_for_in_order() {
    let editor = || app(&["gedit"]);
    // The window system and the field agree.
    let told = Told {
        names: editor(),
        offered: some("two"),
        field: field("one two", Some((4, 7))),
        ..Told::default()
    };
    assert_eq!(captured(told), row("two", Primary, true));
    // The field knows better than what is left of a selection elsewhere in the app.
    let told = Told {
        names: editor(),
        offered: some("old"),
        field: field("one two", Some((0, 3))),
        ..Told::default()
    };
    assert_eq!(captured(told), row("one", Accessibility, true));
    let told = Told {
        names: editor(),
        offered: some("old"),
        field: field("one two", None),
        clipboard: some("kept"),
        ..Told::default()
    };
    let nothing = (
        String::new(),
        SelectionSource::None,
        false,
        false,
        some("kept"),
        false,
    );
    assert_eq!(captured(told), nothing);
    // A page: its tree cannot tell, the window system can; it cannot be written to.
    let mut page = field("\u{fffc}\u{fffc}", Some((0, 1)));
    page.as_mut().unwrap().editable = false;
    let told = Told {
        names: app(&["firefox"]),
        offered: some("words"),
        field: page.clone(),
        ..Told::default()
    };
    assert_eq!(captured(told), row("words", Primary, false));
    // Nobody says anything: the app copies.
    let told = Told {
        names: editor(),
        copies: some("copied"),
        ..Told::default()
    };
    let copied = (some("copied").unwrap(), Clipboard, true, false, None, true);
    assert_eq!(captured(told), copied);
    // A terminal is never made to copy, and never written to.
    let told = Told {
        names: app(&["xterm", "XTerm"]),
        copies: some("copied"),
        ..Told::default()
    };
    assert_eq!(captured(told), row("", SelectionSource::None, false));
    let told = Told {
        names: app(&["xterm", "XTerm"]),
        offered: some("output"),
        ..Told::default()
    };
    assert_eq!(captured(told), row("output", Primary, false));
}

#[test]
fn secrets_are_left_alone() {
    let refused = (
        String::new(),
        SelectionSource::None,
        false,
        true,
        None,
        false,
    );
    let mut secret = field("", None);
    secret.as_mut().unwrap().secret = true;
    let told = Told {
        names: app(&["gedit"]),
        offered: some("elsewhere"),
        field: secret,
        copies: some("secret"),
        clipboard: some("kept"),
        ..Told::default()
    };
    assert_eq!(captured(told), refused);
    let told = Told {
        names: app(&["gedit"]),
        offered: some("•••••••"),
        ..Told::default()
    };
    assert_eq!(captured(told), refused);
    let told = Told {
        names: app(&["org.keepassxc.KeePassXC"]),
        offered: some("secret"),
        clipboard: some("secret"),
        ..Told::default()
    };
    assert_eq!(captured(told), refused);
}

fn replaced(before: Told, after: bool, between: impl FnOnce(&mut Told)) -> (Replaced, Vec<String>) {
    let (selector, told) = selector(before);
    let captured = selector.capture(&[]);
    between(&mut told.lock().unwrap());
    let replaced = selector.replace(&captured, "new", after).unwrap();
    let done = told.lock().unwrap().done.clone();
    (replaced, done)
}

#[test]
fn only_what_still_holds_the_same_text_is_replaced() {
    let known = |takes, becomes: &str| Told {
        names: app(&["gedit"]),
        offered: some("two"),
        field: field("one two", Some((4, 7))),
        takes,
        becomes: some(becomes),
        ..Told::default()
    };
    let unknown = |takes| Told {
        names: app(&["editor"]),
        offered: some("two"),
        takes,
        ..Told::default()
    };
    let check = |told, after, between: fn(&mut Told), expected: Replaced, done: &[&str]| {
        assert_eq!(replaced(told, after, between), (expected, app(done)));
    };
    use Replaced::{Copied, InPlace};
    let same: fn(&mut Told) = |_| {};
    let done = ["paste new", "restore"];
    check(known(true, "one new"), false, same, InPlace, &done);
    check(unknown(true), false, same, InPlace, &done);
    // The app does not take it, or does something else with it.
    let tried = ["paste new", "put new"];
    check(known(false, "one two"), false, same, Copied, &tried);
    check(known(true, "one two"), false, same, Copied, &tried);
    check(unknown(false), false, same, Copied, &tried);
    // Something changed in between: nothing is pressed.
    let untouched = ["put new"];
    let selected: fn(&mut Told) = |told| told.field = field("one two", Some((0, 3)));
    check(known(true, ""), false, selected, Copied, &untouched);
    let edited: fn(&mut Told) = |told| told.field = field("One two", Some((4, 7)));
    check(known(true, ""), false, edited, Copied, &untouched);
    let left: fn(&mut Told) = |told| told.field.as_mut().unwrap().focused = false;
    check(known(true, ""), false, left, Copied, &untouched);
    let gone: fn(&mut Told) = |told| told.field = None;
    check(known(true, ""), false, gone, Copied, &untouched);
    let mut tk = unknown(true);
    tk.names = app(&["tk"]);
    check(tk, false, same, Copied, &untouched);
    // The field only lost what was selected, as some do when another one has a selection.
    let lost: fn(&mut Told) = |told| told.field = field("one two", None);
    check(known(true, "one new"), false, lost, InPlace, &done);
    let other: fn(&mut Told) = |told| told.offered = some("else");
    check(unknown(true), false, other, Copied, &untouched);
    // Behind: by the caret where it moves, else with the old text.
    let mut movable = known(true, "one twonew");
    movable.moves = true;
    check(movable, true, same, InPlace, &done);
    let along = ["paste twonew", "restore"];
    check(known(true, "one twonew"), true, same, InPlace, &along);
    check(unknown(true), true, same, InPlace, &along);
    // A field of one line drops the ends of lines.
    check(known(true, "one\tnew"), false, same, InPlace, &done);
}
