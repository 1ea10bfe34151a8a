//! Cells of the table: an action on a layout, and what windows say of it.
//!
//! A window is an oracle: an action counts as delivered only when the right one
//! logged exactly it, no other window logged anything, and what the computer said
//! of the effect is true. A refusal counts as correct only when it is the right one
//! and no window logged anything.

mod desk;
mod keyboard;
mod layout;
mod menus;
mod pointer;
mod refusals;
mod seeing;
mod stage;

use std::pin::Pin;
use std::time::Instant;

pub use layout::{Displays, LAYOUTS, Layout};
pub use stage::Stage;

/// What came of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did what it says, where it says, and that is what was said of it.
    Delivered,
    /// It was not done, for the right reason.
    Refused,
    /// Anything else, in words.
    Failed(String),
}

/// One line of evidence.
#[derive(Clone, Debug)]
pub struct Cell {
    pub action: &'static str,
    pub input: &'static str,
    pub layout: &'static str,
    pub system: &'static str,
    pub verdict: Verdict,
    pub seconds: f64,
}

impl Cell {
    /// As a line: system, layout, action, input, verdict, what was wrong, and the
    /// time it took, with tabs between.
    pub fn line(&self) -> String {
        let (verdict, detail) = match &self.verdict {
            Verdict::Delivered => ("delivered", ""),
            Verdict::Refused => ("refused", ""),
            Verdict::Failed(why) => ("failed", why.as_str()),
        };
        let detail = detail.replace(['\t', '\n'], " ");
        let seconds = format!("{:.1}", self.seconds);
        [
            self.system,
            self.layout,
            self.action,
            self.input,
            verdict,
            &detail,
            &seconds,
        ]
        .join("\t")
    }
}

/// What is tried on a stage; an error says what was wrong.
type Tried<'a> = Pin<Box<dyn Future<Output = Result<Verdict, String>> + 'a>>;

/// One action with one kind of input.
pub struct Deed {
    pub action: &'static str,
    pub input: &'static str,
    /// Needs what only X11 programs have here: accessibility, a second toolkit.
    pub x11: bool,
    pub tries: for<'a> fn(&'a mut Stage) -> Tried<'a>,
}

/// A row: action, kind of input, and the function that tries it.
macro_rules! deed {
    ($action:literal, $input:literal, $tries:expr) => {
        Deed {
            action: $action,
            input: $input,
            x11: false,
            tries: |stage| Box::pin($tries(stage)),
        }
    };
    ($action:literal, $input:literal, $tries:expr, x11) => {
        Deed {
            x11: true,
            ..deed!($action, $input, $tries)
        }
    };
}
pub(crate) use deed;

/// Everything that is tried, in this order; the last ones change the layout.
pub fn deeds() -> impl Iterator<Item = &'static Deed> {
    [
        pointer::DEEDS,
        menus::DEEDS,
        keyboard::DEEDS,
        seeing::DEEDS,
        refusals::DEEDS,
    ]
    .into_iter()
    .flatten()
}

/// Tries everything on a layout, or the actions that are named.
pub async fn run(layout: &Layout, only: Option<&[&str]>, mut tell: impl FnMut(Cell)) {
    let wanted = |deed: &&Deed| {
        (layout.system() == "X11" || !deed.x11)
            && only.is_none_or(|only| only.contains(&deed.action))
    };
    let mut stage = Stage::set(layout).await;
    stage.keep_picture(layout.name).await;
    for deed in deeds().filter(wanted) {
        let start = Instant::now();
        let tried = (deed.tries)(&mut stage).await;
        if tried.is_err() {
            let name = format!("{}, {}, {}", layout.name, deed.action, deed.input);
            stage.keep_picture(&name).await;
        }
        let strangers = stage.end_cell().await;
        let verdict = match (tried, strangers) {
            (Err(why), Err(more)) => Verdict::Failed(format!("{why}; {more}")),
            (Err(why), _) | (Ok(_), Err(why)) => Verdict::Failed(why),
            (Ok(verdict), Ok(())) => verdict,
        };
        tell(Cell {
            action: deed.action,
            input: deed.input,
            layout: layout.name,
            system: layout.system(),
            verdict,
            seconds: start.elapsed().as_secs_f64(),
        });
    }
    stage.close();
}
