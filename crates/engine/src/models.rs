//! Models, their servers and their keys.

use std::sync::Arc;

use interpreter_llm::{Lookup as _, ProviderEntry, Wish};
use interpreter_protocol::{
    Answer, Error, ErrorCode, ModelSummary, ProviderSummary, Receipt, SecretText, TestStep,
};
use interpreter_settings::Kept;
use serde_json::Map;

use crate::Engine;
use crate::host::EngineHost;

impl Engine {
    /// The models that can be named. Asks no server.
    pub(crate) async fn models(&self) -> Result<Answer, Error> {
        let host = Arc::clone(&self.inner.host);
        let models = aside(move || named(&host)).await?;
        Ok(Answer::Models { models })
    }

    /// Keeps or removes a secret.
    pub(crate) async fn set_secret(
        &self,
        name: &str,
        value: Option<SecretText>,
    ) -> Result<Receipt, Error> {
        value.iter().for_each(|value| crate::log::know(&value.0));
        if !may_be_kept(name) {
            return Err(Error::new(
                ErrorCode::BadInput,
                format!("No key is looked for under the name `{name}`. Nothing was saved."),
            )
            .remedy(
                "Use the name of a provider's key, such as OPENAI_API_KEY, or one that begins with INTERPRETER_SECRET_.",
            )
            .param("name", name));
        }
        let host = Arc::clone(&self.inner.host);
        let name = name.to_owned();
        let kept = aside(move || match value {
            Some(value) => host.secrets.set(&name, &value.0),
            None => host.secrets.delete(&name),
        });
        kept.await??;
        self.inner.host.forget_models();
        Ok(Receipt::default())
    }

    /// Model servers that answer on this computer.
    pub(crate) async fn local_servers(&self) -> Result<Answer, Error> {
        let servers = interpreter_llm::local_servers(&*self.inner.host).await;
        Ok(Answer::LocalServers { servers })
    }

    /// The providers, and their keys.
    pub(crate) async fn providers(&self) -> Result<Answer, Error> {
        let host = Arc::clone(&self.inner.host);
        let providers = aside(move || {
            let spoken = interpreter_llm::providers()
                .iter()
                .filter(|entry| entry.unsupported.is_none());
            let mut list: Vec<_> = spoken.map(|entry| summary(&host, entry)).collect();
            list.sort_by(|a, b| {
                let order = |one: &ProviderSummary| (one.key_place.is_none(), one.name.clone());
                order(a).cmp(&order(b))
            });
            list
        });
        Ok(Answer::Providers {
            providers: providers.await?,
        })
    }

    /// The models a provider tells right now.
    pub(crate) async fn provider_models(
        &self,
        provider: &str,
        base: Option<&str>,
    ) -> Result<Answer, Error> {
        let host = &self.inner.host;
        let wish = Wish {
            api_base: base.map(str::to_owned),
            api_key: host.api_key.clone(),
            ..Wish::default()
        };
        let models = interpreter_llm::list_models(provider, &wish, &**host).await?;
        Ok(Answer::ProviderModels { models })
    }

    /// One line of the test of a model.
    pub(crate) async fn test(
        &self,
        step: TestStep,
        model: &str,
        base: Option<&str>,
        key: Option<SecretText>,
    ) -> Result<Answer, Error> {
        let host = &self.inner.host;
        key.iter().for_each(|key| crate::log::know(&key.0));
        let values = host.values(&Map::new());
        // The model in use is tested as it is used.
        let in_use = values.model.as_deref() == Some(model);
        let wish = Wish {
            model: Some(model.to_owned()),
            api_base: base
                .map(str::to_owned)
                .or(values.api_base.filter(|_| in_use)),
            api_key: key
                .map(|key| key.0)
                .filter(|key| !key.trim().is_empty())
                .or_else(|| host.api_key.clone())
                .or_else(|| {
                    let key = values.api_key.filter(|_| in_use)?;
                    Some(key.expose().to_owned())
                }),
            api_version: values.api_version.filter(|_| in_use),
            ..Wish::default()
        };
        let result = interpreter_llm::test_model(step, &wish, &**host).await;
        Ok(Answer::Test(result))
    }
}

/// The keychain may wait for the person: never in a thread that others need.
pub(crate) async fn aside<T: Send + 'static>(
    ask: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(ask).await.map_err(|_| {
        Error::new(ErrorCode::Internal, "The keychain could not be asked.")
            .remedy("Try again; if it happens again, start the app anew.")
    })
}

/// What the catalogue knows, and what the settings name besides.
fn named(host: &EngineHost) -> Vec<ModelSummary> {
    let mut models = interpreter_llm::models(host);
    let values = host.values(&Map::new());
    let wanted = [values.model.clone(), values.last_model, values.quick_model];
    for model in wanted.into_iter().flatten() {
        let wish = Wish {
            api_base: values
                .api_base
                .clone()
                .filter(|_| values.model.as_ref() == Some(&model)),
            model: Some(model),
            ..Wish::default()
        };
        if let Ok(found) = interpreter_llm::resolve(&wish, host) {
            let summary = found.info.summary(true);
            if models.iter().all(|known| known.name != summary.name) {
                models.push(summary);
            }
        }
    }
    models
}

/// Names under which something is looked for: no other one is taken, so that
/// nothing can be hidden among the keys.
fn may_be_kept(name: &str) -> bool {
    let capital = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_uppercase())
            && text
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    let providers = interpreter_llm::providers().iter();
    providers
        .flat_map(|entry| &entry.key)
        .any(|known| known == name)
        || (capital(name) && name.len() <= 100)
            // The token of the local server is no key of a model.
            && name != "INTERPRETER_API_KEY"
            && (name.strip_suffix("_API_KEY").is_some_and(capital)
                || name
                    .strip_prefix("INTERPRETER_SECRET_")
                    .is_some_and(|rest| !rest.is_empty()))
}

fn summary(host: &EngineHost, entry: &ProviderEntry) -> ProviderSummary {
    // The same order in which a call looks for it.
    let found = entry.key.iter().find_map(|name| {
        let kept = host.secrets.find(name).map(|(secret, kept)| {
            let place = match kept {
                Kept::Keychain => "keychain".to_owned(),
                Kept::File(path) => path.display().to_string(),
            };
            (place, interpreter_llm::key_end(secret.expose()))
        });
        kept.or_else(|| {
            let key = host.env(name)?;
            Some((name.clone(), interpreter_llm::key_end(key.trim())))
        })
    });
    let wanted = !entry.key_optional
        || found.is_some()
        || entry.probe.as_ref().is_some_and(|probe| probe.wants_key);
    let own_base = || entry.base_from.iter().find_map(|name| host.env(name));
    let (key_place, key_end) = match found {
        Some((place, end)) => (Some(place), end),
        None => (None, None),
    };
    ProviderSummary {
        name: entry.name.clone(),
        title: entry.title.clone(),
        base: match entry.base.as_str() {
            "" => own_base(),
            base => Some(base.to_owned()),
        },
        local: entry.local,
        key_name: entry.key.first().filter(|_| wanted).cloned(),
        key_prefixes: entry.key_prefixes.clone(),
        key_page: entry.key_page.clone(),
        key_place,
        key_end,
        model: entry
            .default
            .as_ref()
            .map(|model| format!("{}/{model}", entry.name)),
    }
}

#[cfg(test)]
mod tests;
