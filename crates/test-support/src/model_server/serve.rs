//! Connections: requests in, scripted answers out.

use std::net::TcpListener;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::BufReader;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;

use super::http::{self, Incoming};
use super::reply::{Piece, Reply};
use super::seen::{Format, SeenRequest};
use super::{Shared, Violation, anthropic, check, gemini, openai, responses, view};

pub(super) fn run(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime for the model server");
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        let _ = stream.set_nodelay(true);
                        tokio::spawn(connection(stream, Arc::clone(&shared)));
                    }
                }
            }
        }
    });
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let (read, mut writer) = stream.into_split();
    let mut reader = BufReader::new(read);
    loop {
        match http::read(&mut reader).await {
            Ok(Some(incoming)) => {
                if !answer(incoming, &shared, &mut reader, &mut writer).await {
                    return;
                }
            }
            // Clients keep spare connections and drop them at will.
            Ok(None) => return,
            Err(error) => {
                let what = format!("not a whole HTTP request: {error}");
                shared
                    .state()
                    .violations
                    .push(Violation { request: 0, what });
                return;
            }
        }
    }
}

/// Answers one request; whether the connection can take another.
async fn answer(
    incoming: Incoming,
    shared: &Arc<Shared>,
    reader: &mut BufReader<OwnedReadHalf>,
    writer: &mut OwnedWriteHalf,
) -> bool {
    let path = incoming
        .path
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    let format = match (incoming.method.as_str(), path.as_str()) {
        ("POST", "/v1/chat/completions") => Format::OpenAi,
        ("POST", "/v1/messages") => Format::Anthropic,
        ("POST", "/v1/responses") => Format::Responses,
        ("POST", path)
            if path.starts_with("/v1beta/models/") && path.ends_with("enerateContent") =>
        {
            Format::Gemini
        }
        ("GET", "/v1/models" | "/v1beta/models") => {
            let body = models(&incoming, shared);
            return plain(writer, 200, &body).await;
        }
        ("GET", "/_seen") => {
            let body = seen(shared);
            return plain(writer, 200, &body).await;
        }
        _ => {
            let body = json!({"error": {"message": format!("no route {path}"), "type": "not_found_error"}});
            return plain(writer, 404, &body).await;
        }
    };
    let (request, reply, chop) = take_in(incoming, format, shared);
    let number = request.number;
    let done = tokio::select! {
        done = send(&request, reply, chop, writer) => done,
        () = http::closed(reader) => Sent::ClientLeft,
    };
    shared.progress.send_modify(|progress| match done {
        Sent::All | Sent::Cut => progress.answered.push(number),
        Sent::ClientLeft => progress.abandoned.push(number),
    });
    matches!(done, Sent::All)
}

async fn plain(writer: &mut OwnedWriteHalf, status: u16, body: &Value) -> bool {
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    http::whole(writer, status, &headers, body.to_string().as_bytes())
        .await
        .is_ok()
}

/// Records and checks a request, and finds its reply.
fn take_in(
    incoming: Incoming,
    format: Format,
    shared: &Arc<Shared>,
) -> (SeenRequest, Reply, Option<usize>) {
    let raw = String::from_utf8_lossy(&incoming.body).into_owned();
    let body: Value = serde_json::from_str(&raw).unwrap_or(Value::Null);
    let view = match format {
        Format::OpenAi | Format::Anthropic => None,
        Format::Responses => Some(view::of_responses(&body).into()),
        Format::Gemini => Some(view::of_gemini(&body).into()),
    };
    let mut state = shared.state();
    let number = state.seen.len() + 1;
    let request = SeenRequest {
        number,
        format,
        path: incoming.path,
        headers: incoming.headers,
        body,
        raw: raw.into(),
        view,
    };
    let mut broken = check::request(&request, &state.issued);
    let (rule, frame_may_change) = (state.script.history, state.script.frame_may_change);
    broken.extend(state.history.observe(&request, rule, frame_may_change));
    state.seen.push(request.clone());
    let chop = state.script.chop;
    let wrong_key = state
        .script
        .key
        .as_deref()
        .is_some_and(|key| request.key() != Some(key));
    let reply = if wrong_key {
        wrong_key_reply(format)
    } else {
        match state.script.take(&request) {
            Some(reply) => reply,
            None => {
                broken.push("the script has no turn left for this request".to_owned());
                Reply::error(400, json!({"error": {"message": "the script is over"}}))
            }
        }
    };
    state
        .violations
        .extend(broken.into_iter().map(|what| Violation {
            request: number,
            what,
        }));
    state.issued.note(&request, &reply);
    drop(state);
    shared
        .progress
        .send_modify(|progress| progress.requests = number);
    (request, reply, chop)
}

fn wrong_key_reply(format: Format) -> Reply {
    Reply::error(
        401,
        match format {
            Format::OpenAi | Format::Responses => {
                json!({"error": {"message": "Incorrect API key provided.",
                "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}})
            }
            Format::Anthropic => json!({"type": "error",
                "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
            Format::Gemini => json!({"error": {"code": 400, "status": "INVALID_ARGUMENT",
                "message": "API key not valid. Please pass a valid API key.",
                "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "API_KEY_INVALID"}]}}),
        },
    )
}

#[derive(Clone, Copy)]
enum Sent {
    All,
    Cut,
    ClientLeft,
}

async fn send(
    request: &SeenRequest,
    reply: Reply,
    chop: Option<usize>,
    writer: &mut OwnedWriteHalf,
) -> Sent {
    match try_send(request, reply, chop, writer).await {
        Ok(sent) => sent,
        Err(_) => Sent::ClientLeft,
    }
}

async fn try_send(
    request: &SeenRequest,
    mut reply: Reply,
    chop: Option<usize>,
    writer: &mut OwnedWriteHalf,
) -> std::io::Result<Sent> {
    let id = match request.format {
        Format::OpenAi | Format::Responses => "x-request-id",
        Format::Gemini => "x-goog-request-id",
        Format::Anthropic => "request-id",
    };
    reply = reply.header(id, &format!("req_{}", request.number));
    let stream = match request.format {
        Format::Gemini => request.path.contains(":streamGenerateContent"),
        _ => request.body["stream"] == true,
    } && !reply.whole;
    if let Some(body) = &reply.body {
        if reply.status != 200 {
            http::whole(writer, reply.status, &reply.headers, body).await?;
            return Ok(Sent::All);
        }
        reply.steps = vec![super::Step::Raw(body.clone())];
        http::begin(writer, 200, &reply.headers).await?;
    } else if !stream {
        let body = match request.format {
            Format::OpenAi => openai::whole(request, &reply),
            Format::Anthropic => anthropic::whole(request, &reply),
            Format::Responses => responses::whole(request, &reply),
            Format::Gemini => gemini::whole(request, &reply),
        };
        reply = reply.header("content-type", "application/json");
        http::whole(
            writer,
            reply.status,
            &reply.headers,
            body.to_string().as_bytes(),
        )
        .await?;
        return Ok(Sent::All);
    } else {
        reply = reply.header("content-type", "text/event-stream");
        http::begin(writer, reply.status, &reply.headers).await?;
    }
    let raw = reply.body.is_some();
    let pieces = match request.format {
        _ if raw => reply.body.take().map(Piece::Bytes).into_iter().collect(),
        Format::OpenAi => openai::pieces(request, &reply),
        Format::Anthropic => anthropic::pieces(request, &reply),
        Format::Responses => responses::pieces(request, &reply),
        Format::Gemini => gemini::pieces(request, &reply),
    };
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => {
                for part in bytes.chunks(chop.unwrap_or(usize::MAX)) {
                    http::piece(writer, part).await?;
                }
            }
            Piece::Wait(gate) => gate.pass().await,
            Piece::Pause(time) => tokio::time::sleep(time).await,
            Piece::Hang => std::future::pending().await,
            Piece::Cut => return Ok(Sent::Cut),
        }
    }
    http::end(writer).await?;
    Ok(Sent::All)
}

fn models(incoming: &Incoming, shared: &Arc<Shared>) -> Value {
    let names = shared.state().script.models.clone();
    if incoming.path.starts_with("/v1beta/") {
        let models: Vec<Value> = names
            .iter()
            .map(|id| {
                json!({"name": format!("models/{id}"), "displayName": id,
                    "supportedGenerationMethods": ["generateContent"]})
            })
            .collect();
        return json!({ "models": models });
    }
    if incoming.header("anthropic-version").is_some() {
        let data: Vec<Value> = names
            .iter()
            .map(|id| json!({"type": "model", "id": id, "display_name": id, "created_at": "2026-01-01T00:00:00Z"}))
            .collect();
        return json!({"data": data, "has_more": false, "first_id": names.first(), "last_id": names.last()});
    }
    let data: Vec<Value> = names
        .iter()
        .map(
            |id| json!({"id": id, "object": "model", "created": 1_793_923_200, "owned_by": "test"}),
        )
        .collect();
    json!({"object": "list", "data": data})
}

/// For tests in other languages: what came, and what was wrong with it.
fn seen(shared: &Arc<Shared>) -> Value {
    let state = shared.state();
    let requests: Vec<Value> = state
        .seen
        .iter()
        .map(|request| {
            json!({"number": request.number, "path": request.path, "key": request.key(),
                "system": request.system(), "body": request.body})
        })
        .collect();
    let violations: Vec<Value> = state
        .violations
        .iter()
        .map(|violation| json!({"request": violation.request, "what": violation.what}))
        .collect();
    json!({"requests": requests, "violations": violations, "turns_left": state.script.turns.len()})
}
