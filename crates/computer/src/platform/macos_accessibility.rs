//! What macOS tells of elements, through its accessibility interface.

use std::collections::VecDeque;
use std::ffi::c_void;
use std::ptr::{NonNull, null};
use std::time::{Duration, Instant};

use objc2_core_foundation::{
    CFArray, CFBoolean, CFNumber, CFRetained, CFString, CFType, CGPoint, CGSize,
};

use super::accessibility::search;
use super::{Accessibility, Element, Rect, Sought, States, Tree, Wanted, portable, units};

/// Elements that can be asked for again.
const KEPT: usize = 64;
/// Text longer than this is not read back.
const MOST_CHARACTERS: usize = 20_000;
/// What [`AXValueGetValue`] calls a point and a size.
const POINT: u32 = 1;
const SIZE: u32 = 2;

#[link(name = "ApplicationServices", kind = "framework")]
unsafe extern "C" {
    fn AXUIElementCreateApplication(pid: i32) -> *const c_void;
    fn AXUIElementCopyElementAtPosition(
        application: *const c_void,
        x: f32,
        y: f32,
        element: *mut *const c_void,
    ) -> i32;
    fn AXUIElementCopyAttributeValue(
        element: *const c_void,
        attribute: *const CFString,
        value: *mut *const c_void,
    ) -> i32;
    fn AXUIElementIsAttributeSettable(
        element: *const c_void,
        attribute: *const CFString,
        settable: *mut u8,
    ) -> i32;
    fn AXUIElementSetMessagingTimeout(element: *const c_void, seconds: f32) -> i32;
    fn AXUIElementGetPid(element: *const c_void, pid: *mut i32) -> i32;
    fn AXValueGetValue(value: *const c_void, kind: u32, target: *mut c_void) -> u8;
}

/// Elements of all programs. What happens to them is not listened to: pictures
/// say when the screen has settled.
pub(super) fn open() -> Accessibility {
    Accessibility::new(
        |patience| {
            Some(Box::new(Ax {
                patience,
                kept: VecDeque::new(),
                next: 0,
            }) as Box<dyn Tree>)
        },
        |_| false,
    )
}

type Object = CFRetained<CFType>;

struct Ax {
    patience: Duration,
    kept: VecDeque<(u64, Object)>,
    next: u64,
}

/// What a function that copies or creates has given.
fn given(pointer: *const c_void) -> Option<Object> {
    let pointer = NonNull::new(pointer.cast_mut().cast::<CFType>())?;
    // SAFETY: a living object that we own one count of.
    Some(unsafe { CFRetained::from_raw(pointer) })
}

fn raw(object: &Object) -> *const c_void {
    CFRetained::as_ptr(object).as_ptr().cast_const().cast()
}

fn attribute(element: &Object, name: &'static str) -> Option<Object> {
    let name = CFString::from_static_str(name);
    let mut value = null();
    // SAFETY: living objects, and a place for the answer.
    let error = unsafe {
        AXUIElementCopyAttributeValue(raw(element), CFRetained::as_ptr(&name).as_ptr(), &mut value)
    };
    if error == 0 { given(value) } else { None }
}

fn text(element: &Object, name: &'static str) -> Option<String> {
    let value = attribute(element, name)?;
    Some(value.downcast_ref::<CFString>()?.to_string())
}

fn flag(element: &Object, name: &'static str) -> Option<bool> {
    let value = attribute(element, name)?;
    Some(value.downcast_ref::<CFBoolean>()?.as_bool())
}

fn number(element: &Object, name: &'static str) -> Option<f64> {
    let value = attribute(element, name)?;
    value.downcast_ref::<CFNumber>()?.as_f64()
}

fn list(element: &Object, name: &'static str) -> Vec<Object> {
    let Some(value) = attribute(element, name) else {
        return Vec::new();
    };
    let Some(array) = value.downcast_ref::<CFArray>() else {
        return Vec::new();
    };
    let one = |index| {
        // SAFETY: the index lies inside, and what the array holds are objects.
        let pointer = unsafe { array.value_at_index(index) };
        let pointer = NonNull::new(pointer.cast_mut().cast::<CFType>())?;
        // SAFETY: a living object, of which this takes one count more.
        Some(unsafe { CFRetained::retain(pointer) })
    };
    (0..array.count()).filter_map(one).collect()
}

fn settable(element: &Object, name: &'static str) -> bool {
    let name = CFString::from_static_str(name);
    let mut yes = 0;
    // SAFETY: living objects, and a place for the answer.
    let error = unsafe {
        AXUIElementIsAttributeSettable(raw(element), CFRetained::as_ptr(&name).as_ptr(), &mut yes)
    };
    error == 0 && yes != 0
}

fn area(element: &Object) -> Option<Rect> {
    let (at, size) = (
        attribute(element, "AXPosition")?,
        attribute(element, "AXSize")?,
    );
    let mut point = CGPoint { x: 0.0, y: 0.0 };
    let mut extent = CGSize {
        width: 0.0,
        height: 0.0,
    };
    // SAFETY: the targets are what the kinds say.
    let told = unsafe {
        AXValueGetValue(raw(&at), POINT, (&raw mut point).cast()) != 0
            && AXValueGetValue(raw(&size), SIZE, (&raw mut extent).cast()) != 0
    };
    if !told || extent.width < 1.0 || extent.height < 1.0 {
        return None;
    }
    let displays = portable::displays().ok()?;
    Some(units::rect_to_physical(
        &displays,
        (point.x, point.y),
        (extent.width, extent.height),
    ))
}

impl Ax {
    fn application(&self, pid: Option<u32>) -> Option<Object> {
        let pid = i32::try_from(pid?).ok()?;
        // SAFETY: a plain call; what it creates is ours.
        let application = given(unsafe { AXUIElementCreateApplication(pid) })?;
        // SAFETY: a call on a living object.
        unsafe { AXUIElementSetMessagingTimeout(raw(&application), self.patience.as_secs_f32()) };
        Some(application)
    }

    /// The element of that role and name below the windows of a program.
    fn named(&self, sought: &Sought, deadline: Instant) -> Option<Object> {
        let application = self.application(sought.window.pid)?;
        let windows = list(&application, "AXWindows");
        let fits = |element: &Object| {
            let is = text(element, "AXRole").is_some_and(|kind| role(&kind) == sought.role);
            let called = || {
                let named = |name| text(element, name).filter(|name| !name.trim().is_empty());
                named("AXTitle").or_else(|| named("AXDescription"))
            };
            is && sought.is_called(&called().unwrap_or_default())
        };
        let children = |element: &Object| list(element, "AXChildren");
        let found = search(windows, children, fits, deadline);
        let areas: Vec<Rect> = found
            .iter()
            .map(|element| area(element).unwrap_or_default())
            .collect();
        found.into_iter().nth(sought.choose(&areas)?)
    }

    fn find(&self, wanted: &Wanted, deadline: Instant) -> Option<Object> {
        match wanted {
            Wanted::At(window, (x, y)) => {
                let application = self.application(window.pid)?;
                let displays = portable::displays().ok()?;
                let (x, y) = units::to_unit(&displays, *x, *y)?;
                let mut found = null();
                // SAFETY: a living object, and a place for the answer.
                let error = unsafe {
                    AXUIElementCopyElementAtPosition(
                        raw(&application),
                        x as f32,
                        y as f32,
                        &mut found,
                    )
                };
                if error == 0 { given(found) } else { None }
            }
            Wanted::Focus(window) => {
                let application = self.application(window.pid)?;
                attribute(&application, "AXFocusedUIElement")
            }
            Wanted::Again(element) => {
                let number: u64 = element.key.as_ref()?.1.parse().ok()?;
                let known = self.kept.iter().find(|(kept, _)| *kept == number)?;
                Some(known.1.clone())
            }
            Wanted::Named(sought) => self.named(sought, deadline),
        }
    }

    fn keep(&mut self, found: &Object) -> (String, String) {
        let known = self.kept.iter().find(|(_, known)| known == found);
        let number = known.map(|(number, _)| *number);
        let number = number.unwrap_or_else(|| {
            if self.kept.len() == KEPT {
                self.kept.pop_front();
            }
            self.next += 1;
            self.kept.push_back((self.next, found.clone()));
            self.next
        });
        ("ax".to_owned(), number.to_string())
    }
}

impl Tree for Ax {
    fn answer(&mut self, wanted: &Wanted, deadline: Instant) -> Option<Element> {
        let found = self.find(wanted, deadline)?;
        let in_time = || Instant::now() < deadline;
        // SAFETY: a call on a living object.
        unsafe { AXUIElementSetMessagingTimeout(raw(&found), self.patience.as_secs_f32()) };
        let kind = text(&found, "AXRole")?;
        let protected = text(&found, "AXSubrole").is_some_and(|sub| sub == "AXSecureTextField");
        let role = if protected {
            "password field"
        } else {
            role(&kind)
        };
        let mut pid = 0;
        // SAFETY: a living object, and a place for the answer.
        let known = unsafe { AXUIElementGetPid(raw(&found), &mut pid) } == 0;
        let named = |name| text(&found, name).filter(|name: &String| !name.trim().is_empty());
        let mut element = Element {
            role: role.to_owned(),
            name: named("AXTitle")
                .or_else(|| named("AXDescription"))
                .unwrap_or_default(),
            value: None,
            area: area(&found),
            protected,
            editable: protected,
            states: States {
                enabled: flag(&found, "AXEnabled").unwrap_or(true),
                focused: flag(&found, "AXFocused").unwrap_or(false),
                ..States::default()
            },
            app: None,
            pid: u32::try_from(pid).ok().filter(|_| known),
            key: Some(self.keep(&found)),
        };
        if !in_time() {
            return Some(element);
        }
        element.states.expanded = flag(&found, "AXExpanded");
        element.states.selected = flag(&found, "AXSelected");
        if matches!(role, "check box" | "radio button") {
            element.states.checked = number(&found, "AXValue").map(|value| value > 0.0);
        } else if !protected {
            element.editable = role.starts_with("text") && settable(&found, "AXValue");
            element.value = text(&found, "AXValue")
                .filter(|text| text.len() <= MOST_CHARACTERS)
                .or_else(|| number(&found, "AXValue").map(|value| value.to_string()));
        }
        Some(element)
    }
}

/// A role in small words.
fn role(kind: &str) -> &'static str {
    match kind {
        "AXButton" | "AXMenuButton" | "AXPopUpButton" => "button",
        "AXCheckBox" => "check box",
        "AXRadioButton" => "radio button",
        "AXTextField" => "text field",
        "AXTextArea" => "text area",
        "AXStaticText" => "text",
        "AXHeading" => "heading",
        "AXLink" => "link",
        "AXImage" => "image",
        "AXMenuItem" | "AXMenuBarItem" => "menu item",
        "AXMenu" => "menu",
        "AXMenuBar" => "menu bar",
        "AXComboBox" => "combo box",
        "AXSlider" => "slider",
        "AXIncrementor" => "spin box",
        "AXScrollBar" => "scroll bar",
        "AXProgressIndicator" | "AXBusyIndicator" | "AXLevelIndicator" => "progress bar",
        "AXTabGroup" => "tab list",
        "AXTable" => "table",
        "AXOutline" => "tree",
        "AXList" => "list",
        "AXRow" => "row",
        "AXCell" => "cell",
        "AXColumn" => "column header",
        "AXToolbar" => "tool bar",
        "AXWindow" | "AXSheet" | "AXDrawer" => "window",
        "AXWebArea" => "document",
        "AXGroup" | "AXSplitGroup" | "AXScrollArea" | "AXLayoutArea" => "group",
        "AXApplication" => "application",
        _ => "unknown",
    }
}
