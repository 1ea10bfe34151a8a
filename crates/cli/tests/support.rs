//! The command in a house of its own, and a terminal to sit at.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_interpreter");

/// How long anything may take before the test fails. Not a measure of speed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Variables that would let the machine's own set-up show through.
const FOREIGN: &[&str] = &[
    "INTERPRETER_API_KEY",
    "INTERPRETER_HOST",
    "INTERPRETER_PORT",
    "NO_COLOR",
    "VISUAL",
    "EDITOR",
];

/// Folders that go away.
pub struct House {
    folder: TempDir,
}

impl House {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command, answered by the built-in model.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(["--model", "builtin/commands"])
            .args(arguments);
        command
            .env("INTERPRETER_HOME", self.folder.path())
            .current_dir(self.folder.path());
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
    }

    /// Runs the command to its end with this standard input.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that reads no input closes it; that is no failure.
        let _ = stdin.write_all(input);
        drop(stdin);
        Ran::from(child.wait_with_output().unwrap())
    }

    /// Sits down at a terminal in which the command runs.
    pub fn sit(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Seat {
        let size = PtySize {
            rows: 40,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(["--model", "builtin/commands"]);
        command.args(arguments);
        command.cwd(self.folder.path());
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("INTERPRETER_HOME", self.folder.path());
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0u8; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Seat {
            child,
            writer,
            bytes,
            seen: Vec::new(),
            at: 0,
            _master: pair.master,
        }
    }

    /// All conversations, as they lie on disk.
    pub fn conversations(&self) -> String {
        let folder = self.path("data/conversations");
        let mut all = String::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "jsonl")
            {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
        all
    }
}

/// How the command ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A person at a terminal.
pub struct Seat {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    /// Everything printed so far.
    seen: Vec<u8>,
    /// What was looked at already.
    at: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Seat {
    pub fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Types a message once the prompt is there.
    pub fn say(&mut self, message: &str) {
        self.wait_for_prompt();
        self.press(message);
        self.press("\r");
    }

    pub fn wait_for_prompt(&mut self) {
        self.wait_for("> ");
    }

    /// Waits until `text` is printed after what was waited for before.
    pub fn wait_for(&mut self, text: &str) {
        assert!(
            self.comes(text, PATIENCE),
            "{text:?} did not come:\n{}",
            self.all()
        );
    }

    /// Whether `text` is printed within `time`.
    pub fn comes(&mut self, text: &str, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            if let Some(found) = find(&self.seen[self.at..], text.as_bytes()) {
                self.at += found + text.len();
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => {
                    self.answer_terminal_queries(&bytes);
                    self.seen.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// The line editor asks where the cursor is; a terminal answers.
    fn answer_terminal_queries(&mut self, bytes: &[u8]) {
        if find(bytes, b"\x1b[6n").is_some() {
            self.press("\x1b[1;1R");
        }
    }

    /// Presses `keys` again and again until `text` is printed.
    pub fn press_until(&mut self, keys: &str, text: &str) {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            self.press(keys);
            if self.comes(text, Duration::from_millis(200)) {
                return;
            }
        }
        panic!("{text:?} did not come:\n{}", self.all());
    }

    pub fn all(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    /// Leaves from the prompt, whatever stands there.
    pub fn quit(mut self) -> (String, ExitStatus) {
        self.press("\u{15}");
        self.press("\u{4}");
        self.leave()
    }

    /// Waits for the end; everything printed, and the status.
    pub fn leave(mut self) -> (String, ExitStatus) {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(100)) {
                    self.seen.extend(bytes);
                }
                return (self.all(), status);
            }
            assert!(Instant::now() < until, "it does not leave:\n{}", self.all());
            self.comes("\u{0}never printed\u{0}", Duration::from_millis(20));
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
