//! One run, followed to its end: its events become chunks, its output goes its three ways.

use std::time::Duration;

use interpreter_agent::{StoredPart, ToolEvent, ToolHandle, ToolInput, ToolOutput};
use interpreter_languages::{RunControl, RunEnd, RunEvent, RunStatus};
use interpreter_llm::outside;
use interpreter_protocol::{Chunk, RequestId, Role, RunState, kind};
use serde_json::Value;
use tokio::sync::mpsc;

use super::output::Output;
use crate::computer_socket::decode;
use crate::kit::Kit;
use crate::picture::Stored;

/// How often a run that should end is interrupted again until it does.
const INSIST: Duration = Duration::from_millis(300);

/// One run, followed to its end.
pub(super) struct Running<'a> {
    kit: &'a Kit,
    handle: ToolHandle,
    control: RunControl,
    output: Output,
    pictures: Vec<StoredPart>,
    shown_html: bool,
    /// It should end, and is interrupted until it does. A person's interrupt never kills:
    /// the language's state is theirs. After Stop the session ends what does not end.
    ending: bool,
    /// Ends the run when this is dropped before it has ended.
    ended: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.control.kill();
        }
    }
}

impl<'a> Running<'a> {
    pub(super) fn new(kit: &'a Kit, handle: ToolHandle, control: RunControl) -> Self {
        let spool = kit.store.spool(&kit.conversation, &handle.item).ok();
        let output = Output::new(spool, kit.max_output());
        Self {
            kit,
            handle,
            control,
            output,
            pictures: Vec::new(),
            shown_html: false,
            ending: false,
            ended: false,
        }
    }

    pub(super) async fn follow(mut self, mut events: mpsc::Receiver<RunEvent>) -> ToolOutput {
        let cancel = self.handle.cancel.clone();
        let mut cancelled = false;
        let mut again = tokio::time::interval(INSIST);
        loop {
            let event = tokio::select! {
                event = events.recv() => event,
                Some(input) = self.handle.inputs.recv() => {
                    if self.input(input).await {
                        again.reset();
                    }
                    continue;
                }
                () = cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    again.reset();
                    self.interrupt();
                    continue;
                }
                // A signal may reach a program at a moment when it cannot take it.
                _ = again.tick(), if self.ending => {
                    self.control.interrupt();
                    continue;
                }
            };
            match event {
                Some(RunEvent::Done(end)) => {
                    self.ended = true;
                    return self.finish(&end).await;
                }
                Some(event) => self.event(event).await,
                None => return ToolOutput::failed("The language ended without saying why."),
            }
        }
    }

    fn interrupt(&mut self) {
        self.ending = true;
        self.control.interrupt();
    }

    /// True when the run was just interrupted.
    async fn input(&mut self, input: ToolInput) -> bool {
        match input {
            ToolInput::Interrupt => {
                self.interrupt();
                return true;
            }
            ToolInput::Kill => self.control.kill(),
            ToolInput::Line { request, text } => {
                self.control.input(request.as_str(), text);
                self.send(ToolEvent::State(RunState::Running)).await;
            }
        }
        false
    }

    async fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Started { place } => self.send(ToolEvent::Place(place)).await,
            RunEvent::Output(text) => {
                if let Some(part) = self.output.take(&text) {
                    self.print(part).await;
                }
            }
            RunEvent::ActiveLine(line) => {
                let chunk = Chunk::new(Role::Computer, kind::CONSOLE)
                    .format("active_line")
                    .content(line.map_or(Value::Null, Value::from));
                self.handle.chunk(chunk).await;
            }
            RunEvent::Image { base64, .. } => self.picture(&base64).await,
            RunEvent::Html(html) => {
                self.shown_html = true;
                let chunk = Chunk::new(Role::Computer, kind::CODE)
                    .format("html")
                    .recipient("user")
                    .content(html);
                self.handle.chunk(chunk).await;
            }
            RunEvent::Input {
                request,
                prompt,
                secret,
            } => {
                let request = RequestId::from(request);
                self.send(ToolEvent::Input {
                    request,
                    prompt,
                    secret,
                })
                .await;
            }
            RunEvent::Done(_) => {}
        }
    }

    async fn picture(&mut self, base64: &str) {
        let stored = decode(base64)
            .ok_or_else(String::new)
            .and_then(|bytes| Stored::put(&self.kit.store, &bytes).map_err(|error| error.message));
        match stored {
            Ok(stored) => {
                let Stored {
                    hash,
                    width,
                    height,
                } = stored.clone();
                self.pictures.push(StoredPart::Image {
                    hash,
                    width,
                    height,
                });
                self.handle.chunk(stored.chunk(Role::Computer)).await;
            }
            Err(why) => {
                self.print(format!("[A picture could not be kept. {why}]\n"))
                    .await
            }
        }
    }

    async fn finish(mut self, end: &RunEnd) -> ToolOutput {
        if let Some(rest) = self.output.rest() {
            self.print(rest).await;
        }
        let last = self.output.last_line();
        let message = end.message.clone();
        if let Some(message) = &message {
            let line = format!("{message}\n");
            self.output.take(&line);
            self.print(line).await;
        }
        let (head, printed) = self.output.for_model(self.kit.max_output());
        // Our own words stand outside the marks.
        let mut told: Vec<String> = head.into_iter().collect();
        if !printed.trim().is_empty() {
            told.push(outside::marked("output", &printed));
        }
        if self.shown_html {
            told.push("[HTML was shown to the user]".to_owned());
        }
        if told.is_empty() {
            let nothing = match self.pictures.is_empty() {
                true => "No output",
                false => "[A picture]",
            };
            told.push(nothing.to_owned());
        }
        let mut text = told.join("\n");
        let (state, is_error, told) = match end.status {
            RunStatus::Ok => (RunState::Done, false, None),
            RunStatus::Error => (RunState::Failed, true, None),
            RunStatus::Interrupted => (RunState::Stopped, true, Some("The user interrupted it.")),
            RunStatus::Died { .. } => (RunState::Failed, true, None),
            RunStatus::TimedOut => (
                RunState::Stopped,
                true,
                Some("It took too long and was ended."),
            ),
        };
        if let Some(told) = told {
            text = format!("{text}\n{told}");
        }
        let note = match end.status {
            RunStatus::Error => message.or(last),
            _ => message,
        };
        let mut parts = vec![StoredPart::Text(text)];
        parts.append(&mut self.pictures);
        ToolOutput {
            parts,
            is_error,
            state,
            exit: end.exit,
            note,
            upset: None,
            shown: false,
        }
    }

    async fn print(&self, text: String) {
        let chunk = Chunk::new(Role::Computer, kind::CONSOLE)
            .format("output")
            .content(text);
        self.handle.chunk(chunk).await;
    }

    async fn send(&self, event: ToolEvent) {
        let _ = self.handle.events.send(event).await;
    }
}
