//! What is known about a model: abilities, limits, prices, and where its coordinates point.

use interpreter_protocol::{ModelSummary, Usage};
use serde::Deserialize;

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
}

impl ComputerTool {
    /// The vendor knows the tool by itself.
    pub fn is_native(self) -> bool {
        !matches!(self, Self::None | Self::Function)
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

/// What the numbers of a model's coordinates count.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coordinates {
    /// Whole pixels of the image as sent.
    #[default]
    Pixels,
    /// Whole pixels of the image after the model's own resize.
    Resized {
        /// Sides are multiples of it.
        factor: u32,
        /// Least area, in pixels.
        min: u64,
        /// Greatest area, in pixels.
        max: u64,
    },
    /// Steps from 0 to this number over width and height (1, 100, 999, 1000).
    Scale(f64),
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
    /// Sides must be multiples of this, so that the model does not resize by itself.
    #[serde(default = "one")]
    pub multiple: u32,
    /// Width and height beyond which more pixels do not help.
    #[serde(default = "full_hd")]
    pub advised: (u32, u32),
}

fn one() -> u32 {
    1
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
            multiple: 1,
            advised: (1440, 900),
        }
    }
}

impl ImageRule {
    /// Tokens a picture of this size counts.
    pub fn tokens(&self, size: (u32, u32)) -> u64 {
        let side = self.patch.max(1);
        u64::from(size.0.div_ceil(side)) * u64::from(size.1.div_ceil(side))
    }

    /// The largest size of about the same shape that is taken unchanged.
    pub fn fit(&self, native: (u32, u32)) -> (u32, u32) {
        let (width, height) = (f64::from(native.0.max(1)), f64::from(native.1.max(1)));
        let mut scale = 1.0f64
            .min(f64::from(self.advised.0.max(self.advised.1)) / width.max(height))
            .min(f64::from(self.advised.0.min(self.advised.1)) / width.min(height))
            .min(f64::from(self.max_side) / width.max(height));
        loop {
            let side = |native: f64| {
                let multiple = f64::from(self.multiple.max(1));
                let near = (native * scale / multiple).round() * multiple;
                near.clamp(multiple, f64::from(u32::MAX)) as u32
            };
            let size = (side(width), side(height));
            let over = self.tokens(size) as f64 / f64::from(self.max_patches.max(1));
            if over <= 1.0 || size == (self.multiple.max(1), self.multiple.max(1)) {
                return size;
            }
            // At least half a percent a round, so that it ends.
            scale *= (1.0 / over).sqrt().min(0.995);
        }
    }
}

impl ModelInfo {
    /// Says whether it calls tools, and gives or takes the computer accordingly.
    pub(crate) fn set_tools(&mut self, tools: bool) {
        self.tools = tools;
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
        let (width, height) = (f64::from(sent.0), f64::from(sent.1));
        let (x, y) = match self.coordinates {
            Coordinates::Pixels => (centre(x), centre(y)),
            Coordinates::Resized { factor, min, max } => {
                let resized = smart_resize(sent, factor, min, max);
                (
                    centre(x) * width / f64::from(resized.0),
                    centre(y) * height / f64::from(resized.1),
                )
            }
            Coordinates::Scale(steps) => (x / steps * width, y / steps * height),
        };
        let inside = |value: f64, size: f64| {
            if value.is_nan() {
                0.0
            } else {
                value.clamp(0.0, size)
            }
        };
        (inside(x, width), inside(y, height))
    }

    /// Whether the model's numbers lie on the image, give or take 5 %.
    /// What lies further outside should be refused, not moved.
    pub fn points_inside(&self, x: f64, y: f64, sent: (u32, u32)) -> bool {
        let (width, height) = match self.coordinates {
            Coordinates::Pixels => sent,
            Coordinates::Resized { factor, min, max } => smart_resize(sent, factor, min, max),
            Coordinates::Scale(_) => (0, 0),
        };
        let (width, height) = match self.coordinates {
            Coordinates::Scale(steps) => (steps, steps),
            _ => (f64::from(width), f64::from(height)),
        };
        let near = |value: f64, size: f64| (-0.05 * size..=1.05 * size).contains(&value);
        near(x, width) && near(y, height)
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

/// Models name whole pixels, and mean their centres; one that gives fractions means those.
fn centre(value: f64) -> f64 {
    if value.fract() == 0.0 {
        value + 0.5
    } else {
        value
    }
}

/// The size Qwen-like models resize a picture to by themselves. Sides become
/// multiples of `factor`, the area stays between `min` and `max` pixels.
pub fn smart_resize(size: (u32, u32), factor: u32, min: u64, max: u64) -> (u32, u32) {
    let (width, height) = (f64::from(size.0.max(1)), f64::from(size.1.max(1)));
    let step = f64::from(factor.max(1));
    let near = |side: f64| ((side / step).round_ties_even() * step).max(step);
    let (mut new_width, mut new_height) = (near(width), near(height));
    if new_width * new_height > max as f64 {
        let shrink = (width * height / max as f64).sqrt();
        new_width = ((width / shrink / step).floor() * step).max(step);
        new_height = ((height / shrink / step).floor() * step).max(step);
    } else if new_width * new_height < min as f64 {
        let grow = (min as f64 / (width * height)).sqrt();
        new_width = (width * grow / step).ceil() * step;
        new_height = (height * grow / step).ceil() * step;
    }
    (new_width as u32, new_height as u32)
}

#[cfg(test)]
mod tests;
