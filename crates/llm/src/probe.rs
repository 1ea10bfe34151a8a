//! Servers on this computer, and what a server says of its models.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::Value;

use crate::catalogue::{ProviderEntry, providers};
use crate::endpoint::{Endpoint, is_loopback};
use crate::http::{Outgoing, send};
use crate::json::{number, text};
use crate::resolve::{Lookup, Wish};
use crate::{Model, ProviderError};

/// How long a server on this computer may take to say what it is.
const LIMIT: Duration = Duration::from_millis(500);

/// `provider/model` of each local server that shows its sign, in the catalogue's
/// order. Nothing but loopback is asked, and no key is sent.
pub(crate) async fn local_servers(lookup: &dyn Lookup) -> Vec<String> {
    let host = lookup.env("OLLAMA_HOST");
    let asked = providers()
        .iter()
        .filter(|entry| entry.probe.is_some())
        .map(|entry| {
            let own = host.as_deref().filter(|_| entry.name == "ollama");
            probe(entry, own)
        });
    let found = join_all(asked).await;
    found.into_iter().flatten().collect()
}

async fn probe(entry: &ProviderEntry, own: Option<&str>) -> Option<String> {
    let probe = entry.probe.as_ref()?;
    let root = match own {
        Some(_) => return probe_ollama_host(entry, own).await,
        None => format!("http://127.0.0.1:{}", probe.port),
    };
    signed(entry, &root).await
}

/// `OLLAMA_HOST` may name another port; another machine is not probed.
async fn probe_ollama_host(entry: &ProviderEntry, own: Option<&str>) -> Option<String> {
    let text = own?.trim().trim_end_matches('/');
    let rest = text
        .split_once("://")
        .map_or(text, |(_, rest)| rest)
        .replace("0.0.0.0", "127.0.0.1");
    let root = if rest.contains(':') {
        format!("http://{rest}")
    } else {
        format!("http://{rest}:11434")
    };
    if is_loopback(&root) {
        signed(entry, &root).await
    } else {
        None
    }
}

async fn signed(entry: &ProviderEntry, root: &str) -> Option<String> {
    let probe = entry.probe.as_ref()?;
    let ask = async {
        let first = get(&format!("{root}{}", probe.path), None).await;
        let mut known = first.is_ok_and(|value| value.get(&probe.sign).is_some());
        if let (false, Some(path), Some(sign)) = (known, &probe.or_path, &probe.or_sign) {
            let second = get(&format!("{root}{path}"), None).await;
            known = second.is_ok_and(|value| value.get(sign).is_some());
        }
        if !known {
            return None;
        }
        let models = get(&format!("{root}{}", probe.models), None).await.ok()?;
        if let Some(owner) = &probe.owned_by
            && models.pointer("/data/0/owned_by").and_then(Value::as_str) != Some(owner)
        {
            return None;
        }
        usable(&models)
    };
    let id = tokio::time::timeout(LIMIT, ask).await.ok()??;
    Some(format!("{}/{id}", entry.name))
}

/// The first model of a server that was named by its address alone.
pub(crate) async fn first_model(endpoint: &Endpoint) -> Result<String, String> {
    let url = format!("{}/models", endpoint.base);
    let models = get(&url, endpoint.auth_header())
        .await
        .map_err(|error| error.to_string())?;
    usable(&models).ok_or_else(|| "it lists no model.".to_owned())
}

/// The first listed model that answers in text.
fn usable(models: &Value) -> Option<String> {
    let list = models
        .get("data")
        .or_else(|| models.get("models"))
        .unwrap_or(models)
        .as_array()?;
    let id = |model: &Value| {
        text(model, "id")
            .or_else(|| text(model, "name"))
            .map(str::to_owned)
    };
    let ids: Vec<String> = list.iter().filter_map(id).collect();
    let talks = |id: &&String| {
        let id = id.to_lowercase();
        !["embed", "whisper", "tts", "rerank", "bge-"]
            .iter()
            .any(|word| id.contains(word))
    };
    ids.iter().find(talks).cloned()
}

/// Asks Ollama what the model can do, where the person did not say it.
pub(crate) async fn refine(model: &mut Model, wish: &Wish) {
    let local = model.info.provider == "ollama" && model.endpoint.is_loopback();
    let Some(root) = model.endpoint.base.strip_suffix("/v1").filter(|_| local) else {
        return;
    };
    let body = serde_json::json!({ "model": model.info.id })
        .to_string()
        .into_bytes();
    let url = format!("{root}/api/show");
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let outgoing = Outgoing {
        method: Method::POST,
        url: &url,
        headers: &headers,
        secret: None,
        body,
    };
    let Ok(Ok(shown)) = tokio::time::timeout(LIMIT, json(&outgoing)).await else {
        return;
    };
    if let Some(abilities) = shown.get("capabilities").and_then(Value::as_array) {
        let can = |what: &str| abilities.iter().any(|ability| ability == what);
        model.info.vision = wish.supports_vision.unwrap_or_else(|| can("vision"));
        model
            .info
            .set_tools(wish.supports_functions.unwrap_or_else(|| can("tools")));
    }
    let details = shown.get("model_info");
    let architecture = details.and_then(|info| text(info, "general.architecture"));
    let context = architecture
        .and_then(|name| details?.get(format!("{name}.context_length")))
        .and_then(number);
    if let (None, Some(context)) = (wish.context_window, context) {
        model.info.context = Some(context);
    }
}

async fn get(url: &str, secret: Option<(&'static str, String)>) -> Result<Value, ProviderError> {
    json(&Outgoing {
        method: Method::GET,
        url,
        headers: &[],
        secret,
        body: Vec::new(),
    })
    .await
}

async fn json(outgoing: &Outgoing<'_>) -> Result<Value, ProviderError> {
    let mut response = send(outgoing, Duration::from_secs(10)).await?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Ok(Some(more)) = response.chunk().await {
        body.extend_from_slice(&more);
        if body.len() > 4 * 1024 * 1024 {
            break;
        }
    }
    if status != 200 {
        return Err(ProviderError::Server {
            message: format!("it answered with status {status}."),
        });
    }
    crate::json::parse(&String::from_utf8_lossy(&body)).ok_or_else(|| ProviderError::Malformed {
        message: "it did not answer with JSON.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_model_that_talks_is_taken() {
        let check = |list: Value, expected: Option<&str>| {
            assert_eq!(usable(&list).as_deref(), expected, "{list}");
        };
        check(
            json!({"data":[{"id":"nomic-embed-text"},{"id":"qwen3:8b"}]}),
            Some("qwen3:8b"),
        );
        check(json!({"models":[{"name":"a"}]}), Some("a"));
        check(json!({"data":[]}), None);
        check(json!({"error":"x"}), None);
    }
}
