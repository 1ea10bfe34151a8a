//! One turn: events to the view, questions to the person, answers to the engine.

use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use interpreter_protocol::{
    Chunk, ConfirmationId, Decision, Error, ErrorCode, Event, InputRequest, ItemId, Pending,
    RequestId, Role, Rule, RuleMatch, RuleScope, Run, RunState, Tier, Verdict, kind,
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::platform::QuietInput;
use crate::session::Session;
use crate::terminal::keyboard::{Keyboard, Pressed};
use crate::view::View;
use crate::{edit, house, report};

/// How long a turn that was stopped may take to end before we go on without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The model was done.
    Well,
    /// An error ended it; it was shown.
    Failed,
    /// The person stopped it.
    Interrupted,
    /// Approval was needed and nobody could give it.
    ApprovalNeeded,
    /// Nobody reads what we print.
    OutputClosed,
}

/// Ctrl-C, counted from the start of the program, so that none is missed
/// between two waits.
static INTERRUPTS: LazyLock<watch::Sender<u32>> = LazyLock::new(|| watch::channel(0).0);

/// Begins to take Ctrl-C as a wish to stop the turn instead of the program.
pub(crate) fn listen_for_interrupts() {
    tokio::spawn(async {
        while tokio::signal::ctrl_c().await.is_ok() {
            INTERRUPTS.send_modify(|count| *count += 1);
        }
    });
}

/// Interrupts from now on.
pub(crate) struct Interrupts(watch::Receiver<u32>);

impl Interrupts {
    pub(crate) fn new() -> Self {
        Self(INTERRUPTS.subscribe())
    }

    /// The next one. Cancel safe.
    pub(crate) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Follows the turn that has begun to its end.
///
/// # Errors
/// The engine ended, or the terminal broke.
pub(crate) async fn follow(
    session: &mut Session,
    view: &mut dyn View,
    keyboard: Option<Keyboard>,
) -> Result<Ended, Error> {
    let mut turn = Turn {
        session,
        view,
        keyboard,
        interrupts: Interrupts::new(),
        ended: Ended::Well,
        stopping: false,
        shown: None,
    };
    // Keys pressed meanwhile are neither shown nor lost, and a text pasted
    // meanwhile is still one text when it is read.
    let quiet = keyboard.map(|keyboard| {
        let _ = keyboard.bracket_pastes(true);
        QuietInput::begin()
    });
    let result = turn.run().await;
    if let Some(keyboard) = keyboard {
        let _ = keyboard.bracket_pastes(false);
    }
    drop(quiet);
    match result {
        Ok(ended) => Ok(ended),
        Err(Broken::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = turn.session.stop().await;
            Ok(Ended::OutputClosed)
        }
        Err(Broken::Output(error)) => {
            let _ = turn.session.stop().await;
            Err(report::output_failed(&error))
        }
        Err(Broken::Engine) => Err(Error::new(
            ErrorCode::Internal,
            "The engine ended in the middle of the turn. What was shown is saved.",
        )),
    }
}

enum Broken {
    Output(io::Error),
    Engine,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

struct Turn<'a> {
    session: &'a mut Session,
    view: &'a mut dyn View,
    keyboard: Option<Keyboard>,
    interrupts: Interrupts,
    ended: Ended,
    stopping: bool,
    /// The code item shown last, and its text.
    shown: Option<(ItemId, String)>,
}

impl Turn<'_> {
    async fn run(&mut self) -> Result<Ended, Broken> {
        loop {
            let wait = async {
                match self.stopping {
                    true => tokio::time::sleep(PATIENCE).await,
                    false => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = self.interrupts.next() => {
                    if self.stopping {
                        self.view.rest()?;
                        return Ok(Ended::Interrupted);
                    }
                    self.stop(Ended::Interrupted).await?;
                }
                () = house::stop_requested(), if !self.stopping => {
                    self.stop(Ended::Interrupted).await?;
                }
                () = wait => {
                    self.view.rest()?;
                    return Ok(self.ended);
                }
                event = self.session.next() => {
                    let Some(event) = event else { return Err(Broken::Engine) };
                    if self.take(&event).await? {
                        self.view.rest()?;
                        return Ok(self.ended);
                    }
                }
            }
        }
    }

    /// Asks the engine to end the turn; its last events still come.
    async fn stop(&mut self, ended: Ended) -> Result<(), Broken> {
        self.stopping = true;
        self.ended = ended;
        if let Err(error) = self.session.stop().await {
            self.view.error(&error)?;
        }
        Ok(())
    }

    /// Shows an event and does what it asks for; true at the end of the turn.
    async fn take(&mut self, event: &Event) -> Result<bool, Broken> {
        let chunk = &event.chunk;
        self.view.event(event)?;
        match (chunk.role, chunk.kind.as_str()) {
            (Role::Server, kind::STATUS) if chunk.text() == Some("complete") => return Ok(true),
            (Role::Server, kind::ERROR) => {
                if let Some(error) = content::<Error>(chunk) {
                    self.view.error(&error)?;
                    if self.ended == Ended::Well {
                        self.ended = Ended::Failed;
                    }
                }
            }
            // The model got over it.
            (Role::Assistant, _) if chunk.content.is_some() => {
                if self.ended == Ended::Failed {
                    self.ended = Ended::Well;
                }
                if chunk.kind == kind::CODE
                    && let (Some(item), Some(text)) = (&event.item, chunk.text())
                {
                    match &mut self.shown {
                        Some((shown, code)) if shown == item => code.push_str(text),
                        shown => *shown = Some((item.clone(), text.to_owned())),
                    }
                }
            }
            (Role::Computer, kind::CONFIRMATION) if !self.stopping => {
                if let Some(pending) = pending(event) {
                    self.confirm(&pending).await?;
                }
            }
            (Role::Computer, kind::INPUT_REQUEST) if !self.stopping => {
                if let Some(request) = input_request(event) {
                    self.input(&request).await?;
                }
            }
            _ => {}
        }
        Ok(false)
    }

    async fn confirm(&mut self, pending: &Pending) -> Result<(), Broken> {
        let Some(keyboard) = self.keyboard else {
            return self.stop(Ended::ApprovalNeeded).await;
        };
        let code = Code::of(pending);
        if let Some(code) = &code
            && !self.shown.as_ref().is_some_and(|(item, text)| {
                *item == pending.item && text.trim_end() == code.text.trim_end()
            })
        {
            // What is approved is what stands on the screen, nothing else.
            self.view.code(&code.language, &code.text)?;
        }
        let mut edited: Option<String> = None;
        let app = app_of(pending);
        loop {
            self.view.rest()?;
            let (question, choices) = match (&code, &edited, &app) {
                (Some(_), None, _) => ("Run this code? [y/n/e] ".to_owned(), "yne"),
                (Some(_), Some(_), _) => ("Run the edited code? [y/n/e] ".to_owned(), "yne"),
                (None, _, Some((app, tier))) => {
                    let question = question_about(pending);
                    let app = crate::render::safe_text(app);
                    let what = if *tier == Tier::Full {
                        ""
                    } else {
                        "clicks in "
                    };
                    let all = format!("a allows {what}{app} in this conversation");
                    (format!("{question} [y/n/a] ({all}) "), "yna")
                }
                (None, ..) => (format!("{} [y/n] ", question_about(pending)), "yn"),
            };
            let item = pending.item.clone();
            let pressed = tokio::select! {
                pressed = keyboard.choose(&question, choices) => pressed?,
                () = self.session.wait_for(|event| settles(event, &item)) => {
                    keyboard.show("(answered elsewhere)\n")?;
                    return Ok(());
                }
                () = self.interrupts.next() => Pressed::Interrupt,
                () = house::stop_requested() => Pressed::Interrupt,
            };
            let decision = match (pressed, &code) {
                (Pressed::Choice('a'), _) => always(app.as_ref()),
                (Pressed::Choice('y'), _) => match edited.clone() {
                    Some(code) => Decision::Edit { code },
                    None => Decision::Run,
                },
                (Pressed::Choice('e'), Some(code)) => {
                    let before = edited.as_deref().unwrap_or(&code.text);
                    if let Some(after) = self.edit(before, &code.language)? {
                        self.view.difference(&code.text, &after)?;
                        edited = (after != code.text).then_some(after);
                    }
                    continue;
                }
                (Pressed::Choice(_) | Pressed::Line(_), _) => Decision::Skip { reason: None },
                (Pressed::Interrupt | Pressed::End, _) => {
                    return self.stop(Ended::Interrupted).await;
                }
            };
            match self.session.answer(pending, decision).await {
                Ok(()) => return Ok(()),
                // The person may try again in a moment.
                Err(error) if error.code == ErrorCode::ApprovalRefused => {
                    self.view.error(&error)?
                }
                Err(error) => {
                    self.view.error(&error)?;
                    return Ok(());
                }
            }
        }
    }

    /// The text after editing; none where it was not edited.
    fn edit(&mut self, code: &str, language: &str) -> Result<Option<String>, Broken> {
        match tokio::task::block_in_place(|| edit::edit(code, language)) {
            Ok(after) if after.trim().is_empty() => {
                let error = Error::new(ErrorCode::BadInput, "The edited code is empty.")
                    .remedy("Edit it again, or answer n to skip it.");
                self.view.error(&error)?;
                Ok(None)
            }
            Ok(after) => Ok(Some(after)),
            Err(error) => {
                self.view.error(&error)?;
                Ok(None)
            }
        }
    }

    async fn input(&mut self, request: &InputRequest) -> Result<(), Broken> {
        let line = match self.keyboard {
            // Nobody can type: the program sees the end of its input.
            None => None,
            Some(keyboard) => {
                self.view.before_input(&request.prompt);
                self.view.rest()?;
                let prompt = match request.prompt.lines().next_back().unwrap_or_default() {
                    "" => "input: ".to_owned(),
                    prompt => crate::render::safe_text(prompt),
                };
                let item = request.item.clone();
                let pressed = tokio::select! {
                    pressed = keyboard.line(&prompt, request.secret) => pressed?,
                    () = self.session.wait_for(|event| ends_input(event, &item)) => {
                        keyboard.show("\n")?;
                        return Ok(());
                    }
                    () = self.interrupts.next() => Pressed::Interrupt,
                    () = house::stop_requested() => Pressed::Interrupt,
                };
                match pressed {
                    Pressed::Line(line) => Some(line),
                    Pressed::Interrupt => return self.stop(Ended::Interrupted).await,
                    Pressed::End | Pressed::Choice(_) => None,
                }
            }
        };
        if let Err(error) = self.session.input(request.request.clone(), line).await {
            self.view.error(&error)?;
        }
        Ok(())
    }
}

struct Code {
    language: String,
    text: String,
}

impl Code {
    /// `{"type":"code","format":…,"content":…}`.
    fn of(pending: &Pending) -> Option<Self> {
        if pending.format != "execution" {
            return None;
        }
        let field = |name: &str| pending.content.get(name).and_then(Value::as_str);
        Some(Self {
            language: field("format").unwrap_or_default().to_owned(),
            text: field("content")?.to_owned(),
        })
    }
}

/// The app an action goes to: the question can be spared for the rest of it.
fn app_of(pending: &Pending) -> Option<(String, Tier)> {
    let app = pending.content.get("app").and_then(Value::as_str)?;
    let tier = pending.content.get("tier").cloned();
    // Older engines name no tier; a permission never goes further than it may anyway.
    let tier = tier.and_then(|tier| serde_json::from_value(tier).ok());
    (pending.format == "action" && !app.is_empty())
        .then(|| (app.to_owned(), tier.unwrap_or(Tier::Full)))
}

/// This, and whatever else is done in the app in this conversation.
fn always(app: Option<&(String, Tier)>) -> Decision {
    match app {
        Some((app, tier)) => Decision::Always {
            rule: Rule {
                verdict: Verdict::Allow,
                matches: RuleMatch::App {
                    app: app.clone(),
                    tier: *tier,
                },
            },
            scope: RuleScope::Conversation,
        },
        // Not a choice where no app is known.
        None => Decision::Skip { reason: None },
    }
}

fn question_about(pending: &Pending) -> String {
    let what = crate::rich::summary(&pending.content);
    match pending.format.as_str() {
        "action" => match pending.content.get("words").and_then(Value::as_str) {
            Some(words) => {
                let words = crate::render::safe_text(words);
                match pending.content.get("why").and_then(Value::as_str) {
                    Some(why) => format!("{words} ({})?", crate::render::safe_text(why)),
                    None => format!("{words}?"),
                }
            }
            None => format!("Do this on the screen: {what}?"),
        },
        _ => format!("Allow this: {what}?"),
    }
}

fn pending(event: &Event) -> Option<Pending> {
    let chunk = &event.chunk;
    Some(Pending {
        confirmation: ConfirmationId::from(chunk.key("confirmation")?),
        digest: chunk.key("digest")?.to_owned(),
        item: event.item.clone()?,
        format: chunk.format.clone().unwrap_or_default(),
        content: chunk.content.clone().unwrap_or_default(),
    })
}

fn input_request(event: &Event) -> Option<InputRequest> {
    let chunk = &event.chunk;
    Some(InputRequest {
        request: RequestId::from(chunk.key("request")?),
        item: event.item.clone()?,
        prompt: chunk.text().unwrap_or_default().to_owned(),
        secret: chunk
            .extra
            .get("secret")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    })
}

/// Whether the event makes a question about `item` pointless.
fn settles(event: &Event, item: &ItemId) -> bool {
    is_complete(&event.chunk)
        || run(&event.chunk).is_some_and(|run| {
            run.item == *item && !matches!(run.state, RunState::Awaiting | RunState::Editing)
        })
}

fn ends_input(event: &Event, item: &ItemId) -> bool {
    is_complete(&event.chunk)
        || run(&event.chunk)
            .is_some_and(|run| run.item == *item && run.state != RunState::NeedsInput)
}

fn is_complete(chunk: &Chunk) -> bool {
    chunk.is(Role::Server, kind::STATUS) && chunk.text() == Some("complete")
}

fn run(chunk: &Chunk) -> Option<Run> {
    chunk
        .is(Role::Server, kind::RUN)
        .then(|| content(chunk))
        .flatten()
}

fn content<T: for<'a> Deserialize<'a>>(chunk: &Chunk) -> Option<T> {
    T::deserialize(chunk.content.as_ref()?).ok()
}
