//! What of the screen is shown: all but our own windows and those of password
//! managers.

use crate::effect::Moment;
use crate::platform::{Rect, Screen, Window};
use crate::{Computer, ComputerError, image};

impl Computer {
    /// A part of the screen at this moment.
    pub(crate) fn moment(&self, screen: &dyn Screen, area: Rect) -> Result<Moment, ComputerError> {
        // A window may open, close or move while the picture is taken.
        let before = self.check(screen.windows())?;
        let mut pixels = self.check(screen.capture(area))?;
        let windows = self.check(screen.windows())?;
        let mut hidden = self.hidden_parts(screen, &windows);
        if before != windows {
            hidden.extend(self.hidden_parts(screen, &before));
        }
        image::paint_out(&mut pixels, area, &hidden);
        // The border is painted out of every picture, and hides nothing.
        let hides = |window: &Window| {
            !window.minimised
                && window.rect.intersection(area).is_some()
                && self.is_hidden(screen, window)
                && !self.gate().is_passed(window)
        };
        let masked = before.iter().chain(&windows).any(hides);
        let windows: Vec<Window> = windows
            .into_iter()
            .filter(|window| !self.is_hidden(screen, window))
            .collect();
        Ok(Moment {
            area,
            pixels,
            windows,
            masked,
            pointer: self.check(screen.drawn_pointer())?,
        })
    }

    /// The visible parts of windows that are not shown.
    fn hidden_parts(&self, screen: &dyn Screen, windows: &[Window]) -> Vec<Rect> {
        let shown: Vec<&Window> = windows.iter().filter(|window| !window.minimised).collect();
        let hidden: Vec<bool> = shown
            .iter()
            .map(|window| self.is_hidden(screen, window))
            .collect();
        let mut parts = Vec::new();
        for (index, window) in shown.iter().enumerate() {
            if hidden.get(index) != Some(&true) {
                continue;
            }
            let above = shown
                .iter()
                .zip(&hidden)
                .take(index)
                .filter(|(_, hidden)| !**hidden)
                .map(|(window, _)| window);
            let visible = above.fold(vec![window.rect], |left, above| {
                left.into_iter()
                    .flat_map(|part| image::subtract(part, above.rect))
                    .collect()
            });
            parts.extend(visible);
        }
        parts
    }
}
