use super::*;
use pretty_assertions::assert_eq;

fn trace() -> Trace {
    let rect = |x, y, w, h| Rect { x, y, w, h };
    Trace {
        action: json!({ "action": "left_click", "coordinate": [130.5, 140.5] }),
        frame: Frame {
            display: String::new(),
            origin: (0, 0),
            native: (800, 600),
            sent: (800, 600),
            scale: 1.0,
            layout: String::new(),
        },
        points: vec![(130, 140)],
        app: Some("App".to_owned()),
        window: Some("Title".to_owned()),
        window_area: Some(rect(100, 100, 200, 100)),
        element: Some((
            "button".to_owned(),
            "Save".to_owned(),
            Some(rect(120, 130, 40, 20)),
        )),
        picture: None,
    }
}

#[test]
fn places_move_with_what_they_are_in() {
    let trace = trace();
    let now = Rect {
        x: 0,
        y: 50,
        w: 400,
        h: 100,
    };
    assert_eq!(expected(&trace, now, false), (30, 90));
    assert_eq!(expected(&trace, now, true), (60, 90));
    let element = |x, y, w, h| within(&trace, Rect { x, y, w, h });
    // The same share of it, from its left edge and its upper one.
    assert_eq!(element(0, 0, 40, 20), (10, 10));
    assert_eq!(element(0, 0, 80, 40), (21, 21));
    assert_eq!(element(0, 0, 1, 1), (0, 0));
    let mut unknown = trace.clone();
    unknown.element = None;
    assert_eq!(within(&unknown, now), (200, 100));
}

#[test]
fn what_lies_on_a_surface_does_not_grow_with_it() {
    let mut trace = trace();
    trace.element = Some((
        "canvas".to_owned(),
        String::new(),
        Some(Rect {
            x: 120,
            y: 130,
            w: 40,
            h: 20,
        }),
    ));
    let element = |x, y, w, h| within(&trace, Rect { x, y, w, h });
    assert_eq!(element(0, 0, 80, 40), (10, 10));
    // Where it would no longer lie on it, its share tells.
    assert_eq!(element(0, 0, 8, 8), (2, 4));
}

#[test]
fn windows_by_their_titles() {
    let check = |then: Option<&str>, now: &str, kind, expected| {
        let trace = Trace {
            window: then.map(str::to_owned),
            ..trace()
        };
        let window = Window {
            id: 1,
            title: now.to_owned(),
            app: "App".to_owned(),
            pid: None,
            rect: Rect::default(),
            content: Rect::default(),
            active: true,
            minimised: false,
            above: false,
            kind,
        };
        assert_eq!(same_title(&trace, &window), expected, "{then:?} {now}");
    };
    use WindowKind::{Normal, Popup};
    check(Some("Save As"), "Save As", Normal, true);
    check(Some("Save As"), "a.txt - Editor", Normal, false);
    check(Some("Save As"), "", Popup, true);
    check(Some("a.txt - Editor"), "*b.txt - Editor", Normal, true);
    check(Some("a.txt - Editor"), "Save As", Normal, false);
    check(None, "Save As", Normal, true);
}

#[test]
fn what_is_the_same() {
    let check = |role: &str, name: &str, expected| {
        let now = Element {
            role: role.to_owned(),
            name: name.to_owned(),
            ..Element::default()
        };
        assert_eq!(matches(&trace(), &now), expected, "{role} {name}");
    };
    check("button", "Save", Match::Same);
    check("button", "Save ", Match::Same);
    check("button", "Delete", Match::Other);
    check("text", "Save", Match::Other);
    check("button", "", Match::Other);
    let mut slow = trace();
    slow.element = Some(("button".to_owned(), String::new(), None));
    let now = |role: &str| Element {
        role: role.to_owned(),
        name: "Save".to_owned(),
        ..Element::default()
    };
    assert_eq!(matches(&slow, &now("button")), Match::Unknown);
    assert_eq!(matches(&slow, &now("menu")), Match::Other);
    assert_eq!(described(&trace()), "The button \"Save\"");
}
