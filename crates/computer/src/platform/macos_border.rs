//! No border yet: its windows would have to be made on the app's main thread. The pill
//! and the menu bar show that Interpreter acts.

use super::{Border, Rect, Result};

/// Shows nothing.
pub(super) fn show(_areas: &[Rect]) -> Result<Option<Box<dyn Border>>> {
    Ok(None)
}
