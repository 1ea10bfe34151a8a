//! Every vendor's words for screen actions, and the one neutral form.
//!
//! The neutral form is what a `computer` call's arguments hold: `{"action":
//! "left_click", "coordinate": [x, y], …}`, numbers still the model's own (see
//! [`crate::Coordinates`]). Parsers never fail: what cannot be understood
//! becomes an action `invalid` whose `problem` is told to the model.

mod anthropic;
mod code;
mod gemini;
mod glm;
mod neutral;
mod openai;
mod opencua;
mod qwen;
mod tags;
mod ui_tars;

use serde_json::Value;

use crate::ComputerTool;

use anthropic::member;
pub(crate) use gemini::is_action as is_gemini_action;
pub(crate) use qwen::schema as qwen_schema;
pub(crate) use tags::calls as written;

/// What one call of a vendor's vocabulary comes down to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// Neutral actions, to be done in this order; the first that fails ends them.
    pub actions: Vec<Value>,
    /// The vendor wants the person asked before any of them is done, because of this.
    pub confirm: Option<String>,
    /// The model has no more to do, or wants the person.
    pub end: Option<End>,
}

/// How a model ends its work in its own vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It is done.
    Finished {
        /// As it said, may be empty.
        text: String,
        /// It says that it succeeded.
        success: bool,
    },
    /// It needs the person.
    AskPerson {
        /// Why, may be empty.
        text: String,
    },
}

impl End {
    /// The words for the person.
    pub fn words(&self) -> String {
        match self {
            Self::Finished { text, .. } | Self::AskPerson { text } if !text.trim().is_empty() => {
                text.trim().to_owned()
            }
            Self::Finished { success: true, .. } => "Done.".to_owned(),
            Self::Finished { success: false, .. } => "I could not do this.".to_owned(),
            Self::AskPerson { .. } => "I need your help to go on.".to_owned(),
        }
    }
}

impl Asked {
    fn of(actions: Vec<Value>) -> Self {
        Self {
            actions,
            ..Self::default()
        }
    }

    fn finished(text: impl Into<String>, success: bool) -> Self {
        let text = text.into();
        Self {
            end: Some(End::Finished { text, success }),
            ..Self::default()
        }
    }

    fn add(&mut self, more: Self) {
        self.actions.extend(more.actions);
        self.confirm = self.confirm.take().or(more.confirm);
        self.end = self.end.take().or(more.end);
    }
}

impl ComputerTool {
    /// Reads one call: `name` and `arguments` as the vendor's format carries them.
    pub fn read(self, name: &str, arguments: &Value) -> Asked {
        match self {
            Self::Openai | Self::OpenaiPreview => openai::read(arguments),
            Self::Gemini | Self::GeminiBrowser => gemini::read(name, arguments),
            Self::Qwen => qwen::read(arguments),
            Self::AnthropicToolset => anthropic::read_member(name, arguments),
            _ => anthropic::read(arguments),
        }
    }

    /// The vendor's name and arguments for a neutral action, where it has words for it.
    pub fn write(self, action: &Value) -> Option<(String, Value)> {
        match self {
            Self::AnthropicToolset => member(action),
            Self::Anthropic20251124 | Self::Anthropic20250124 | Self::Anthropic20241022 => {
                anthropic::write(self, action).map(|input| ("computer".to_owned(), input))
            }
            Self::Openai | Self::OpenaiPreview => {
                openai::write(action).map(|action| ("computer".to_owned(), action))
            }
            Self::Gemini => gemini::write(action),
            Self::GeminiBrowser => gemini::write_browser(action),
            Self::Qwen => qwen::write(action).map(|input| ("computer_use".to_owned(), input)),
            Self::Function => Some(("computer".to_owned(), action.clone())),
            Self::UiTars | Self::Glm | Self::Opencua | Self::None => None,
        }
    }

    /// Reads a whole answer of a model that writes its actions as text.
    pub fn read_text(self, text: &str) -> Asked {
        match self {
            Self::UiTars => ui_tars::read(text),
            Self::Glm => glm::read(text),
            Self::Opencua => opencua::read(text),
            Self::Qwen => qwen::read_text(text),
            _ => Asked::default(),
        }
    }

    /// A neutral action as such a model would have written it.
    pub fn write_text(self, action: &Value) -> Option<String> {
        match self {
            Self::UiTars => ui_tars::write(action),
            Self::Glm => glm::write(action),
            Self::Opencua => opencua::write(action),
            Self::Qwen => qwen::write_text(action),
            _ => None,
        }
    }

    /// What such a model is told, with what its coordinates count.
    pub(crate) fn protocol(self, frame: &str) -> Option<String> {
        match self {
            Self::UiTars => Some(ui_tars::PROTOCOL.to_owned()),
            Self::Glm => Some(glm::PROTOCOL.to_owned()),
            Self::Opencua => Some(opencua::PROTOCOL.to_owned()),
            Self::Qwen => Some(qwen::protocol(frame)),
            _ => None,
        }
    }

    /// Where, at the start of a line, the words end and the action begins.
    pub(crate) fn marks(self) -> &'static [&'static str] {
        match self {
            Self::UiTars => ui_tars::MARKS,
            Self::Glm => glm::MARKS,
            Self::Opencua => opencua::MARKS,
            _ => qwen::MARKS,
        }
    }
}

#[cfg(test)]
mod tests;
