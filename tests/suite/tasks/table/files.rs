//! Tasks with a text editor and a file manager.

use super::{Task, holds, same};
use crate::tasks::planner::Intent::{Click, DoubleClick, Drag, Key, Type, Until};
use crate::tasks::planner::text;
use crate::tasks::programs::World;

fn files(world: &World) {
    world.write("Files/draft.txt", "A draft.\n");
    world.write("Files/report.txt", "A report.\n");
    world.write("Files/Archive/old.txt", "Old.\n");
}

pub const TASKS: &[Task] = &[
    Task {
        name: "note",
        goal: "Add milk and bread to the shopping list, and save it.",
        begin: |world| world.write("list.txt", "Shopping\n"),
        start: &["mousepad", "{home}/list.txt"],
        plan: &[
            Until(text("Shopping")),
            Click(text("Shopping")),
            Key("ctrl+End"),
            Type("milk\nbread\n"),
            Click(text("File")),
            Click(text("Save")),
        ],
        check: |world| same(&world.read("list.txt"), "Shopping\nmilk\nbread\n"),
        size: Some((900, 620)),
    },
    Task {
        name: "replace",
        goal: "Write dog instead of cat everywhere, and save it.",
        begin: |world| world.write("story.txt", "The cat sat here.\nA cat ran away.\n"),
        start: &["mousepad", "{home}/story.txt"],
        plan: &[
            Click(text("Search")),
            Click(text("Find and Replace")),
            Until(text("Replace with")),
            Click(text("Search for").last().by(160.0, 0.0)),
            Type("cat"),
            Click(text("Replace with").by(160.0, 0.0)),
            Type("dog"),
            Click(text("Replace all")),
            Click(text("Close").last().by(-72.0, 0.0)),
            Click(text("Close").last()),
            Key("ctrl+s"),
        ],
        check: |world| {
            same(
                &world.read("story.txt"),
                "The dog sat here.\nA dog ran away.\n",
            )
        },
        size: Some((900, 620)),
    },
    Task {
        name: "copy as",
        goal: "Save the letter under the name copy.txt, too.",
        begin: |world| world.write("letter.txt", "Dear Ada,\n"),
        start: &["mousepad", "{home}/letter.txt"],
        plan: &[
            Click(text("File")),
            Click(text("Save As")),
            Until(text("Cancel")),
            Key("ctrl+a"),
            Type("copy.txt"),
            Click(text("Save").last()),
        ],
        check: |world| same(&world.read("copy.txt"), "Dear Ada,\n"),
        size: Some((900, 620)),
    },
    Task {
        name: "capitals",
        goal: "Write everything in capitals, and save it.",
        begin: |world| world.write("sign.txt", "closed today\n"),
        start: &["mousepad", "{home}/sign.txt"],
        plan: &[
            Click(text("Edit")),
            Click(text("Select All")),
            Click(text("Edit")),
            Click(text("Convert")),
            Click(text("To Uppercase")),
            Click(text("File")),
            Click(text("Save")),
        ],
        check: |world| same(&world.read("sign.txt"), "CLOSED TODAY\n"),
        size: Some((900, 620)),
    },
    Task {
        name: "folder",
        goal: "Make a folder Letters here.",
        begin: files,
        start: &["thunar", "{home}/Files"],
        plan: &[
            Click(text("File")),
            Click(text("Create Folder")),
            Until(text("Cancel")),
            Key("ctrl+a"),
            Type("Letters"),
            Click(text("Create").last()),
        ],
        check: |world| holds(world.home().join("Files/Letters").is_dir(), "no folder"),
        size: Some((1000, 640)),
    },
    Task {
        name: "rename",
        goal: "Call the draft final.txt.",
        begin: files,
        start: &["thunar", "{home}/Files"],
        plan: &[
            Click(text("draft.txt")),
            Click(text("Edit")),
            Click(text("Rename")),
            Until(text("Cancel")),
            Key("ctrl+a"),
            Type("final.txt"),
            Click(text("Rename").last()),
        ],
        check: |world| same(&world.read("Files/final.txt"), "A draft.\n"),
        size: Some((1000, 640)),
    },
    Task {
        name: "copy",
        goal: "Copy the report into the folder Archive.",
        begin: files,
        start: &["thunar", "{home}/Files"],
        plan: &[
            Click(text("report.txt")),
            Click(text("Edit")),
            Click(text("Copy")),
            DoubleClick(text("Archive")),
            Until(text("old.txt")),
            Click(text("Edit")),
            Click(text("Paste")),
            Until(text("report.txt")),
        ],
        check: |world| {
            same(&world.read("Files/Archive/report.txt"), "A report.\n")?;
            same(&world.read("Files/report.txt"), "A report.\n")
        },
        size: Some((1000, 640)),
    },
    Task {
        name: "move",
        goal: "Drag the report into the folder Archive.",
        begin: files,
        start: &["thunar", "{home}/Files"],
        plan: &[Drag(
            text("report.txt").by(0.0, -30.0),
            text("Archive").last().by(0.0, -30.0),
        )],
        check: |world| {
            same(&world.read("Files/Archive/report.txt"), "A report.\n")?;
            holds(
                !world.home().join("Files/report.txt").exists(),
                "it is still there",
            )
        },
        size: Some((1000, 640)),
    },
];
