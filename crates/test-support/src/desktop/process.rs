//! A child of a test, ended with it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::platform;

/// Lines of output a child may be ahead of its test.
const AHEAD: usize = 4096;

/// How long a program may take to say its first line.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program whose output is read line by line.
pub(crate) struct Process {
    name: String,
    child: Child,
    pub(crate) stdin: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
    errors: PathBuf,
}

impl Process {
    /// Starts a program. Its standard error goes to a file in `folder`.
    pub(crate) fn start(mut command: Command, name: &str, folder: &Path) -> Self {
        let unique = format!("{name}-{:p}.stderr", &raw const command);
        let errors = folder.join(unique);
        let file = std::fs::File::create(&errors).expect("a file in a temporary folder");
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file);
        platform::die_with_parent(&mut command);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => panic!(
                "{:?} does not start ({error}); install what the tests need with `cargo xtask setup`",
                command.get_program()
            ),
        };
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("a piped output");
        let (sender, lines) = mpsc::channel(AHEAD);
        std::thread::Builder::new()
            .name(format!("output of {name}"))
            .spawn(move || {
                let mut reader = BufReader::new(stdout);
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|length| length > 0) {
                    if sender.blocking_send(line.trim_end().to_owned()).is_err() {
                        break;
                    }
                    line.clear();
                }
                // A child whose pipe is closed would die of it.
                let _ = reader.read_to_end(&mut Vec::new());
            })
            .expect("a thread to read a child's output");
        Self {
            name: name.to_owned(),
            child,
            stdin,
            lines,
            errors,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The next line of output, by blocking.
    pub(crate) fn first_line(&mut self) -> String {
        let end = std::time::Instant::now() + PATIENCE;
        loop {
            match self.lines.try_recv() {
                Ok(line) => return line,
                Err(mpsc::error::TryRecvError::Disconnected) => self.fail("ended"),
                Err(mpsc::error::TryRecvError::Empty) if std::time::Instant::now() > end => {
                    self.fail("said nothing");
                }
                // Only where a test starts; the channel cannot be waited on
                // here, because this may run inside an async runtime.
                Err(mpsc::error::TryRecvError::Empty) => std::thread::park_timeout(POLL),
            }
        }
    }

    /// The next line of output.
    pub(crate) async fn line(&mut self, patience: Duration) -> Option<String> {
        match tokio::time::timeout(patience, self.lines.recv()).await {
            Ok(Some(line)) => Some(line),
            Ok(None) => self.fail("ended"),
            Err(_) => None,
        }
    }

    pub(crate) fn fail(&self, what: &str) -> ! {
        let errors = std::fs::read_to_string(&self.errors).unwrap_or_default();
        panic!("{} {what}; its messages:\n{errors}", self.name);
    }
}

const POLL: Duration = Duration::from_millis(2);

impl Drop for Process {
    fn drop(&mut self) {
        platform::end_group(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
