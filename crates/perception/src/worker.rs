//! A running worker program.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::platform::Frame;
use crate::wire::{Answer, Hello, Missing, Request, VERSION};
use crate::{EyesError, Pixels};

/// How much of the worker's complaints is kept.
const TAIL: usize = 2000;

/// A worker that said hello. Dropping it ends it.
pub(crate) struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    complaints: Arc<Mutex<String>>,
    listener: tokio::task::JoinHandle<()>,
    last: u64,
}

/// What went wrong with a worker.
pub(crate) enum Trouble {
    /// It ended or spoke nonsense: another try with a fresh one is worthwhile.
    Broken(String),
    /// No worker will do better.
    Final(EyesError),
}

impl Worker {
    pub(crate) async fn start(program: &Path) -> Result<Self, Trouble> {
        let mut command = Command::new(program);
        command
            // One thread for each engine; the library's own would fight with them.
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let broken = |error: std::io::Error| {
            Trouble::Broken(format!("{} does not start: {error}", program.display()))
        };
        let mut child = command.spawn().map_err(broken)?;
        let (Some(input), Some(output), Some(mut errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Trouble::Broken("its pipes are missing".to_owned()));
        };
        let complaints = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&complaints);
        let listener = tokio::spawn(async move {
            let mut buffer = [0; 1024];
            while let Ok(length @ 1..) = errors.read(&mut buffer).await {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                if heard.len() < TAIL {
                    heard.push_str(&String::from_utf8_lossy(&buffer[..length]));
                }
            }
        });
        let output = BufReader::new(output);
        let mut worker = Self {
            child,
            input,
            output,
            complaints,
            listener,
            last: 0,
        };
        let hello: Hello = match worker.line().await {
            Ok(hello) => hello,
            Err(trouble) => return Err(worker.missing_library().unwrap_or(trouble)),
        };
        if let Some(Missing { detail, fix }) = hello.missing {
            return Err(Trouble::Final(EyesError::NotInstalled { detail, fix }));
        }
        if hello.eyes != VERSION {
            return Err(Trouble::Final(EyesError::NotInstalled {
                detail: format!("{} is of another version", program.display()),
                fix: "Install Interpreter afresh, so that its programs fit together".to_owned(),
            }));
        }
        Ok(worker)
    }

    pub(crate) async fn read(&mut self, pixels: &Pixels) -> Result<Answer, Trouble> {
        let frame = Frame::new(&pixels.rgb).map_err(|error| {
            Trouble::Final(EyesError::Failed {
                detail: error.to_string(),
            })
        })?;
        self.last += 1;
        let request = Request {
            id: self.last,
            path: frame.path(),
            width: pixels.width,
            height: pixels.height,
        };
        let mut line =
            serde_json::to_vec(&request).map_err(|error| Trouble::Broken(error.to_string()))?;
        line.push(b'\n');
        if self.input.write_all(&line).await.is_err() || self.input.flush().await.is_err() {
            return Err(self.ended().await);
        }
        let answer: Answer = self.line().await?;
        if answer.id != self.last {
            return Err(Trouble::Broken("it answered another question".to_owned()));
        }
        match answer.error {
            Some(detail) => Err(Trouble::Final(EyesError::Failed { detail })),
            None => Ok(answer),
        }
    }

    async fn line<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Trouble> {
        let mut line = Vec::new();
        match self.output.read_until(b'\n', &mut line).await {
            Ok(1..) if line.ends_with(b"\n") => serde_json::from_slice(&line)
                .map_err(|_| Trouble::Broken("it said what is not an answer".to_owned())),
            _ => Err(self.ended().await),
        }
    }

    async fn ended(&mut self) -> Trouble {
        // A worker that only closed its output is of no use either.
        let _ = self.child.start_kill();
        // What it said last comes through another pipe; it ends with the worker.
        let _ = (&mut self.listener).await;
        let status = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let said = self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Trouble::Broken(
            format!("it ended ({status}) {}", said.trim())
                .trim()
                .to_owned(),
        )
    }

    /// The system's loader says what it did not find before the program begins.
    fn missing_library(&self) -> Option<Trouble> {
        let said = self
            .complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let line = said
            .lines()
            .find(|line| line.contains("error while loading shared libraries"))?;
        let detail = line.rsplit("libraries: ").next().unwrap_or(line).to_owned();
        Some(Trouble::Final(EyesError::NotInstalled {
            detail,
            fix: "Install Tesseract 5 (on Debian and Ubuntu: `sudo apt install tesseract-ocr`)"
                .to_owned(),
        }))
    }
}
