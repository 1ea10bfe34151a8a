//! The border around displays that are seen: four thin windows each, above all others,
//! which no click hits and no picture shows.
//!
//! Only the main thread of an app may make windows, so it is sent there. A program in the
//! terminal runs no such thread; nothing is shown then.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use dispatch2::DispatchQueue;
use objc2::rc::Retained;
use objc2::{MainThreadMarker, MainThreadOnly};
use objc2_app_kit::{
    NSBackingStoreType, NSBox, NSBoxType, NSColor, NSScreen, NSStatusWindowLevel, NSTitlePosition,
    NSWindow, NSWindowCollectionBehavior, NSWindowSharingType, NSWindowStyleMask,
};
use objc2_foundation::{NSPoint, NSRect, NSSize};

use super::ring::{around, light};
use super::{Border, Rect, Result, portable, units};

/// Red, green, blue, from 0 to 1.
const LIGHT: [f64; 3] = [203.0 / 255.0, 241.0 / 255.0, 46.0 / 255.0];
const DARK: [f64; 3] = [16.0 / 255.0, 22.0 / 255.0, 10.0 / 255.0];

/// The number of the next border.
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// What is shown, by the number of its border. Used on the main thread only.
    static SHOWN: RefCell<Vec<(u64, Retained<NSWindow>)>> = const { RefCell::new(Vec::new()) };
}

/// A side of a border, in points from the top left corner of the primary display.
struct Side {
    at: (f64, f64),
    size: (f64, f64),
    /// Its light parts, from its own top left corner.
    light: Vec<((f64, f64), (f64, f64))>,
}

/// Shows the border on each of these areas until it is dropped.
pub(super) fn show(areas: &[Rect]) -> Result<Option<Box<dyn Border>>> {
    let displays = portable::displays()?;
    let sides: Vec<Side> = areas
        .iter()
        .flat_map(|area| around(*area).map(|place| (*area, place)))
        .filter_map(|(area, place)| {
            let units::InUnits { at, size, scale } = units::rect_to_unit(&displays, place)?;
            let points = |value: f64| value / scale;
            let light = light(area, place).map(|line| {
                (
                    (points(f64::from(line.x)), points(f64::from(line.y))),
                    (points(f64::from(line.w)), points(f64::from(line.h))),
                )
            });
            Some(Side {
                at,
                size,
                light: light.to_vec(),
            })
        })
        .collect();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    DispatchQueue::main().exec_async(move || {
        if let Some(main) = MainThreadMarker::new() {
            open(main, number, &sides);
        }
    });
    Ok(Some(Box::new(Shown { number })))
}

struct Shown {
    number: u64,
}

impl Border for Shown {
    // What is not shared is in no list of windows, and in no picture.
    fn windows(&self) -> Vec<u64> {
        Vec::new()
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let number = self.number;
        DispatchQueue::main().exec_async(move || {
            SHOWN.with_borrow_mut(|shown| {
                shown.retain(|(owner, window)| {
                    if *owner == number {
                        window.orderOut(None);
                    }
                    *owner != number
                });
            });
        });
    }
}

fn open(main: MainThreadMarker, number: u64, sides: &[Side]) {
    // Its places are counted from the bottom of the first screen.
    let Some(height) = NSScreen::screens(main)
        .firstObject()
        .map(|screen| screen.frame().size.height)
    else {
        return;
    };
    for side in sides {
        let ((x, y), (w, h)) = (side.at, side.size);
        let frame = rect((x, height - y - h), (w, h));
        // SAFETY: a window that is kept by us, not released by closing.
        let window = unsafe {
            let window = NSWindow::initWithContentRect_styleMask_backing_defer(
                NSWindow::alloc(main),
                frame,
                NSWindowStyleMask::Borderless,
                NSBackingStoreType::Buffered,
                false,
            );
            window.setReleasedWhenClosed(false);
            window
        };
        window.setBackgroundColor(Some(&colour(DARK)));
        window.setOpaque(true);
        window.setHasShadow(false);
        window.setIgnoresMouseEvents(true);
        window.setSharingType(NSWindowSharingType::None);
        window.setLevel(NSStatusWindowLevel);
        window.setCollectionBehavior(
            NSWindowCollectionBehavior::CanJoinAllSpaces
                | NSWindowCollectionBehavior::Stationary
                | NSWindowCollectionBehavior::IgnoresCycle
                | NSWindowCollectionBehavior::FullScreenAuxiliary,
        );
        if let Some(content) = window.contentView() {
            for ((lx, ly), (lw, lh)) in &side.light {
                let line = NSBox::new(main);
                line.setBoxType(NSBoxType::Custom);
                line.setTitlePosition(NSTitlePosition::NoTitle);
                line.setBorderWidth(0.0);
                line.setFillColor(&colour(LIGHT));
                line.setFrame(rect((*lx, h - ly - lh), (*lw, *lh)));
                content.addSubview(&line);
            }
        }
        window.orderFrontRegardless();
        SHOWN.with_borrow_mut(|shown| shown.push((number, window)));
    }
}

fn rect((x, y): (f64, f64), (width, height): (f64, f64)) -> NSRect {
    NSRect::new(NSPoint::new(x, y), NSSize::new(width, height))
}

fn colour([red, green, blue]: [f64; 3]) -> Retained<NSColor> {
    NSColor::colorWithSRGBRed_green_blue_alpha(red, green, blue, 1.0)
}
