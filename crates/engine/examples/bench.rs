//! Measures the engine as fronts use it: the three verbs, a real store, real
//! code, and a model on the loopback address that answers at once. Prints one
//! line a sample: `name<TAB>value<TAB>unit`. `cargo xtask bench` runs it.

use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use interpreter_engine::{Delivery, Engine, EngineConfig, Paths, Subscription, process_env};
use interpreter_protocol::{
    Answer, ConversationId, Event, Op, Query, Run, RunState, Subscribe, UserPart, kind,
};
use serde_json::{Map, Value, json};

type Any = Box<dyn Error>;

/// Runs that print a megabyte.
const PRINTED: usize = 30;
const MEGABYTE: u64 = 1_000_000;
/// 10,000 lines of 100 bytes.
const PRINT: &str = "```python\nfor _ in range(10_000): print('x' * 99)\n```";
/// Requests to the model in one turn.
const REQUESTS: usize = 200;

fn main() -> Result<(), Any> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(printed())?;
    written()?;
    runtime.block_on(own_share())?;
    flushed()?;
    bare_round_trips()
}

fn sample(name: &str, time: Duration) {
    println!("{name}\t{:.4}\tms", time.as_secs_f64() * 1000.0);
}

/// An engine in a folder of its own.
fn open(home: &Path, settings: Value) -> Result<Engine, Any> {
    let place = home.display().to_string();
    let paths = Paths::resolve(&|name| (name == "INTERPRETER_HOME").then(|| place.clone()))?;
    let env = process_env();
    Ok(Engine::open(EngineConfig {
        paths,
        // Of this machine's settings only its Python counts.
        env: Arc::new(move |name| (name == "INTERPRETER_PYTHON").then(|| env(name)).flatten()),
        command_line: settings.as_object().cloned().unwrap_or_default(),
        api_key: Some("none".to_owned()),
        folder: home.to_owned(),
        own_pids: Vec::new(),
        front: "the bench",
        clear_screen: None,
    })?)
}

async fn say(
    engine: &Engine,
    conversation: Option<ConversationId>,
    text: &str,
) -> Result<ConversationId, Any> {
    let content = vec![UserPart::text(text)];
    let op = Op::Submit {
        conversation,
        content,
        settings: Map::new(),
    };
    let receipt = engine.submit(op).await?;
    receipt
        .conversation
        .ok_or_else(|| "the receipt names no conversation".into())
}

async fn next(events: &mut Subscription) -> Result<Event, Any> {
    match events.next().await {
        Some(Delivery::Event(event)) if event.chunk.kind == kind::ERROR => {
            Err(format!("{:?}", event.chunk.content).into())
        }
        Some(Delivery::Event(event)) => Ok(event),
        Some(Delivery::Lagged) => Err("the bench was too slow for the engine".into()),
        None => Err("the engine ended".into()),
    }
}

fn run_of(event: &Event) -> Option<Run> {
    if event.chunk.kind != kind::RUN {
        return None;
    }
    serde_json::from_value(event.chunk.content.clone()?).ok()
}

/// Waits until the turn is over.
async fn complete(events: &mut Subscription) -> Result<(), Any> {
    while next(events).await?.chunk.kind != kind::STATUS {}
    Ok(())
}

/// From the message that asks for it until a megabyte of output is stored and
/// its run is over. What an event tells is on the disk when it is delivered.
async fn printed() -> Result<(), Any> {
    let home = tempfile::tempdir()?;
    let engine = open(
        home.path(),
        json!({"model": "builtin/commands", "mode": "full_access"}),
    )?;
    let mut events = engine.subscribe(Subscribe {
        conversation: None,
        after: None,
    })?;
    let conversation = say(&engine, None, "run python: 1+1").await?;
    complete(&mut events).await?;
    for turn in 0..=PRINTED {
        let begun = Instant::now();
        say(&engine, Some(conversation.clone()), PRINT).await?;
        let mut running = None;
        let run = loop {
            let Some(run) = run_of(&next(&mut events).await?) else {
                continue;
            };
            if run.state == RunState::Running {
                running.get_or_insert_with(Instant::now);
            }
            if run.state.is_final() {
                break run;
            }
        };
        let (whole, ran) = (begun.elapsed(), running.map(|running| running.elapsed()));
        complete(&mut events).await?;
        let query = Query::Output {
            conversation: conversation.clone(),
            item: run.item,
            offset: 0,
            limit: 4,
        };
        match engine.query(query).await? {
            Answer::Output {
                total: MEGABYTE, ..
            } if run.state == RunState::Done => {}
            other => return Err(format!("{:?}: stored {other:?}", run.state).into()),
        }
        if turn > 0 {
            sample("engine.megabyte", whole);
            if let Some(ran) = ran {
                sample("engine.megabyte.run", ran);
            }
        }
    }
    engine.shutdown().await;
    Ok(())
}

/// A megabyte written to a file and flushed to the disk.
fn written() -> Result<(), Any> {
    let folder = tempfile::tempdir()?;
    let bytes = vec![b'x'; usize::try_from(MEGABYTE)?];
    for turn in 0..=PRINTED {
        let begun = Instant::now();
        let mut file = std::fs::File::create(folder.path().join(turn.to_string()))?;
        file.write_all(&bytes)?;
        file.sync_data()?;
        if turn > 0 {
            sample("reference.write", begun.elapsed());
        }
    }
    Ok(())
}

/// From the last byte of an answer to the first byte of the next request. The
/// model calls a tool that does not exist, so that nothing runs in between.
async fn own_share() -> Result<(), Any> {
    let address = model("engine.share")?;
    let home = tempfile::tempdir()?;
    let settings = json!({
        "model": "openai/scripted", "api_base": format!("http://{address}/v1"), "mode": "full_access",
    });
    let engine = open(home.path(), settings)?;
    let mut events = engine.subscribe(Subscribe {
        conversation: None,
        after: None,
    })?;
    say(&engine, None, "Call it again and again.").await?;
    complete(&mut events).await?;
    engine.shutdown().await;
    Ok(())
}

/// A line added to a file and flushed to the disk, as every step that counts is.
fn flushed() -> Result<(), Any> {
    let mut file = tempfile::tempfile()?;
    for _ in 0..REQUESTS {
        let begun = Instant::now();
        file.write_all(&[b'x'; 300])?;
        file.sync_data()?;
        sample("reference.flush", begun.elapsed());
    }
    Ok(())
}

/// The same exchange without an engine.
fn bare_round_trips() -> Result<(), Any> {
    let mut stream = TcpStream::connect(model("reference.loopback")?)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let body = "x".repeat(10_000);
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..=REQUESTS {
        stream.write_all(request.as_bytes())?;
        read_message(&mut reader)?;
    }
    Ok(())
}

/// A model that calls a tool nobody has [`REQUESTS`] times and then is done.
/// Samples how long each request but the first lets it wait.
fn model(name: &'static str) -> Result<SocketAddr, Any> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        let mut answered = 0;
        for stream in listener.incoming().flatten() {
            if let Err(error) = serve(stream, name, &mut answered) {
                eprintln!("{name}: {error}");
            }
        }
    });
    Ok(address)
}

fn serve(mut stream: TcpStream, name: &str, answered: &mut usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut waiting: Option<Instant> = None;
    // Empty: the other side has gone.
    while !reader.fill_buf()?.is_empty() {
        let first_byte = Instant::now();
        let head = read_message(&mut reader)?;
        if !head.starts_with("POST /v1/chat/completions ") {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")?;
            continue;
        }
        if let Some(answered) = waiting {
            sample(name, first_byte - answered);
        }
        let body = reply(*answered < REQUESTS);
        *answered += 1;
        let whole = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        // Before the write: the other side may be at work before it returns.
        waiting = Some(Instant::now());
        stream.write_all(whole.as_bytes())?;
    }
    Ok(())
}

/// Reads a request or an answer to its last byte; gives its head.
fn read_message(reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut head = String::new();
    let mut length = 0;
    loop {
        let from = head.len();
        if reader.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = head[from..].trim().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        if line.is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    Ok(head)
}

/// An answer as Chat Completions streams it.
fn reply(calls: bool) -> String {
    let delta = if calls {
        let function = json!({"name": "nothing", "arguments": "{}"});
        json!({"role": "assistant", "content": "Once more.", "tool_calls": [
            {"index": 0, "id": "call_1", "type": "function", "function": function},
        ]})
    } else {
        json!({"role": "assistant", "content": "Done."})
    };
    let reason = if calls { "tool_calls" } else { "stop" };
    let chunk = |delta: Value, reason: Value, usage: Value| {
        let choices = json!([{"index": 0, "delta": delta, "finish_reason": reason}]);
        let chunk = json!({
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
            "choices": choices, "usage": usage,
        });
        format!("data: {chunk}\n\n")
    };
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110});
    [
        chunk(delta, Value::Null, Value::Null),
        chunk(json!({}), reason.into(), usage),
        "data: [DONE]\n\n".to_owned(),
    ]
    .concat()
}
