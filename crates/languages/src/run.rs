//! One execution of one block of code, as the caller sees it.

use tokio::sync::{mpsc, oneshot};

/// A run under way. Dropping `events` before [`RunEvent::Done`] interrupts the
/// run, since nobody would see the rest of it.
#[derive(Debug)]
pub struct Run {
    /// What happens, in order; the last is [`RunEvent::Done`]. Bounded: a slow
    /// reader slows the code down, memory does not grow.
    pub events: mpsc::Receiver<RunEvent>,
    /// To interrupt it, or to answer its questions.
    pub control: RunControl,
}

/// Something a run did.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// It begins, once earlier runs of the language are over.
    Started {
        /// What runs it and in which folder, in words.
        place: String,
    },
    /// It printed something. At most 64 KiB; never cut inside a character.
    Output(String),
    /// The line it is at, from 1.
    ActiveLine(Option<u32>),
    /// It shows a picture.
    Image {
        /// `image/png` and so on.
        media_type: String,
        /// The bytes.
        base64: String,
        /// In pixels, where known.
        width: Option<u32>,
        /// In pixels, where known.
        height: Option<u32>,
    },
    /// It shows HTML.
    Html(String),
    /// It waits for a line of input: answer with [`RunControl::input`].
    Input {
        /// Names the question.
        request: String,
        /// What it asks.
        prompt: String,
        /// Do not show what is typed.
        secret: bool,
    },
    /// It is over. Nothing follows.
    Done(RunEnd),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// How.
    pub status: RunStatus,
    /// Exit status, where the code gave one.
    pub exit: Option<i32>,
    /// How long it ran, in milliseconds.
    pub ms: u64,
    /// A sentence for the person, where more is to be said.
    pub message: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// Well.
    Ok,
    /// With an error (an exception, a status other than 0).
    Error,
    /// Because it was interrupted or killed.
    Interrupted,
    /// The child process died.
    Died {
        /// Its exit status.
        exit: Option<i32>,
        /// The signal that ended it.
        signal: Option<i32>,
    },
    /// It reached the time limit.
    TimedOut,
}

/// Controls one run. Does nothing once the run is over.
#[derive(Debug, Clone)]
pub struct RunControl {
    pub(crate) id: u64,
    pub(crate) orders: mpsc::UnboundedSender<(u64, Order)>,
}

/// What [`RunControl`] asks for.
#[derive(Debug)]
pub(crate) enum Order {
    Interrupt,
    Kill,
    Input {
        request: String,
        text: Option<String>,
    },
    Reset(oneshot::Sender<()>),
}

impl RunControl {
    /// Interrupts the run as Ctrl-C would; the language's state is kept.
    pub fn interrupt(&self) {
        let _ = self.orders.send((self.id, Order::Interrupt));
    }

    /// Kills the child and everything it started; the language's state is lost.
    pub fn kill(&self) {
        let _ = self.orders.send((self.id, Order::Kill));
    }

    /// Answers [`RunEvent::Input`] with a line, or with end of file (`None`).
    pub fn input(&self, request: &str, text: Option<String>) {
        let _ = self.orders.send((
            self.id,
            Order::Input {
                request: request.to_owned(),
                text,
            },
        ));
    }
}
