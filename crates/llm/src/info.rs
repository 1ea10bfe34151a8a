//! What is known about a model: abilities, limits, prices, and where its coordinates point.

use interpreter_protocol::{ModelSummary, Usage};
use serde::Deserialize;

use crate::Coordinates;
use crate::endpoint::Format;

/// What a model can do. Data of the catalogue, with what the person overrode.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelInfo {
    /// `provider/model`, as shown.
    pub name: String,
    /// The provider's name in the catalogue.
    pub provider: String,
    /// The model's id at its provider.
    pub id: String,
    /// Whom opaque parts are meant for; changes whenever they would be worthless.
    pub family: String,
    /// It sees pictures.
    pub vision: bool,
    /// It calls tools. Where it does not, [`crate::Model::provider`] speaks fences with it.
    pub tools: bool,
    /// How it is given screen, mouse and keyboard.
    pub computer: ComputerTool,
    /// What its coordinates count.
    pub coordinates: Coordinates,
    /// Its history must only grow: nothing said may change or go.
    pub append_only: bool,
    /// Largest input, in tokens.
    pub context: Option<u64>,
    /// Largest answer, in tokens.
    pub max_output: Option<u64>,
    /// What it costs, where known.
    pub price: Option<Price>,
    /// What pictures it takes.
    pub images: ImageRule,
    /// It runs on this computer.
    pub local: bool,
    /// It takes `temperature`.
    pub sampling: bool,
    /// How it thinks.
    pub thinking: Thinking,
    /// The shipped data speaks of it.
    pub known: bool,
}

/// How a model is given screen, mouse and keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComputerTool {
    /// Not at all: it calls no tools, or is told in text.
    None,
    /// As an ordinary function named `computer`.
    Function,
    /// Anthropic's `computer_toolset_20260801`.
    AnthropicToolset,
    /// Anthropic's `computer_20251124`.
    Anthropic20251124,
    /// Anthropic's `computer_20250124`.
    Anthropic20250124,
    /// Anthropic's `computer_20241022`.
    Anthropic20241022,
    /// OpenAI's `computer`: batches of actions.
    Openai,
    /// OpenAI's older `computer_use_preview`.
    OpenaiPreview,
    /// Gemini's `computerUse` with the newer names.
    Gemini,
    /// Gemini's `computerUse` with the older names, made for a browser.
    GeminiBrowser,
    /// Qwen's function `computer_use`.
    Qwen,
    /// UI-TARS' actions, as text.
    UiTars,
    /// GLM's actions, as text.
    Glm,
    /// OpenCUA's pyautogui code, as text.
    Opencua,
}

impl ComputerTool {
    /// The vendor knows the tool by itself.
    pub fn is_native(self) -> bool {
        self.format().is_some()
    }

    /// The wire format that carries it, where only one does.
    pub(crate) fn format(self) -> Option<Format> {
        match self {
            Self::AnthropicToolset
            | Self::Anthropic20251124
            | Self::Anthropic20250124
            | Self::Anthropic20241022 => Some(Format::Anthropic),
            Self::Openai | Self::OpenaiPreview => Some(Format::OpenaiResponses),
            Self::Gemini | Self::GeminiBrowser => Some(Format::Gemini),
            _ => None,
        }
    }

    /// The model was trained to write its actions as text of its own.
    pub fn is_spoken(self) -> bool {
        matches!(self, Self::UiTars | Self::Glm | Self::Opencua)
    }
}

/// How a model thinks, where the request has to say something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thinking {
    /// The request says nothing.
    #[default]
    Silent,
    /// Anthropic `{"type":"adaptive"}`.
    Adaptive,
}

/// US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Price {
    /// Of input.
    pub input: f64,
    /// Of output, reasoning included.
    pub output: f64,
    /// Of input read from a cache; absent: as input.
    #[serde(default)]
    pub cached: Option<f64>,
    /// Of input written to a cache; absent: as input.
    #[serde(default)]
    pub cache_write: Option<f64>,
    /// Other prices for long inputs.
    #[serde(default)]
    pub above: Option<Above>,
}

/// Factors on a [`Price`] once the input is longer than a limit.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Above {
    /// Tokens of input.
    pub tokens: u64,
    /// On the prices of input and caches.
    pub input: f64,
    /// On the price of output.
    pub output: f64,
}

/// What pictures a model takes unchanged, and what they count.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct ImageRule {
    /// Side of the squares it counts, in pixels.
    pub patch: u32,
    /// Most squares in one picture.
    pub max_patches: u32,
    /// Longest side, in pixels.
    pub max_side: u32,
    /// A picture counts this many tokens, whatever its size.
    #[serde(default)]
    pub each: Option<u32>,
    /// Sides must be multiples of this, so that the model does not resize by itself.
    #[serde(default = "one")]
    pub multiple: u32,
    /// Screenshots that always stay in a history that may be changed.
    #[serde(default = "two")]
    pub keep: u32,
    /// Older ones are left out this many at a time, so that what a cache holds
    /// stays the same in between.
    #[serde(default = "two")]
    pub batch: u32,
    /// Width and height beyond which more pixels do not help.
    #[serde(default = "full_hd")]
    pub advised: (u32, u32),
}

fn one() -> u32 {
    1
}

fn two() -> u32 {
    2
}

fn full_hd() -> (u32, u32) {
    (1920, 1080)
}

impl Default for ImageRule {
    fn default() -> Self {
        // Fits what every vendor and nearly every local server takes unchanged.
        Self {
            patch: 28,
            max_patches: 1568,
            max_side: 1568,
            each: None,
            multiple: 1,
            keep: two(),
            batch: two(),
            advised: (1440, 900),
        }
    }
}

impl ImageRule {
    /// Tokens a picture of this size counts.
    pub fn tokens(&self, size: (u32, u32)) -> u64 {
        if let Some(tokens) = self.each {
            return u64::from(tokens);
        }
        let side = self.patch.max(1);
        u64::from(size.0.div_ceil(side)) * u64::from(size.1.div_ceil(side))
    }

    /// How many of the oldest of `count` screenshots are left out of a request.
    pub fn omitted(&self, count: usize) -> usize {
        let batch = self.batch.max(1) as usize;
        count.saturating_sub(self.keep as usize) / batch * batch
    }

    /// The largest size of about the same shape that is taken unchanged, and no
    /// larger than what helps. Never larger than `native`, but for a side that is
    /// shorter than one [`ImageRule::multiple`].
    pub fn fit(&self, native: (u32, u32)) -> (u32, u32) {
        let side = self.max_side.min(self.advised.0.max(self.advised.1));
        let short = self.advised.0.min(self.advised.1);
        self.search(native, side, |size| {
            size.0.min(size.1) <= short.max(self.multiple)
        })
    }

    /// What the vendor makes of a picture of this size by itself: the longest
    /// side that is allowed is searched, the other follows in proportion.
    pub fn shrunk_by_vendor(&self, size: (u32, u32)) -> (u32, u32) {
        let rule = Self {
            multiple: 1,
            ..*self
        };
        rule.search(size, self.max_side, |_| true)
    }

    /// The greatest long side up to `most` whose picture fits.
    fn search(
        &self,
        native: (u32, u32),
        most: u32,
        fits: impl Fn((u32, u32)) -> bool,
    ) -> (u32, u32) {
        let (width, height) = (native.0.max(1), native.1.max(1));
        let long = width.max(height);
        let multiple = self.multiple.max(1);
        let at = |side: u32| {
            let part = |own: u32| {
                let own = (f64::from(own) * f64::from(side) / f64::from(long)).round_ties_even();
                ((own as u32) / multiple * multiple).max(multiple)
            };
            (part(width), part(height))
        };
        let taken = |side: u32| {
            let size = at(side);
            fits(size) && self.tokens(size) <= u64::from(self.max_patches)
        };
        // Both sides grow with the long one, so what fits lies below what does not.
        let (mut low, mut high) = (1, most.clamp(1, long));
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if taken(middle) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        at(low)
    }
}

impl ModelInfo {
    /// Says whether it calls tools, and gives or takes the computer accordingly.
    pub(crate) fn set_tools(&mut self, tools: bool) {
        self.tools = tools;
        // Text of their own needs no calls.
        if self.computer.is_spoken() {
            return;
        }
        if !tools {
            self.computer = ComputerTool::None;
        } else if self.computer == ComputerTool::None {
            self.computer = ComputerTool::Function;
        }
    }

    /// What a call cost, in US dollars, where the price is known.
    pub fn cost(&self, usage: &Usage) -> Option<f64> {
        let price = self.price?;
        let (on_input, on_output) = match price.above {
            Some(above) if usage.input_tokens > above.tokens => (above.input, above.output),
            _ => (1.0, 1.0),
        };
        let cached = usage.cached_tokens.min(usage.input_tokens);
        let written = usage.cache_write_tokens.min(usage.input_tokens - cached);
        let fresh = usage.input_tokens - cached - written;
        let input = fresh as f64 * price.input
            + cached as f64 * price.cached.unwrap_or(price.input)
            + written as f64 * price.cache_write.unwrap_or(price.input);
        Some((input * on_input + usage.output_tokens as f64 * price.output * on_output) / 1e6)
    }

    /// The size a capture of `native` pixels is shrunk to before it is sent.
    pub fn fit_image(&self, native: (u32, u32)) -> (u32, u32) {
        self.images.fit(native)
    }

    /// From the model's numbers to continuous pixels of the sent image. A whole
    /// pixel means its centre. Numbers outside come out on the border.
    pub fn to_sent(&self, x: f64, y: f64, sent: (u32, u32)) -> (f64, f64) {
        self.coordinates.to_sent((x, y), sent)
    }

    /// From a continuous point of the sent image to the model's numbers.
    pub fn from_sent(&self, x: f64, y: f64, sent: (u32, u32)) -> (f64, f64) {
        self.coordinates.from_sent((x, y), sent)
    }

    /// Whether the model's numbers lie on the image, give or take 5 %.
    /// What lies further outside should be refused, not moved.
    pub fn points_inside(&self, x: f64, y: f64, sent: (u32, u32)) -> bool {
        self.coordinates.inside((x, y), sent)
    }

    /// As the model list shows it.
    pub fn summary(&self, ready: bool) -> ModelSummary {
        ModelSummary {
            name: self.name.clone(),
            provider: self.provider.clone(),
            vision: self.vision,
            tools: self.tools,
            computer: self.computer.is_native(),
            ready,
            local: self.local,
        }
    }
}

#[cfg(test)]
mod tests;
