//! A model behind a server: builds the request, sends it, tries again where that
//! helps, and reads the answer as it comes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream, StreamExt as _};
use reqwest::{Method, Response};
use tokio::sync::mpsc;

use crate::answer::AnswerReader;
use crate::endpoint::Format;
use crate::error::Part;
use crate::failure::{Failure, LONGEST_WAIT, is_passing, refused};
use crate::http::{Limits, Outgoing, host, send, without_key};
use crate::{
    ComputerTool, Model, ModelEvent, ModelRequest, ModelStream, Provider, ProviderError, learned,
};

/// The provider of a model: over HTTP, with fences where it has no tools, or the
/// embedded commands.
pub(crate) fn provider(model: &Model) -> Arc<dyn Provider> {
    if model.endpoint.format == Format::Commands {
        return Arc::new(crate::commands::Commands);
    }
    Arc::new(HttpProvider::new(model.clone()))
}

/// A model behind an HTTP server.
#[derive(Debug, Clone)]
pub struct HttpProvider {
    model: Arc<Model>,
    limits: Limits,
}

impl HttpProvider {
    /// With the usual limits.
    pub fn new(model: Model) -> Self {
        Self {
            model: Arc::new(model),
            limits: Limits::default(),
        }
    }

    /// With limits of its own.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

type Sender = mpsc::Sender<Result<ModelEvent, ProviderError>>;

/// A local server that loads its model is waited for this much longer.
const LOADING_RETRIES: u32 = 40;
/// Changes to one request because of what the server does not take.
const CHANGES: u32 = 8;

impl Provider for HttpProvider {
    fn stream(&self, request: ModelRequest) -> ModelStream {
        let this = self.clone();
        let plain =
            Driven::new(move |sender| async move { this.run(request, sender).await }.boxed());
        plain.boxed()
    }
}

impl HttpProvider {
    async fn run(self, request: ModelRequest, sender: Sender) {
        let mut attempt = 0;
        let mut changes = 0;
        loop {
            if self.has_dialect(&request) {
                let info = self.model.info.clone();
                let dialect = crate::dialect::Dialect::new(Arc::new(self), info);
                return pass(dialect.stream(request), sender).await;
            }
            if !self.speaks_tools(&request) {
                return self.with_fences(request, sender).await;
            }
            let (failure, started) = match self.attempt(&request, &sender).await {
                Ok(()) => return,
                Err(failed) => failed,
            };
            if !started && changes < CHANGES && self.learn(&failure.error, &request) {
                changes += 1;
                continue;
            }
            let loading = matches!(failure.error, ProviderError::Loading { .. });
            let most = match self.limits.retries {
                0 => 0,
                _ if loading => LOADING_RETRIES,
                retries => retries,
            };
            let wait = failure.wait.unwrap_or_else(|| self.back_off(attempt));
            if started || !failure.retry || attempt >= most || wait > LONGEST_WAIT {
                let _ = sender.send(Err(failure.error)).await;
                return;
            }
            attempt += 1;
            let retry = ModelEvent::Retry {
                wait_ms: wait.as_millis() as u64,
                attempt,
                reason: failure.error.to_string(),
            };
            if sender.send(Ok(retry)).await.is_err() {
                return;
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn speaks_tools(&self, request: &ModelRequest) -> bool {
        request.tools.is_empty()
            || (self.model.info.tools && learned::about(&self.model).takes("tools"))
    }

    async fn with_fences(self, request: ModelRequest, sender: Sender) {
        let coordinates = self.model.info.coordinates;
        let fences = crate::fences::Fences::new(Arc::new(self)).coordinates(coordinates);
        pass(fences.stream(request), sender).await;
    }

    /// The screen is driven in words of the model's own.
    fn has_dialect(&self, request: &ModelRequest) -> bool {
        let computer = self.model.info.computer;
        crate::dialect::computer_of(request).is_some()
            && (computer.is_spoken()
                || (computer == ComputerTool::Qwen && self.speaks_tools(request)))
    }

    /// Remembers what was refused. True where the next request will differ.
    fn learn(&self, error: &ProviderError, request: &ModelRequest) -> bool {
        match error {
            ProviderError::UnsupportedTool { .. } => learned::next_computer_tool(&self.model),
            ProviderError::UnsupportedParameter {
                param: Some(param), ..
            } => {
                // What was not sent cannot be left out.
                let sent = match param.as_str() {
                    "temperature" => request.temperature.is_some(),
                    "max_tokens" | "max_completion_tokens" => request.max_tokens.is_some(),
                    "tools" => !request.tools.is_empty(),
                    _ => true,
                };
                sent && learned::refuses(&self.model, param)
            }
            _ => false,
        }
    }

    /// 0.5 s doubled up to 8 s, less up to a quarter.
    fn back_off(&self, attempt: u32) -> Duration {
        let most = self.limits.back_off * 16;
        let wait = self
            .limits
            .back_off
            .saturating_mul(1 << attempt.min(10))
            .min(most);
        let chance = f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255.0;
        wait.mul_f64(1.0 - 0.25 * chance)
    }

    fn outgoing(&self, request: &ModelRequest) -> (Vec<(String, String)>, Vec<u8>) {
        let (info, endpoint) = (&self.model.info, &self.model.endpoint);
        let known = learned::about(&self.model);
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            (
                "accept".to_owned(),
                "text/event-stream, application/json".to_owned(),
            ),
        ];
        headers.extend(endpoint.headers.iter().cloned());
        let body = match endpoint.format {
            Format::Anthropic => {
                let version = endpoint.api_version.as_deref();
                let built = crate::anthropic::build(request, info, version, &known);
                headers.extend(
                    built
                        .headers
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value)),
                );
                built.body
            }
            Format::OpenaiResponses => crate::openai_responses::body(request, info, &known),
            Format::Gemini => crate::gemini::body(request, info, &known),
            _ => crate::openai_chat::body(request, info, &endpoint.quirks, &known),
        };
        (headers, body.to_string().into_bytes())
    }

    /// One attempt. The flag of a failure says that something was already shown.
    async fn attempt(
        &self,
        request: &ModelRequest,
        sender: &Sender,
    ) -> Result<(), (Failure, bool)> {
        let (headers, body) = self.outgoing(request);
        let url = self.model.endpoint.url(&self.model.info.id);
        let secret = self.model.endpoint.auth_header();
        let outgoing = Outgoing {
            method: Method::POST,
            url: &url,
            headers: &headers,
            secret,
            body,
        };
        let early = |failure: Failure| (failure, false);
        let response = send(&outgoing, self.limits.first_byte).await.map_err(|error| {
            let retry = matches!(&error, ProviderError::Network { message, .. } if !message.starts_with("no answer"));
            early(Failure { error, retry, wait: None })
        })?;
        if !response.status().is_success() {
            return Err(early(
                refused(response, outgoing.secret.as_ref(), self.limits.idle).await,
            ));
        }
        self.read(response, &outgoing, sender).await
    }

    async fn read(
        &self,
        mut response: Response,
        outgoing: &Outgoing<'_>,
        sender: &Sender,
    ) -> Result<(), (Failure, bool)> {
        let mut reader = AnswerReader::new(&self.model);
        let mut started = false;
        let mut bytes = false;
        while !reader.is_done() {
            let items = match tokio::time::timeout(self.limits.idle, response.chunk()).await {
                Ok(Ok(Some(piece))) => {
                    bytes = true;
                    reader.push(&piece)
                }
                Ok(Ok(None)) => reader.finish(),
                // Reset before anything came: as good as no connection.
                Ok(Err(error)) if !bytes => {
                    let message = format!("the connection broke ({}).", error.without_url());
                    let message = without_key(message, outgoing.secret.as_ref());
                    let error = ProviderError::Network {
                        message,
                        host: host(outgoing.url),
                        part: Part::Answer,
                    };
                    return Err((
                        Failure {
                            error,
                            retry: true,
                            wait: None,
                        },
                        false,
                    ));
                }
                // Broken off, or silent for too long: what came stands.
                Ok(Err(_)) | Err(_) => cut(reader.finish()),
            };
            for item in items {
                match item {
                    Ok(event) => {
                        started |= !matches!(event, ModelEvent::Usage(_));
                        if sender.send(Ok(event)).await.is_err() {
                            return Ok(());
                        }
                    }
                    Err(error) => {
                        let retry = is_passing(&error);
                        return Err((
                            Failure {
                                error,
                                retry,
                                wait: None,
                            },
                            started,
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

async fn pass(mut stream: ModelStream, sender: Sender) {
    while let Some(item) = stream.next().await {
        if sender.send(item).await.is_err() {
            return;
        }
    }
}

/// A stream that broke is not whole, even where its last event was.
fn cut(items: Vec<Result<ModelEvent, ProviderError>>) -> Vec<Result<ModelEvent, ProviderError>> {
    items
        .into_iter()
        .map(|item| match item {
            Err(ProviderError::Malformed { .. } | ProviderError::Empty) => {
                Err(ProviderError::CutOff)
            }
            item => item,
        })
        .collect()
}

/// A future and the channel it writes to, as one stream: dropping it drops the
/// connection at once, and nothing runs while nobody reads.
pub(crate) struct Driven {
    future: Option<BoxFuture<'static, ()>>,
    receiver: mpsc::Receiver<Result<ModelEvent, ProviderError>>,
}

impl Driven {
    pub(crate) fn new(run: impl FnOnce(Sender) -> BoxFuture<'static, ()>) -> Self {
        let (sender, receiver) = mpsc::channel(64);
        Self {
            future: Some(run(sender)),
            receiver,
        }
    }
}

impl Stream for Driven {
    type Item = Result<ModelEvent, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(item) = self.receiver.poll_recv(cx) {
            return Poll::Ready(item);
        }
        if let Some(future) = &mut self.future
            && future.as_mut().poll(cx).is_ready()
        {
            self.future = None;
        }
        self.receiver.poll_recv(cx)
    }
}
