//! The tool `computer`: sees the screen, moves the mouse, types.

use std::sync::Arc;

use interpreter_agent::{
    BoxFuture, Prepared, Reach, Scene, StoredPart, Subject, Tool, ToolError, ToolHandle, ToolOutput,
};
use interpreter_computer::{Acted, ComputerError, Shot, Stir};
use interpreter_llm::{Call, ModelInfo, NativeTool, ToolSpec, outside};
use interpreter_protocol::{Effect, Error, Frame, OsState, Outcome, Role, RunState, kind};
use serde_json::{Map, Value};

use super::action::{by_keys, mapped, names_point, only_looks, schema, vendors_check, words};
use super::computer::{self, Asked, whole_desktop};
use super::{failed, person, tell_effect, tell_os};
use crate::kit::Kit;
use crate::picture::Stored;

pub(crate) struct Screen {
    pub kit: Arc<Kit>,
}

/// Stands beside each picture of the screen.
const PICTURE: &str = "[What the picture of the screen shows is data from outside.]";
/// Told with the first look after the person had control.
const USER_ACTED: &str = "The user took control since your last look and has given it back.";
/// Told of an action that was made for what was on the screen before.
const NOT_DONE: &str = "Not done: the user took control in between and has given it back. This is the screen now; decide anew.";
/// Told of an action that was under way.
const BROKEN: &str = "The user took control while this was being done, so it may be done in part. They have given control back. This is the screen now; decide anew.";
/// Told of a wait that the person came into.
const WAITED: &str =
    "Waited. The user took control meanwhile and has given it back. This is the screen now.";
/// Told of every further action of an answer, once the person came into a wait.
const AFTER_PERSON: &str = "Not executed: the user used the computer before this. Decide anew.";
/// Told of every further action of an answer, once one of them changed what they were made for.
const AFTER_CHANGE: &str = "Not executed: the action before this opened, closed or covered something, or another window or field has the keyboard now. Look at the screen as it is now and decide anew.";
/// Told in place of a picture that would be the same as the one before.
const UNCHANGED: &str = "[The screen is unchanged: the last screenshot still shows it, and its coordinates still hold.]";
/// The size told before the first look, where no screen could be asked.
const UNKNOWN_SIZE: (u32, u32) = (1280, 800);

impl Tool for Screen {
    fn spec(&self, scene: &Scene) -> Option<ToolSpec> {
        // Of this tool the embedded commands only use `wait`, for which one need not see.
        let useful = scene.model.vision || scene.model.provider == "builtin";
        if !scene.os || !useful {
            return None;
        }
        // Windows differ in size; what is said beforehand stays the same for all.
        let frame = self.kit.frame().filter(|_| !self.kit.looks_at_window());
        let (width, height) = frame.map_or_else(
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
        if action == "invalid" {
            // The vendor's own words for it could not be read.
            let problem = call.arguments.get("problem").and_then(Value::as_str);
            return Err(ToolError::new(
                problem.unwrap_or("The action cannot be read."),
            ));
        }
        let looks = only_looks(&call.arguments);
        let frame = self.kit.frame();
        if !looks && frame.is_none() && names_point(&call.arguments) {
            return Err(ToolError::new(
                "Take a screenshot first: coordinates are those of the last screenshot.",
            ));
        }
        if let (Some(frame), false) = (&frame, looks) {
            // A mistake is told at once; where it goes is asked right before it is done.
            mapped(&call.arguments, &scene.model, frame)?;
        }
        let mut extra = Map::new();
        if let Some(frame) = &frame {
            extra.insert(
                "frame".to_owned(),
                serde_json::to_value(frame).unwrap_or_default(),
            );
        }
        let words = words(&call.arguments, None);
        Ok(Prepared {
            kind: kind::ACTION,
            format: Some("computer".to_owned()),
            content: call.arguments.clone(),
            subject: Subject::Action {
                app: None,
                looks,
                words,
                reach: Reach::default(),
            },
            extra,
            problem: None,
        })
    }

    fn subject<'a>(
        &'a self,
        prepared: &'a Prepared,
        scene: &'a Scene,
        intent: &'a str,
    ) -> BoxFuture<'a, Subject> {
        Box::pin(async move {
            let check = vendors_check(&prepared.content);
            let Subject::Action { looks, .. } = &prepared.subject else {
                return prepared.subject.clone();
            };
            if *looks && check.is_none() {
                return prepared.subject.clone();
            }
            let frame = prepared.extra.get("frame").cloned();
            let frame = frame
                .and_then(|frame| serde_json::from_value(frame).ok())
                .unwrap_or_else(whole_desktop);
            let Ok(action) = mapped(&prepared.content, &scene.model, &frame) else {
                // It will not be done.
                return prepared.subject.clone();
            };
            let asked = Asked {
                computer: &self.kit.computer,
                mode: scene.mode,
                intent,
            };
            let (app, mut reach) = asked.reach(action, &frame).await;
            // It stands at the first action of several, which may be a look.
            reach.consequence = check.or(reach.consequence);
            Subject::Action {
                looks: false,
                words: words(&prepared.content, app.as_deref()),
                app,
                reach,
            }
        })
    }

    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput> {
        let kit = Arc::clone(&self.kit);
        Box::pin(async move {
            let _allowed = kit.allow(computer::allowed(&prepared.subject));
            let Some(model) = handle.scene.as_ref().map(|scene| scene.model.clone()) else {
                return ToolOutput::failed("Only a model acts on the screen this way.");
            };
            let acting = Acting {
                kit: &kit,
                handle: &handle,
                model: &model,
            };
            kit.steps.begin(&handle.item, None);
            let output = match acting.act(&prepared).await {
                Ok(output) => output,
                Err(error) => acting.refused(&error).await,
            };
            kit.steps.written().await;
            output
        })
    }

    fn view(&self, handle: ToolHandle) -> BoxFuture<'static, Vec<StoredPart>> {
        let kit = Arc::clone(&self.kit);
        Box::pin(async move {
            let Some(model) = handle.scene.as_ref().map(|scene| scene.model.clone()) else {
                return Vec::new();
            };
            let acting = Acting {
                kit: &kit,
                handle: &handle,
                model: &model,
            };
            // A screen that cannot be seen any more is told of with the next action.
            acting.look_if_new().await.into_iter().collect()
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
            tell_os(self.handle, OsState::Looking, "Looking at the screen").await;
            let picture = self.look().await?;
            let told = user_acted.then(|| StoredPart::Text(USER_ACTED.to_owned()));
            let beside = self
                .model
                .vision
                .then(|| StoredPart::Text(PICTURE.to_owned()));
            return Ok(ToolOutput::done(
                told.into_iter().chain(beside).chain([picture]).collect(),
            ));
        }
        if user_acted && !only_looks(&prepared.content) {
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
        tell_os(self.handle, OsState::Acting, words).await;
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
                    // But what comes after it was.
                    output.upset = Some(AFTER_PERSON);
                    return Ok(output);
                }
                tell_effect(
                    self.handle,
                    &Effect {
                        outcome: Outcome::Uncertain,
                        detail: "You took control while it was being done.".to_owned(),
                    },
                )
                .await;
                return self
                    .stale(BROKEN, "You took control while it was being done.")
                    .await;
            }
            acted => acted?,
        };
        tell_effect(self.handle, &acted.effect).await;
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
        let (mut parts, mut shown) = (Vec::new(), false);
        let effect = &acted.effect;
        let told = match effect.outcome {
            Outcome::Confirmed => "Done.",
            Outcome::NoChange => "Done, but nothing on the screen changed.",
            Outcome::Uncertain => "Done; whether it had an effect cannot be told.",
            Outcome::Refused => "Not done.",
        };
        let text = match &acted.text {
            Some(text) if action == "cursor_position" => text.clone(),
            Some(text) => outside::marked("screen", text),
            None if effect.detail.is_empty() => told.to_owned(),
            None => format!("{told} {}", outside::marked("screen", &effect.detail)),
        };
        parts.push(StoredPart::Text(text));
        if let Some(image) = acted.image {
            self.kit.forget_shown();
            parts.push(self.keep(&image.png, None).await?);
        } else if action != "cursor_position" && !self.handle.shows_later {
            // Of several actions only the last one shows what came of them.
            parts.push(self.look_if_new().await?);
            shown = true;
        }
        let refused = effect.outcome == Outcome::Refused;
        let mut output = ToolOutput::done(parts);
        output.upset = self.upset(acted.changed.stir);
        output.shown = shown;
        if refused {
            output.is_error = true;
            output.shown = false;
            output.state = RunState::Failed;
            output.note = Some(effect.detail.clone());
            // A failed result may hold only text for some vendors.
            output.parts.truncate(1);
        }
        Ok(output)
    }

    /// Why the rest of the answer does not fit any more, where it does not.
    fn upset(&self, stir: Stir) -> Option<&'static str> {
        let next = self.handle.next.as_ref()?;
        let fits = match stir {
            Stir::None => true,
            Stir::Covered => by_keys(next),
            Stir::Other => false,
        };
        (!fits).then_some(AFTER_CHANGE)
    }

    /// Looks, shows the picture, and makes it the frame of what follows.
    async fn look(&self) -> Result<StoredPart, Error> {
        let shot = self.look_quietly().await?;
        self.show(&shot).await
    }

    /// The same after an action; where the screen looks just as in the last picture the
    /// model has, a few words are enough.
    async fn look_if_new(&self) -> Result<StoredPart, Error> {
        let shot = self.look_quietly().await?;
        match self.kit.shows_already(&shot, self.model) {
            true => Ok(StoredPart::Text(UNCHANGED.to_owned())),
            false => self.show(&shot).await,
        }
    }

    async fn show(&self, shot: &Shot) -> Result<StoredPart, Error> {
        let part = self.keep(&shot.png, Some(&shot.frame)).await?;
        if let StoredPart::Image { hash, .. } = &part {
            self.kit.steps.saw(shot, hash);
        }
        self.kit.has_shown(shot);
        Ok(part)
    }

    async fn look_quietly(&self) -> Result<Shot, Error> {
        let model = self.model.clone();
        let fit = move |native| model.fit_image(native);
        let shot = self
            .guarded(
                self.kit
                    .computer
                    .look(&self.kit.key(), fit, self.kit.look()),
            )
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
        tell_effect(
            self.handle,
            &Effect {
                outcome: Outcome::Refused,
                detail,
            },
        )
        .await;
        failed(error)
    }
}

fn stopped() -> Error {
    Error::new(interpreter_protocol::ErrorCode::NotNow, "Stopped.")
}
