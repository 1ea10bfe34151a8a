//! What Linux and macOS share: sessions, process groups, a pseudo-terminal as
//! standard input.
//!
//! Each child leads a session of its own with a terminal, so that programs that
//! insist on one (`sudo`, `ssh`) can ask their questions there; what it prints
//! goes into a plain pipe, so nothing paints colours or pages.

use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
use rustix::termios::{LocalModes, OptionalActions, OutputModes};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::UnixStream;
use tokio::sync::oneshot;

use super::{Exit, Plan, Program, Started, system};

/// The driver channel.
pub(crate) type Channel = UnixStream;

/// Names a Python may have.
pub(crate) const PYTHONS: &[&str] = &["python3", "python"];

/// The descriptor the channel has in every child. One digit, since a plain
/// POSIX shell knows no others.
const CHANNEL_FD: RawFd = 9;

/// Starts a child in its own session and process group.
pub(crate) async fn spawn(plan: Plan) -> io::Result<Started> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let (reader, writer) = io::pipe()?;
    system::widen(&reader);
    rustix::io::ioctl_fionbio(&reader, true)?;
    let (master, slave) = open_terminal()?;
    let theirs_terminal = slave.try_clone()?;
    let (born, birth) = oneshot::channel();
    let (died, death) = oneshot::channel();
    let group = Group::default();
    let shared = group.clone();
    // This thread starts the child and lives exactly as long: the kernel ties
    // "die with your parent" to the thread that started a child.
    std::thread::Builder::new()
        .name("language-child".to_owned())
        .spawn(move || {
            let child = start(plan, theirs, writer, slave);
            let mut child = match child {
                Ok(child) => child,
                Err(error) => {
                    let _ = born.send(Err(error));
                    return;
                }
            };
            let Some(pid) = Pid::from_raw(child.id() as i32) else {
                return;
            };
            shared.set(Some(pid));
            if born.send(Ok(())).is_err() {
                shared.signal(Signal::KILL);
            }
            // Waits without reaping: while the dead leader keeps its number, the
            // group can still be signalled without hitting a stranger.
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while rustix::process::waitid(WaitId::Pid(pid), options)
                .is_err_and(|error| error == rustix::io::Errno::INTR)
            {}
            shared.signal(Signal::KILL);
            shared.set(None);
            use std::os::unix::process::ExitStatusExt;
            let exit = child.wait().map_or(
                Exit {
                    code: None,
                    signal: None,
                },
                |status| Exit {
                    code: status.code(),
                    signal: status.signal(),
                },
            );
            let _ = died.send(exit);
        })?;
    birth
        .await
        .map_err(|_| io::Error::other("the starting thread ended"))??;
    let process = Process {
        group,
        death,
        ended: None,
    };
    // SAFETY: a pipe end keeps its descriptor as long as it lives.
    let pipe = unsafe { AsyncFd::register_with_interest(reader, Interest::READABLE) }?;
    Ok(Started {
        channel: UnixStream::from_std(ours)?,
        output: Output { pipe, open: true },
        terminal: Terminal::new(master, theirs_terminal)?,
        process,
    })
}

fn start(
    plan: Plan,
    theirs: std::os::unix::net::UnixStream,
    writer: io::PipeWriter,
    slave: OwnedFd,
) -> io::Result<std::process::Child> {
    // Occupies the number, if it is free, so that no descriptor of the standard
    // library's own (which reports a failed start) can have it in the child.
    let reserved = rustix::io::fcntl_dupfd_cloexec(&theirs, CHANNEL_FD)?;
    let source = reserved.as_raw_fd();
    let mut command = Command::new(&plan.program);
    command
        .args(&plan.args)
        .envs(plan.env)
        .env("INTERPRETER_DRIVER", format!("fd:{CHANNEL_FD}"))
        .current_dir(&plan.folder)
        .stdin(Stdio::from(slave))
        .stdout(Stdio::from(writer.try_clone()?))
        .stderr(Stdio::from(writer));
    let parent = std::process::id();
    // SAFETY: between fork and exec only system calls are made, on descriptors
    // that this function keeps open.
    unsafe {
        command.pre_exec(move || {
            rustix::process::setsid()?;
            rustix::process::ioctl_tiocsctty(io::stdin())?;
            if source == CHANNEL_FD {
                if libc::fcntl(source, libc::F_SETFD, 0) < 0 {
                    return Err(io::Error::last_os_error());
                }
            } else if libc::dup2(source, CHANNEL_FD) < 0 {
                return Err(io::Error::last_os_error());
            }
            // A program started in the background ignores these, and would pass that on.
            for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGHUP, libc::SIGTERM] {
                libc::signal(signal, libc::SIG_DFL);
            }
            system::die_with_parent(parent)
        });
    }
    let child = command.spawn();
    drop(reserved);
    child
}

fn open_terminal() -> io::Result<(OwnedFd, OwnedFd)> {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let slave = rustix::fs::open(
        name.as_c_str(),
        rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC,
        rustix::fs::Mode::empty(),
    )?;
    let mut modes = rustix::termios::tcgetattr(&slave)?;
    modes.output_modes.remove(OutputModes::OPOST);
    modes.local_modes.remove(LocalModes::ECHOCTL);
    rustix::termios::tcsetattr(&slave, OptionalActions::Now, &modes)?;
    rustix::io::ioctl_fionbio(&master, true)?;
    Ok((master, slave))
}

/// The process group, as long as its leader is not reaped.
#[derive(Debug, Clone, Default)]
struct Group(Arc<Mutex<Option<Pid>>>);

impl Group {
    fn set(&self, pid: Option<Pid>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pid;
    }

    fn get(&self) -> Option<Pid> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signal(&self, signal: Signal) {
        let pid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = *pid {
            let _ = rustix::process::kill_process_group(pid, signal);
        }
    }
}

/// The child's life. Dropping it kills the child and its group.
#[derive(Debug)]
pub(crate) struct Process {
    group: Group,
    death: oneshot::Receiver<Exit>,
    ended: Option<Exit>,
}

impl Process {
    /// As Ctrl-C on a terminal: the child and what it started in its group.
    /// Gives the programs that were there to receive it.
    pub(crate) fn interrupt(&self) -> Vec<Program> {
        let there = self.programs();
        self.group.signal(Signal::INT);
        there
    }

    /// Interrupts the programs that were only just being started when the others
    /// were, each once, and adds them to those. A copy of its parent that took
    /// the signal before it became its program is another one since.
    pub(crate) fn interrupt_newcomers(&self, there: &mut Vec<Program>) {
        let programs = self.programs();
        for program in &programs {
            if !there.contains(program) && self.id() != Some(program.0) {
                self.signal_one(program.0);
                there.push(program.clone());
            }
        }
    }

    /// Interrupts a shell that went on regardless, that is, has started a program
    /// since: it, its copies, and that program. What other programs start to
    /// clean up is left alone. With `alone` also one that has no program to wait
    /// for: a loop of its own can miss a signal.
    pub(crate) fn interrupt_shell(&self, there: &mut Vec<Program>, alone: bool) {
        let programs = self.programs();
        let Some((_, line)) = programs.first() else {
            return;
        };
        let shells: Vec<u32> = programs
            .iter()
            .filter(|(_, own)| own == line)
            .map(|(pid, _)| *pid)
            .collect();
        let started = |(pid, _): &&Program| {
            system::parent(*pid).is_some_and(|parent| shells.contains(&parent))
        };
        let new: Vec<Program> = programs
            .iter()
            .filter(|program| !there.contains(program))
            .filter(started)
            .cloned()
            .collect();
        if new.is_empty() && !(alone && shells.len() == programs.len()) {
            return;
        }
        // The shells first: a program that dies meanwhile then tells them why.
        let programs = new.iter().map(|(pid, _)| pid);
        for pid in shells.iter().chain(programs) {
            self.signal_one(*pid);
        }
        there.extend(new);
    }

    /// Interrupts one process, if it is of the child's group.
    fn signal_one(&self, pid: u32) {
        let Some(leader) = self.id() else { return };
        let of_group = |pid: &Pid| {
            rustix::process::getpgid(Some(*pid))
                .is_ok_and(|group| group.as_raw_nonzero().get() as u32 == leader)
        };
        if let Some(pid) = Pid::from_raw(pid as i32).filter(of_group) {
            let _ = rustix::process::kill_process(pid, Signal::INT);
        }
    }

    fn programs(&self) -> Vec<Program> {
        let family = self.id().map(system::family).unwrap_or_default();
        family
            .into_iter()
            .map(|pid| (pid, system::command_line(pid)))
            .collect()
    }

    /// Ends the child and its group at once.
    pub(crate) fn kill(&self) {
        self.group.signal(Signal::KILL);
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

    /// Its number, while it lives.
    pub(crate) fn id(&self) -> Option<u32> {
        self.group
            .get()
            .map(|pid| pid.as_raw_nonzero().get() as u32)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What the child and its programs print: standard output and error in one
/// pipe, so that their order is kept.
#[derive(Debug)]
pub(crate) struct Output {
    pipe: AsyncFd<io::PipeReader>,
    open: bool,
}

impl Output {
    /// Waits for bytes and appends at most `limit`. Pending for ever at the end.
    pub(crate) async fn read(&mut self, into: &mut Vec<u8>, limit: usize) -> io::Result<()> {
        if !self.open {
            return std::future::pending().await;
        }
        loop {
            let mut ready = self.pipe.readable().await?;
            match ready.try_io(|pipe| append(pipe.get_ref(), into, limit)) {
                Ok(Ok(0)) => {
                    self.open = false;
                    return Ok(());
                }
                Ok(result) => return result.map(|_| ()),
                Err(_) => {}
            }
        }
    }

    /// How many bytes are there now.
    pub(crate) fn available(&self) -> usize {
        rustix::io::ioctl_fionread(self.pipe.get_ref()).map_or(0, |size| size as usize)
    }

    /// Appends up to `limit` of the bytes that are there now, without waiting.
    pub(crate) fn take(&mut self, into: &mut Vec<u8>, limit: usize) -> usize {
        append(self.pipe.get_ref(), into, limit).unwrap_or(0)
    }
}

fn append(mut from: impl Read, into: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
    let start = into.len();
    into.resize(start + limit, 0);
    let size = from.read(&mut into[start..]);
    into.truncate(start + size.as_ref().map_or(0, |size| *size));
    size
}

/// The child's controlling terminal, from our side.
#[derive(Debug)]
pub(crate) struct Terminal {
    master: AsyncFd<std::fs::File>,
    /// The child's side, to see whether what was typed has been read.
    slave: OwnedFd,
    open: bool,
    /// What was typed and will come back as echo, which nobody is to see twice.
    echo: Vec<u8>,
}

impl Terminal {
    fn new(master: OwnedFd, slave: OwnedFd) -> io::Result<Self> {
        // SAFETY: a file keeps its descriptor as long as it lives.
        let master = unsafe { AsyncFd::register(std::fs::File::from(master)) }?;
        Ok(Self {
            master,
            slave,
            open: true,
            echo: Vec::new(),
        })
    }

    /// Waits for what programs write to the terminal itself (questions, echo).
    pub(crate) async fn read(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        if !self.open {
            return std::future::pending().await;
        }
        loop {
            let mut ready = self.master.readable().await?;
            let from = into.len();
            match ready.try_io(|master| append(master.get_ref(), into, 4096)) {
                // No program has the terminal open any more (an error on Linux).
                Ok(Ok(0) | Err(_)) => {
                    self.open = false;
                    return Ok(());
                }
                Ok(Ok(_)) => {
                    self.drop_echo(into, from);
                    return Ok(());
                }
                Err(_) => {}
            }
        }
    }

    /// Appends what is there now, without waiting.
    pub(crate) fn take(&mut self, into: &mut Vec<u8>) {
        let from = into.len();
        if self.open && append(self.master.get_ref(), into, 4096).is_ok() {
            self.drop_echo(into, from);
        }
    }

    fn drop_echo(&mut self, text: &mut Vec<u8>, from: usize) {
        let new = &text[from..];
        let same = new
            .iter()
            .zip(&self.echo)
            .take_while(|(a, b)| a == b)
            .count();
        if same == new.len() || same == self.echo.len() {
            self.echo.drain(..same);
            text.drain(from..from + same);
        } else {
            self.echo.clear();
        }
    }

    /// Types a line, or end of file. Gives what of it is to be seen.
    pub(crate) fn write(&mut self, line: Option<&str>) -> String {
        let echoes = rustix::termios::tcgetattr(self.master.get_ref())
            .is_ok_and(|modes| modes.local_modes.contains(LocalModes::ECHO));
        let bytes = match line {
            Some(line) => format!("{line}\n").into_bytes(),
            None => vec![4],
        };
        let mut seen = String::new();
        if let Some(line) = line
            && echoes
        {
            self.echo.extend_from_slice(&bytes);
            seen = format!("{line}\n");
        }
        // A terminal holds one line of 4096 bytes; more than it takes is lost, as on any other.
        let _ = rustix::io::write(self.master.get_ref(), &bytes);
        seen
    }

    /// Whether a program of the child's session waits for a line on the
    /// terminal, and if so, whether the line is secret.
    pub(crate) fn waiting(&self, process: &Process) -> Option<bool> {
        let leader = process.id()?;
        if rustix::io::ioctl_fionread(&self.slave).is_ok_and(|unread| unread > 0) {
            // The line is there; its reader only has not had the time yet.
            return None;
        }
        let modes = rustix::termios::tcgetattr(self.master.get_ref()).ok()?;
        let secret = !modes.local_modes.contains(LocalModes::ECHO)
            && modes.local_modes.contains(LocalModes::ICANON);
        system::reads_terminal(leader, self.master.get_ref().as_fd(), secret).then_some(secret)
    }
}

/// Creates a folder, and those above it, for the user alone.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Whether this is a file that can be run.
pub(crate) fn is_program(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// The user's shell where it is one we know, else bash, else sh.
pub(crate) fn shell(
    env: &dyn Fn(&str) -> Option<String>,
    find: &dyn Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    env("SHELL")
        .map(PathBuf::from)
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name == "bash" || name == "zsh")
                && is_program(path)
        })
        .or_else(|| find("bash"))
        .or_else(|| find("zsh"))
        .or_else(|| find("sh"))
}
