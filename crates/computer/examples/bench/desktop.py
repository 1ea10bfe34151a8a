"""An ordinary desktop of 1920x1080 pixels: a terminal, a file list, a page of text
and a dialog, drawn by a real toolkit. Tells, once all is painted, as one JSON line
{"label": [x, y, width, height], ...}, where the labels stand that can be looked for."""

import json
import sys

import cairo
import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

SHELL = """user@host:~/project$ git status
On branch main
Your branch is up to date with 'origin/main'.

Changes not staged for commit:
        modified:   src/main.rs
        modified:   README.md

user@host:~/project$ cargo build
   Compiling regex v1.11.0
   Compiling project v0.1.0 (/home/user/project)
    Finished dev profile in 12.48s
user@host:~/project$ ls -l
drwxr-xr-x 2 user user  4096 Nov  3 10:12 src
-rw-r--r-- 1 user user 11358 Nov  3 10:12 LICENSE
-rw-r--r-- 1 user user  1204 Nov  3 10:15 README.md
user@host:~/project$ """
FILES = [
    "Annual report.odt", "budget-2024.xlsx", "Contract draft.pdf", "holiday.jpg", "ideas.md",
    "Invoice 0417.pdf", "letter to Anna.odt", "meeting notes.txt", "presentation.key",
    "recipes", "taxes", "travel plan.ods", "thesis chapter 3.tex",
]
PAGE = """The harbour was quiet when the first boats came in. Two men carried the boxes up to
the road, where a van waited with its engine running, and nobody spoke until the last
one had been loaded. It was a Tuesday in March; the price of herring had fallen again.

Further along the quay, a woman with a red umbrella counted the gulls. She had done so
every morning for eleven years, and she kept the numbers in a small book with squared
paper. On most days there were between forty and sixty. Today there were nine.

The office of the harbour master opened at seven. A list on its door gave the tides for
the week, the telephone number of the pilot, and a warning about ice on the steps. Below
it, somebody had written in pencil: back at noon, try the café."""

CSS = b"""
window { background: #f6f6f6; }
.shell, .shell text { background: #1e1e22; color: #d9d9d2; font: 14px "DejaVu Sans Mono"; }
.page, .page text { background: #ffffff; color: #222222; font: 16px "Noto Sans"; }
.panel { background: #171717; color: #ffffff; font: bold 14px "DejaVu Sans"; }
.blue { background: #1c73e8; color: #ffffff; }
.red { background: #db3545; color: #ffffff; }
"""

style = Gtk.CssProvider()
style.load_from_data(CSS)
Gtk.StyleContext.add_provider_for_screen(
    Gdk.Screen.get_default(), style, Gtk.STYLE_PROVIDER_PRIORITY_USER
)
settings = Gtk.Settings.get_default()
settings.set_property("gtk-enable-animations", False)
settings.set_property("gtk-cursor-blink", False)
windows, labels = [], {}


def open_window(title, x, y, width, height, child, bare=False):
    window = Gtk.Window(title=title)
    window.set_default_size(width, height)
    window.set_decorated(not bare)
    window.move(x, y)
    window.add(child)
    windows.append(window)


def text(words, name):
    view = Gtk.TextView(editable=False, cursor_visible=False)
    view.set_left_margin(10)
    view.set_top_margin(8)
    view.get_buffer().set_text(words)
    view.get_style_context().add_class(name)
    return view


def button(label, name=None):
    made = Gtk.Button(label=label)
    if name:
        made.get_style_context().add_class(name)
    labels[label] = made
    return made


def row(*children):
    box = Gtk.Box(spacing=12, margin=10)
    for child in children:
        box.pack_start(child, False, False, 0)
    return box


def wallpaper(widget, context):
    area = widget.get_allocation()
    sky = cairo.LinearGradient(0, 0, area.width, area.height)
    sky.add_color_stop_rgb(0, 0.10, 0.28, 0.46)
    sky.add_color_stop_rgb(1, 0.36, 0.16, 0.42)
    context.set_source(sky)
    context.paint()
    return True


ground = Gtk.DrawingArea()
ground.connect("draw", wallpaper)
open_window("wallpaper", 0, 0, 1920, 1080, ground, bare=True)
windows[0].set_type_hint(Gdk.WindowTypeHint.DESKTOP)
panel = Gtk.Box()
panel.get_style_context().add_class("panel")
for words, expand in (("Activities", False), ("Nov 3  10:46", True), ("100 %", False)):
    panel.pack_start(Gtk.Label(label=words, margin_start=12, margin_end=12), expand, True, 0)
open_window("panel", 0, 0, 1920, 30, panel, bare=True)
open_window("Terminal", 40, 60, 880, 440, text(SHELL, "shell"))

rows = Gtk.ListStore(str, str, str)
for at, name in enumerate(FILES):
    rows.append([name, f"{12 + at * 7}.{at % 10} kB", f"{1 + at} Oct 2024"])
view = Gtk.TreeView(model=rows)
for at, head in enumerate(["Name", "Size", "Modified"]):
    column = Gtk.TreeViewColumn(head, Gtk.CellRendererText(), text=at)
    column.set_min_width([460, 180, 180][at])
    view.append_column(column)
files = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
files.pack_start(row(button("New Folder"), button("Properties"), button("Select All")), False, False, 0)
files.pack_start(view, True, True, 0)
open_window("Documents", 40, 560, 880, 460, files)

page = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
page.pack_start(row(button("Bookmarks"), Gtk.Entry(text="https://docs.example.org/guide", width_chars=60)), False, False, 0)
page.pack_start(text(PAGE, "page"), True, True, 0)
page.pack_start(row(button("Download", "blue"), button("View source"), button("Report an issue")), False, False, 0)
open_window("The harbour", 960, 60, 900, 560, page)

dialog = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
dialog.pack_start(Gtk.Label(label="Save changes before closing?", margin=16), False, False, 0)
dialog.pack_start(Gtk.Label(label="If you don't save, changes will be lost."), False, False, 0)
dialog.pack_end(row(button("Discard", "red"), button("Cancel"), button("Save file", "blue")), False, False, 0)
open_window("Save", 1180, 700, 460, 200, dialog)

painted = set()


def told():
    """Tells the places, once they have stayed the same between two looks."""
    Gdk.Display.get_default().sync()
    places = {}
    for label, widget in labels.items():
        top, place = widget.get_toplevel(), widget.get_allocation()
        _, x, y = top.get_window().get_origin()
        dx, dy = widget.translate_coordinates(top, 0, 0)
        places[label] = [x + dx, y + dy, place.width, place.height]
    if places != told.last:
        told.last = places
        return True
    sys.stdout.write(json.dumps(places) + "\n")
    sys.stdout.flush()
    return False


told.last = None


def drawn(window, _):
    painted.add(window)
    if len(painted) == len(windows) and told.last is None:
        told.last = {}
        GLib.timeout_add(200, told)
    return False


for window in windows:
    window.connect_after("draw", drawn)
    window.show_all()
Gtk.main()
