//! From what the person named to a model and the way to it.

mod address;

use std::sync::Arc;

use interpreter_protocol::{Error, ErrorCode};
use thiserror::Error as ThisError;

use address::{clean_base, ollama_base};

use crate::catalogue::{ProviderEntry, provider, provider_of_bare};
use crate::endpoint::{Auth, Endpoint, Format, Key, Quirks, is_loopback};
use crate::{ComputerTool, ModelInfo, Provider};

/// What the person asked for, from settings and command line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// `provider/model` or a bare name.
    pub model: Option<String>,
    /// Address of the server.
    pub api_base: Option<String>,
    /// Key, where it was given for this run.
    pub api_key: Option<String>,
    /// Azure's `api-version`, or Anthropic's `anthropic-version`.
    pub api_version: Option<String>,
    /// Tokens, over the catalogue.
    pub context_window: Option<u32>,
    /// Tokens, over the catalogue.
    pub max_tokens: Option<u32>,
    /// Over the catalogue.
    pub supports_vision: Option<bool>,
    /// Over the catalogue.
    pub supports_functions: Option<bool>,
}

/// Where keys and variables come from.
pub trait Lookup: Sync {
    /// A stored or exported key, by the name of its variable.
    fn secret(&self, name: &str) -> Option<String>;
    /// A variable of the environment.
    fn env(&self, name: &str) -> Option<String>;
    /// The model used last.
    fn last_model(&self) -> Option<String>;
}

/// A model, and the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What it can do.
    pub info: ModelInfo,
    /// Where it is.
    pub endpoint: Endpoint,
}

impl Model {
    /// Ready to stream. A model without tools is wrapped, so that code in its
    /// text comes as calls of `execute`.
    pub fn provider(&self) -> Arc<dyn Provider> {
        crate::client::provider(self)
    }
}

/// Why no model can be used, by remedy.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum ResolveError {
    /// The provider wants a key and none is known.
    #[error("There is no key for {provider}.")]
    NoKey {
        /// The provider.
        provider: String,
        /// Its name in model names.
        name: String,
        /// The variable it is read from.
        variable: String,
        /// Where a key is had.
        page: Option<String>,
    },
    /// The name does not tell the provider.
    #[error("No provider is known for the model \u{201c}{model}\u{201d}.")]
    UnknownProvider {
        /// What was named.
        model: String,
        /// Names that come near.
        near: Vec<String>,
    },
    /// The provider needs an address of its own.
    #[error("{provider} needs the address of your resource.")]
    NoBase {
        /// The provider.
        provider: String,
        /// The variable it is read from.
        variable: String,
    },
    /// The provider's wire format is not spoken.
    #[error("{provider} cannot be used yet: its wire format is not spoken.")]
    Unsupported {
        /// The provider.
        provider: String,
        /// What to use instead.
        instead: String,
    },
    /// The address is not one.
    #[error("\u{201c}{base}\u{201d} is not the address of a server.")]
    BadBase {
        /// What was given.
        base: String,
    },
    /// The address was given without a model, and the server could not be asked.
    #[error("The server at {base} did not tell its models: {reason}")]
    NoModels {
        /// The address.
        base: String,
        /// What happened.
        reason: String,
    },
}

impl From<ResolveError> for Error {
    fn from(error: ResolveError) -> Self {
        let message = error.to_string();
        match error {
            ResolveError::NoKey {
                provider,
                name,
                variable,
                page,
            } => {
                let error = Self::new(ErrorCode::NoKey, message)
                    .remedy(format!(
                        "Set {variable}, pass --api_key, or store the key in the settings. Without a key, `--model builtin/commands` or a local server works."
                    ))
                    .param("title", provider)
                    .param("provider", name)
                    .param("key_name", variable);
                match page {
                    Some(page) => error.param("key_page", page),
                    None => error,
                }
            }
            ResolveError::UnknownProvider { model, near } => {
                let hint = if near.is_empty() {
                    String::new()
                } else {
                    format!(" Near it: {}.", near.join(", "))
                };
                Self::new(ErrorCode::UnknownModel, message)
                    .remedy(format!(
                        "Name it as provider/model (for example openai/{model} or ollama/{model}), or give the server's address with --api_base.{hint}"
                    ))
                    .param("model", model)
                    .param("near", near)
            }
            ResolveError::NoBase { provider, variable } => {
                Self::new(ErrorCode::BadSetting, message)
                    .remedy(format!("Set {variable}, or pass --api_base."))
                    .param("provider", provider)
            }
            ResolveError::Unsupported { provider, instead } => {
                Self::new(ErrorCode::UnknownModel, message)
                    .remedy(instead)
                    .param("provider", provider)
            }
            ResolveError::BadBase { base } => Self::new(ErrorCode::BadSetting, message)
                .remedy("Give it as http://HOST:PORT/v1 or https://HOST/v1.")
                .param("api_base", base),
            ResolveError::NoModels { base, .. } => Self::new(ErrorCode::NoNetwork, message)
                .remedy("Start the server, check the address, or name the model with --model.")
                .param("api_base", base),
        }
    }
}

/// The embedded commands: no model, no network.
pub(crate) fn commands_model() -> Model {
    let mut info = crate::catalogue::info("builtin", "commands", true);
    info.vision = false;
    info.tools = true;
    info.computer = ComputerTool::Function;
    Model {
        info,
        endpoint: Endpoint {
            format: Format::Commands,
            base: String::new(),
            key: None,
            auth: Auth::Bearer,
            api_version: None,
            headers: Vec::new(),
            quirks: Quirks::default(),
            title: "the embedded commands".to_owned(),
            key_variable: None,
        },
    }
}

/// The model a wish means, without asking any server. With no model named: the
/// last used, else the first provider that has a key, else the embedded commands.
///
/// # Errors
/// By remedy: no key, an unknown name, a broken address; an address alone
/// cannot be resolved here, use [`resolve_default`].
pub fn resolve(wish: &Wish, lookup: &dyn Lookup) -> Result<Model, ResolveError> {
    if let Some(model) = said(wish.model.as_deref()) {
        return named(model, wish, lookup);
    }
    if let Some(base) = said(wish.api_base.as_deref()) {
        return Err(ResolveError::NoModels {
            base: base.to_owned(),
            reason: "no model was named.".to_owned(),
        });
    }
    Ok(remembered(wish, lookup).unwrap_or_else(commands_model))
}

/// As [`resolve`], and asks servers where that helps: an address alone is asked
/// for its models; with nothing named, servers on this computer are looked for
/// before the embedded commands are taken. Only loopback is ever probed.
///
/// # Errors
/// As [`resolve`], and `NoModels` where the address did not answer.
pub async fn resolve_default(wish: &Wish, lookup: &dyn Lookup) -> Result<Model, ResolveError> {
    if let Some(model) = said(wish.model.as_deref()) {
        let mut model = named(model, wish, lookup)?;
        crate::local::settle(&mut model, wish, lookup).await;
        crate::probe::refine(&mut model, wish).await;
        return Ok(model);
    }
    if let Some(base) = said(wish.api_base.as_deref()) {
        let key = wish.api_key.as_deref().map(Key::new);
        let mut model = custom("", base, key, wish)?;
        let id = crate::probe::first_model(&model.endpoint)
            .await
            .map_err(|reason| ResolveError::NoModels {
                base: base.to_owned(),
                reason,
            })?;
        model.info = overridden(
            crate::catalogue::info("custom", &id, model.info.local),
            wish,
        );
        return Ok(model);
    }
    if let Some(mut model) = remembered(wish, lookup) {
        crate::probe::refine(&mut model, wish).await;
        return Ok(model);
    }
    for found in crate::local::quickly(lookup).await {
        let Some(model) = found.models.into_iter().next() else {
            continue;
        };
        let wish = Wish {
            model: Some(model),
            ..wish.clone()
        };
        if let Ok(mut model) = resolve(&wish, lookup) {
            crate::local::settle(&mut model, &wish, lookup).await;
            crate::probe::refine(&mut model, &wish).await;
            return Ok(model);
        }
    }
    Ok(commands_model())
}

fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The last used, else the first provider that has a key.
fn remembered(wish: &Wish, lookup: &dyn Lookup) -> Option<Model> {
    if let Some(last) = lookup.last_model()
        && let Ok(model) = named(&last, wish, lookup)
        // The embedded commands are what is left, never what is remembered.
        && model.endpoint.format != Format::Commands
    {
        return Some(model);
    }
    crate::catalogue::providers()
        .iter()
        .filter(|entry| entry.unsupported.is_none() && !entry.key_optional)
        .filter(|entry| entry.key.iter().any(|name| lookup.secret(name).is_some()))
        .find_map(|entry| {
            let model = format!("{}/{}", entry.name, entry.default.as_ref()?);
            named(&model, wish, lookup).ok()
        })
}

fn named(model: &str, wish: &Wish, lookup: &dyn Lookup) -> Result<Model, ResolveError> {
    if matches!(model, "builtin/commands" | "builtin" | "commands") {
        return Ok(commands_model());
    }
    let own_base = said(wish.api_base.as_deref());
    if let Some((prefix, rest)) = model.split_once('/')
        && !rest.is_empty()
    {
        if let Some(base) = own_base
            && prefix == "custom"
        {
            return custom(rest, base, wish.api_key.as_deref().map(Key::new), wish);
        }
        if let Some(entry) = provider(prefix) {
            return at_provider(entry, rest, wish, lookup);
        }
    }
    match (own_base, provider_of_bare(model)) {
        // A server of one's own speaks Chat Completions, whoever made the model.
        (None, Some(entry)) => at_provider(entry, model, wish, lookup),
        (Some(_), Some(entry)) if entry.name == "openai" => at_provider(entry, model, wish, lookup),
        (Some(base), _) => custom(model, base, wish.api_key.as_deref().map(Key::new), wish),
        (None, None) => match provider("ollama") {
            Some(ollama) if model.contains(':') && !model.contains('/') => {
                at_provider(ollama, model, wish, lookup)
            }
            _ => Err(ResolveError::UnknownProvider {
                model: model.to_owned(),
                near: crate::catalogue::near(model),
            }),
        },
    }
}

fn at_provider(
    entry: &ProviderEntry,
    id: &str,
    wish: &Wish,
    lookup: &dyn Lookup,
) -> Result<Model, ResolveError> {
    if let Some(instead) = &entry.unsupported {
        return Err(ResolveError::Unsupported {
            provider: entry.title.clone(),
            instead: instead.clone(),
        });
    }
    let env = |names: &[String]| {
        names
            .iter()
            .find_map(|name| lookup.env(name))
            .filter(|text| !text.trim().is_empty())
    };
    let own = said(wish.api_base.as_deref())
        .map(str::to_owned)
        .or_else(|| env(&entry.base_from));
    let spoken = own.as_deref().and_then(|own| native_address(entry, own));
    let base = match &own {
        Some(_) if spoken.is_some() => base_of(entry, spoken.as_deref().unwrap_or_default())?,
        Some(base) => base_of(entry, base)?,
        None if entry.base.is_empty() => {
            return Err(ResolveError::NoBase {
                provider: entry.title.clone(),
                variable: entry.base_from.first().cloned().unwrap_or_default(),
            });
        }
        None if entry.local => crate::local::Ports::of(lookup).moved(&entry.base),
        None => entry.base.clone(),
    };
    let loopback = is_loopback(&base);
    let key = said(wish.api_key.as_deref())
        .map(Key::new)
        .or_else(|| {
            entry
                .key
                .iter()
                .find_map(|name| lookup.secret(name))
                .map(|key| Key::new(&key))
        })
        .filter(|key| !key.expose().is_empty());
    let variable = entry.key.first().cloned();
    if key.is_none() && !entry.key_optional && !loopback {
        return Err(ResolveError::NoKey {
            provider: entry.title.clone(),
            name: entry.name.clone(),
            page: entry.key_page.clone(),
            variable: variable.unwrap_or_default(),
        });
    }
    // Behind another address `openai/` means: speaks like OpenAI, no more.
    let elsewhere =
        entry.name == "openai" && own.is_some() && spoken.is_none() && !base.contains("openai.com");
    let info = crate::catalogue::info(&entry.name, id, entry.local || loopback);
    let mut info = overridden(info, wish);
    let native = entry.native.as_ref().filter(|native| {
        info.computer.format() == Some(native.format)
            && (native.format == entry.format
                || own.is_none()
                || spoken.is_some()
                || (entry.name == "openai" && !elsewhere))
    });
    if info.computer.is_native() && native.is_none() {
        // What only the vendor's own format carries.
        info.computer = ComputerTool::Function;
    }
    let (format, auth) = native.map_or((entry.format, entry.auth), |n| (n.format, n.auth));
    let base = native
        .and_then(|native| native.base.clone().filter(|_| spoken.is_none()))
        .unwrap_or(base);
    Ok(Model {
        info,
        endpoint: Endpoint {
            format,
            base,
            key,
            auth,
            api_version: said(wish.api_version.as_deref())
                .map(str::to_owned)
                .or_else(|| env(&entry.version_from)),
            headers: entry
                .headers
                .iter()
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect(),
            quirks: if elsewhere {
                Quirks::default()
            } else {
                entry.quirks.clone()
            },
            title: entry.title.clone(),
            key_variable: variable,
        },
    })
}

/// The base behind an address that says by itself that the vendor's own format is
/// spoken there, such as a gateway's `…/v1/responses` or `…/v1beta`.
fn native_address(entry: &ProviderEntry, own: &str) -> Option<String> {
    let own = own.trim_end_matches('/');
    match entry.native.as_ref()?.format {
        Format::OpenaiResponses => own.strip_suffix("/responses").map(str::to_owned),
        Format::Gemini if own.ends_with("/v1beta") => Some(own.to_owned()),
        _ => None,
    }
}

/// An address a person gave for a provider, as it is used.
pub(crate) fn base_of(entry: &ProviderEntry, base: &str) -> Result<String, ResolveError> {
    if entry.name == "ollama" {
        ollama_base(base)
    } else {
        clean_base(base, entry.local, entry.format)
    }
}

fn custom(id: &str, base: &str, key: Option<Key>, wish: &Wish) -> Result<Model, ResolveError> {
    let base = clean_base(base, true, Format::OpenaiChat)?;
    let info = crate::catalogue::info("custom", id, is_loopback(&base));
    Ok(Model {
        info: overridden(info, wish),
        endpoint: Endpoint {
            format: Format::OpenaiChat,
            title: format!("the server at {base}"),
            base,
            key: key.filter(|key| !key.expose().is_empty()),
            auth: Auth::Bearer,
            api_version: None,
            headers: Vec::new(),
            quirks: Quirks::default(),
            key_variable: None,
        },
    })
}

/// What the person set decides before the catalogue.
pub(crate) fn overridden(mut info: ModelInfo, wish: &Wish) -> ModelInfo {
    if let Some(tokens) = wish.context_window {
        info.context = Some(u64::from(tokens));
    }
    if let Some(tokens) = wish.max_tokens {
        info.max_output = Some(u64::from(tokens));
    }
    if let Some(vision) = wish.supports_vision {
        info.vision = vision;
    }
    if let Some(tools) = wish.supports_functions {
        info.set_tools(tools);
    }
    info
}

#[cfg(test)]
mod tests;
