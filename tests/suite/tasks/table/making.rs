//! Tasks with a spreadsheet and a drawing program.

use super::{Task, holds, same};
use crate::tasks::planner::Intent::{Click, Drag, Key, Type};
use crate::tasks::planner::{inside, text};
use crate::tasks::programs::World;

fn book(world: &World) {
    world.write(
        "book.csv",
        "Product,Count,Price\nApples,3,2\nPears,5,4\nCherries,7,1\n",
    );
    world.output(&["ssconvert", "book.csv", "book.gnumeric"]);
}

/// The spreadsheet's cells, as another program reads them.
fn cells(world: &World) -> String {
    world.output(&[
        "ssconvert",
        "-T",
        "Gnumeric_stf:stf_csv",
        "book.gnumeric",
        "fd://1",
    ])
}

const GREEN: [u8; 3] = [0x30, 0xc0, 0x80];

/// A green picture, 480 by 320.
fn green(world: &World) {
    world.output(&["/usr/bin/python3", "-c", "import gi\ngi.require_version('GdkPixbuf', '2.0')\nfrom gi.repository import GdkPixbuf\np = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, 480, 320)\np.fill(0x30c080ff)\np.savev('picture.png', 'png', [], [])"]);
}

/// Width, height, and how many pixels are no longer green.
fn drawn(world: &World) -> Result<(u32, u32, usize), String> {
    let picture = world.picture("picture.png").ok_or("there is no picture")?;
    let pixels = picture.pixels();
    let other = pixels.pixels().filter(|pixel| pixel.0 != GREEN).count();
    Ok((pixels.width(), pixels.height(), other))
}

pub const TASKS: &[Task] = &[
    Task {
        name: "sum",
        goal: "Add a line with the total count, and save it.",
        begin: book,
        start: &["gnumeric", "{home}/book.gnumeric"],
        plan: &[
            Click(text("Cherries").by(0.0, 16.0)),
            Type("Total\t=SUM(B2:B4)\n"),
            Key("ctrl+s"),
        ],
        check: |world| {
            same(
                &cells(world),
                "Product,Count,Price\nApples,3,2\nPears,5,4\nCherries,7,1\nTotal,15,\n",
            )
        },
        size: Some((1150, 760)),
    },
    Task {
        name: "correct",
        goal: "They are plums, not pears: correct it, and save it.",
        begin: book,
        start: &["gnumeric", "{home}/book.gnumeric"],
        plan: &[
            Click(text("Pears")),
            Type("Plums\n"),
            Click(text("File")),
            Click(text("Save")),
        ],
        check: |world| {
            same(
                &cells(world),
                "Product,Count,Price\nApples,3,2\nPlums,5,4\nCherries,7,1\n",
            )
        },
        size: Some((1150, 760)),
    },
    Task {
        name: "row",
        goal: "Put 9 figs at 3 before the pears, and save it.",
        begin: book,
        start: &["gnumeric", "{home}/book.gnumeric"],
        plan: &[
            Click(text("Pears")),
            Click(text("Insert")),
            Click(text("Rows")),
            Type("Figs\t9\t3\n"),
            Key("ctrl+s"),
        ],
        check: |world| {
            same(
                &cells(world),
                "Product,Count,Price\nApples,3,2\nFigs,9,3\nPears,5,4\nCherries,7,1\n",
            )
        },
        size: Some((1150, 760)),
    },
    Task {
        name: "sort",
        goal: "Sort the products by name, and save it.",
        begin: book,
        start: &["gnumeric", "{home}/book.gnumeric"],
        plan: &[
            Drag(
                text("Count").by(-72.0, 0.0),
                text("Cherries").by(150.0, 0.0),
            ),
            Click(text("Data")),
            Click(text("Sort")),
            Click(text("Top-Bottom")),
            Click(text("OK").last()),
            Key("ctrl+s"),
        ],
        check: |world| {
            same(
                &cells(world),
                "Product,Count,Price\nApples,3,2\nCherries,7,1\nPears,5,4\n",
            )
        },
        size: Some((1150, 760)),
    },
    Task {
        name: "line",
        goal: "Draw a line across the picture, and save it.",
        begin: green,
        start: &["drawing", "{home}/picture.png"],
        plan: &[
            Click(text("No")),
            Drag(inside(GREEN, 0.2, 0.3), inside(GREEN, 0.8, 0.7)),
            Key("ctrl+s"),
        ],
        check: |world| {
            let (w, h, other) = drawn(world)?;
            holds(
                (w, h) == (480, 320) && other > 300,
                &format!("{other} pixels"),
            )
        },
        size: Some((1000, 760)),
    },
    Task {
        name: "tool",
        goal: "Draw a straight line with the line tool, and save it.",
        begin: green,
        start: &["drawing", "{home}/picture.png"],
        plan: &[
            Click(text("No")),
            Click(text("Save").by(47.0, 0.0)),
            Click(text("Show tools names")),
            Key("Escape"),
            Click(text("Line")),
            Drag(inside(GREEN, 0.3, 0.7), inside(GREEN, 0.7, 0.2)),
            Click(text("Save")),
        ],
        check: |world| {
            let (w, h, other) = drawn(world)?;
            holds(
                (w, h) == (480, 320) && other > 300,
                &format!("{other} pixels"),
            )
        },
        size: Some((1000, 760)),
    },
    Task {
        name: "rub out",
        goal: "Rub out a strip of the picture, and save it.",
        begin: green,
        start: &["drawing", "{home}/picture.png"],
        plan: &[
            Click(text("No")),
            Click(text("Save").by(47.0, 0.0)),
            Click(text("Show tools names")),
            Key("Escape"),
            Click(text("Eraser")),
            Drag(inside(GREEN, 0.2, 0.5), inside(GREEN, 0.8, 0.5)),
            Key("ctrl+s"),
        ],
        check: |world| {
            let (w, h, other) = drawn(world)?;
            holds(
                (w, h) == (480, 320) && other > 300,
                &format!("{other} pixels"),
            )
        },
        size: Some((1000, 760)),
    },
];
