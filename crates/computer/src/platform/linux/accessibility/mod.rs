//! AT-SPI: what programs tell of their elements, over a bus of its own.

pub(super) mod bus;
mod ears;
mod place;
mod role;
mod tree;

use crate::platform::{Accessibility, Tree};

/// The trees of the programs of an X display, or, where none is named and none
/// is in the environment, of the session.
pub(in crate::platform) fn open(display: Option<&str>) -> Accessibility {
    let display = display.map(str::to_owned);
    let again = display.clone();
    Accessibility::new(
        move |patience| {
            let address = bus::told_by_display(display.as_deref());
            let bus = bus::connect(address, patience)?;
            Some(Box::new(tree::AtSpi::new(bus)) as Box<dyn Tree>)
        },
        move |heard| {
            let address = bus::told_by_display(again.as_deref());
            bus::connect(address, bus::CALL).is_some_and(|bus| ears::start(bus, heard))
        },
    )
}
