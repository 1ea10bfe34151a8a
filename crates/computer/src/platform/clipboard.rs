//! The clipboard through `arboard`, on a thread of its own.
//!
//! On X11 the program that copied must stay alive to serve what it copied, and
//! the library's handle belongs to that: one handle, one thread, made at first use.

use std::borrow::Cow;
use std::sync::mpsc;
use std::thread;

use super::{Clipboard, ClipboardContents, PlatformError, Result};

type Task = Box<dyn FnOnce(&mut arboard::Clipboard) + Send>;

/// The clipboard's thread, once it is needed.
#[derive(Default)]
pub(crate) struct SystemClipboard {
    tasks: Option<mpsc::SyncSender<Task>>,
    refused: Option<PlatformError>,
}

impl SystemClipboard {
    /// One that answers every call with `reason`.
    #[allow(dead_code)] // only where a program can open another desktop than its own
    pub(crate) fn refused(reason: PlatformError) -> Self {
        Self {
            tasks: None,
            refused: Some(reason),
        }
    }

    fn tasks(&mut self) -> Result<&mpsc::SyncSender<Task>> {
        if let Some(reason) = &self.refused {
            return Err(reason.clone());
        }
        if self.tasks.is_none() {
            let (tasks, queue) = mpsc::sync_channel::<Task>(4);
            let (ready, opened) = mpsc::sync_channel(1);
            let body = move || match arboard::Clipboard::new() {
                Ok(mut clipboard) => {
                    let _ = ready.send(Ok(()));
                    while let Ok(task) = queue.recv() {
                        task(&mut clipboard);
                    }
                }
                Err(error) => {
                    let _ = ready.send(Err(failed("opening the clipboard", &error)));
                }
            };
            thread::Builder::new()
                .name("clipboard".to_owned())
                .spawn(body)
                .map_err(|error| PlatformError::Failed {
                    doing: "starting the clipboard's thread".to_owned(),
                    reason: error.to_string(),
                })?;
            opened.recv().unwrap_or_else(|_| Err(ended()))?;
            self.tasks = Some(tasks);
        }
        self.tasks.as_ref().ok_or_else(ended)
    }

    fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut arboard::Clipboard) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, result) = mpsc::sync_channel(1);
        let task: Task = Box::new(move |clipboard| {
            let _ = answer.send(work(clipboard));
        });
        if self.tasks()?.send(task).is_err() {
            self.tasks = None;
            return Err(ended());
        }
        result.recv().unwrap_or_else(|_| Err(ended()))
    }
}

impl Clipboard for SystemClipboard {
    fn get_text(&mut self) -> Result<String> {
        self.with(|clipboard| {
            text(clipboard.get_text(), "reading the clipboard").map(Option::unwrap_or_default)
        })
    }

    fn set_text(&mut self, text: &str) -> Result<()> {
        let text = text.to_owned();
        self.with(move |clipboard| {
            clipboard
                .set_text(text)
                .map_err(|error| failed("writing the clipboard", &error))
        })
    }

    fn snapshot(&mut self) -> Result<ClipboardContents> {
        self.with(|clipboard| {
            let doing = "reading the clipboard";
            let image = match clipboard.get_image() {
                Ok(image) => Some((image.width, image.height, image.bytes.into_owned())),
                Err(_) => None,
            };
            Ok(ClipboardContents {
                text: text(clipboard.get_text(), doing)?,
                html: clipboard.get().html().ok(),
                image,
                files: clipboard.get().file_list().unwrap_or_default(),
            })
        })
    }

    fn restore(&mut self, contents: ClipboardContents) -> Result<()> {
        self.with(move |clipboard| {
            let ClipboardContents {
                text,
                html,
                image,
                files,
            } = contents;
            match (html, image, text) {
                _ if !files.is_empty() => clipboard.set().file_list(&files),
                (Some(html), _, text) => clipboard.set_html(html, text),
                (None, Some((width, height, bytes)), _) => {
                    clipboard.set_image(arboard::ImageData {
                        width,
                        height,
                        bytes: Cow::Owned(bytes),
                    })
                }
                (None, None, Some(text)) => clipboard.set_text(text),
                (None, None, None) => clipboard.clear(),
            }
            .map_err(|error| failed("writing the clipboard", &error))
        })
    }
}

/// A clipboard without text is no failure.
fn text(
    result: std::result::Result<String, arboard::Error>,
    doing: &str,
) -> Result<Option<String>> {
    match result {
        Ok(text) => Ok(Some(text)),
        Err(arboard::Error::ContentNotAvailable) => Ok(None),
        Err(error) => Err(failed(doing, &error)),
    }
}

fn failed(doing: &str, error: &arboard::Error) -> PlatformError {
    PlatformError::Failed {
        doing: doing.to_owned(),
        reason: error.to_string(),
    }
}

fn ended() -> PlatformError {
    PlatformError::Lost("the clipboard's thread ended".to_owned())
}
