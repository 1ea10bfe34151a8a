//! What a session asks for while it works, answered from the concrete parts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use interpreter_agent::{
    BoxFuture, Budget, BudgetScope, Host, ModelHandle, Picture, Room, Tool, TurnSettings,
};
use interpreter_computer::Computer;
use interpreter_languages::Languages;
use interpreter_llm::{Lookup, ModelInfo, Wish};
use interpreter_protocol::{
    ConversationId, Error, Grant, Rule, RuleMatch, RuleScope, Scope, Verdict,
};
use interpreter_settings::{Secrets, Settings, Typing, Values};
use interpreter_store::Store;
use serde_json::{Map, Value};

use crate::kit::Kit;
use crate::picture::Fitted;
use crate::spending::Spending;
use crate::{Env, clock, secrets, system, tools};

/// How long the pointer is on its way where the person wants to see it go.
const GLIDE: Duration = Duration::from_millis(300);
/// Where the app keeps the model that was used last.
const LAST_MODEL: &str = "last_model";

/// Shared by all conversations.
pub(crate) struct EngineHost {
    pub settings: RwLock<Settings>,
    pub secrets: Secrets,
    pub typing: Typing,
    pub env: Env,
    pub api_key: Option<String>,
    pub store: Store,
    pub computer: Computer,
    pub folder: PathBuf,
    pub kits: Mutex<HashMap<ConversationId, Arc<Kit>>>,
    /// Grants that hold for one conversation, for as long as the program runs.
    pub granted: Mutex<Vec<Grant>>,
    /// Models that were resolved before. Providers remember what a server refused,
    /// and a local server need not be asked again, so they live on.
    models: Mutex<Vec<(Wish, ModelHandle)>>,
    /// Calls of models that are under way.
    spending: Spending,
    /// Attached pictures in the size that models take.
    fitted: Fitted,
}

/// What the host is made from.
pub(crate) struct HostParts {
    pub settings: Settings,
    pub secrets: Secrets,
    pub typing: Typing,
    pub env: Env,
    pub api_key: Option<String>,
    pub store: Store,
    pub computer: Computer,
    pub folder: PathBuf,
}

impl EngineHost {
    pub fn new(parts: HostParts) -> Self {
        Self {
            settings: RwLock::new(parts.settings),
            secrets: parts.secrets,
            typing: parts.typing,
            env: parts.env,
            api_key: parts.api_key,
            store: parts.store,
            computer: parts.computer,
            folder: parts.folder,
            kits: Mutex::new(HashMap::new()),
            granted: Mutex::new(Vec::new()),
            models: Mutex::new(Vec::new()),
            spending: Spending::default(),
            fitted: Fitted::default(),
        }
    }

    /// Settings as one conversation sees them.
    pub fn values(&self, own: &Map<String, Value>) -> Values {
        self.settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values(own)
    }

    pub fn kit(&self, conversation: &ConversationId) -> Option<Arc<Kit>> {
        self.kits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(conversation)
            .cloned()
    }

    /// Grants in force, with those of one conversation or of all.
    pub fn grants(&self, conversation: Option<&ConversationId>) -> Vec<Grant> {
        let now = now_ms();
        let saved = self
            .settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .grants();
        let here = self
            .granted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        saved
            .into_iter()
            .chain(here)
            .filter(|grant| grant.until.is_none_or(|until| now < until))
            .filter(|grant| {
                conversation.is_none()
                    || grant.conversation.is_none()
                    || grant.conversation.as_ref() == conversation
            })
            .collect()
    }

    /// Saves settings.
    pub fn save(&self, scope: &Scope, values: &Map<String, Value>) -> Result<(), Error> {
        let mut settings = self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(settings.save(scope, values)?)
    }

    /// Gives a permission: for one conversation while the program runs, else saved.
    pub fn add_grant(&self, grant: Grant) -> Result<(), Error> {
        if grant.conversation.is_some() {
            let mut here = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
            here.retain(|old| old.id != grant.id);
            here.push(grant);
            return Ok(());
        }
        let mut settings = self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(settings.add_grant(grant)?)
    }

    /// Takes a permission back; false when there was none.
    pub fn remove_grant(&self, id: &str) -> Result<bool, Error> {
        let mut here = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        let before = here.len();
        here.retain(|grant| grant.id != id);
        if here.len() < before {
            return Ok(true);
        }
        let mut settings = self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(settings.remove_grant(id)?)
    }

    fn rules(&self, conversation: &ConversationId, values: &Values) -> Vec<Grant> {
        let forbidden = values.forbidden_commands.iter().map(|command| Grant {
            // It is a setting: there is nothing to revoke.
            id: String::new(),
            rule: Rule {
                verdict: Verdict::Deny,
                matches: RuleMatch::Command {
                    words: command.split_whitespace().map(str::to_owned).collect(),
                },
            },
            conversation: None,
            profile: None,
            until: None,
            turn: false,
        });
        let here = |grant: &Grant| {
            let profile = grant.profile.as_ref();
            profile.is_none_or(|profile| *profile == values.profile)
        };
        let given = self.grants(Some(conversation)).into_iter().filter(here);
        forbidden.chain(given).collect()
    }

    /// What the system text says of secrets. A conversation is told once: text that
    /// changed under it would cost its caches, and whoever saves another can name it.
    fn told_secrets(&self, conversation: &ConversationId, values: &Values) -> Option<String> {
        let told = || secrets::told(&self.typing.list());
        if !values.os {
            return None;
        }
        match self.kit(conversation) {
            Some(kit) => kit.told_secrets(told),
            None => told(),
        }
    }

    /// Whether this conversation holds mouse and keyboard.
    pub fn drives(&self, conversation: &ConversationId) -> bool {
        let holder = self.computer.gate().holder();
        holder.is_some_and(|holder| holder.0 == conversation.0)
    }

    /// The limits of all conversations together, and what was spent of them.
    fn budgets(&self, own: &Map<String, Value>) -> Result<Vec<Budget>, Error> {
        let values = self.values(own);
        let limits = [
            (BudgetScope::Day, values.max_budget_day, clock::day()),
            (BudgetScope::Month, values.max_budget_month, clock::month()),
        ];
        let mut budgets = Vec::new();
        for (scope, limit, since) in limits {
            if let Some(limit) = limit {
                let spent = self.store.spent(since)?.usd;
                budgets.push(Budget {
                    scope,
                    spent,
                    limit,
                });
            }
        }
        Ok(budgets)
    }

    fn wish(&self, own: &Map<String, Value>) -> Wish {
        let values = self.values(own);
        Wish {
            model: values.model,
            api_base: values.api_base,
            api_key: self
                .api_key
                .clone()
                .or_else(|| values.api_key.map(|key| key.expose().to_owned())),
            api_version: values.api_version,
            context_window: values.context_window,
            max_tokens: values.max_tokens,
            supports_vision: values.supports_vision,
            supports_functions: values.supports_functions,
        }
    }

    /// The model a conversation would use now.
    pub async fn resolve(&self, own: &Map<String, Value>) -> Result<ModelHandle, Error> {
        let wish = self.wish(own);
        // With nothing named, the answer changes with keys and servers that come and go.
        let lasting = wish.model.is_some() || wish.api_base.is_some();
        if lasting && let Some(known) = self.known(&wish) {
            return Ok(known);
        }
        let model = interpreter_llm::resolve_default(&wish, self).await?;
        let provider = model.provider();
        let handle = ModelHandle {
            info: model.info,
            provider,
        };
        if lasting {
            let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
            models.push((wish, handle.clone()));
        }
        Ok(handle)
    }

    /// Models are resolved anew: a key was kept, replaced or removed.
    pub fn forget_models(&self) {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        models.clear();
    }

    fn known(&self, wish: &Wish) -> Option<ModelHandle> {
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        models
            .iter()
            .find(|(known, _)| known == wish)
            .map(|(_, handle)| handle.clone())
    }
}

impl Lookup for EngineHost {
    fn secret(&self, name: &str) -> Option<String> {
        let found = self
            .secrets
            .get(name)
            .map(|secret| secret.expose().to_owned())
            .or_else(|| self.env(name));
        found.iter().for_each(|secret| crate::log::know(secret));
        found
    }

    fn env(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    fn last_model(&self) -> Option<String> {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        settings.values(&Map::new()).last_model
    }
}

impl Host for EngineHost {
    fn settings(&self, conversation: &ConversationId, own: &Map<String, Value>) -> TurnSettings {
        let values = self.values(own);
        let rules = self.rules(conversation, &values);
        if let Some(kit) = self.kit(conversation) {
            kit.keep_screenshots(values.keep_screenshots);
            kit.set_law(tools::KnownLaw {
                mode: values.mode,
                rules: rules.clone(),
            });
            kit.computer.give_displays(values.os_displays.clone());
            kit.computer.set_glide(values.glide.then_some(GLIDE));
            kit.look_at_window(values.os_active_window);
        }
        let about = system::About {
            values: &values,
            folder: &self.folder,
            user: self.env("USER").or_else(|| self.env("USERNAME")),
            languages: Languages::known().join(", "),
            secrets: self.told_secrets(conversation, &values),
        };
        TurnSettings {
            mode: values.mode,
            os: values.os,
            profile: values.profile.clone(),
            max_budget: values.max_budget,
            max_budget_turn: values.max_budget_turn,
            os_steps: values.os_steps,
            os_time: values
                .os_minutes
                .map(|m| Duration::from_secs(m.saturating_mul(60))),
            max_tokens: values.max_tokens,
            temperature: values.temperature,
            system: system::text(&about),
            rules,
            folder: self.folder.to_string_lossy().into_owned(),
        }
    }

    fn model<'a>(
        &'a self,
        own: &'a Map<String, Value>,
    ) -> BoxFuture<'a, Result<ModelHandle, Error>> {
        Box::pin(self.resolve(own))
    }

    fn tools(&self, conversation: &ConversationId) -> Vec<Arc<dyn Tool>> {
        self.kit(conversation)
            .map(|kit| tools::all(&kit))
            .unwrap_or_default()
    }

    fn blob(&self, hash: &str) -> Result<(String, Vec<u8>), Error> {
        Ok(self.store.blob(hash)?)
    }

    fn fitted(&self, hash: &str, model: &ModelInfo) -> Result<Picture, Error> {
        self.fitted.get(hash, model.images, || self.blob(hash))
    }

    fn allow(
        &self,
        conversation: &ConversationId,
        own: &Map<String, Value>,
        rule: &Rule,
        scope: RuleScope,
    ) -> Result<String, Error> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let profile = || self.values(own).profile;
        self.add_grant(Grant {
            id: id.clone(),
            rule: rule.clone(),
            conversation: matches!(scope, RuleScope::Turn | RuleScope::Conversation)
                .then(|| conversation.clone()),
            profile: (scope == RuleScope::Profile).then(profile),
            until: None,
            turn: scope == RuleScope::Turn,
        })?;
        Ok(id)
    }

    fn room<'a>(
        &'a self,
        own: &'a Map<String, Value>,
        most: f64,
    ) -> BoxFuture<'a, Result<Room, Error>> {
        Box::pin(self.spending.room(most, || self.budgets(own)))
    }

    fn is_held(&self, conversation: &ConversationId) -> bool {
        let gate = self.computer.gate();
        gate.paused().is_some() && self.drives(conversation)
    }

    fn give_back(&self, conversation: &ConversationId) {
        if self.is_held(conversation)
            && let Err(error) = self.computer.gate().resume()
        {
            tracing::debug!(%error, "an answer did not give control back");
        }
    }

    fn turn_over<'a>(
        &'a self,
        conversation: &'a ConversationId,
        own: &'a Map<String, Value>,
        model: &'a str,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(kit) = self.kit(conversation) {
                kit.computer.gate().close(&kit.key());
                kit.forget_shown();
            }
            self.granted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|grant| !grant.turn || grant.conversation.as_ref() != Some(conversation));
            if model.is_empty() {
                return;
            }
            let mut settings = self
                .settings
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            let values = settings.values(&Map::new());
            // A conversation of the popup names the model of the popup.
            let named = own.get("model").and_then(Value::as_str);
            let quick = named.is_some() && named == values.quick_model.as_deref();
            if !quick && values.last_model.as_deref() != Some(model) {
                let mut values = Map::new();
                values.insert(LAST_MODEL.to_owned(), Value::from(model));
                if let Err(error) = settings.save(&Scope::Global, &values) {
                    tracing::warn!(%error, "the last model was not remembered");
                }
            }
        })
    }

    fn reset<'a>(&'a self, conversation: &'a ConversationId) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(kit) = self.kit(conversation) {
                kit.languages.reset().await;
            }
        })
    }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}
