//! What Windows tells of the field with the keyboard, through UI Automation, and of its clipboard.

use windows::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx,
};
use windows::Win32::System::DataExchange::{CountClipboardFormats, GetClipboardSequenceNumber};
use windows::Win32::UI::Accessibility::{
    CUIAutomation, IUIAutomation, IUIAutomationTextPattern, IUIAutomationValuePattern,
    UIA_TextPatternId, UIA_ValuePatternId,
};
use windows::Win32::UI::Input::KeyboardAndMouse::GetAsyncKeyState;

use super::{Field, Key, NamedKey};

/// Held for copying and pasting.
pub(super) const COPY_MODIFIER: Key = Key::Named(NamedKey::Control);
/// Ctrl+Insert: Ctrl+C interrupts where it does not copy.
pub(super) const COPY: [Key; 2] = [COPY_MODIFIER, Key::Named(NamedKey::Insert)];

/// A number that changes with the clipboard.
pub(super) fn changes() -> u64 {
    // SAFETY: a plain call.
    u64::from(unsafe { GetClipboardSequenceNumber() })
}

/// Nothing is on it.
pub(super) fn clipboard_is_empty() -> bool {
    // SAFETY: a plain call.
    unsafe { CountClipboardFormats() == 0 }
}

/// No key is down that would be part of a chord.
pub(super) fn hands_off() -> bool {
    // Buttons of the mouse come before 8, keys from there on.
    (8..=254).all(|key| {
        // SAFETY: a plain call.
        let state = unsafe { GetAsyncKeyState(key) };
        state >= 0
    })
}

/// The field with the keyboard. Its text is left out: what programs tell of it
/// differs too much to be compared, so copying reads and pasting writes.
pub(super) fn field() -> Option<Field> {
    ask().ok().flatten()
}

fn ask() -> windows::core::Result<Option<Field>> {
    // SAFETY: COM calls on objects that live through them. Initialising twice is harmless.
    unsafe {
        let _ = CoInitializeEx(None, COINIT_MULTITHREADED);
        let automation: IUIAutomation =
            CoCreateInstance(&CUIAutomation, None, CLSCTX_INPROC_SERVER)?;
        let element = automation.GetFocusedElement()?;
        if element.CurrentIsPassword()?.as_bool() {
            return Ok(Some(Field {
                key: None,
                focused: true,
                secret: true,
                editable: false,
                text: None,
                selected: None,
                area: None,
            }));
        }
        let text: windows::core::Result<IUIAutomationTextPattern> =
            element.GetCurrentPatternAs(UIA_TextPatternId);
        let Ok(text) = text else {
            return Ok(None);
        };
        let selections = text.GetSelection()?;
        if selections.Length()? < 1 {
            return Ok(None);
        }
        let words = selections.GetElement(0)?.GetText(-1)?.to_string();
        if words.is_empty() {
            return Ok(None);
        }
        let value: windows::core::Result<IUIAutomationValuePattern> =
            element.GetCurrentPatternAs(UIA_ValuePatternId);
        let read_only = value.and_then(|value| value.CurrentIsReadOnly());
        Ok(Some(Field {
            key: None,
            focused: true,
            secret: false,
            editable: !read_only.is_ok_and(|read_only| read_only.as_bool()),
            selected: Some((0, words.chars().count())),
            text: Some(words),
            area: None,
        }))
    }
}
