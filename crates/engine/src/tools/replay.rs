//! Does recorded steps again: finds where each goes now, and does it there. No model
//! can call it.

use std::sync::Arc;

use interpreter_agent::{
    BoxFuture, Prepared, Reach, Scene, StoredPart, Subject, Tool, ToolError, ToolHandle, ToolOutput,
};
use interpreter_computer::platform::Rect;
use interpreter_computer::{ComputerError, Found, Trace, is_again};
use interpreter_llm::{Call, ToolSpec, outside};
use interpreter_protocol::{
    Area, Effect, FoundBy, Frame, Mode, OsState, Outcome, RunState, Step, kind,
};
use serde_json::{Map, Value, json};

use super::action::words;
use super::computer::{self, Asked};
use super::{person, tell_effect, tell_os};
use crate::kit::Kit;

pub(crate) struct Replay {
    pub kit: Arc<Kit>,
}

/// Told of what was under way when the person took control.
const BROKEN: &str = "You took control while this was being done, so it may be done in part.";
/// Told where the place was another one once it was allowed.
const MOVED: &str = "What was there had changed by the time it was allowed, so it was not done.";
/// What stands in the place of text that was typed where it is hidden.
const HIDDEN: &str = "•••";

impl Tool for Replay {
    fn spec(&self, _scene: &Scene) -> Option<ToolSpec> {
        None
    }

    fn answers_to(&self, _name: &str) -> bool {
        false
    }

    fn prepare(&self, _call: &Call, _scene: &Scene) -> Result<Prepared, ToolError> {
        Err(ToolError::new(
            "Only a person has recorded steps done again.",
        ))
    }

    fn again<'a>(
        &'a self,
        step: &'a Step,
        mode: Mode,
    ) -> Option<BoxFuture<'a, Result<Prepared, ToolError>>> {
        Some(Box::pin(async move {
            let kit = &self.kit;
            let said = |error: ComputerError| ToolError::new(error.to_string());
            if is_hidden(&step.action) {
                return Err(ToolError::new(
                    "What was typed then was hidden, so it was not recorded.",
                ));
            }
            kit.computer.enter(&kit.key()).await.map_err(said)?;
            let trace = trace(kit, step);
            let found = kit.computer.find_again(&kit.key(), &trace).await;
            let found = found.map_err(said)?;
            let asked = Asked {
                computer: &kit.computer,
                mode,
                intent: "",
            };
            let (app, reach) = asked.reach(found.action.clone(), &found.frame).await;
            Ok(prepared(found, &trace, app, reach))
        }))
    }

    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput> {
        let kit = Arc::clone(&self.kit);
        Box::pin(async move {
            let _allowed = kit.allow(computer::allowed(&prepared.subject));
            let by = prepared.extra.get("by").cloned();
            let by = by.and_then(|by| serde_json::from_value::<FoundBy>(by).ok());
            kit.steps.begin(&handle.item, by);
            let output = Repeating {
                kit: &kit,
                handle: &handle,
            }
            .act(&prepared, by)
            .await;
            kit.steps.written().await;
            output
        })
    }
}

/// The action, where it goes now, for the policy.
fn prepared(found: Found, trace: &Trace, app: Option<String>, reach: Reach) -> Prepared {
    let mut extra = Map::new();
    extra.insert("frame".to_owned(), json!(found.frame));
    extra.insert("by".to_owned(), json!(found.by));
    let element = trace
        .element
        .as_ref()
        .map(|(role, name, _)| json!([role, name]));
    extra.insert("element".to_owned(), element.unwrap_or_default());
    Prepared {
        kind: kind::ACTION,
        format: Some("computer".to_owned()),
        subject: Subject::Action {
            words: words(&found.action, app.as_deref()),
            app,
            looks: false,
            reach,
        },
        content: found.action,
        extra,
        problem: None,
    }
}

/// What the computer must know of a step to find its place.
fn trace(kit: &Kit, step: &Step) -> Trace {
    let rect = |area: Area| Rect {
        x: area.x,
        y: area.y,
        w: area.w,
        h: area.h,
    };
    let picture = step
        .before
        .as_ref()
        .and_then(|blob| kit.store.blob(blob).ok());
    Trace {
        action: step.action.clone(),
        frame: step.frame.clone(),
        points: step.points.clone(),
        app: step.app.clone(),
        window: step.window.clone(),
        window_area: step.window_area.map(rect),
        element: step.element.as_ref().map(|element| {
            (
                element.role.clone(),
                element.name.clone(),
                element.area.map(rect),
            )
        }),
        picture: picture.map(|(_, bytes)| bytes),
    }
}

fn is_hidden(action: &Value) -> bool {
    let text = action.get("text").and_then(Value::as_str);
    text.is_some_and(|text| text.starts_with(HIDDEN))
}

/// A button goes down or up where the pointer is: it is moved there first.
fn to_the_place(action: &Value) -> Option<Value> {
    let name = action.get("action").and_then(Value::as_str)?;
    let place = action.get("coordinate")?;
    matches!(name, "left_mouse_down" | "left_mouse_up")
        .then(|| json!({ "action": "mouse_move", "coordinate": place }))
}

struct Repeating<'a> {
    kit: &'a Kit,
    handle: &'a ToolHandle,
}

impl Repeating<'_> {
    async fn act(&self, prepared: &Prepared, by: Option<FoundBy>) -> ToolOutput {
        let frame = prepared.extra.get("frame").cloned().unwrap_or_default();
        let Ok(frame) = serde_json::from_value::<Frame>(frame) else {
            return ToolOutput::failed("Its place is not known.");
        };
        if let Subject::Action { words, .. } = &prepared.subject {
            tell_os(self.handle, OsState::Acting, words).await;
        }
        if by == Some(FoundBy::Element) && !self.is_still_there(prepared, &frame).await {
            return self.refused(RunState::Stale, MOVED).await;
        }
        let key = self.kit.key();
        let work = async {
            person(self.kit).await;
            if let Some(move_first) = to_the_place(&prepared.content) {
                self.kit.computer.act(&key, &move_first, &frame).await?;
            }
            self.kit.computer.act(&key, &prepared.content, &frame).await
        };
        let acted = tokio::select! {
            biased;
            acted = work => acted,
            () = self.handle.cancel.cancelled() => return ToolOutput::failed("Stopped."),
        };
        match acted {
            Ok(acted) => {
                tell_effect(self.handle, &acted.effect).await;
                let told = match acted.effect.outcome {
                    Outcome::Confirmed => "Done.",
                    Outcome::NoChange => "Done, but nothing on the screen changed.",
                    Outcome::Uncertain => "Done; whether it had an effect cannot be told.",
                    Outcome::Refused => return self.failed(&acted.effect.detail),
                };
                let told = match acted.effect.detail.as_str() {
                    "" => told.to_owned(),
                    detail => format!("{told} {}", outside::marked("screen", detail)),
                };
                ToolOutput::done(vec![StoredPart::Text(told)])
            }
            Err(ComputerError::Paused { .. }) => {
                person(self.kit).await;
                self.refused(RunState::Failed, BROKEN).await
            }
            Err(error) => {
                tell_effect(self.handle, &error.effect()).await;
                self.failed(&error.to_string())
            }
        }
    }

    /// Whether the same element is where it was found: the person may have been asked
    /// meanwhile. What its program does not tell is no reason against it.
    async fn is_still_there(&self, prepared: &Prepared, frame: &Frame) -> bool {
        let Some(Value::Array(wanted)) = prepared.extra.get("element") else {
            return true;
        };
        let (computer, action, frame) = (
            self.kit.computer.clone(),
            prepared.content.clone(),
            frame.clone(),
        );
        let told = tokio::task::spawn_blocking(move || computer.target(&action, &frame)).await;
        let Some(element) = told.ok().and_then(Result::ok).and_then(|told| told.element) else {
            return true;
        };
        let then = |at: usize| wanted.get(at).and_then(Value::as_str).unwrap_or_default();
        is_again((then(0), then(1)), &element)
    }

    async fn refused(&self, state: RunState, why: &str) -> ToolOutput {
        tell_effect(
            self.handle,
            &Effect {
                outcome: Outcome::Refused,
                detail: why.to_owned(),
            },
        )
        .await;
        ToolOutput {
            state,
            ..ToolOutput::failed(why)
        }
    }

    fn failed(&self, why: &str) -> ToolOutput {
        ToolOutput {
            parts: vec![StoredPart::outside("screen", why)],
            ..ToolOutput::failed(why)
        }
    }
}
