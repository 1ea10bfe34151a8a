//! What Windows tells of elements, through UI Automation.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{HWND, POINT};
use windows::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx,
};
use windows::Win32::UI::Accessibility::{
    CUIAutomation8, ExpandCollapseState_Expanded, IUIAutomation, IUIAutomation2,
    IUIAutomationElement, IUIAutomationExpandCollapsePattern, IUIAutomationRangeValuePattern,
    IUIAutomationSelectionItemPattern, IUIAutomationTogglePattern, IUIAutomationValuePattern,
    ToggleState_On, UIA_ExpandCollapsePatternId, UIA_RangeValuePatternId,
    UIA_SelectionItemPatternId, UIA_TogglePatternId, UIA_ValuePatternId,
};
use windows::core::Interface as _;

use super::accessibility::search;
use super::{Accessibility, Element, Rect, Sought, States, Tree, Wanted};

/// Elements that can be asked for again.
const KEPT: usize = 64;
/// Text longer than this is not read back.
const MOST_CHARACTERS: usize = 20_000;

/// Elements of all programs. What happens to them is not listened to: pictures
/// say when the screen has settled.
pub(super) fn open() -> Accessibility {
    Accessibility::new(
        |patience| {
            Uia::open(patience)
                .ok()
                .map(|uia| Box::new(uia) as Box<dyn Tree>)
        },
        |_| false,
    )
}

struct Uia {
    automation: IUIAutomation,
    kept: VecDeque<(u64, IUIAutomationElement)>,
    next: u64,
}

impl Uia {
    fn open(patience: Duration) -> windows::core::Result<Self> {
        // SAFETY: COM calls on objects that live through them. Initialising twice is harmless.
        let automation: IUIAutomation = unsafe {
            let _ = CoInitializeEx(None, COINIT_MULTITHREADED);
            CoCreateInstance(&CUIAutomation8, None, CLSCTX_INPROC_SERVER)?
        };
        if let Ok(newer) = automation.cast::<IUIAutomation2>() {
            let patience = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
            // SAFETY: plain calls on a living object.
            unsafe {
                let _ = newer.SetConnectionTimeout(patience);
                let _ = newer.SetTransactionTimeout(patience);
            }
        }
        Ok(Self {
            automation,
            kept: VecDeque::new(),
            next: 0,
        })
    }

    fn keep(&mut self, found: &IUIAutomationElement) -> (String, String) {
        // SAFETY: a call on living objects.
        let same = |known: &IUIAutomationElement| unsafe {
            self.automation
                .CompareElements(known, found)
                .is_ok_and(|same| same.as_bool())
        };
        let known = self.kept.iter().find(|(_, known)| same(known));
        let number = known.map(|(number, _)| *number);
        let number = number.unwrap_or_else(|| {
            if self.kept.len() == KEPT {
                self.kept.pop_front();
            }
            self.next += 1;
            self.kept.push_back((self.next, found.clone()));
            self.next
        });
        ("uia".to_owned(), number.to_string())
    }

    /// The element of that role and name below a window.
    fn named(&self, sought: &Sought, deadline: Instant) -> Option<IUIAutomationElement> {
        let handle = HWND(std::ptr::with_exposed_provenance_mut(
            usize::try_from(sought.window.id).ok()?,
        ));
        // SAFETY: calls on living objects; a handle that is none is refused.
        unsafe {
            let root = self.automation.ElementFromHandle(handle).ok()?;
            let walker = self.automation.ControlViewWalker().ok()?;
            let children = |element: &IUIAutomationElement| {
                let mut all = Vec::new();
                let mut next = walker.GetFirstChildElement(element).ok();
                while let Some(child) = next.filter(|_| Instant::now() < deadline) {
                    next = walker.GetNextSiblingElement(&child).ok();
                    all.push(child);
                }
                all
            };
            let fits = |element: &IUIAutomationElement| {
                let is = element.CurrentControlType();
                let called = element.CurrentName().map(|name| name.to_string());
                let seen = element.CurrentIsOffscreen();
                is.is_ok_and(|kind| role(kind.0) == sought.role)
                    && called.is_ok_and(|name| sought.is_called(&name))
                    && seen.is_ok_and(|hidden| !hidden.as_bool())
            };
            let found = search(vec![root], children, fits, deadline);
            let areas: Vec<Rect> = found
                .iter()
                .map(|element| element.CurrentBoundingRectangle().unwrap_or_default())
                .map(|rect| Rect {
                    x: rect.left,
                    y: rect.top,
                    w: u32::try_from(rect.right - rect.left).unwrap_or_default(),
                    h: u32::try_from(rect.bottom - rect.top).unwrap_or_default(),
                })
                .collect();
            found.into_iter().nth(sought.choose(&areas)?)
        }
    }

    fn find(&self, wanted: &Wanted, deadline: Instant) -> Option<IUIAutomationElement> {
        match wanted {
            Wanted::At(window, (x, y)) => {
                // SAFETY: a call on a living object.
                let found = unsafe { self.automation.ElementFromPoint(POINT { x: *x, y: *y }) };
                // Where a window of another program has come over it, nothing is known.
                found.ok().filter(|found| is_of(found, window.pid))
            }
            Wanted::Focus(window) => {
                // SAFETY: a call on a living object.
                let found = unsafe { self.automation.GetFocusedElement() };
                found.ok().filter(|found| is_of(found, window.pid))
            }
            Wanted::Again(element) => {
                let number: u64 = element.key.as_ref()?.1.parse().ok()?;
                let known = self.kept.iter().find(|(kept, _)| *kept == number)?;
                Some(known.1.clone())
            }
            Wanted::Named(sought) => self.named(sought, deadline),
        }
    }

    fn tell(
        &mut self,
        found: &IUIAutomationElement,
        deadline: Instant,
    ) -> windows::core::Result<Element> {
        let in_time = || Instant::now() < deadline;
        // SAFETY: calls on living objects.
        unsafe {
            let protected = found.CurrentIsPassword()?.as_bool();
            let role = if protected {
                "password field"
            } else {
                role(found.CurrentControlType()?.0)
            };
            let rect = found.CurrentBoundingRectangle()?;
            let size = |from: i32, to: i32| u32::try_from(to - from).unwrap_or_default();
            let area = Rect {
                x: rect.left,
                y: rect.top,
                w: size(rect.left, rect.right),
                h: size(rect.top, rect.bottom),
            };
            let mut element = Element {
                role: role.to_owned(),
                name: found.CurrentName()?.to_string(),
                value: None,
                area: (area.w > 0 && area.h > 0).then_some(area),
                protected,
                editable: protected,
                states: States {
                    enabled: found.CurrentIsEnabled()?.as_bool(),
                    focused: found.CurrentHasKeyboardFocus()?.as_bool(),
                    ..States::default()
                },
                app: None,
                pid: u32::try_from(found.CurrentProcessId()?).ok(),
                key: Some(self.keep(found)),
            };
            if in_time() {
                let toggle: windows::core::Result<IUIAutomationTogglePattern> =
                    found.GetCurrentPatternAs(UIA_TogglePatternId);
                element.states.checked = toggle
                    .and_then(|toggle| toggle.CurrentToggleState())
                    .ok()
                    .map(|state| state == ToggleState_On);
                let expand: windows::core::Result<IUIAutomationExpandCollapsePattern> =
                    found.GetCurrentPatternAs(UIA_ExpandCollapsePatternId);
                element.states.expanded = expand
                    .and_then(|expand| expand.CurrentExpandCollapseState())
                    .ok()
                    .map(|state| state == ExpandCollapseState_Expanded);
                let item: windows::core::Result<IUIAutomationSelectionItemPattern> =
                    found.GetCurrentPatternAs(UIA_SelectionItemPatternId);
                element.states.selected = item
                    .and_then(|item| item.CurrentIsSelected())
                    .ok()
                    .map(|selected| selected.as_bool());
            }
            if protected || !in_time() {
                return Ok(element);
            }
            let value: windows::core::Result<IUIAutomationValuePattern> =
                found.GetCurrentPatternAs(UIA_ValuePatternId);
            if let Ok(value) = value {
                let read_only = value.CurrentIsReadOnly().is_ok_and(|yes| yes.as_bool());
                element.editable = !read_only && role.starts_with("text");
                let text = value.CurrentValue().map(|text| text.to_string()).ok();
                element.value = text.filter(|text| text.len() <= MOST_CHARACTERS);
            } else {
                let range: windows::core::Result<IUIAutomationRangeValuePattern> =
                    found.GetCurrentPatternAs(UIA_RangeValuePatternId);
                element.value = range
                    .and_then(|range| range.CurrentValue())
                    .ok()
                    .map(|value| value.to_string());
            }
            Ok(element)
        }
    }
}

impl Tree for Uia {
    fn answer(&mut self, wanted: &Wanted, deadline: Instant) -> Option<Element> {
        let found = self.find(wanted, deadline)?;
        if Instant::now() > deadline {
            return None;
        }
        self.tell(&found, deadline).ok()
    }
}

fn is_of(element: &IUIAutomationElement, pid: Option<u32>) -> bool {
    // SAFETY: a call on a living object.
    let found = unsafe { element.CurrentProcessId() };
    pid.is_none() || found.ok().and_then(|found| u32::try_from(found).ok()) == pid
}

/// A control type in small words. They are numbered from 50000 without a gap.
fn role(kind: i32) -> &'static str {
    const ROLES: [&str; 41] = [
        "button",
        "calendar",
        "check box",
        "combo box",
        "text field",
        "link",
        "image",
        "list item",
        "list",
        "menu",
        "menu bar",
        "menu item",
        "progress bar",
        "radio button",
        "scroll bar",
        "slider",
        "spin box",
        "status bar",
        "tab list",
        "tab",
        "text",
        "tool bar",
        "tool tip",
        "tree",
        "tree item",
        "unknown",
        "group",
        "thumb",
        "table",
        "row",
        "text area",
        "button",
        "window",
        "group",
        "header",
        "column header",
        "table",
        "title bar",
        "separator",
        "group",
        "tool bar",
    ];
    usize::try_from(kind - 50_000)
        .ok()
        .and_then(|index| ROLES.get(index).copied())
        .unwrap_or("unknown")
}
