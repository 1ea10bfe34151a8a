//! A child that was started, and the ways to and from it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::timeout;

use crate::outlet::{CHUNK, Outlet, Rest};
use crate::platform::{self, Channel, Exit, Output, Plan, Process, Program, Terminal};
use crate::wire::{CodeBy, FromDriver, Hello, Lines, ToDriver};

/// How long a child may take to end by itself, or to say its last words.
const GRACE: Duration = Duration::from_millis(300);

/// A child. Dropping it kills it with everything in its group.
#[derive(Debug)]
pub(crate) struct Child {
    reader: ReadHalf<Channel>,
    writer: WriteHalf<Channel>,
    output: Output,
    terminal: Terminal,
    process: Process,
    /// Where code lies that is passed by file. Removed with the child.
    cells: tempdir::Folder,
    lines: Lines,
    outgoing: Vec<u8>,
    /// What was read and not yet taken.
    text: Vec<u8>,
    lost: bool,
    pub(crate) hello: Option<Hello>,
}

/// What a child did.
#[derive(Debug)]
pub(crate) enum Happening {
    /// It sent a message.
    Message(FromDriver),
    /// It sent something else.
    Nonsense(String),
    /// It closed its channel, though it lives.
    Lost,
    /// It printed something: see [`Child::take_text`].
    Text,
    /// It has ended.
    Exit(Exit),
}

impl Child {
    /// Starts a child. `cells` is a folder of its own.
    pub(crate) async fn start(plan: Plan, cells: PathBuf) -> io::Result<Self> {
        let started = platform::spawn(plan).await?;
        let (reader, writer) = tokio::io::split(started.channel);
        Ok(Self {
            reader,
            writer,
            output: started.output,
            terminal: started.terminal,
            process: started.process,
            cells: tempdir::Folder(cells),
            lines: Lines::default(),
            outgoing: Vec::new(),
            text: Vec::new(),
            lost: false,
            hello: None,
        })
    }

    /// Waits for what happens next, reading at most `room` bytes of text.
    /// Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self, room: usize) -> Happening {
        if room == 0 && self.outgoing.is_empty() {
            return std::future::pending().await;
        }
        loop {
            if room > 0 {
                match self.lines.next() {
                    Some(Ok(message)) => return Happening::Message(message),
                    Some(Err(error)) => return Happening::Nonsense(error),
                    None => {}
                }
            }
            let mut typed = Vec::new();
            tokio::select! {
                biased;
                size = self.reader.read_buf(&mut self.lines.bytes), if room > 0 && !self.lost => {
                    if !matches!(size, Ok(1..)) {
                        self.lost = true;
                        return Happening::Lost;
                    }
                }
                _ = self.terminal.read(&mut typed), if room > 0 => {
                    self.text.append(&mut typed);
                    return Happening::Text;
                }
                _ = self.output.read(&mut self.text, room), if room > 0 => {
                    return Happening::Text;
                }
                size = self.writer.write(&self.outgoing), if !self.outgoing.is_empty() => {
                    match size {
                        Ok(size @ 1..) => {
                            self.outgoing.drain(..size);
                        }
                        _ => self.outgoing.clear(),
                    }
                }
                exit = self.process.wait(), if room > 0 => return Happening::Exit(exit),
            }
        }
    }

    /// The text that was read.
    pub(crate) fn take_text(&mut self, into: &mut Vec<u8>) {
        into.append(&mut self.text);
    }

    /// Reads the text that was printed up to now: what a message came after.
    pub(crate) fn catch_up(&mut self, outlet: &mut Outlet) {
        self.terminal.take(outlet.bytes());
        let mut left = self.output.available();
        while left > 0 {
            let size = self.output.take(outlet.bytes(), left.min(CHUNK));
            if size == 0 {
                return;
            }
            left = left.saturating_sub(size);
            if left > 0 {
                outlet.flush(Rest::Keep);
            }
        }
    }

    /// After its end: the messages that are still on the way.
    pub(crate) async fn last_messages(&mut self) -> Vec<FromDriver> {
        let read = async {
            while !self.lost {
                let size = self.reader.read_buf(&mut self.lines.bytes).await;
                self.lost = !matches!(size, Ok(1..));
            }
        };
        // A program that inherited the channel may hold it open; it has nothing to say.
        let _ = timeout(GRACE, read).await;
        std::iter::from_fn(|| self.lines.next())
            .filter_map(Result::ok)
            .collect()
    }

    /// Sends a message, as soon as the child reads.
    pub(crate) fn send(&mut self, message: &ToDriver<'_>) {
        message.append_to(&mut self.outgoing);
    }

    /// Hands over a block of code, in the way the driver asked for.
    pub(crate) fn send_code(&mut self, id: u64, code: &str) -> io::Result<()> {
        let by = self
            .hello
            .as_ref()
            .map(|hello| hello.code)
            .unwrap_or_default();
        match by {
            CodeBy::Text => self.send(&ToDriver::Run {
                id,
                code: Some(code),
            }),
            CodeBy::File => {
                platform::create_private_dir(&self.cells.0)?;
                // A shell cannot hold a NUL in a variable, and ignores one in a file.
                std::fs::write(self.cell(id), code.replace('\0', ""))?;
                self.send(&ToDriver::Run { id, code: None });
            }
        }
        Ok(())
    }

    /// After a run: its code need not lie about.
    pub(crate) fn forget_code(&self, id: u64) {
        if self
            .hello
            .as_ref()
            .is_some_and(|hello| hello.code == CodeBy::File)
        {
            let _ = std::fs::remove_file(self.cell(id));
        }
    }

    fn cell(&self, id: u64) -> PathBuf {
        self.cells.0.join(id.to_string())
    }

    /// As Ctrl-C. Gives the programs that were there to receive it.
    pub(crate) fn interrupt(&self) -> Vec<Program> {
        self.process.interrupt()
    }

    /// Interrupts the programs that were started since, and adds them.
    pub(crate) fn interrupt_newcomers(&self, there: &mut Vec<Program>) {
        self.process.interrupt_newcomers(there);
    }

    /// Interrupts a shell that has started a program since, or is `alone`.
    pub(crate) fn interrupt_shell(&self, there: &mut Vec<Program>, alone: bool) {
        self.process.interrupt_shell(there, alone);
    }

    /// At once.
    pub(crate) fn kill(&self) {
        self.process.kill();
    }

    /// Types a line on the terminal, or end of file. Gives what of it is to be seen.
    pub(crate) fn type_line(&mut self, line: Option<&str>) -> String {
        self.terminal.write(line)
    }

    /// Whether one of its programs waits for a line on the terminal; `true`: a secret one.
    pub(crate) fn waits_for_line(&self) -> Option<bool> {
        self.terminal.waiting(&self.process)
    }

    /// Ends it: the channel closes, and what does not end by that is killed.
    pub(crate) async fn end(self) {
        let Self {
            reader,
            writer,
            terminal,
            output,
            mut process,
            cells,
            ..
        } = self;
        drop((reader, writer, terminal));
        let _ = timeout(GRACE, process.wait()).await;
        process.kill();
        let _ = timeout(GRACE, process.wait()).await;
        drop((output, cells));
    }
}

/// A folder for the cells of one child, beside those of other programs.
pub(crate) fn cells(state_dir: &Path, language: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    state_dir.join(format!("{language}-{}-{number}", std::process::id()))
}

mod tempdir {
    use std::path::PathBuf;

    /// Removed when dropped.
    #[derive(Debug)]
    pub(super) struct Folder(pub(super) PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
