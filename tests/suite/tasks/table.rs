//! The tasks: what is asked for, how a model that sees would do it, and what must be so
//! afterwards.

use super::planner::Intent::{self, Click, DoubleClick, Drag, Key, Scroll, Type, Until};
use super::planner::{inside, text};
use super::programs::World;

/// One task.
pub struct Task {
    pub name: &'static str,
    /// What the person says.
    pub goal: &'static str,
    /// What lies in the home folder at the beginning.
    pub begin: fn(&World),
    /// The program's command line.
    pub start: &'static [&'static str],
    pub plan: &'static [Intent],
    /// What must be so afterwards.
    pub check: fn(&World) -> Result<(), String>,
    /// The window's size when the steps are done again; as it is where none.
    pub size: Option<(u32, u32)>,
}

fn same(found: &str, wanted: &str) -> Result<(), String> {
    if found == wanted {
        Ok(())
    } else {
        Err(format!("it is {found:?}, not {wanted:?}"))
    }
}

fn holds(condition: bool, what: &str) -> Result<(), String> {
    condition.then_some(()).ok_or_else(|| what.to_owned())
}

fn files(world: &World) {
    world.write("Files/draft.txt", "A draft.\n");
    world.write("Files/report.txt", "A report.\n");
    world.write("Files/Archive/old.txt", "Old.\n");
}

fn book(world: &World) {
    world.write(
        "book.csv",
        "Product,Count,Price\nApples,3,2\nPears,5,4\nCherries,7,1\n",
    );
    world.output(&["ssconvert", "book.csv", "book.gnumeric"]);
}

/// The spreadsheet's cells, as another program reads them.
fn cells(world: &World) -> String {
    world.output(&["ssconvert", "-T", "Gnumeric_stf:stf_csv", "book.gnumeric", "fd://1"])
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

fn nothing(_: &World) {}

/// The window's configuration that `obconf` changes.
fn rc(world: &World) {
    world.write("rc.xml", include_str!("../../../crates/test-support/src/desktop/openbox.xml"));
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
        check: |world| same(&world.read("story.txt"), "The dog sat here.\nA dog ran away.\n"),
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
        plan: &[
            Drag(text("report.txt").by(0.0, -30.0), text("Archive").last().by(0.0, -30.0)),
        ],
        check: |world| {
            same(&world.read("Files/Archive/report.txt"), "A report.\n")?;
            holds(!world.home().join("Files/report.txt").exists(), "it is still there")
        },
        size: Some((1000, 640)),
    },
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
            Drag(text("Count").by(-72.0, 0.0), text("Cherries").by(150.0, 0.0)),
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
            holds((w, h) == (480, 320) && other > 300, &format!("{other} pixels"))
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
            holds((w, h) == (480, 320) && other > 300, &format!("{other} pixels"))
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
            holds((w, h) == (480, 320) && other > 300, &format!("{other} pixels"))
        },
        size: Some((1000, 760)),
    },
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
            holds(keys.contains(r#"name="KeyRepeat" type="bool" value="false""#), &keys)?;
            holds(cursor.contains(r#"name="CursorBlink" type="bool" value="false""#), &cursor)
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
            holds(kept.contains(r#"name="Antialias" type="int" value="0""#), &kept)
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
        check: |world| same(&world.output(&["timeout", "2", "xclip", "-o", "-selection", "clipboard"]), "13"),
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
