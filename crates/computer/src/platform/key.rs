//! Keys by meaning, independent of layout and system.

/// A key: one with a name, or the one that gives a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A key with a name.
    Named(NamedKey),
    /// The key that gives this character, with the modifiers it needs.
    Char(char),
}

/// Keys that have a name.
#[allow(missing_docs)] // the names say it all
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedKey {
    Return,
    Tab,
    Escape,
    Backspace,
    Delete,
    Insert,
    Space,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// F1 to F24.
    F(u8),
    Shift,
    ShiftRight,
    Control,
    ControlRight,
    Alt,
    AltRight,
    /// Windows, Command, Super.
    Meta,
    MetaRight,
    /// The third level of the layout.
    AltGr,
    CapsLock,
    NumLock,
    ScrollLock,
    /// The context menu key.
    Menu,
    PrintScreen,
    Pause,
    Help,
    /// A digit of the number pad.
    Numpad(u8),
    NumpadAdd,
    NumpadSubtract,
    NumpadMultiply,
    NumpadDivide,
    NumpadDecimal,
    NumpadEnter,
    VolumeUp,
    VolumeDown,
    VolumeMute,
    MediaPlayPause,
    MediaStop,
    MediaNext,
    MediaPrevious,
    BrightnessUp,
    BrightnessDown,
    BrowserBack,
    BrowserForward,
    BrowserRefresh,
    BrowserHome,
    /// The Fn key of a Mac.
    Function,
}

impl NamedKey {
    /// Whether it changes what other keys do while it is down.
    pub fn is_modifier(self) -> bool {
        use NamedKey::{
            Alt, AltGr, AltRight, Control, ControlRight, Function, Meta, MetaRight, Shift,
            ShiftRight,
        };
        matches!(
            self,
            Shift
                | ShiftRight
                | Control
                | ControlRight
                | Alt
                | AltRight
                | Meta
                | MetaRight
                | AltGr
                | Function
        )
    }
}
