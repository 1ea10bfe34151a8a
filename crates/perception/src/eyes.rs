//! The client of the eyes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::find::find_in;
use crate::locate;
use crate::worker::{Trouble, Worker};
use crate::{EyesError, Pixels, TextHit, Word};

/// How long one look may take before the worker is ended.
const DEADLINE: Duration = Duration::from_secs(20);

/// Reads text off images through the worker program `interpreter-eyes`.
///
/// Cheap to clone; clones share one worker. It is started at the first look,
/// reads one image at a time, and ends with the last clone.
#[derive(Clone)]
pub struct Eyes {
    worker: Arc<Mutex<Option<Worker>>>,
    program: Option<PathBuf>,
    deadline: Duration,
}

impl std::fmt::Debug for Eyes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Eyes")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Default for Eyes {
    fn default() -> Self {
        Self::new()
    }
}

impl Eyes {
    /// A client. Nothing is started before the first look.
    pub fn new() -> Self {
        Self {
            worker: Arc::default(),
            program: None,
            deadline: DEADLINE,
        }
    }

    /// A client of the worker at this path.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// Sets how long one look may take; 20 seconds without it.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Whether the worker is installed and starts.
    ///
    /// # Errors
    /// See [`EyesError`].
    pub async fn check(&self) -> Result<(), EyesError> {
        self.read_text(&Pixels::filled(16, 16, [255, 255, 255]))
            .await
            .map(|_| ())
    }

    /// Starts the worker, where it is not running yet, so that the first look need
    /// not wait for it. What keeps it from starting is told at that look.
    pub async fn warm(&self) {
        let mut slot = self.worker.lock().await;
        if slot.is_none()
            && let Ok(program) = self.program()
            && let Ok(worker) = Worker::start(&program).await
        {
            *slot = Some(worker);
        }
    }

    /// All words of an image, line after line from top to bottom, each line
    /// from left to right.
    ///
    /// # Errors
    /// See [`EyesError`].
    pub async fn read_text(&self, pixels: &Pixels) -> Result<Vec<Word>, EyesError> {
        if pixels.width == 0 || pixels.height == 0 || !pixels.is_whole() {
            let detail = format!(
                "{} x {} pixels in {} bytes",
                pixels.width,
                pixels.height,
                pixels.rgb.len()
            );
            return Err(EyesError::BadImage { detail });
        }
        let mut slot = self.worker.lock().await;
        let look = self.look(&mut slot, pixels);
        match tokio::time::timeout(self.deadline, look).await {
            Ok(result) => result,
            // The worker went down with the future that held it.
            Err(_) => Err(EyesError::TooSlow {
                seconds: self.deadline.as_secs(),
            }),
        }
    }

    /// Where `text` stands in an image: exact matches first, then the most
    /// similar; case does not matter, and any blank matches any other. A phrase
    /// is found where its words stand in one line.
    ///
    /// # Errors
    /// See [`EyesError`].
    pub async fn find_text(&self, pixels: &Pixels, text: &str) -> Result<Vec<TextHit>, EyesError> {
        Ok(find_in(&self.read_text(pixels).await?, text))
    }

    /// Reads with the running worker, else a fresh one; once more with another
    /// fresh one where that breaks. The worker is taken out of its slot while
    /// it works, so a caller that goes away in the middle leaves no half-read
    /// answer behind.
    async fn look(
        &self,
        slot: &mut Option<Worker>,
        pixels: &Pixels,
    ) -> Result<Vec<Word>, EyesError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let result = match slot.take() {
                Some(worker) => Ok(worker),
                None => Worker::start(&self.program()?).await,
            };
            let trouble = match result {
                Ok(mut worker) => match worker.read(pixels).await {
                    Ok(answer) => {
                        *slot = Some(worker);
                        return Ok(answer.words);
                    }
                    Err(trouble) => trouble,
                },
                Err(trouble) => trouble,
            };
            match trouble {
                Trouble::Final(error) => return Err(error),
                Trouble::Broken(detail) if tries > 1 => return Err(EyesError::Failed { detail }),
                Trouble::Broken(_) => {}
            }
        }
    }

    fn program(&self) -> Result<PathBuf, EyesError> {
        match &self.program {
            Some(program) if program.is_file() => Ok(program.clone()),
            Some(program) => Err(EyesError::NotInstalled {
                detail: format!("{} is not there", program.display()),
                fix: "Install the full package of Interpreter".to_owned(),
            }),
            None => locate::worker(),
        }
    }
}
