//! From text to lines of styled spans. Nothing here writes anywhere.

mod code;
mod highlight;
mod inline;
mod markdown;
mod stream;
mod style;
mod table;

pub(crate) use code::CodeBlock;
pub(crate) use highlight::warm_up;
pub(crate) use inline::{safe_text, take_width, width_of, wrap};
pub(crate) use stream::Markdown;
pub(crate) use style::{Colour, Line, Span, Style, to_ansi};
