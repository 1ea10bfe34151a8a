//! From a run to whoever reads its events: text in chunks of a bounded size,
//! grouped for a moment, never cut inside a character; the reader's pace felt.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::RunEvent;

/// Text is collected for this long after the last time some was passed on.
const GROUP: Duration = Duration::from_millis(8);

/// The most text in one event, in bytes.
pub(crate) const CHUNK: usize = 64 * 1024;

/// Events that wait for the reader before the child is held up.
const WAITING: usize = 8;

/// Where the events of one run go.
#[derive(Debug)]
pub(crate) struct Outlet {
    reader: mpsc::Sender<RunEvent>,
    queue: VecDeque<RunEvent>,
    bytes: Vec<u8>,
    /// Bytes of half a character, which only more bytes can move on.
    half: usize,
    /// When text was passed on last.
    passed: Option<Instant>,
    /// The end of the text so far, for a question's wording.
    tail: String,
}

impl Outlet {
    pub(crate) fn new(reader: mpsc::Sender<RunEvent>) -> Self {
        Self {
            reader,
            queue: VecDeque::new(),
            bytes: Vec::new(),
            half: 0,
            passed: None,
            tail: String::new(),
        }
    }

    /// How many bytes of text may be added now; 0 while the reader is behind.
    pub(crate) fn room(&self) -> usize {
        if self.queue.len() >= WAITING {
            0
        } else {
            CHUNK.saturating_sub(self.bytes.len())
        }
    }

    /// Where bytes of text are to be appended.
    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// When [`Outlet::flush`] is to be called, where text is held back.
    pub(crate) fn due(&self) -> Option<Instant> {
        if self.bytes.len() == self.half {
            return None;
        }
        Some(
            self.passed
                .map_or_else(Instant::now, |passed| passed + GROUP),
        )
    }

    /// After text was appended: passes it on if it is enough, or if it is time.
    pub(crate) fn appended(&mut self) {
        let due = self.due().is_some_and(|due| due <= Instant::now());
        if due || self.bytes.len() >= CHUNK {
            self.flush(Rest::Keep);
        }
    }

    /// Passes on the text that is held back.
    pub(crate) fn flush(&mut self, rest: Rest) {
        let text = decode(&mut self.bytes, rest);
        self.half = self.bytes.len();
        self.passed = Some(Instant::now());
        if text.is_empty() {
            return;
        }
        match text.rfind('\n') {
            Some(at) => self.tail = text[at + 1..].to_owned(),
            None => self.tail.push_str(&text),
        }
        if self.tail.len() > 1024 {
            let from = self.tail.ceil_char_boundary(self.tail.len() - 1024);
            self.tail.drain(..from);
        }
        let mut text = text;
        while text.len() > CHUNK {
            let rest = text.split_off(text.floor_char_boundary(CHUNK));
            self.queue.push_back(RunEvent::Output(text));
            text = rest;
        }
        self.queue.push_back(RunEvent::Output(text));
        self.deliver();
    }

    /// Passes on an event, after the text before it.
    pub(crate) fn push(&mut self, event: RunEvent) {
        if !self.bytes.is_empty() {
            self.flush(Rest::Keep);
        }
        if let (RunEvent::ActiveLine(_), Some(RunEvent::ActiveLine(_))) =
            (&event, self.queue.back())
        {
            // Nobody has seen the line before; only the newest counts.
            self.queue.pop_back();
        }
        self.queue.push_back(event);
        self.deliver();
    }

    /// The text after the last line break.
    pub(crate) fn tail(&self) -> &str {
        &self.tail
    }

    fn deliver(&mut self) {
        while let Some(event) = self.queue.pop_front() {
            match self.reader.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.queue.push_front(event);
                    return;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => {}
            }
        }
    }

    /// Everything that was pushed is with the reader.
    pub(crate) fn is_delivered(&self) -> bool {
        self.queue.is_empty()
    }

    /// Returns when the reader has gone.
    pub(crate) fn closed(&self) -> impl Future<Output = ()> + 'static {
        let reader = self.reader.clone();
        async move { reader.closed().await }
    }

    /// Waits until the reader takes something, if something waits for it.
    pub(crate) async fn make_room(&mut self) {
        if self.queue.is_empty() {
            return std::future::pending().await;
        }
        match self.reader.reserve().await {
            Ok(permit) => {
                if let Some(event) = self.queue.pop_front() {
                    permit.send(event);
                }
            }
            Err(_) => self.queue.clear(),
        }
        self.deliver();
    }
}

/// What to do with half a character at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// More bytes may come.
    Keep,
    /// No more will come.
    Replace,
}

/// Takes the text out of bytes. What is not UTF-8 becomes U+FFFD.
fn decode(bytes: &mut Vec<u8>, rest: Rest) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut used = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        used += chunk.valid().len();
        let invalid = chunk.invalid();
        if invalid.is_empty() {
            continue;
        }
        let cut_off = used + invalid.len() == bytes.len()
            && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
        if cut_off && rest == Rest::Keep {
            break;
        }
        text.push(char::REPLACEMENT_CHARACTER);
        used += invalid.len();
    }
    bytes.drain(..used);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn text_does_not_depend_on_how_it_arrives(
            data in proptest::collection::vec(proptest::prop_oneof![
                proptest::strategy::Just("é".as_bytes().to_vec()),
                proptest::strategy::Just("日本 🙂\n".as_bytes().to_vec()),
                proptest::collection::vec(proptest::num::u8::ANY, 0..4),
            ], 0..40),
            cut in 1usize..7,
        ) {
            let data = data.concat();
            let mut bytes = Vec::new();
            let mut text = String::new();
            for piece in data.chunks(cut) {
                bytes.extend_from_slice(piece);
                text += &decode(&mut bytes, Rest::Keep);
                proptest::prop_assert!(bytes.len() < 4);
            }
            text += &decode(&mut bytes, Rest::Replace);
            proptest::prop_assert_eq!(text, String::from_utf8_lossy(&data));
        }
    }
}
