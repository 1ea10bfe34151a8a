//! Room for an action: what a front shows of itself leaves the place where it is
//! about to act, before anything is decided about what lies there.

use tokio::runtime::Handle;

use crate::action::Aim;
use crate::platform::{Rect, Screen, Window};
use crate::{Computer, ComputerError};

/// Our windows are in the way where a point lies in them or this close to them, in
/// pixels: what is acted on has an extent of its own.
const NEAR: i32 = 24;
/// How often a front is asked, whose windows may be moved by a slow window manager.
const ASKED: u32 = 3;

impl Computer {
    /// The windows as they are once none of ours lies where an action goes, as far as
    /// the front can see to that. Only who holds the gate makes anything move. Must be
    /// called where it may block.
    pub(crate) fn make_room(
        &self,
        aim: &Aim,
        screen: &dyn Screen,
    ) -> Result<Vec<Window>, ComputerError> {
        let mut windows = self.check(screen.windows())?;
        let (Some(clear), Some(holder)) = (self.clear(), self.gate().holder()) else {
            return Ok(windows);
        };
        let points = match aim {
            Aim::Points(points) => points.clone(),
            Aim::Pointer => vec![self.check(screen.pointer())?],
            Aim::Focus | Aim::None => return Ok(windows),
        };
        let Ok(runtime) = Handle::try_current() else {
            return Ok(windows);
        };
        for _ in 0..ASKED {
            let in_the_way = |point: &(i32, i32)| self.is_under_ours(&windows, *point);
            if !points.iter().any(in_the_way) {
                break;
            }
            runtime.block_on((clear.0)(holder.clone(), points.clone()));
            // What was below is painted only now.
            self.rest()?;
            windows = self.check(screen.windows())?;
        }
        Ok(windows)
    }

    /// Whether one of our windows is the topmost at a point, or close to it.
    fn is_under_ours(&self, windows: &[Window], (x, y): (i32, i32)) -> bool {
        let seen = |window: &&Window| !window.minimised && !self.gate().is_passed(window);
        windows.iter().filter(seen).find_map(|window| {
            let own = self.gate().is_own(window);
            let area = if own {
                around(window.rect)
            } else {
                window.rect
            };
            area.contains(x, y).then_some(own)
        }) == Some(true)
    }
}

fn around(Rect { x, y, w, h }: Rect) -> Rect {
    Rect {
        x: x.saturating_sub(NEAR),
        y: y.saturating_sub(NEAR),
        w: w.saturating_add_signed(2 * NEAR),
        h: h.saturating_add_signed(2 * NEAR),
    }
}
