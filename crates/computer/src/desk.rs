//! The desktop, opened when it is first needed and opened afresh when its connection was lost.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ComputerError;
use crate::platform::{Clipboard, Input, Lease, Listener, Platform, PlatformError, Screen};

/// What the gate's thread owns.
pub(crate) struct Parts {
    pub(crate) screen: Arc<dyn Screen>,
    pub(crate) input: Box<dyn Input>,
    pub(crate) listener: Box<dyn Listener>,
    pub(crate) lease: Box<dyn Lease>,
}

/// The clipboard, used from any thread, one at a time.
pub(crate) type SharedClipboard = Arc<Mutex<Box<dyn Clipboard>>>;

struct Opened {
    screen: Arc<dyn Screen>,
    clipboard: SharedClipboard,
    parts: Option<Parts>,
}

type Opener = dyn Fn() -> Result<Platform, PlatformError> + Send + Sync;

/// Opens the platform once, for the screen and for the gate.
pub(crate) struct Desk {
    opener: Box<Opener>,
    slot: Mutex<Option<Opened>>,
}

impl Desk {
    pub(crate) fn new(
        opener: impl Fn() -> Result<Platform, PlatformError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            opener: Box::new(opener),
            slot: Mutex::new(None),
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Opened>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, take: impl FnOnce(&mut Opened) -> T) -> Result<T, ComputerError> {
        let mut slot = self.slot();
        if slot.is_none() {
            let Platform {
                screen,
                input,
                listener,
                lease,
                clipboard,
                ..
            } = (self.opener)()?;
            *slot = Some(Opened {
                screen: screen.clone(),
                clipboard: Arc::new(Mutex::new(clipboard)),
                parts: Some(Parts {
                    screen,
                    input,
                    listener,
                    lease,
                }),
            });
        }
        match slot.as_mut() {
            Some(opened) => Ok(take(opened)),
            None => Err(ComputerError::failed("The desktop could not be opened.")),
        }
    }

    pub(crate) fn screen(&self) -> Result<Arc<dyn Screen>, ComputerError> {
        self.with(|opened| opened.screen.clone())
    }

    pub(crate) fn clipboard(&self) -> Result<SharedClipboard, ComputerError> {
        self.with(|opened| opened.clipboard.clone())
    }

    /// The gate's parts. They can be taken once per opening.
    pub(crate) fn parts(&self) -> Result<Parts, ComputerError> {
        if let Some(parts) = self.with(|opened| opened.parts.take())? {
            return Ok(parts);
        }
        self.forget();
        self.with(|opened| opened.parts.take())?
            .ok_or_else(|| ComputerError::failed("Mouse and keyboard could not be opened."))
    }

    /// The connection is gone: the next use opens afresh.
    pub(crate) fn forget(&self) {
        *self.slot() = None;
    }

    /// Keeps a result; forgets the desktop where it says that the connection is gone.
    pub(crate) fn check<T>(&self, result: Result<T, PlatformError>) -> Result<T, ComputerError> {
        if matches!(result, Err(PlatformError::Lost(_))) {
            self.forget();
        }
        Ok(result?)
    }
}
