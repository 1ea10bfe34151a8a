//! The test of a model, line by line: each step really does what it says.

mod picture;
mod reach;

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use interpreter_protocol::{Error, ErrorCode, TestResult, TestStep};
use serde_json::json;

use crate::catalogue::ProviderEntry;
use crate::endpoint::Format;
use crate::http::Limits;
use crate::resolve::{Lookup, ResolveError, Wish, resolve, resolve_default};
use crate::{
    Call, HttpProvider, Image, Message, Model, ModelEvent, ModelRequest, Part, Provider as _,
    ProviderError, Speaker, ToolSpec, classify, learned, listing,
};

/// How long one step may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Enough for a word from a model that thinks first.
const TOKENS: u32 = 256;

/// How a step came out.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// It works; what was found.
    Works(String),
    /// It does not apply here; why.
    Skipped(String),
    /// It does not work.
    Failed(Error),
}

/// Does one step of the test, once, within twenty seconds. `wish` names the
/// model, and address and key where they are not the usual ones.
pub async fn test_model(step: TestStep, wish: &Wish, lookup: &dyn Lookup) -> TestResult {
    within(PATIENCE, step, wish, lookup).await
}

async fn within(limit: Duration, step: TestStep, wish: &Wish, lookup: &dyn Lookup) -> TestResult {
    let begun = Instant::now();
    let outcome = match tokio::time::timeout(limit, outcome(step, wish, lookup, limit)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Failed(too_slow(limit)),
    };
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (works, detail, error) = match outcome {
        Outcome::Works(detail) => (Some(true), detail, None),
        Outcome::Skipped(detail) => (None, detail, None),
        Outcome::Failed(error) => (Some(false), error.message.clone(), Some(error)),
    };
    TestResult {
        step,
        works,
        ms,
        detail,
        error,
    }
}

fn too_slow(limit: Duration) -> Error {
    let seconds = limit.as_secs();
    Error::new(
        ErrorCode::Unavailable,
        format!("There was no answer within {seconds} seconds."),
    )
    .remedy("A local server may still be loading the model: try again in a minute.")
    .param("reason", "slow")
}

async fn outcome(step: TestStep, wish: &Wish, lookup: &dyn Lookup, limit: Duration) -> Outcome {
    match attempt(step, wish, lookup, limit).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Failed(error),
    }
}

async fn attempt(
    step: TestStep,
    wish: &Wish,
    lookup: &dyn Lookup,
    limit: Duration,
) -> Result<Outcome, Error> {
    let mut wish = wish.clone();
    if step == TestStep::Reach {
        let model = address(&wish, lookup).await?;
        if model.endpoint.format == Format::Commands {
            return Ok(inside());
        }
        return reach::reach(&model, limit).await.map(Outcome::Works);
    }
    complete(&mut wish, lookup).await?;
    let model = resolve_default(&wish, lookup).await?;
    if model.endpoint.format == Format::Commands {
        return Ok(inside());
    }
    match step {
        TestStep::Key => key(&model, limit).await,
        TestStep::Models => models(&model, limit).await,
        TestStep::Tools => tools(model, limit).await,
        TestStep::Images => images(model, limit).await,
        _ => answer(&model, limit).await,
    }
}

fn inside() -> Outcome {
    Outcome::Skipped("The embedded commands need no server.".to_owned())
}

/// The model without its key: an address can be reached without one.
async fn address(wish: &Wish, lookup: &dyn Lookup) -> Result<Model, Error> {
    let named = wish.model.as_deref().map(with_some_model);
    let mut wish = Wish {
        model: named,
        ..wish.clone()
    };
    let model = match resolve(&wish, lookup) {
        Err(ResolveError::NoKey { .. }) => {
            wish.api_key = Some("-".to_owned());
            resolve(&wish, lookup)
        }
        other => other,
    };
    let mut model = model?;
    crate::local::settle(&mut model, &wish, lookup).await;
    model.endpoint.key = None;
    Ok(model)
}

/// A provider that is named alone, as `groq` or `groq/`.
fn alone(name: &str) -> Option<&'static ProviderEntry> {
    crate::catalogue::provider(name.trim_end_matches('/'))
}

fn with_some_model(name: &str) -> String {
    match alone(name) {
        Some(entry) => format!("{}/-", entry.name),
        None => name.to_owned(),
    }
}

/// Gives a provider that is named alone the model to begin with.
async fn complete(wish: &mut Wish, lookup: &dyn Lookup) -> Result<(), Error> {
    let Some(entry) = wish.model.as_deref().and_then(alone) else {
        return Ok(());
    };
    let model = match &entry.default {
        Some(default) => format!("{}/{default}", entry.name),
        None => {
            let listed = listing::list_models(&entry.name, wish, lookup).await;
            let first = listed.ok().and_then(|listed| listed.into_iter().next());
            first.unwrap_or_else(|| format!("{}/-", entry.name))
        }
    };
    wish.model = Some(model);
    Ok(())
}

async fn key(model: &Model, limit: Duration) -> Result<Outcome, Error> {
    let Some(key) = &model.endpoint.key else {
        return match listing::ids(model, limit).await {
            Err(error) if about_key(&error) => Err(classify(&error, &model.info)),
            _ => Ok(Outcome::Skipped("No key is needed.".to_owned())),
        };
    };
    let end = crate::failure::key_end(key.expose());
    let accepted = || {
        Outcome::Works(match &end {
            Some(end) => format!("The key ending in {end} is accepted."),
            None => "The key is accepted.".to_owned(),
        })
    };
    let entry = crate::catalogue::provider(&model.info.provider);
    // Who lists models to anybody, or is no server we know, must be asked for more.
    let telling = entry.is_some_and(|entry| {
        !entry.open_list && !entry.local && entry.base.trim_end_matches('/') == model.endpoint.base
    });
    match listing::ids(model, limit).await {
        Ok(_) if telling => return Ok(accepted()),
        Err(error) if about_key(&error) => return Err(classify(&error, &model.info)),
        Err(error @ ProviderError::Network { .. }) => return Err(classify(&error, &model.info)),
        _ => {}
    }
    match complete_once(model, request("Say: ok"), limit).await {
        Ok(_) => Ok(accepted()),
        Err(error) if about_key(&error) || matches!(error, ProviderError::Network { .. }) => {
            Err(classify(&error, &model.info))
        }
        // Whatever else is wrong: it knows who asks.
        Err(_) => Ok(accepted()),
    }
}

fn about_key(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::Auth { .. } | ProviderError::Forbidden { .. }
    )
}

async fn models(model: &Model, limit: Duration) -> Result<Outcome, Error> {
    match listing::ids(model, limit).await {
        Ok(ids) => {
            let count = match ids.len() {
                0 => "No models".to_owned(),
                1 => "1 model".to_owned(),
                count => format!("{count} models"),
            };
            let id = model.info.id.as_str();
            let same = |known: &String| known == id || known.strip_suffix(":latest") == Some(id);
            Ok(Outcome::Works(if ids.iter().any(same) || id == "-" {
                format!("{count}.")
            } else {
                format!("{count}; {id} is not among them.")
            }))
        }
        // Some servers answer, and have no list.
        Err(ProviderError::NotFound { .. }) => Ok(Outcome::Skipped(
            "The server has no list of its models.".to_owned(),
        )),
        Err(error) => Err(classify(&error, &model.info)),
    }
}

async fn answer(model: &Model, limit: Duration) -> Result<Outcome, Error> {
    let said = complete_once(model, request("Reply with the word: ok"), limit)
        .await
        .map_err(|error| classify(&error, &model.info))?;
    Ok(Outcome::Works(match said.words() {
        Some(words) => format!("It said \u{201c}{words}\u{201d}."),
        None => "It answered.".to_owned(),
    }))
}

async fn tools(mut model: Model, limit: Duration) -> Result<Outcome, Error> {
    // What the catalogue says is what is tried here.
    model.info.set_tools(true);
    let mut request = request("Call the tool `report` with the number 7. Say nothing else.");
    request.tools = vec![ToolSpec {
        name: "report".to_owned(),
        description: "Reports a number.".to_owned(),
        schema: json!({
            "type": "object",
            "properties": {"number": {"type": "integer"}},
            "required": ["number"],
        }),
        native: None,
    }];
    let said = complete_once(&model, request, limit).await;
    let lacks = |message: String| {
        Error::new(ErrorCode::BadRequest, message)
            .remedy("It can still be used: code it writes is read from its text. For OS mode, choose a model that calls tools.")
            .param("model", model.info.name.clone())
            .param("provider", model.info.provider.clone())
            .param("lacks", "tools")
    };
    if !learned::about(&model).takes("tools") {
        return Err(lacks(format!("{} does not call tools.", model.info.name)));
    }
    let said = said.map_err(|error| classify(&error, &model.info))?;
    let call = said.calls.iter().find(|call| call.name == "report");
    match call {
        Some(call) => Ok(Outcome::Works(format!(
            "It called the tool with {}.",
            call.arguments
        ))),
        None => Err(lacks(format!(
            "{} answered in text instead of calling the tool{}",
            model.info.name,
            match said.words() {
                Some(words) => format!(": \u{201c}{words}\u{201d}."),
                None => ".".to_owned(),
            }
        ))),
    }
}

async fn images(mut model: Model, limit: Duration) -> Result<Outcome, Error> {
    model.info.vision = true;
    let mut request = request("Which colour fills this picture? Answer with one word.");
    let picture = Part::Image(Image {
        media_type: "image/png".to_owned(),
        bytes: picture::red().into(),
        width: picture::SIDE,
        height: picture::SIDE,
    });
    if let Some(message) = request.messages.first_mut() {
        message.parts.insert(0, picture);
    }
    let said = complete_once(&model, request, limit)
        .await
        .map_err(|error| classify(&error, &model.info))?;
    let words = said.words().unwrap_or_default();
    Ok(Outcome::Works(if words.to_lowercase().contains("red") {
        format!("It saw a red picture: \u{201c}{words}\u{201d}.")
    } else {
        format!("It took a red picture, and said \u{201c}{words}\u{201d}.")
    }))
}

fn request(text: &str) -> ModelRequest {
    ModelRequest {
        system: "Answer as shortly as you can.".to_owned(),
        messages: vec![Message {
            speaker: Speaker::User,
            parts: vec![crate::Part::Text(text.to_owned())],
        }],
        tools: Vec::new(),
        max_tokens: Some(TOKENS),
        temperature: None,
    }
}

/// What came back.
#[derive(Debug, Default)]
struct Said {
    text: String,
    calls: Vec<Call>,
}

impl Said {
    /// The beginning of the text on one line.
    fn words(&self) -> Option<String> {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        let line = words.join(" ");
        let short: String = line.chars().take(60).collect();
        (!short.is_empty()).then(|| match short.len() < line.len() {
            true => format!("{short}\u{2026}"),
            false => short,
        })
    }
}

/// One call, tried once.
async fn complete_once(
    model: &Model,
    request: ModelRequest,
    limit: Duration,
) -> Result<Said, ProviderError> {
    let limits = Limits {
        first_byte: limit,
        idle: limit,
        retries: 0,
        ..Limits::default()
    };
    let mut stream = HttpProvider::new(model.clone())
        .limits(limits)
        .stream(request);
    let mut said = Said::default();
    while let Some(item) = stream.next().await {
        match item {
            Ok(ModelEvent::Text(text)) => said.text.push_str(&text),
            Ok(ModelEvent::CallEnd(call)) => said.calls.push(call),
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests;
