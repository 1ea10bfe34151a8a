//! The shipped data about providers and models.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use interpreter_protocol::ModelSummary;
use serde::Deserialize;

use crate::Coordinates;
use crate::endpoint::{Auth, Format, Quirks};
use crate::info::{ComputerTool, ImageRule, ModelInfo, Price, Thinking};
use crate::resolve::Lookup;

/// One place where models are served.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEntry {
    /// The part before the slash.
    pub name: String,
    /// As people name it.
    pub title: String,
    /// Other spellings of `name`.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Address; empty where each customer has an own one.
    pub base: String,
    /// Variables of the key, the first is the one to tell people.
    #[serde(default)]
    pub key: Vec<String>,
    /// Works without a key.
    #[serde(default)]
    pub key_optional: bool,
    /// Variables of the address.
    #[serde(default)]
    pub base_from: Vec<String>,
    /// Variables of the version.
    #[serde(default)]
    pub version_from: Vec<String>,
    /// Wire format.
    #[serde(default)]
    pub format: Format,
    /// How the key is sent.
    #[serde(default)]
    pub auth: Auth,
    /// Beginnings of bare model names that mean this provider.
    #[serde(default)]
    pub bare: Vec<String>,
    /// The model that is taken when only the key is known.
    #[serde(default)]
    pub default: Option<String>,
    /// Peculiarities.
    #[serde(default)]
    pub quirks: Quirks,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Runs on this computer.
    #[serde(default)]
    pub local: bool,
    /// Whether its models call tools, where it is known.
    #[serde(default)]
    pub tools: Option<bool>,
    /// What its keys begin with, longest first.
    #[serde(default)]
    pub key_prefixes: Vec<String>,
    /// Where a key is had.
    #[serde(default)]
    pub key_page: Option<String>,
    /// Where credit is bought.
    #[serde(default)]
    pub billing_page: Option<String>,
    /// Where its models are listed, if not below its address.
    #[serde(default)]
    pub models: Option<String>,
    /// It lists its models to anybody, so that a list says nothing about a key.
    #[serde(default)]
    pub open_list: bool,
    /// How it is recognised on this computer.
    #[serde(default)]
    pub probe: Option<Probe>,
    /// Its own wire format, where models with a computer tool are spoken to in it.
    #[serde(default)]
    pub native: Option<Native>,
    /// What to do instead, where its format is not spoken.
    #[serde(default)]
    pub unsupported: Option<String>,
}

/// The vendor's own wire format, for models whose computer tool only it carries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Native {
    /// The format.
    pub format: Format,
    /// Its address, where it is another one.
    #[serde(default)]
    pub base: Option<String>,
    /// How the key is sent there.
    #[serde(default)]
    pub auth: Auth,
}

/// How a local server is recognised.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Where it may listen; the first is the port of the provider's address.
    pub ports: Vec<u16>,
    /// Any one of them shows that it is this server and no other.
    pub signs: Vec<Sign>,
    /// Where the models are listed.
    pub models: String,
    /// What the list must name as owner.
    #[serde(default)]
    pub owned_by: Option<String>,
    /// It answers nothing without a key: a refusal for want of one is a sign, too.
    #[serde(default)]
    pub wants_key: bool,
}

/// What only one kind of server answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Asked with GET.
    pub path: String,
    /// Key the JSON answer must have.
    pub key: String,
    /// Text that must stand there.
    #[serde(default)]
    pub value: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Providers {
    providers: Vec<ProviderEntry>,
}

/// What is known of one model, or of all whose names begin alike.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    provider: String,
    #[serde(default)]
    prefix: String,
    context: Option<u64>,
    max_output: Option<u64>,
    vision: Option<bool>,
    tools: Option<bool>,
    price: Option<Price>,
    images: Option<ImageRule>,
    coordinates: Option<Coordinates>,
    computer: Option<Vec<ComputerTool>>,
    append_only: Option<bool>,
    thinking: Option<Thinking>,
    sampling: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Models {
    models: Vec<Entry>,
    families: Vec<Entry>,
}

// The files are compiled in, and a test parses them: an empty catalogue cannot ship.
static PROVIDERS: LazyLock<Vec<ProviderEntry>> = LazyLock::new(|| {
    serde_json::from_str::<Providers>(include_str!("../../../models/catalogue/providers.json"))
        .map(|file| file.providers)
        .unwrap_or_default()
});

static MODELS: LazyLock<Models> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../models/catalogue/models.json")).unwrap_or(Models {
        models: Vec::new(),
        families: Vec::new(),
    })
});

/// Every provider, in the order in which a key decides the default.
pub fn providers() -> &'static [ProviderEntry] {
    &PROVIDERS
}

/// The provider of this name or alias.
pub fn provider(name: &str) -> Option<&'static ProviderEntry> {
    PROVIDERS.iter().find(|entry| {
        entry.name.eq_ignore_ascii_case(name)
            || entry
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(name))
    })
}

/// The provider a bare model name belongs to.
pub(crate) fn provider_of_bare(model: &str) -> Option<&'static ProviderEntry> {
    let lower = model.to_ascii_lowercase();
    PROVIDERS
        .iter()
        .flat_map(|entry| entry.bare.iter().map(move |bare| (entry, bare)))
        .filter(|(_, bare)| lower.starts_with(&bare.to_ascii_lowercase()))
        .max_by_key(|(_, bare)| bare.len())
        .map(|(entry, _)| entry)
}

/// What is known of a model. `provider` may be one the catalogue does not have.
pub fn info(provider: &str, id: &str, local: bool) -> ModelInfo {
    let local = local && !is_sent_on(provider, id);
    let bare = bare_id(id);
    let models = &MODELS.models;
    let exact = models
        .iter()
        .find(|entry| entry.provider == provider && entry.id == id);
    let alike = exact.is_none().then(|| {
        models.iter().find(|entry| {
            let name = bare_id(&entry.id);
            // A dated version is the model it is a version of.
            bare == name || bare.strip_prefix(&name).is_some_and(is_version)
        })
    });
    let alike = exact.or(alike.flatten());
    let family = MODELS
        .families
        .iter()
        .filter(|entry| bare.starts_with(&entry.prefix))
        .max_by_key(|entry| entry.prefix.len());
    let entry = alike.or(family).cloned().unwrap_or_default();
    let tools = entry
        .tools
        .or(crate::catalogue::provider(provider).and_then(|p| p.tools));
    let vision = entry
        .vision
        .unwrap_or_else(|| bare.contains("vision") || bare.contains("-vl"));
    let tools = tools.unwrap_or(true);
    // A vendor's own tool is only to be had from the vendor.
    let vendor = crate::catalogue::provider(provider).map(|entry| &entry.native);
    let computer = entry.computer.iter().flatten().copied().find(|tool| {
        tool.format().is_none_or(|format| {
            vendor.is_some_and(|native| native.as_ref().is_some_and(|n| n.format == format))
        })
    });
    let function = if tools {
        ComputerTool::Function
    } else {
        ComputerTool::None
    };
    ModelInfo {
        name: format!("{provider}/{id}"),
        provider: provider.to_owned(),
        id: id.to_owned(),
        family: format!("{provider}/{id}"),
        vision,
        tools,
        computer: computer.unwrap_or(function),
        coordinates: entry.coordinates.unwrap_or_default(),
        append_only: provider == "anthropic" && entry.append_only.unwrap_or(false),
        context: entry.context,
        max_output: entry.max_output,
        // A model costs what its own provider asks; elsewhere it may differ.
        price: if exact.is_some() || (alike.is_some() && entry.provider == provider) {
            entry.price
        } else if local {
            Some(Price {
                input: 0.0,
                output: 0.0,
                cached: None,
                cache_write: None,
                above: None,
            })
        } else {
            None
        },
        images: entry.images.unwrap_or_default(),
        local,
        sampling: entry.sampling.unwrap_or(true),
        thinking: if provider == "anthropic" {
            entry.thinking.unwrap_or_default()
        } else {
            Thinking::Silent
        },
        known: alike.is_some(),
    }
}

/// The computer tools a model may take, best first.
pub(crate) fn computer_tools(info: &ModelInfo) -> Vec<ComputerTool> {
    let mut tools = vec![info.computer];
    if info.computer.is_native() {
        if let Some(entry) = MODELS
            .models
            .iter()
            .find(|e| e.provider == info.provider && e.id == info.id)
        {
            tools.extend(entry.computer.iter().flatten());
        }
        let table = [
            ComputerTool::AnthropicToolset,
            ComputerTool::Anthropic20251124,
            ComputerTool::Anthropic20250124,
            ComputerTool::Anthropic20241022,
            ComputerTool::Openai,
            ComputerTool::OpenaiPreview,
            ComputerTool::Gemini,
            ComputerTool::GeminiBrowser,
        ];
        let spoken = info.computer.format();
        tools.extend(table.iter().filter(|tool| tool.format() == spoken));
        tools.push(ComputerTool::Function);
    }
    let mut seen = Vec::new();
    tools.retain(|tool| {
        let new = !seen.contains(tool);
        seen.push(*tool);
        new
    });
    tools
}

/// Ollama hands some models over to its maker's servers: what is said to them
/// does not stay on this computer.
fn is_sent_on(provider: &str, id: &str) -> bool {
    provider == "ollama" && (id.ends_with(":cloud") || id.ends_with("-cloud"))
}

/// Lower case, without the vendor's path and without `:latest` and the like.
fn bare_id(id: &str) -> String {
    let last = id.rsplit('/').next().unwrap_or(id).to_ascii_lowercase();
    // Gateways write `anthropic.claude-...` and `claude-opus-5.5`.
    let last = last.strip_prefix("anthropic.").unwrap_or(&last).to_owned();
    let last = last
        .split_once(':')
        .map_or(last.as_str(), |(name, _)| name)
        .to_owned();
    if last.starts_with("claude-") {
        last.replace('.', "-")
    } else {
        last
    }
}

/// `-20250929`, `-2024-11-20`, `-latest`.
fn is_version(rest: &str) -> bool {
    rest == "-latest"
        || rest.strip_prefix('-').is_some_and(|digits| {
            digits.len() >= 4
                && digits
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'-')
        })
}

/// Every model the catalogue knows, and the embedded commands first.
pub fn models(lookup: &dyn Lookup) -> Vec<ModelSummary> {
    let mut list = vec![crate::resolve::commands_model().info.summary(true)];
    // The keychain is asked once for each provider, not for each model.
    let mut ready: BTreeMap<&str, bool> = BTreeMap::new();
    for entry in &MODELS.models {
        let ready = *ready.entry(&entry.provider).or_insert_with(|| {
            provider(&entry.provider).is_some_and(|provider| {
                provider.key_optional
                    || provider
                        .key
                        .iter()
                        .any(|name| lookup.secret(name).is_some())
            })
        });
        list.push(info(&entry.provider, &entry.id, false).summary(ready));
    }
    list
}

/// Names that come near what was written, at most three.
pub(crate) fn near(name: &str) -> Vec<String> {
    let wanted = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let mut scored: Vec<(usize, String)> = MODELS
        .models
        .iter()
        .map(|entry| {
            (
                distance(&wanted, &entry.id),
                format!("{}/{}", entry.provider, entry.id),
            )
        })
        .filter(|(distance, _)| *distance <= wanted.len() / 3 + 1)
        .collect();
    scored.sort();
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
