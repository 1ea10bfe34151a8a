//! What a server says of its models.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use crate::Model;
use crate::endpoint::Endpoint;
use crate::http::{Outgoing, ask, fetch};
use crate::json::{number, text};
use crate::resolve::Wish;

/// How long a server on this computer may take to say what a model can do.
const LIMIT: Duration = Duration::from_millis(500);
/// How long a server that was named may take to list its models.
const PATIENCE: Duration = Duration::from_secs(10);

/// The first model of a server that was named by its address alone.
pub(crate) async fn first_model(endpoint: &Endpoint) -> Result<String, String> {
    let url = format!("{}/models", endpoint.base);
    let models = fetch(&url, &[], endpoint.auth_header(), PATIENCE)
        .await
        .map_err(|error| error.to_string())?;
    talking(&models)
        .into_iter()
        .next()
        .ok_or_else(|| "it lists no model.".to_owned())
}

/// The models of a list that answer in text, in any vendor's shape.
pub(crate) fn talking(models: &Value) -> Vec<String> {
    let list = models
        .get("data")
        .or_else(|| models.get("models"))
        .unwrap_or(models)
        .as_array();
    let id = |model: &Value| {
        let id = text(model, "id").or_else(|| text(model, "name"))?;
        // Gemini lists `models/gemini-...`, and takes it without.
        Some(id.strip_prefix("models/").unwrap_or(id).to_owned())
    };
    let talks = |id: &String| {
        let id = id.to_lowercase();
        !SILENT.iter().any(|word| id.contains(word))
    };
    let mut seen = std::collections::BTreeSet::new();
    let ids = list.into_iter().flatten().filter_map(id);
    ids.filter(talks)
        .filter(|id| seen.insert(id.clone()))
        .collect()
}

/// Parts of the names of models that do something else than answer.
const SILENT: &[&str] = &[
    "embed",
    "whisper",
    "tts",
    "rerank",
    "bge-",
    "dall-e",
    "gpt-image",
    "moderation",
    "transcribe",
    "stable-diffusion",
    "imagen-",
    "veo-",
    "sora-",
];

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
    let Ok(Ok(shown)) = tokio::time::timeout(LIMIT, ask(&outgoing, LIMIT)).await else {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn models_that_talk_are_taken_from_every_shape_of_list() {
        let check = |list: Value, expected: &[&str]| {
            assert_eq!(talking(&list), expected, "{list}");
        };
        check(
            json!({"data":[{"id":"nomic-embed-text"},{"id":"qwen3:8b"},{"id":"qwen3:8b"}]}),
            &["qwen3:8b"],
        );
        check(json!({"models":[{"name":"a"},{"id":"b"}]}), &["a", "b"]);
        check(json!([{"id":"x/y"}]), &["x/y"]);
        check(
            json!({"data":[{"id":"models/gemini-3.8-flash"},{"id":"models/imagen-4"}]}),
            &["gemini-3.8-flash"],
        );
        check(json!({"data":[]}), &[]);
        check(json!({"data":[{"object":"model"}, 1, null]}), &[]);
        check(json!({"error":"x"}), &[]);
    }
}
