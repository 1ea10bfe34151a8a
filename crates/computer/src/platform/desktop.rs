//! What a desktop consists of: displays, areas, windows, buttons.

use super::Key;

/// One display.
#[derive(Debug, Clone, PartialEq)]
pub struct Display {
    /// The name the system gives it (on X11 that of the RandR monitor).
    pub id: String,
    /// Top left corner, global physical pixels.
    pub origin: (i32, i32),
    /// Width and height, physical pixels.
    pub size: (u32, u32),
    /// Physical pixels per logical unit (on X11 `Xft.dpi` / 96).
    pub scale: f64,
    /// Whether it is the primary display.
    pub primary: bool,
}

impl Display {
    /// The area it covers.
    pub fn rect(&self) -> Rect {
        Rect {
            x: self.origin.0,
            y: self.origin.1,
            w: self.size.0,
            h: self.size.1,
        }
    }
}

/// A rectangle in global physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Rect {
    /// Whether the pixel lies inside.
    pub fn contains(&self, x: i32, y: i32) -> bool {
        let inside = |value: i32, from: i32, size: u32| {
            (0..i64::from(size)).contains(&(i64::from(value) - i64::from(from)))
        };
        inside(x, self.x, self.w) && inside(y, self.y, self.h)
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(self, other: Rect) -> Rect {
        if self.w == 0 || self.h == 0 {
            return other;
        }
        if other.w == 0 || other.h == 0 {
            return self;
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let end = |at: i32, size: u32| i64::from(at) + i64::from(size);
        let right = end(self.x, self.w).max(end(other.x, other.w));
        let bottom = end(self.y, self.h).max(end(other.y, other.h));
        Rect {
            x,
            y,
            w: (right - i64::from(x)) as u32,
            h: (bottom - i64::from(y)) as u32,
        }
    }

    /// The part both cover; `None` when they do not touch.
    pub fn intersection(self, other: Rect) -> Option<Rect> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let end = |at: i32, size: u32| i64::from(at) + i64::from(size);
        let w = end(self.x, self.w).min(end(other.x, other.w)) - i64::from(x);
        let h = end(self.y, self.h).min(end(other.y, other.h)) - i64::from(y);
        (w > 0 && h > 0).then_some(Rect {
            x,
            y,
            w: w as u32,
            h: h as u32,
        })
    }
}

/// One top-level window, or a menu or tooltip that lies on the desktop by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The system's handle.
    pub id: u64,
    /// Its title; words from outside, never trusted.
    pub title: String,
    /// `WM_CLASS` class, application name, or else the process name.
    pub app: String,
    /// The process that owns it, as the display server knows it.
    pub pid: Option<u32>,
    /// The area with its frame and title bar.
    pub rect: Rect,
    /// The area without.
    pub content: Rect,
    /// Whether it has the keyboard.
    pub active: bool,
    /// Whether it is minimised or on another workspace (then it is not on the screen).
    pub minimised: bool,
    /// Whether it stays above ordinary windows.
    pub above: bool,
    /// What it is for.
    pub kind: WindowKind,
}

/// What a window is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// An application's window.
    Normal,
    /// A panel or dock.
    Dock,
    /// The desktop's background.
    Desktop,
    /// A menu, tooltip, drop-down or other window outside the window manager.
    Popup,
    /// A side of the border around what is seen, or what calls itself so. Only where
    /// the window is ours do clicks go through it.
    Border,
}

/// A mouse button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Button {
    /// The main one.
    Left,
    /// The wheel, pressed.
    Middle,
    /// The one for context menus.
    Right,
    /// Thumb button, back.
    Back,
    /// Thumb button, forward.
    Forward,
}

/// Something that is down because of us.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// A key.
    Key(Key),
    /// A mouse button.
    Button(Button),
}

/// A hash of the list of displays; equal lists give equal hashes in every program.
pub(crate) fn layout_hash(displays: &[Display]) -> String {
    // FNV-1a: short, stable over versions and systems; nothing hangs on it being hard to forge.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for display in displays {
        add(display.id.as_bytes());
        add(&[0, u8::from(display.primary)]);
        for value in [display.origin.0, display.origin.1] {
            add(&value.to_le_bytes());
        }
        for value in [display.size.0, display.size.1] {
            add(&value.to_le_bytes());
        }
        add(&display.scale.to_bits().to_le_bytes());
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles() {
        let rect = |x, y, w, h| Rect { x, y, w, h };
        assert_eq!(
            rect(0, 0, 10, 10).union(rect(-5, 20, 2, 2)),
            rect(-5, 0, 15, 22)
        );
        assert_eq!(Rect::default().union(rect(3, 4, 1, 1)), rect(3, 4, 1, 1));
        assert_eq!(
            rect(-10, -10, 20, 20).intersection(rect(5, 5, 20, 20)),
            Some(rect(5, 5, 5, 5))
        );
        assert_eq!(rect(0, 0, 10, 10).intersection(rect(10, 0, 5, 5)), None);
        assert!(rect(-3, -3, 3, 3).contains(-1, -1));
        assert!(!rect(-3, -3, 3, 3).contains(0, -1));
    }

    #[test]
    fn the_layout_hash_sees_every_part() {
        let one = Display {
            id: "a".to_owned(),
            origin: (0, 0),
            size: (100, 100),
            scale: 1.0,
            primary: true,
        };
        let base = layout_hash(std::slice::from_ref(&one));
        let others = [
            Display {
                id: "b".to_owned(),
                ..one.clone()
            },
            Display {
                origin: (-1, 0),
                ..one.clone()
            },
            Display {
                size: (100, 101),
                ..one.clone()
            },
            Display {
                scale: 2.0,
                ..one.clone()
            },
            Display {
                primary: false,
                ..one.clone()
            },
        ];
        for other in others {
            assert_ne!(layout_hash(&[other]), base);
        }
        assert_eq!(layout_hash(std::slice::from_ref(&one)), base);
        assert_ne!(layout_hash(&[one.clone(), one]), base);
    }
}
