//! Where a model is served, and the peculiarities of the server.

use std::fmt;

use serde::Deserialize;

/// A server, and how it is spoken to.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// Wire format.
    pub format: Format,
    /// Address, without a slash at its end; the format adds its path.
    pub base: String,
    /// The key, where one is known.
    pub key: Option<Key>,
    /// How the key is sent.
    pub auth: Auth,
    /// Azure's `api-version`, or Anthropic's `anthropic-version`.
    pub api_version: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Peculiarities.
    pub quirks: Quirks,
    /// The provider, as people name it.
    pub title: String,
    /// The variable its key is read from.
    pub key_variable: Option<String>,
}

/// A key. Debug never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Takes a key; surrounding blanks, which come with copying, are dropped.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The key itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Wire formats that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// OpenAI Chat Completions, and everything that speaks it.
    #[default]
    OpenaiChat,
    /// Anthropic Messages.
    Anthropic,
    /// OpenAI Responses.
    OpenaiResponses,
    /// Gemini `generateContent`.
    Gemini,
    /// The embedded commands: no server at all.
    #[serde(skip)]
    Commands,
}

/// How a key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// `Authorization: Bearer KEY`.
    #[default]
    Bearer,
    /// `x-api-key: KEY`.
    XApiKey,
    /// `api-key: KEY`.
    ApiKey,
    /// `x-goog-api-key: KEY`.
    XGoogApiKey,
}

/// What a server does differently. Data of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// Reads `max_completion_tokens`; others read `max_tokens`.
    pub max_completion_tokens: bool,
    /// The system text has the role `developer`.
    pub developer: bool,
    /// Call ids are nine letters or digits.
    pub short_ids: bool,
    /// Schemas without `$schema`, `$id`, `strict`.
    pub plain_schema: bool,
    /// After a result, the assistant speaks before the user does.
    pub assistant_after_tool: bool,
    /// Refuses `stream_options`.
    pub no_stream_options: bool,
    /// Key of the assistant message in which reasoning goes back.
    pub reasoning_back: Option<String>,
    /// Reasoning tokens are not part of `completion_tokens`.
    pub reasoning_beside_output: bool,
    /// Calls carry `extra_content` that goes back.
    pub extra_content: bool,
    /// Azure's two forms of address.
    pub azure: bool,
}

impl Endpoint {
    /// The address a request goes to.
    pub fn url(&self, model: &str) -> String {
        match self.format {
            Format::Anthropic => {
                let base = self.base.trim_end_matches('/');
                let base = base.strip_suffix("/v1").unwrap_or(base);
                format!("{base}/v1/messages")
            }
            Format::OpenaiResponses => {
                format!("{}/responses", self.base.trim_end_matches('/'))
            }
            Format::Gemini => format!(
                "{}/models/{model}:streamGenerateContent?alt=sse",
                self.base.trim_end_matches('/')
            ),
            Format::OpenaiChat if self.quirks.azure => self.azure_url(model),
            _ => format!("{}/chat/completions", self.base.trim_end_matches('/')),
        }
    }

    fn azure_url(&self, model: &str) -> String {
        let base = self.base.trim_end_matches('/');
        if base.ends_with("/openai/v1") {
            return format!("{base}/chat/completions");
        }
        match &self.api_version {
            // The older form names deployment and version in the address.
            Some(version) => {
                format!("{base}/openai/deployments/{model}/chat/completions?api-version={version}")
            }
            None => format!("{base}/openai/v1/chat/completions"),
        }
    }

    /// Header and value of the key.
    pub fn auth_header(&self) -> Option<(&'static str, String)> {
        let key = self.key.as_ref()?.expose();
        if key.is_empty() {
            return None;
        }
        Some(match self.auth {
            Auth::Bearer => ("authorization", format!("Bearer {key}")),
            Auth::XApiKey => ("x-api-key", key.to_owned()),
            Auth::ApiKey => ("api-key", key.to_owned()),
            Auth::XGoogApiKey => ("x-goog-api-key", key.to_owned()),
        })
    }

    /// The server is on this computer.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }
}

/// Whether an address names this computer.
pub(crate) fn is_loopback(base: &str) -> bool {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}
