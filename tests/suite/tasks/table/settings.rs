//! Tasks with settings, a calculator and pages in a browser.

use super::{Task, holds, same};
use crate::tasks::planner::Intent::{Click, Scroll, Type, Until};
use crate::tasks::planner::text;
use crate::tasks::programs::World;

fn nothing(_: &World) {}

/// The window's configuration that `obconf` changes.
fn rc(world: &World) {
    world.write(
        "rc.xml",
        include_str!("../../../../crates/test-support/src/desktop/openbox.xml"),
    );
}

pub const TASKS: &[Task] = &[
    Task {
        name: "keyboard",
        goal: "Switch off key repeat and the blinking cursor.",
        begin: nothing,
        start: &["xfce4-keyboard-settings"],
        plan: &[
            Click(text("Enable key repeat")),
            Click(text("Show blinking")),
            Click(text("Close").last()),
        ],
        check: |world| {
            let folder = ".config/xfce4/xfconf/xfce-perchannel-xml";
            let keys = world.read(&format!("{folder}/keyboards.xml"));
            let cursor = world.read(&format!("{folder}/xsettings.xml"));
            holds(
                keys.contains(r#"name="KeyRepeat" type="bool" value="false""#),
                &keys,
            )?;
            holds(
                cursor.contains(r#"name="CursorBlink" type="bool" value="false""#),
                &cursor,
            )
        },
        size: Some((700, 560)),
    },
    Task {
        name: "fonts",
        goal: "Switch off the smoothing of fonts.",
        begin: nothing,
        start: &["xfce4-appearance-settings"],
        plan: &[
            Click(text("Fonts")),
            Click(text("Enable anti-aliasing")),
            Click(text("Close").last()),
        ],
        check: |world| {
            let file = ".config/xfce4/xfconf/xfce-perchannel-xml/xsettings.xml";
            let kept = world.read(file);
            holds(
                kept.contains(r#"name="Antialias" type="int" value="0""#),
                &kept,
            )
        },
        size: Some((700, 620)),
    },
    Task {
        name: "windows",
        goal: "Windows shall not be animated when they are iconified.",
        begin: rc,
        start: &["obconf", "--config-file", "{home}/rc.xml"],
        plan: &[
            Click(text("Appearance")),
            Click(text("Animate iconify")),
            Click(text("Close").last()),
        ],
        check: |world| {
            let kept = world.read("rc.xml");
            holds(kept.contains("<animateIconify>no</animateIconify>"), &kept)
        },
        size: Some((760, 640)),
    },
    Task {
        name: "root",
        goal: "Copy the square root of 169.",
        begin: nothing,
        start: &["galculator"],
        plan: &[
            Until(text("sqrt")),
            Click(text("AC")),
            Type("169"),
            Click(text("sqrt")),
            Click(text("Edit")),
            Click(text("Copy")),
        ],
        check: |world| {
            same(
                &world.output(&["timeout", "2", "xclip", "-o", "-selection", "clipboard"]),
                "13",
            )
        },
        size: None,
    },
    Task {
        name: "order",
        goal: "Order a large one, as a gift, for Ada Lovelace in London.",
        begin: nothing,
        start: &["chromium", "{page}/order"],
        plan: &[
            Until(text("Order form")),
            Click(text("Full name").by(150.0, 0.0)),
            Type("Ada Lovelace"),
            Click(text("City").by(100.0, 0.0)),
            Type("London"),
            Click(text("Small")),
            Click(text("Large")),
            Click(text("Gift wrap")),
            Click(text("Place order")),
            Until(text("Thank you")),
        ],
        check: |world| {
            same(
                &world.page.got().join(" "),
                "name=Ada+Lovelace&city=London&size=Large&gift=yes",
            )
        },
        size: Some((1150, 800)),
    },
    Task {
        name: "shopping",
        goal: "Put milk and eggs on the list, tick the milk, and finish.",
        begin: nothing,
        start: &["chromium", "{page}/list"],
        plan: &[
            Until(text("Shopping list")),
            Click(text("New entry").by(150.0, 0.0)),
            Type("Milk"),
            Click(text("Append")),
            Click(text("New entry").by(150.0, 0.0)),
            Type("Eggs"),
            Click(text("Append")),
            Click(text("Milk")),
            Click(text("Finish")),
            Until(text("Thank you")),
        ],
        check: |world| same(&world.page.got().join(" "), "+Milk,-Eggs"),
        size: Some((1150, 800)),
    },
    Task {
        name: "page",
        goal: "Read the details and then the page to its end.",
        begin: nothing,
        start: &["chromium", "{page}/long"],
        plan: &[
            Until(text("Opening hours")),
            Click(text("Show details")),
            Click(text("Details read")),
            Scroll(text("Opening hours"), 40),
            Click(text("Page read")),
            Until(text("Thank you")),
        ],
        check: |world| same(&world.page.got().join(" "), "details,end"),
        size: Some((1150, 800)),
    },
];
