//! Starting the programs, and speaking with them.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use interpreter_protocol::{
    Answer, ConversationId, Decision, Error, Event, Op, Pending, Query, Receipt, Snapshot,
    Transcript, UserPart,
};
use interpreter_test_support::{Desktop, ModelServer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long anything may take before the test gives up waiting for it.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A program of the workspace, built before the tests.
pub fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().and_then(Path::parent).unwrap().join(name);
    assert!(
        path.exists(),
        "{} is not built; `cargo xtask test` builds it before the tests",
        path.display()
    );
    path
}

/// Which wire format the scripted model speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    OpenAi,
    Anthropic,
    Responses,
    Gemini,
}

/// All of them.
pub const WIRES: [Wire; 4] = [Wire::OpenAi, Wire::Anthropic, Wire::Responses, Wire::Gemini];

const FIRST_RUN: &str = "INTERPRETER_FIRST_RUN";

/// A home of its own for one test: folders, a model, perhaps a desktop.
pub struct House {
    pub home: TempDir,
    env: Vec<(String, String)>,
    arguments: Vec<String>,
}

impl House {
    /// A home without a model.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self {
            home,
            // Somebody was here before: the window begins with the conversation.
            env: vec![(FIRST_RUN.to_owned(), "false".to_owned())],
            arguments: Vec::new(),
        }
    }

    /// Nobody was here before.
    pub fn untouched(mut self) -> Self {
        self.env.retain(|(name, _)| name != FIRST_RUN);
        self
    }

    /// A home with the scripted model.
    pub fn with_model(model: &ModelServer, wire: Wire) -> Self {
        let mut house = Self::new();
        let (name, base) = match wire {
            Wire::OpenAi => ("openai/scripted", model.openai_base()),
            Wire::Anthropic => ("anthropic/claude-sonnet-5-5", model.url()),
            Wire::Responses => (
                "openai/gpt-6.1-terra",
                format!("{}/responses", model.openai_base()),
            ),
            Wire::Gemini => ("gemini/gemini-3.8-flash", model.gemini_base()),
        };
        house.arguments.extend(
            [
                "--model",
                name,
                "--api_base",
                &base,
                "--api_key",
                "secret-key",
            ]
            .map(str::to_owned),
        );
        house
    }

    /// The programs run on this desktop.
    pub fn on(mut self, desktop: &Desktop) -> Self {
        self.env.extend(desktop.envs());
        self
    }

    pub fn flag(mut self, words: &[&str]) -> Self {
        self.arguments
            .extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The terminal command with this home, its flags, and nothing of ours around it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("interpreter"));
        command.args(&self.arguments).args(arguments);
        self.dress(&mut command);
        command
    }

    /// Gives a program the environment of this home.
    pub fn dress(&self, command: &mut Command) {
        command.env_clear();
        for name in ["PATH", "HOME", "USER", "LANG", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("INTERPRETER_HOME", self.home.path())
            // `python3` on the path may be a slow stand-in.
            .env("INTERPRETER_PYTHON", "/usr/bin/python3")
            .env("INTERPRETER_EYES", eyes())
            .envs(
                self.env
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )
            .current_dir(self.home.path())
            .kill_on_drop(true);
    }

    /// Runs the command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, b"").await
    }

    pub async fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writing = tokio::spawn(async move {
            // The program may be done before it has read everything.
            let _ = stdin.write_all(&input).await;
        });
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
            .await
            .expect("the command never ended")
            .unwrap();
        writing.await.unwrap();
        Ran {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Opens the three verbs over a pipe.
    pub async fn pipe(&self) -> Pipe {
        Pipe::open(self.command(&["--stdio"])).await
    }
}

fn eyes() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join("interpreter-eyes")
}

/// A command that has ended.
#[derive(Debug, PartialEq)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A client of `--stdio`, with the fold of everything it was sent.
pub struct Pipe {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    next: u64,
    queue: VecDeque<Event>,
    pub conversation: Option<ConversationId>,
    pub transcript: Transcript,
    pub events: Vec<Event>,
}

impl Pipe {
    /// Speaks with whatever this command starts.
    pub async fn open(mut command: Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut pipe = Self {
            child,
            stdin,
            lines,
            next: 1,
            queue: VecDeque::new(),
            conversation: None,
            transcript: Transcript::default(),
            events: Vec::new(),
        };
        let hello = pipe.frame().await;
        assert_eq!(hello["hello"]["protocol"], 1, "{hello}");
        pipe
    }

    /// The process, for tests that kill it.
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Ends the process as a crash would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Ends the process by closing its input, and waits for it.
    pub async fn close(mut self) {
        drop(self.stdin);
        tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("it never ended")
            .unwrap();
    }

    async fn frame(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line())
            .await
            .unwrap_or_else(|_| panic!("nothing came; so far: {:#?}", self.rows()))
            .unwrap()
            .unwrap_or_else(|| panic!("the program ended; so far: {:#?}", self.rows()));
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a frame: {line}"))
    }

    async fn request(&mut self, request: Value) -> Result<Value, Error> {
        let id = self.next;
        self.next += 1;
        let mut frame = request;
        frame["id"] = json!(id);
        self.stdin
            .write_all(format!("{frame}\n").as_bytes())
            .await
            .unwrap();
        loop {
            let frame = self.frame().await;
            if let Some(event) = frame.get("event") {
                self.queue
                    .push_back(serde_json::from_value(event.clone()).unwrap());
                continue;
            }
            for kind in ["receipt", "answer", "subscribed", "error"] {
                if frame[kind]["id"] != json!(id) {
                    continue;
                }
                return match kind {
                    "receipt" => Ok(frame["receipt"]["receipt"].clone()),
                    "answer" => Ok(frame["answer"]["answer"].clone()),
                    "error" => {
                        Err(serde_json::from_value(frame["error"]["error"].clone()).unwrap())
                    }
                    _ => Ok(Value::Null),
                };
            }
            panic!("an answer nobody asked for: {frame}");
        }
    }

    pub async fn submit(&mut self, op: Op) -> Result<Receipt, Error> {
        let receipt = self.request(json!({ "submit": op })).await?;
        Ok(serde_json::from_value(receipt).unwrap())
    }

    pub async fn query(&mut self, query: Query) -> Result<Answer, Error> {
        let answer = self.request(json!({ "query": query })).await?;
        Ok(serde_json::from_value(answer).unwrap())
    }

    /// Goes on with a conversation; gives how it stands.
    pub async fn resume(&mut self, conversation: &ConversationId) -> Snapshot {
        let query = Query::Items {
            conversation: conversation.clone(),
            before: None,
            limit: None,
        };
        let Answer::Items(snapshot) = self.query(query).await.unwrap() else {
            panic!("no items")
        };
        self.follow(conversation.clone()).await;
        *snapshot
    }

    /// Takes in a conversation's events from its beginning, and no other's.
    pub async fn follow(&mut self, conversation: ConversationId) {
        self.request(json!({ "subscribe": { "conversation": conversation, "after": 0 } }))
            .await
            .unwrap();
        self.conversation = Some(conversation);
    }

    /// Says something, in a new conversation the first time.
    pub async fn say(&mut self, text: &str) {
        let op = Op::Submit {
            conversation: self.conversation.clone(),
            content: vec![UserPart::text(text)],
            settings: serde_json::Map::new(),
        };
        let receipt = self.submit(op).await.unwrap();
        if self.conversation.is_none() {
            self.follow(receipt.conversation.unwrap()).await;
        }
    }

    pub fn id(&self) -> ConversationId {
        self.conversation.clone().expect("a conversation")
    }

    /// Takes in events until something holds.
    pub async fn until(&mut self, what: impl Fn(&Transcript) -> bool) {
        while !what(&self.transcript) {
            let event = match self.queue.pop_front() {
                Some(event) => event,
                None => {
                    let frame = self.frame().await;
                    serde_json::from_value(frame["event"].clone())
                        .unwrap_or_else(|_| panic!("not an event: {frame}"))
                }
            };
            if self
                .conversation
                .as_ref()
                .is_some_and(|id| *id != event.conversation)
            {
                continue;
            }
            self.transcript.apply(&event);
            self.events.push(event);
        }
    }

    /// Waits until the turn that was begun is over.
    pub async fn over(&mut self) {
        self.until(|transcript| transcript.responding).await;
        self.until(|transcript| !transcript.responding).await;
    }

    /// Waits for an approval that is wanted.
    pub async fn pending(&mut self) -> Pending {
        self.until(|transcript| !transcript.pending.is_empty())
            .await;
        self.transcript.pending[0].clone()
    }

    pub async fn answer(
        &mut self,
        pending: &Pending,
        decision: Decision,
    ) -> Result<Receipt, Error> {
        let op = Op::Answer {
            conversation: self.id(),
            confirmation: pending.confirmation.clone(),
            digest: pending.digest.clone(),
            decision,
        };
        self.submit(op).await
    }

    /// The items so far, a line each.
    pub fn rows(&self) -> Vec<String> {
        interpreter_test_support::transcript::lines(&self.transcript)
    }
}
