//! The tool `computer`: sees the screen, moves the mouse, types.

use std::sync::Arc;

use interpreter_agent::{
    BoxFuture, Prepared, Scene, StoredPart, Subject, Tool, ToolError, ToolEvent, ToolHandle,
    ToolOutput,
};
use interpreter_computer::{Acted, ComputerError, Look, Shot};
use interpreter_llm::{Call, ModelInfo, NativeTool, ToolSpec};
use interpreter_protocol::{
    Chunk, Effect, Error, Frame, Os, OsState, Outcome, Role, RunState, kind,
};
use serde_json::{Map, Value, json};

use super::{from_outside, person};
use crate::kit::Kit;
use crate::picture::Stored;

pub(crate) struct Screen {
    pub kit: Arc<Kit>,
}

/// Actions that change nothing.
const LOOKS: &[&str] = &["screenshot", "zoom", "cursor_position", "wait"];
/// Told with the first look after the person had control.
const USER_ACTED: &str = "The user took control since your last look and has given it back.";
/// Told of an action that was made for what was on the screen before.
const NOT_DONE: &str = "Not done: the user took control in between and has given it back. This is the screen now; decide anew.";
/// Told of an action that was under way.
const BROKEN: &str = "The user took control while this was being done, so it may be done in part. They have given control back. This is the screen now; decide anew.";
/// Told of a wait that the person came into.
const WAITED: &str =
    "Waited. The user took control meanwhile and has given it back. This is the screen now.";
/// The size told before the first look, where no screen could be asked.
const UNKNOWN_SIZE: (u32, u32) = (1280, 800);

impl Tool for Screen {
    fn spec(&self, scene: &Scene) -> Option<ToolSpec> {
        // Of this tool the embedded commands only use `wait`, for which one need not see.
        let useful = scene.model.vision || scene.model.provider == "builtin";
        if !scene.os || !useful {
            return None;
        }
        let (width, height) = self.kit.frame().map_or_else(
            || {
                let native = self.kit.computer.primary_size().unwrap_or(UNKNOWN_SIZE);
                scene.model.fit_image(native)
            },
            |frame| frame.sent,
        );
        Some(ToolSpec {
            name: "computer".to_owned(),
            description: format!(
                "Sees the user's screen and drives mouse and keyboard. Coordinates are pixels of the last screenshot, which is {width}x{height}, from its top left corner. Take a screenshot first. Each action answers with what it did and a fresh screenshot; check it before you go on."
            ),
            schema: schema(),
            native: Some(NativeTool::Computer { width, height }),
        })
    }

    fn answers_to(&self, name: &str) -> bool {
        name == "computer"
    }

    fn prepare(&self, call: &Call, scene: &Scene) -> Result<Prepared, ToolError> {
        let action = call
            .arguments
            .get("action")
            .and_then(Value::as_str)
            .ok_or_else(|| ToolError::new("The action is missing."))?;
        let looks = LOOKS.contains(&action);
        let frame = self.kit.frame();
        if !looks && frame.is_none() && names_point(&call.arguments) {
            return Err(ToolError::new(
                "Take a screenshot first: coordinates are those of the last screenshot.",
            ));
        }
        let app = match (&frame, looks) {
            (Some(frame), false) => {
                let mapped = mapped(&call.arguments, &scene.model, frame)?;
                self.kit
                    .computer
                    .target(&mapped, frame)
                    .ok()
                    .and_then(|target| target.app)
            }
            _ => None,
        };
        let mut extra = Map::new();
        if let Some(frame) = &frame {
            extra.insert(
                "frame".to_owned(),
                serde_json::to_value(frame).unwrap_or_default(),
            );
        }
        let words = words(&call.arguments, app.as_deref());
        Ok(Prepared {
            kind: kind::ACTION,
            format: Some("computer".to_owned()),
            content: call.arguments.clone(),
            subject: Subject::Action { app, looks, words },
            extra,
            problem: None,
        })
    }

    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput> {
        let kit = Arc::clone(&self.kit);
        Box::pin(async move {
            let Some(model) = handle.scene.as_ref().map(|scene| scene.model.clone()) else {
                return ToolOutput::failed("Only a model acts on the screen this way.");
            };
            let acting = Acting {
                kit: &kit,
                handle: &handle,
                model: &model,
            };
            match acting.act(&prepared).await {
                Ok(output) => output,
                Err(error) => acting.refused(&error).await,
            }
        })
    }
}

struct Acting<'a> {
    kit: &'a Kit,
    handle: &'a ToolHandle,
    model: &'a ModelInfo,
}

impl Acting<'_> {
    async fn act(&self, prepared: &Prepared) -> Result<ToolOutput, Error> {
        self.kit.computer.enter(&self.kit.key()).await?;
        let user_acted = self.handle.user_acted | self.control().await?;
        let action = prepared
            .content
            .get("action")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if action == "screenshot" {
            self.os(OsState::Looking, "Looking at the screen").await;
            let picture = self.look().await?;
            let told = user_acted.then(|| StoredPart::Text(USER_ACTED.to_owned()));
            return Ok(ToolOutput::done(
                told.into_iter().chain([picture]).collect(),
            ));
        }
        if user_acted && !LOOKS.contains(&action) {
            return self
                .stale(NOT_DONE, "Not done: you used the computer just before it.")
                .await;
        }
        let frame = match prepared
            .extra
            .get("frame")
            .cloned()
            .map(serde_json::from_value::<Frame>)
        {
            Some(Ok(frame)) => frame,
            _ => {
                // An action without coordinates needs no earlier look, only a layout.
                self.look_quietly().await?.frame
            }
        };
        let Subject::Action { words, .. } = &prepared.subject else {
            return Ok(ToolOutput::failed("This is not an action."));
        };
        self.os(OsState::Acting, words).await;
        let mapped = mapped(&prepared.content, self.model, &frame).map_err(|error| {
            Error::new(interpreter_protocol::ErrorCode::BadInput, error.message)
        })?;
        let key = self.kit.key();
        let acted = match self
            .unless_stopped(self.kit.computer.act(&key, &mapped, &frame))
            .await?
        {
            Err(ComputerError::Paused { .. }) => {
                self.control().await?;
                if action == "wait" {
                    let mut output = self.stale(WAITED, "You took control meanwhile.").await?;
                    // Nothing was planned on a wait that has changed.
                    output.state = RunState::Done;
                    return Ok(output);
                }
                self.effect(&Effect {
                    outcome: Outcome::Uncertain,
                    detail: "You took control while it was being done.".to_owned(),
                })
                .await;
                return self
                    .stale(BROKEN, "You took control while it was being done.")
                    .await;
            }
            acted => acted?,
        };
        self.effect(&acted.effect).await;
        self.answer(action, acted).await
    }

    /// Waits while the person has control; whether they had. Nothing is done meanwhile,
    /// and no further call is made of the model.
    async fn control(&self) -> Result<bool, Error> {
        tokio::select! {
            biased;
            () = self.handle.cancel.cancelled() => Err(stopped()),
            had = person(self.kit) => Ok(had),
        }
    }

    /// An action whose screen is not what it was: the model sees what it is now.
    async fn stale(&self, told: &str, note: &str) -> Result<ToolOutput, Error> {
        let picture = self.look().await?;
        let text = StoredPart::Text(told.to_owned());
        Ok(ToolOutput {
            state: RunState::Stale,
            note: Some(note.to_owned()),
            ..ToolOutput::done(vec![text, picture])
        })
    }

    /// What the model is told of an action: its effect, its answer, a picture.
    async fn answer(&self, action: &str, acted: Acted) -> Result<ToolOutput, Error> {
        let mut parts = Vec::new();
        let effect = &acted.effect;
        let told = match effect.outcome {
            Outcome::Confirmed => "Done.",
            Outcome::NoChange => "Done, but nothing on the screen changed.",
            Outcome::Uncertain => "Done; whether it had an effect cannot be told.",
            Outcome::Refused => "Not done.",
        };
        let text = match &acted.text {
            Some(text) => text.clone(),
            None if effect.detail.is_empty() => told.to_owned(),
            None => format!("{told} {}", from_outside("screen", &effect.detail)),
        };
        parts.push(StoredPart::Text(text));
        if let Some(image) = acted.image {
            parts.push(self.keep(&image.png, None).await?);
        } else if action != "cursor_position" {
            parts.push(self.look().await?);
        }
        let refused = effect.outcome == Outcome::Refused;
        let mut output = ToolOutput::done(parts);
        if refused {
            output.is_error = true;
            output.state = RunState::Failed;
            output.note = Some(effect.detail.clone());
            // A failed result may hold only text for some vendors.
            output.parts.truncate(1);
        }
        Ok(output)
    }

    /// Looks, shows the picture, and makes it the frame of what follows.
    async fn look(&self) -> Result<StoredPart, Error> {
        let shot = self.look_quietly().await?;
        self.keep(&shot.png, Some(&shot.frame)).await
    }

    async fn look_quietly(&self) -> Result<Shot, Error> {
        let model = self.model.clone();
        let fit = move |native| model.fit_image(native);
        let shot = self
            .guarded(self.kit.computer.look(&self.kit.key(), fit, Look::Primary))
            .await?;
        self.kit.set_frame(shot.frame.clone());
        Ok(shot)
    }

    async fn keep(&self, png: &[u8], frame: Option<&Frame>) -> Result<StoredPart, Error> {
        let stored = Stored::screenshot(self.kit, png)?;
        let mut chunk = stored.chunk(Role::Computer);
        if let Some(frame) = frame {
            chunk = chunk.with("frame", serde_json::to_value(frame).unwrap_or_default());
        }
        self.handle.chunk(chunk).await;
        let Stored {
            hash,
            width,
            height,
        } = stored;
        Ok(StoredPart::Image {
            hash,
            width,
            height,
        })
    }

    /// Ends the wait at once when the turn is stopped; the gate has stopped the action itself.
    async fn guarded<T>(
        &self,
        work: impl Future<Output = Result<T, ComputerError>>,
    ) -> Result<T, Error> {
        Ok(self.unless_stopped(work).await??)
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.handle.cancel.cancelled() => Err(stopped()),
        }
    }

    async fn refused(&self, error: &Error) -> ToolOutput {
        let detail = error.to_string();
        self.effect(&Effect {
            outcome: Outcome::Refused,
            detail: detail.clone(),
        })
        .await;
        ToolOutput::failed(detail)
    }

    async fn effect(&self, effect: &Effect) {
        let content = serde_json::to_value(effect).unwrap_or_default();
        self.handle
            .chunk(Chunk::new(Role::Computer, kind::EFFECT).content(content))
            .await;
    }

    async fn os(&self, state: OsState, text: &str) {
        let os = Os {
            state,
            text: text.to_owned(),
        };
        let content = serde_json::to_value(os).unwrap_or_default();
        let chunk = Chunk::new(Role::Server, kind::OS).content(content);
        let _ = self.handle.events.send(ToolEvent::Chunk(chunk)).await;
    }
}

fn stopped() -> Error {
    Error::new(interpreter_protocol::ErrorCode::NotNow, "Stopped.")
}

/// The action with the model's numbers as continuous pixels of the sent image.
fn mapped(action: &Value, model: &ModelInfo, frame: &Frame) -> Result<Value, ToolError> {
    let mut mapped = action.clone();
    let Some(object) = mapped.as_object_mut() else {
        return Err(ToolError::new("The action is not an object."));
    };
    for key in ["coordinate", "start_coordinate", "region"] {
        let Some(value) = object.get_mut(key).filter(|value| !value.is_null()) else {
            continue;
        };
        let numbers = numbers(value)
            .filter(|numbers| !numbers.is_empty() && numbers.len().is_multiple_of(2))
            .ok_or_else(|| ToolError::new(format!("`{key}` must be a list of numbers [x, y].")))?;
        let mut points = Vec::with_capacity(numbers.len());
        for pair in numbers.chunks_exact(2) {
            let (x, y) = (pair[0], pair[1]);
            if !model.points_inside(x, y, frame.sent) {
                return Err(ToolError::new(format!(
                    "({x}, {y}) lies outside the screenshot, which is {}x{}.",
                    frame.sent.0, frame.sent.1
                )));
            }
            let (x, y) = model.to_sent(x, y, frame.sent);
            points.extend([x, y]);
        }
        *value = json!(points);
    }
    Ok(mapped)
}

/// Numbers of a list; some models write the list as text.
fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(list) => list.iter().map(Value::as_f64).collect(),
        Value::String(text) => numbers(&serde_json::from_str(text).ok()?),
        _ => None,
    }
}

fn names_point(action: &Value) -> bool {
    ["coordinate", "start_coordinate", "region"]
        .iter()
        .any(|key| action.get(key).is_some_and(|value| !value.is_null()))
}

/// The action for people: `click at 412, 318 in Mail`.
fn words(action: &Value, app: Option<&str>) -> String {
    let text = |key: &str| action.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("action");
    let point = action
        .get("coordinate")
        .and_then(numbers)
        .filter(|point| point.len() == 2);
    let at = point
        .map(|p| format!(" at {}, {}", p[0], p[1]))
        .unwrap_or_default();
    let verb = match name {
        "left_click" => format!("Click{at}"),
        "right_click" => format!("Right-click{at}"),
        "middle_click" => format!("Middle-click{at}"),
        "double_click" => format!("Double-click{at}"),
        "triple_click" => format!("Triple-click{at}"),
        "mouse_move" => format!("Move the mouse{at}"),
        "left_click_drag" => format!("Drag{}", at.replace(" at ", " to ")),
        "left_mouse_down" => "Press the mouse button".to_owned(),
        "left_mouse_up" => "Let the mouse button go".to_owned(),
        "scroll" => format!("Scroll {}{at}", text("scroll_direction")),
        "type" => format!("Type \u{201c}{}\u{201d}", text("text")),
        "key" => format!("Press {}", text("text")),
        "hold_key" => format!("Hold {}", text("text")),
        "screenshot" => "Look at the screen".to_owned(),
        "zoom" => "Look closer".to_owned(),
        "wait" => "Wait".to_owned(),
        other => other.replace('_', " "),
    };
    match app {
        Some(app) => format!("{verb} in {app}"),
        None => verb,
    }
}

/// The function form, for models whose vendor has no computer tool of its own.
fn schema() -> Value {
    let point = |what: &str| json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2, "description": what });
    json!({
        "type": "object",
        "properties": {
            "action": {
                "type": "string",
                "enum": [
                    "screenshot", "zoom", "mouse_move", "left_click", "right_click", "middle_click",
                    "double_click", "triple_click", "left_click_drag", "left_mouse_down",
                    "left_mouse_up", "scroll", "type", "key", "hold_key", "wait", "cursor_position",
                ],
            },
            "coordinate": point("x, y in the last screenshot; the end of a drag"),
            "start_coordinate": point("where a drag begins"),
            "region": {
                "type": "array", "items": { "type": "number" }, "minItems": 4, "maxItems": 4,
                "description": "x0, y0, x1, y1 to zoom into",
            },
            "text": {
                "type": "string",
                "description": "what to type; the key or chord to press, such as ctrl+s; for clicks, keys held meanwhile",
            },
            "scroll_direction": { "type": "string", "enum": ["up", "down", "left", "right"] },
            "scroll_amount": { "type": "integer", "description": "wheel clicks" },
            "duration": { "type": "number", "description": "seconds, for wait and hold_key" },
            "repeat": { "type": "integer", "description": "how often to press the key" },
        },
        "required": ["action"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_in_words() {
        let check = |action: Value, app, expected: &str| assert_eq!(words(&action, app), expected);
        check(
            json!({"action": "left_click", "coordinate": [4, 5]}),
            Some("Mail"),
            "Click at 4, 5 in Mail",
        );
        check(
            json!({"action": "left_click", "coordinate": "[4, 5]"}),
            None,
            "Click at 4, 5",
        );
        check(
            json!({"action": "left_click_drag", "coordinate": [4, 5]}),
            None,
            "Drag to 4, 5",
        );
        check(
            json!({"action": "type", "text": "é"}),
            None,
            "Type \u{201c}é\u{201d}",
        );
        check(
            json!({"action": "left_mouse_down"}),
            None,
            "Press the mouse button",
        );
        check(json!({}), None, "");
    }
}
