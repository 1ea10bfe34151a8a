//! Server-sent events, read byte by byte. Lines end with LF, CR or CRLF and
//! nothing else; text is decoded line by line, so a character split over two
//! reads stays whole.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseEvent {
    /// The `event` field; empty where there was none.
    pub name: String,
    /// The `data` lines, joined with LF.
    pub data: String,
    /// The data came in a field `error`, as llama.cpp wrote it.
    pub is_error: bool,
}

/// The stream is not one of events: a line or an event has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// Longest line and longest event, in bytes: room for a picture in a tool's echo.
const LIMIT: usize = 16 * 1024 * 1024;

/// Turns bytes, however they are cut, into events.
#[derive(Debug, Default)]
pub struct SseReader {
    line: Vec<u8>,
    name: String,
    data: String,
    has_data: bool,
    error: Option<String>,
    /// The last byte was a CR: a LF right after it belongs to it.
    after_cr: bool,
    /// The first line, where a byte order mark may stand, is over.
    begun: bool,
}

impl SseReader {
    /// Takes in bytes and appends the events they complete.
    ///
    /// # Errors
    /// [`TooLong`] where a line or an event exceeds 16 MiB.
    pub fn push(&mut self, mut bytes: &[u8], events: &mut Vec<SseEvent>) -> Result<(), TooLong> {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let Some(end) = end else {
                self.line.extend_from_slice(bytes);
                if self.line.len() > LIMIT {
                    return Err(TooLong);
                }
                return Ok(());
            };
            self.line.extend_from_slice(&bytes[..end]);
            self.after_cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            self.end_line(events);
            if self.line.len() > LIMIT || self.data.len() > LIMIT {
                return Err(TooLong);
            }
        }
        Ok(())
    }

    /// The input is over. A last event without its empty line counts where its
    /// data is whole: some servers forget that line.
    pub fn finish(mut self) -> Option<SseEvent> {
        let mut events = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut events);
        }
        let event = self.take()?;
        let whole = event.data == "[DONE]"
            || (event.data.starts_with('{') && crate::json::parse(&event.data).is_some());
        whole.then_some(event)
    }

    fn end_line(&mut self, events: &mut Vec<SseEvent>) {
        let line = std::mem::take(&mut self.line);
        let mut bytes = line.as_slice();
        if !std::mem::replace(&mut self.begun, true) {
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        if bytes.is_empty() {
            events.extend(self.take());
        } else {
            let text = String::from_utf8_lossy(bytes);
            let (field, value) = text.split_once(':').unwrap_or((&text, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "data" => append(
                    &mut self.data,
                    value,
                    std::mem::replace(&mut self.has_data, true),
                ),
                "event" => value.clone_into(&mut self.name),
                "error" => match &mut self.error {
                    Some(error) => append(error, value, true),
                    None => self.error = Some(value.to_owned()),
                },
                // `id`, `retry`, comments (an empty name), and what nobody knows.
                _ => {}
            }
        }
        // The buffer is kept, so that a stream of small lines allocates nothing.
        self.line = line;
        self.line.clear();
    }

    fn take(&mut self) -> Option<SseEvent> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        self.has_data = false;
        if let Some(error) = self.error.take() {
            return Some(SseEvent {
                name,
                data: error,
                is_error: true,
            });
        }
        (!data.is_empty()).then_some(SseEvent {
            name,
            data,
            is_error: false,
        })
    }
}

fn append(text: &mut String, more: &str, again: bool) {
    if again {
        text.push('\n');
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(chunks: &[&[u8]]) -> Vec<SseEvent> {
        let mut reader = SseReader::default();
        let mut events = Vec::new();
        for chunk in chunks {
            reader.push(chunk, &mut events).unwrap();
        }
        events.extend(reader.finish());
        events
    }

    fn data(text: &str) -> SseEvent {
        SseEvent {
            name: String::new(),
            data: text.to_owned(),
            is_error: false,
        }
    }

    #[test]
    fn fields_lines_and_ends() {
        let check = |input: &str, expected: &[SseEvent]| {
            assert_eq!(read(&[input.as_bytes()]), expected, "{input:?}")
        };
        check("data: a\n\n", &[data("a")]);
        check("data:a\r\rdata: b\r\n\r\n", &[data("a"), data("b")]);
        check("\u{feff}data: a\n\n", &[data("a")]);
        check(": hi\nid: 1\nretry: 3\nx: y\ndata: a\n\n", &[data("a")]);
        check("data\n\ndata:\n\ndata: \n\n", &[]);
        check("data: a\ndata:  b\n\n", &[data("a\n b")]);
        check(
            "data: a\u{2028}b\u{85}c\u{b}d\u{c}\n\n",
            &[data("a\u{2028}b\u{85}c\u{b}d\u{c}")],
        );
        check(
            "event: ping\ndata: {}\n\n",
            &[SseEvent {
                name: "ping".to_owned(),
                ..data("{}")
            }],
        );
        check(
            "error: {}\n\n",
            &[SseEvent {
                is_error: true,
                ..data("{}")
            }],
        );
        check("data: {\"a\":1}", &[data("{\"a\":1}")]);
        check("data: [DONE]\n", &[data("[DONE]")]);
        check("data: {\"a\":", &[]);
        check("data: 12", &[]);
    }

    #[test]
    fn cr_and_lf_in_different_reads_are_one_end() {
        assert_eq!(
            read(&[b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n"]),
            [data("a\nb")]
        );
    }

    #[test]
    fn a_character_split_over_reads_is_whole() {
        assert_eq!(read(&[b"data: \xe6\x97", b"\xa5\n", b"\n"]), [data("日")]);
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut reader = SseReader::default();
        let mut events = Vec::new();
        let block = vec![b'x'; 1024 * 1024];
        let result = (0..40).try_for_each(|_| reader.push(&block, &mut events));
        assert_eq!(result, Err(TooLong));
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_events(
            lines in prop::collection::vec(("(data: ?|event: |: |id: |error: |)[a-zé日{}]{0,6}", "\n|\r|\r\n"), 0..30),
            cuts in prop::collection::vec(0usize..400, 0..20),
        ) {
            let input: Vec<u8> = lines.iter().flat_map(|(a, b)| [a.as_bytes(), b.as_bytes()].concat()).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < input.len()).collect();
            cuts.extend([0, input.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &input[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&chunks), read(&[&input]));
            let single: Vec<&[u8]> = input.chunks(1).collect();
            prop_assert_eq!(read(&single), read(&[&input]));
        }

        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&[&bytes]);
        }
    }
}
