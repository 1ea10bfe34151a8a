//! Recorded actions, found again after the window moved, grew and changed its looks.

use std::sync::{Arc, Mutex};

use interpreter_computer::{Computer, ComputerError, Done, Trace};
use interpreter_protocol::FoundBy;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::elements::{Form, Session, element};

/// What was done, in order.
#[derive(Clone, Default)]
struct Record(Arc<Mutex<Vec<Done>>>);

impl Record {
    fn of(computer: &Computer) -> Self {
        let record = Self::default();
        let kept = record.clone();
        let first = computer.set_recorder(Arc::new(move |done| {
            kept.0.lock().unwrap().push(done);
        }));
        assert!(first);
        record
    }

    fn take(&self) -> Vec<Done> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn trace(done: &Done) -> Trace {
    let sent = done.frame.sent;
    Trace {
        action: done.action.clone(),
        frame: done.frame.clone(),
        points: done.points.clone(),
        app: done.app.clone(),
        window: done.window.clone(),
        window_area: done.window_area,
        element: done
            .element
            .clone()
            .map(|element| (element.role, element.name, element.area)),
        picture: done.before.clone().map(|snap| snap.png(sent).unwrap()),
    }
}

/// Does actions, and gives their records.
async fn record(session: &Session, computer: &Computer, actions: &[Value]) -> Vec<Done> {
    let record = Record::of(computer);
    let frame = session.frame(computer).await;
    for action in actions {
        session
            .desktop
            .act(computer, &frame, action.clone())
            .await
            .unwrap();
    }
    record.take()
}

/// Finds one again and does it; how it was found.
async fn again(
    session: &Session,
    computer: &Computer,
    done: &Done,
) -> Result<FoundBy, ComputerError> {
    let key = &session.desktop.session;
    let found = computer.find_again(key, &trace(done)).await?;
    computer.act(key, &found.action, &found.frame).await?;
    Ok(found.by)
}

fn change(form: &mut Form, order: &Value, event: &str) {
    form.say(order);
    loop {
        if form.next()["event"] == event {
            return;
        }
    }
}

#[tokio::test]
async fn by_their_elements() {
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    // Its tree comes to the bus a little later.
    element(&computer, &form.click("delete"), &frame).await;
    let actions = [
        form.click("name"),
        json!({"action": "type", "text": "Ada"}),
        form.click("agree"),
        form.click("delete"),
    ];
    let done = record(&session, &computer, &actions).await;
    form.until("clicked", "delete");
    let told: Vec<Value> = done
        .iter()
        .map(|done| {
            let element = done.element.as_ref().map(|e| [&e.role, &e.name]);
            json!([
                done.action["action"],
                done.app,
                done.window,
                done.points.len(),
                element
            ])
        })
        .collect();
    let line = |action: &str, points: usize, role: &str, name: &str| {
        json!([action, "Elements.py", "Form", points, [role, name]])
    };
    assert_eq!(
        told,
        [
            line("left_click", 1, "text field", "Name"),
            line("type", 0, "text field", "Name"),
            line("left_click", 1, "check box", "I agree"),
            line("left_click", 1, "button", "Delete"),
        ]
    );
    assert_eq!(done[3].points, [form.middle("delete")]);
    assert!(
        done.iter()
            .all(|done| done.before.is_some() && done.after.is_some())
    );

    change(&mut form, &json!({"area": [600, 250, 640, 500]}), "moved");
    change(&mut form, &json!({"dark": true}), "dark");
    let mut by = Vec::new();
    for done in &done {
        by.push(again(&session, &computer, done).await.unwrap());
    }
    assert_eq!(by, [FoundBy::Element; 4]);
    form.until("clicked", "agree");
    form.until("clicked", "delete");
    let mut letters: Vec<char> = form.text("name").chars().collect();
    letters.sort_unstable();
    assert_eq!(letters, ['A', 'A', 'a', 'a', 'd', 'd']);

    change(
        &mut form,
        &json!({"rename": "delete", "to": "Remove"}),
        "renamed",
    );
    let error = again(&session, &computer, &done[3]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "The button \"Delete\" was not found, and the button \"Remove\" is at its place now."
    );
    // The field lost the keyboard: nothing is typed elsewhere.
    form.focus("short");
    let error = again(&session, &computer, &done[1]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "The text field \"Name\" does not have the keyboard; the text field \"Short\" has it."
    );
    assert_eq!(form.text("short"), "");
}

#[tokio::test]
async fn by_their_place_where_it_looks_the_same() {
    // Without eyes no words are read. Each test is a process of its own.
    unsafe { std::env::set_var("INTERPRETER_EYES", "/nowhere/interpreter-eyes") };
    let session = Session::start();
    // A program that tells nothing of itself.
    let mut form = session.form_with(&["form"], false);
    let computer = session.desktop.computer();
    let click = form.click("agree");
    let done = record(&session, &computer, &[(); 4].map(|()| click.clone())).await;
    // As it was before the third one, it is after the fourth.
    let done = &done[2];
    assert_eq!(done.element, None);
    change(&mut form, &json!({"area": [700, 40, 500, 420]}), "moved");
    assert_eq!(again(&session, &computer, done).await, Ok(FoundBy::Point));
    form.until("clicked", "agree");
    // Once it is ticked it does not look so any more, and in other colours even less.
    change(&mut form, &json!({"dark": true}), "dark");
    let error = again(&session, &computer, done).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "The place was not found, and its place looks different now."
    );
}

#[tokio::test]
async fn in_menus_and_lists() {
    let session = Session::start();
    let mut form = session.form(&["menus"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    let top = |form: &Form, name: &str| form.places[name];
    let rows = top(&form, "rows");
    let at = |x: i32, y: i32| {
        let point = [f64::from(x) + 0.5, f64::from(y) + 0.5];
        json!({"action": "left_click", "coordinate": point})
    };
    element(&computer, &form.click("File"), &frame).await;
    let edit = top(&form, "Edit");
    let actions = [
        form.click("Edit"),
        // The second line of the menu below it.
        at(edit.x + 12, edit.y + edit.h as i32 * 5 / 2),
        at(rows.x + 60, rows.y + 30),
    ];
    let done = record(&session, &computer, &actions).await;
    let told: Vec<_> = done
        .iter()
        .map(|done| {
            let element = done.element.as_ref().unwrap();
            (element.role.as_str(), element.name.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("menu", "Edit"),
            ("menu item", "Close"),
            ("list item", "Row 1")
        ]
    );
    form.until("clicked", "Edit/Close");
    form.until("clicked", "row 1");
    change(&mut form, &json!({"area": [640, 300, 520, 320]}), "moved");
    let mut by = Vec::new();
    for done in &done {
        by.push(again(&session, &computer, done).await.unwrap());
    }
    assert_eq!(by, [FoundBy::Element; 3]);
    form.until("clicked", "Edit/Close");
}
