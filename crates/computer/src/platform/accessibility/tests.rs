use super::*;

/// Answers when it is told to.
struct Slow(Receiver<()>);

impl Tree for Slow {
    fn answer(&mut self, _wanted: &Wanted, _deadline: Instant) -> Option<Element> {
        let _ = self.0.recv();
        Some(Element::default())
    }
}

fn window() -> Box<Window> {
    Box::new(Window {
        id: 1,
        title: String::new(),
        app: String::new(),
        pid: None,
        rect: Rect::default(),
        content: Rect::default(),
        active: true,
        minimised: false,
        above: false,
        kind: crate::platform::WindowKind::Normal,
    })
}

#[test]
fn what_does_not_answer_is_not_known() {
    let (go, wait) = sync_channel(1);
    let wait = Mutex::new(Some(wait));
    let trees = Accessibility::new(
        move |_| Some(Box::new(Slow(wait.lock().unwrap().take()?))),
        |_| false,
    );
    assert_eq!(trees.ask(Wanted::Focus(window())).wait(), None);
    go.send(()).unwrap();
    trees.set_patience(Duration::from_secs(40));
    let again = trees.ask(Wanted::Again(Box::default()));
    go.send(()).unwrap();
    assert_eq!(again.wait(), Some(Element::default()));
}

#[test]
fn without_trees_there_is_no_answer() {
    let trees = Accessibility::new(|_| None, |_| false);
    for _ in 0..3 {
        assert_eq!(trees.ask(Wanted::Focus(window())).wait(), None);
    }
}

#[test]
fn of_several_the_closest_counts() {
    let area = |x: i32, y: i32| Rect { x, y, w: 10, h: 10 };
    let check = |name: Option<&str>, found: &[Rect], expected: Option<usize>| {
        let mut window = *window();
        window.rect = Rect {
            x: 100,
            y: 100,
            w: 200,
            h: 200,
        };
        let sought = Sought {
            window,
            role: "button".to_owned(),
            name: name.map(str::to_owned),
            near: (150, 150),
            share: (170, 160),
        };
        assert_eq!(sought.choose(found), expected, "{name:?} {found:?}");
    };
    let ok = Some("OK");
    check(ok, &[], None);
    check(
        ok,
        &[area(110, 110), area(140, 150), area(250, 250)],
        Some(1),
    );
    // Scrolled out of the window.
    check(ok, &[area(150, 500)], None);
    for name in [None, Some("")] {
        check(name, &[area(150, 500), area(120, 280)], Some(1));
        check(name, &[area(150, 150), area(120, 280)], Some(0));
        // The one is at its old distance, the other at its old share.
        check(name, &[area(145, 145), area(165, 155)], None);
        check(name, &[area(150, 150), area(150, 165)], None);
    }
}

#[test]
fn a_watch_tells_what_came_after_it() {
    let kept = Arc::new(Mutex::new(None));
    let given = Arc::clone(&kept);
    let trees = Accessibility::new(
        |_| None,
        move |heard| {
            *given.lock().unwrap() = Some(heard);
            true
        },
    );
    open_ears(&*trees.ears, &trees.heard);
    let event = |kind| Happened {
        kind,
        pid: Some(1),
        key: (String::new(), String::new()),
        at: Instant::now(),
    };
    let first = trees.watch();
    let heard = kept.lock().unwrap().clone().unwrap();
    heard.add(event(HappenedKind::Focus));
    let second = trees.watch();
    for _ in 0..REMEMBERED {
        heard.add(event(HappenedKind::Text));
    }
    assert_eq!(first.all().len(), REMEMBERED);
    assert_eq!(second.all().len(), REMEMBERED);
    assert_eq!(second.last(), None, "text is no sign of work");
    assert_eq!(trees.watch().all(), Vec::new());
}
