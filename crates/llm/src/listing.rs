//! The models a server tells right now.

use std::time::Duration;

use interpreter_protocol::Error;

use crate::catalogue::ProviderEntry;
use crate::endpoint::Format;
use crate::http::fetch;
use crate::probe::talking;
use crate::resolve::{Lookup, Wish, resolve};
use crate::{Model, ProviderError, classify};

/// How long a server may take to list its models.
const LIMIT: Duration = Duration::from_secs(20);
/// Pages of a list, at most.
const PAGES: usize = 20;

/// The models of a provider, each as it can be chosen, by name. `wish` names
/// address and key where they are not the usual ones.
///
/// # Errors
/// As a model call would have them.
pub async fn list_models(
    provider: &str,
    wish: &Wish,
    lookup: &dyn Lookup,
) -> Result<Vec<String>, Error> {
    let wish = Wish {
        // Some name, so that the address and the key are found.
        model: Some(format!("{provider}/-")),
        ..wish.clone()
    };
    let mut model = resolve(&wish, lookup)?;
    crate::local::settle(&mut model, &wish, lookup).await;
    if model.endpoint.format == Format::Commands {
        return Ok(vec![model.info.name]);
    }
    let ids = ids(&model, LIMIT)
        .await
        .map_err(|error| about_list(&error, &model))?;
    let name = &model.info.provider;
    Ok(ids.into_iter().map(|id| format!("{name}/{id}")).collect())
}

/// The same error, with nothing in it of a model nobody named.
fn about_list(error: &ProviderError, model: &Model) -> Error {
    let mut shown = match error {
        ProviderError::NotFound { message } => {
            let bad = ProviderError::Malformed {
                message: message.clone(),
            };
            classify(&bad, &model.info)
        }
        error => classify(error, &model.info),
    };
    shown.params.remove("model");
    shown
}

/// The ids of the models a server lists, sorted.
pub(crate) async fn ids(model: &Model, limit: Duration) -> Result<Vec<String>, ProviderError> {
    let endpoint = &model.endpoint;
    let mut headers = endpoint.headers.clone();
    if endpoint.format == Format::Anthropic {
        let version = endpoint.api_version.as_deref();
        let version = version.unwrap_or(crate::anthropic::VERSION);
        headers.push(("anthropic-version".to_owned(), version.to_owned()));
    }
    let url = url(model);
    let mut found = Vec::new();
    let mut after = String::new();
    for _ in 0..PAGES {
        let page = format!("{url}{after}");
        let list = fetch(&page, &headers, endpoint.auth_header(), limit).await?;
        found.extend(talking(&list));
        let more = list.get("has_more").and_then(serde_json::Value::as_bool) == Some(true);
        let last = list.get("last_id").and_then(serde_json::Value::as_str);
        match last.filter(|_| more && endpoint.format == Format::Anthropic) {
            Some(last) => after = format!("&after_id={last}"),
            None => break,
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Where a server lists its models.
pub(crate) fn url(model: &Model) -> String {
    let endpoint = &model.endpoint;
    let base = endpoint.base.trim_end_matches('/');
    let entry = crate::catalogue::provider(&model.info.provider);
    // Elsewhere its particular place means nothing.
    let usual = |entry: &&ProviderEntry| entry.base.trim_end_matches('/') == base;
    let own = entry.filter(usual).and_then(|entry| entry.models.clone());
    if let Some(own) = own {
        return own;
    }
    if endpoint.format == Format::Anthropic {
        let base = base.strip_suffix("/v1").unwrap_or(base);
        return format!("{base}/v1/models?limit=1000");
    }
    if model.info.provider == "ollama"
        && let Some(root) = base.strip_suffix("/v1")
    {
        return format!("{root}/api/tags");
    }
    if endpoint.quirks.azure && !base.ends_with("/openai/v1") {
        return match &endpoint.api_version {
            Some(version) => format!("{base}/openai/models?api-version={version}"),
            None => format!("{base}/openai/v1/models"),
        };
    }
    format!("{base}/models")
}
