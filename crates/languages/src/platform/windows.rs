//! Windows: a named pipe as the channel; no terminal.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use tokio::sync::{Notify, mpsc, oneshot};

use super::{Exit, Plan, Program, Started};

/// The driver channel.
pub(crate) type Channel = NamedPipeServer;

/// Names a Python may have.
pub(crate) const PYTHONS: &[&str] = &["python.exe", "python3.exe", "py.exe"];

const CREATE_NO_WINDOW: u32 = 0x0800_0000;
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;

/// Starts a child.
pub(crate) async fn spawn(plan: Plan) -> io::Result<Started> {
    // A name nobody can guess, so that nobody is there first.
    let mut secret = [0; 16];
    getrandom::fill(&mut secret).map_err(|_| io::Error::other("no random numbers"))?;
    let name = format!(r"\\.\pipe\interpreter-{:032x}", u128::from_ne_bytes(secret));
    let channel = ServerOptions::new()
        .first_pipe_instance(true)
        .reject_remote_clients(true)
        .create(&name)?;
    let (mut reader, writer) = io::pipe()?;
    let mut command = tokio::process::Command::new(&plan.program);
    command
        .args(&plan.args)
        .envs(plan.env)
        .env("INTERPRETER_DRIVER", format!("pipe:{name}"))
        .current_dir(&plan.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::from(writer.try_clone()?))
        .stderr(Stdio::from(writer))
        .creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP)
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    drop(command);
    let id = child.id();
    let (died, mut death) = oneshot::channel();
    let kill = Arc::new(Notify::new());
    let order = kill.clone();
    tokio::spawn(async move {
        let status = tokio::select! {
            status = child.wait() => status,
            () = order.notified() => {
                let _ = child.kill().await;
                child.wait().await
            }
        };
        let code = status.ok().and_then(|status| status.code());
        let _ = died.send(Exit { code, signal: None });
    });
    tokio::select! {
        connected = channel.connect() => connected?,
        _ = &mut death => return Err(io::Error::other("the program ended before it answered")),
    }
    let (chunks, output) = mpsc::channel(8);
    std::thread::Builder::new()
        .name("language-output".to_owned())
        .spawn(move || {
            let mut buffer = vec![0; 32 * 1024];
            while let Ok(size @ 1..) = reader.read(&mut buffer) {
                if chunks.blocking_send(buffer[..size].to_vec()).is_err() {
                    break;
                }
            }
        })?;
    Ok(Started {
        channel,
        output: Output {
            chunks: output,
            rest: Vec::new(),
        },
        terminal: Terminal,
        process: Process {
            id,
            kill,
            death,
            ended: None,
        },
    })
}

/// The child's life. Dropping it ends the child.
#[derive(Debug)]
pub(crate) struct Process {
    id: Option<u32>,
    kill: Arc<Notify>,
    death: oneshot::Receiver<Exit>,
    ended: Option<Exit>,
}

impl Process {
    /// There is no signal to send: drivers here are told by message.
    pub(crate) fn interrupt(&self) -> Vec<Program> {
        Vec::new()
    }

    /// Nor here.
    pub(crate) fn interrupt_newcomers(&self, _there: &mut Vec<Program>) {}

    /// Nor here.
    pub(crate) fn interrupt_shell(&self, _there: &mut Vec<Program>, _alone: bool) {}

    /// Ends the child and what it started.
    pub(crate) fn kill(&self) {
        if self.ended.is_none()
            && let Some(id) = self.id
        {
            // The whole tree; the child itself is ended below in any case.
            let _ = std::process::Command::new("taskkill")
                .args(["/T", "/F", "/PID", &id.to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn();
        }
        self.kill.notify_one();
    }

    /// When it has ended; may be called again.
    pub(crate) async fn wait(&mut self) -> Exit {
        if let Some(exit) = self.ended {
            return exit;
        }
        let exit = (&mut self.death).await.unwrap_or(Exit {
            code: None,
            signal: None,
        });
        self.ended = Some(exit);
        exit
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What the child prints.
#[derive(Debug)]
pub(crate) struct Output {
    chunks: mpsc::Receiver<Vec<u8>>,
    rest: Vec<u8>,
}

impl Output {
    /// Waits for bytes and appends at most `limit`. Pending for ever at the end.
    pub(crate) async fn read(&mut self, into: &mut Vec<u8>, limit: usize) -> io::Result<()> {
        if self.rest.is_empty() {
            match self.chunks.recv().await {
                Some(chunk) => self.rest = chunk,
                None => return std::future::pending().await,
            }
        }
        let size = self.rest.len().min(limit);
        into.extend(self.rest.drain(..size));
        Ok(())
    }

    /// How many bytes are there now.
    pub(crate) fn available(&mut self) -> usize {
        while let Ok(chunk) = self.chunks.try_recv() {
            self.rest.extend(chunk);
        }
        self.rest.len()
    }

    /// Appends up to `limit` of the bytes that are there now, without waiting.
    pub(crate) fn take(&mut self, into: &mut Vec<u8>, limit: usize) -> usize {
        let size = self.rest.len().min(limit);
        into.extend(self.rest.drain(..size));
        size
    }
}

/// There is none.
#[derive(Debug)]
pub(crate) struct Terminal;

impl Terminal {
    /// Nothing comes.
    pub(crate) async fn read(&mut self, _into: &mut Vec<u8>) -> io::Result<()> {
        std::future::pending().await
    }

    /// Nothing is there.
    pub(crate) fn take(&mut self, _into: &mut Vec<u8>) {}

    /// Nobody reads.
    pub(crate) fn write(&mut self, _line: Option<&str>) -> String {
        String::new()
    }

    /// Nobody waits.
    pub(crate) fn waiting(&self, _process: &Process) -> Option<bool> {
        None
    }
}

/// Creates a folder, and those above it. The user's own folders are private here.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Whether this is a file that can be run.
pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// A bash, as Git for Windows brings it.
pub(crate) fn shell(
    _env: &dyn Fn(&str) -> Option<String>,
    find: &dyn Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    // Its driver needs a descriptor, which a Windows bash cannot be given yet.
    let _ = find;
    None
}
