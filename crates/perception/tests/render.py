# Renders a scene of text whose places are known. Arguments: scene, output path
# (raw RGB); prints {"width","height","texts":[{"text","group","box":[x,y,w,h]}]}.
import json, math, sys
import cairo, gi
gi.require_version("Pango", "1.0")
gi.require_version("PangoCairo", "1.0")
from gi.repository import Pango, PangoCairo

LABELS = [
    "File", "Edit View", "Save As…", "Preferences", "Open Recent", "Cancel", "Help",
    "New Folder", "Select All", "Log out", "Print Preview", "Network", "Zoom 100%",
    "Sign in", "Downloads", "Search results", "Clear history", "Settings",
    "Keyboard Shortcuts", "Properties", "Don't Save", "Undo typing", "Report a problem",
    "version 3.14", "Show hidden files", "Apply", "Find and Replace", "user@example.com",
]
FONTS = ["DejaVu Sans", "Noto Sans", "Nimbus Sans", "DejaVu Sans Mono", "DejaVu Serif"]


class Scene:
    def __init__(self, width, height, ground=(1, 1, 1)):
        self.width, self.height, self.texts = width, height, []
        self.surface = cairo.ImageSurface(cairo.FORMAT_RGB24, width, height)
        self.c = cairo.Context(self.surface)
        self.box(0, 0, width, height, ground)

    def box(self, x, y, w, h, fill, radius=0, stroke=None):
        c = self.c
        if radius:
            c.new_sub_path()
            c.arc(x + w - radius, y + radius, radius, -math.pi / 2, 0)
            c.arc(x + w - radius, y + h - radius, radius, 0, math.pi / 2)
            c.arc(x + radius, y + h - radius, radius, math.pi / 2, math.pi)
            c.arc(x + radius, y + radius, radius, math.pi, 1.5 * math.pi)
            c.close_path()
        else:
            c.rectangle(x, y, w, h)
        c.set_source_rgb(*fill)
        if stroke:
            c.fill_preserve()
            c.set_source_rgb(*stroke)
            c.set_line_width(1)
            c.stroke()
        else:
            c.fill()

    def layout(self, text, px, font, bold):
        layout = PangoCairo.create_layout(self.c)
        description = Pango.FontDescription(font)
        description.set_absolute_size(px * Pango.SCALE)
        if bold:
            description.set_weight(Pango.Weight.BOLD)
        layout.set_font_description(description)
        layout.set_text(text, -1)
        return layout

    def text(self, x, y, text, px, colour, group=None, font="DejaVu Sans", bold=False):
        layout = self.layout(text, px, font, bold)
        self.c.set_source_rgb(*colour)
        self.c.move_to(x, y)
        PangoCairo.show_layout(self.c, layout)
        ink, logical = layout.get_pixel_extents()
        if group:
            self.texts.append({"text": text, "group": group,
                               "box": [x + ink.x, y + ink.y, ink.width, ink.height]})
        return logical.width

    def size(self, text, px, font="DejaVu Sans", bold=False):
        ink, logical = self.layout(text, px, font, bold).get_pixel_extents()
        return logical.width, logical.height

    def button(self, x, y, text, px, fill, colour, group, radius=5, stroke=None, pad=(12, 6)):
        w, h = self.size(text, px)
        self.box(x + .5, y + .5, w + 2 * pad[0], h + 2 * pad[1], fill, radius, stroke)
        self.text(x + pad[0], y + pad[1], text, px, colour, group)
        return w + 2 * pad[0]

    def save(self, path):
        self.surface.flush()
        data, stride = bytes(self.surface.get_data()), self.surface.get_stride()
        rgb = bytearray()
        for y in range(self.height):
            row = data[y * stride:y * stride + self.width * 4]
            line = bytearray(self.width * 3)
            line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
            rgb += line
        with open(path, "wb") as file:
            file.write(rgb)
        print(json.dumps({"width": self.width, "height": self.height, "texts": self.texts}))


THEMES = {
    "light": ((.98, .98, .98), (.13, .13, .13)),
    "dark": ((.14, .15, .17), (.90, .90, .90)),
    "grey on white": ((1, 1, 1), (.50, .50, .50)),
    "solarized": ((0, .169, .212), (.514, .580, .588)),
}


def labels(theme):
    """Menu and label texts of all sizes in one theme."""
    ground, ink = THEMES[theme]
    scene = Scene(1280, 1000, ground)
    y = 10
    for row, px in enumerate([11, 12, 13, 14, 16, 18, 20, 24]):
        for line in range(3):
            x = 16
            for at in range(40):
                label = LABELS[(row * 11 + line * 7 + at) % len(LABELS)]
                font = FONTS[(line + row) % len(FONTS)]
                w, h = scene.size(label, px, font)
                if x + w > 1260:
                    break
                scene.text(x, y, label, px, ink, f"{theme} {px} px", font)
                x += w + 2 * px + 14
            y += h + 12
    return scene


def buttons():
    """Buttons of many colours, flat and framed, and the like."""
    scene = Scene(1280, 800, (.93, .93, .94))
    fills = [((.11, .45, .91), (1, 1, 1)), ((.16, .65, .27), (1, 1, 1)), ((.86, .21, .27), (1, 1, 1)),
             ((1, .76, .03), (.1, .1, .1)), ((.42, .46, .49), (1, 1, 1)), ((.2, .2, .22), (.95, .95, .95)),
             ((1, 1, 1), (.1, .1, .1)), ((.56, .27, .68), (1, 1, 1))]
    y = 14
    for row in range(13):
        px = [11, 12, 13, 14, 15, 16, 18][row % 7]
        x = 14
        for at in range(20):
            label = LABELS[(row * 5 + at) % len(LABELS)]
            fill, ink = fills[(row + at) % len(fills)]
            w, h = scene.size(label, px)
            if x + w > 1220:
                break
            stroke = (.6, .6, .6) if at % 2 else None
            pad = (12, 6) if row % 2 else (7, 3)
            x += scene.button(x, y, label, px, fill, ink, "buttons", [0, 5, 9][at % 3], stroke, pad) + 9
        y += h + 2 * pad[1] + 14
    # Tabs, a selected row, an entry with a frame close to its text.
    y += 6
    scene.box(14, y, 900, 30, (.80, .80, .82))
    x = 14
    for at, label in enumerate(["General", "Advanced", "Privacy", "About"]):
        w, h = scene.size(label, 13)
        if at == 1:
            scene.box(x, y, w + 28, 30, (.98, .98, .98))
        scene.text(x + 14, y + 7, label, 13, (.2, .2, .2), "tabs and rows")
        x += w + 28
    y += 44
    for at, label in enumerate(["report.pdf", "holiday photos", "invoice 2024.ods", "notes.txt"]):
        selected = at == 1
        scene.box(14, y, 420, 24, (.20, .52, .89) if selected else (1, 1, 1))
        scene.text(22, y + 4, label, 13, (1, 1, 1) if selected else (.1, .1, .1), "tabs and rows")
        y += 24
    scene.box(500.5, y - 90.5, 300, 20, (1, 1, 1), 0, (.5, .5, .5))
    scene.text(503, y - 89, "Search or enter address", 13, (.3, .3, .3), "tabs and rows")
    return scene


PROSE = """The quick reading of a whole screen needs two things: to know where letters may be,
and to remember what has not changed since the last look. Text on a page like this
one is set in lines of sixteen pixels, black on white, with links such as the list
of releases or the guide for contributors in blue. Numbers (3.14, 2,024 and 100%)
and names like Jean-Pierre or O'Neill occur, and so do short words: a, is, to, be.
Nothing on this page is there to be admired. It is here to be found by its words,
and whoever looks for the word needle shall find exactly one of them in all of it.""".split("\n")
SHELL = """user@host:~/project$ git status
On branch main
Your branch is up to date with 'origin/main'.

Changes not staged for commit:
  (use "git add <file>..." to update what will be committed)
        modified:   src/main.rs
        modified:   README.md

no changes added to commit
user@host:~/project$ cargo build
   Compiling serde v1.0.210
   Compiling regex v1.11.0
   Compiling project v0.1.0 (/home/user/project)
    Finished dev profile in 12.48s
user@host:~/project$ ls -l
total 48
drwxr-xr-x 2 user user  4096 Nov  3 10:12 src
-rw-r--r-- 1 user user 11358 Nov  3 10:12 LICENSE
-rw-r--r-- 1 user user  1204 Nov  3 10:15 README.md""".split("\n")


def desktop(changed=False):
    """An ordinary 1920x1080 desktop: panel, terminal, files, browser, dialog."""
    s = Scene(1920, 1080)
    gradient = cairo.LinearGradient(0, 0, 1920, 1080)
    gradient.add_color_stop_rgb(0, .10, .28, .46)
    gradient.add_color_stop_rgb(1, .36, .16, .42)
    s.c.set_source(gradient)
    s.c.paint()
    g = "desktop"
    # Panel.
    s.box(0, 0, 1920, 30, (.09, .09, .09))
    s.text(14, 6, "Activities", 14, (1, 1, 1), g, bold=True)
    s.text(900, 6, "Nov 3  10:47" if changed else "Nov 3  10:46", 14, (1, 1, 1), None if changed else g, bold=True)
    s.text(1840, 6, "100 %", 13, (1, 1, 1), g)
    # Terminal.
    s.box(40, 60, 860, 470, (.12, .12, .14), 8)
    s.box(40, 60, 860, 34, (.20, .20, .22), 8)
    s.text(380, 68, "Terminal — project", 14, (.9, .9, .9), g, bold=True)
    for at, line in enumerate(SHELL):
        s.text(52, 104 + at * 20, line, 14, (.85, .85, .82), g if len(line) in range(8, 40) and "  " not in line else None, "DejaVu Sans Mono")
    # Files.
    s.box(40, 570, 860, 470, (1, 1, 1), 8)
    s.box(40, 570, 860, 40, (.92, .92, .91), 8)
    s.text(430, 580, "Documents", 14, (.2, .2, .2), g, bold=True)
    s.box(40, 610, 180, 430, (.96, .96, .95))
    for at, place in enumerate(["Recent", "Starred", "Home", "Documents", "Downloads", "Music", "Pictures", "Videos", "Trash", "Other Locations"]):
        s.box(52, 624 + at * 34, 16, 16, (.45, .45, .45), 3)
        s.text(80, 622 + at * 34, place, 14, (.2, .2, .2), g if place != "Documents" else None)
    for at, head in enumerate(["Name", "Size", "Modified"]):
        s.text([240, 620, 730][at], 620, head, 13, (.4, .4, .4), None, bold=True)
    rows = ["Annual report.odt", "budget-2024.xlsx", "Contract draft.pdf", "holiday.jpg", "ideas.md", "Invoice 0417.pdf", "letter to Anna.odt", "meeting notes.txt", "presentation.key", "recipes", "taxes", "travel plan.ods", "thesis chapter 3.tex"]
    for at, name in enumerate(rows):
        y = 650 + at * 29
        if at == 4:
            s.box(230, y - 4, 660, 27, (.20, .52, .89))
        ink = (1, 1, 1) if at == 4 else (.15, .15, .15)
        s.text(268, y, name, 14, ink, g)
        s.text(620, y, f"{12 + at * 7}.{at} kB", 13, ink if at == 4 else (.45, .45, .45), None)
        s.text(730, y, f"{1 + at} Oct 2024", 13, ink if at == 4 else (.45, .45, .45), None)
    # Browser.
    s.box(940, 60, 940, 980, (1, 1, 1), 8)
    s.box(940, 60, 940, 84, (.87, .88, .90), 8)
    s.box(960, 66, 230, 34, (1, 1, 1), 6)
    s.text(976, 74, "Project documentation", 13, (.15, .15, .15), g)
    s.text(1216, 74, "New tab", 13, (.3, .3, .3), g)
    s.box(1040, 106, 700, 30, (1, 1, 1), 14)
    s.text(1060, 113, "https://docs.example.org/guide/start", 13, (.2, .2, .2), g)
    s.text(980, 176, "Getting started", 32, (.1, .1, .1), g, "Noto Sans", bold=True)
    for at, line in enumerate(PROSE):
        s.text(980, 240 + at * 26, line, 16, (.15, .15, .15), None, "Noto Sans")
    s.text(980, 440, "Install the package", 22, (.1, .1, .1), g, "Noto Sans", bold=True)
    s.box(980, 480, 860, 84, (.95, .95, .96), 4)
    s.text(996, 492, "pip install example-project", 14, (.6, .1, .2), g, "DejaVu Sans Mono")
    s.text(996, 518, "example --version", 14, (.6, .1, .2), g, "DejaVu Sans Mono")
    for at, link in enumerate(["Release notes", "Contributing guide", "Report an issue", "Frequently asked questions"]):
        s.text(980, 590 + at * 28, link, 16, (0, .34, .82), g, "Noto Sans")
    s.button(980, 730, "Download for Linux", 16, (.11, .45, .91), (1, 1, 1), g)
    s.button(1190, 730, "View source", 16, (1, 1, 1), (.15, .15, .15), g, 5, (.6, .6, .6))
    # Dialog.
    s.box(1250, 790, 480, 190, (.97, .97, .97), 10, (.6, .6, .6))
    s.text(1280, 812, "Save changes before closing?", 17, (.1, .1, .1), g, bold=True)
    s.text(1280, 846, "If you don't save, changes will be lost.", 14, (.3, .3, .3), g)
    s.button(1280, 920, "Discard", 14, (.86, .21, .27), (1, 1, 1), g, pad=(22, 9))
    s.button(1480, 920, "Cancel", 14, (.90, .90, .90), (.1, .1, .1), g, pad=(22, 9), stroke=(.7, .7, .7))
    s.button(1610, 920, "Save", 14, (.11, .45, .91), (1, 1, 1), g, pad=(22, 9))
    return s


name, path = sys.argv[1:3]
scene = {"buttons": buttons, "desktop": desktop, "desktop changed": lambda: desktop(True)}.get(name)
(scene() if scene else labels(name)).save(path)
