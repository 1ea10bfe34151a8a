//! The messages of the driver protocol (`docs/driver-protocol.md`).

use serde::{Deserialize, Serialize};

/// The version of the protocol.
pub(crate) const VERSION: u32 = 1;

/// The longest line a driver may send, in bytes: a large picture fits.
const LONGEST: usize = 256 << 20;

/// To the driver. The order of keys is part of the protocol.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToDriver<'a> {
    Run {
        id: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str>,
    },
    Interrupt {
        id: u64,
    },
    Input {
        request: &'a str,
        text: Option<&'a str>,
    },
    Seen {
        sync: u64,
    },
}

impl ToDriver<'_> {
    /// The message as a line.
    pub(crate) fn append_to(&self, bytes: &mut Vec<u8>) {
        // Writing strings and numbers into memory cannot fail.
        if serde_json::to_writer(&mut *bytes, self).is_ok() {
            bytes.push(b'\n');
        }
    }
}

/// From the driver.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum FromDriver {
    Hello(Hello),
    Started {
        id: u64,
    },
    Output {
        text: String,
    },
    ActiveLine {
        line: Option<u32>,
    },
    Image {
        media_type: String,
        base64: String,
        #[serde(default)]
        width: Option<u32>,
        #[serde(default)]
        height: Option<u32>,
        #[serde(default)]
        sync: Option<u64>,
    },
    Html {
        html: String,
        #[serde(default)]
        sync: Option<u64>,
    },
    InputRequest {
        request: String,
        #[serde(default)]
        prompt: String,
        #[serde(default)]
        secret: bool,
    },
    Done {
        id: u64,
        status: Outcome,
        #[serde(default)]
        exit: Option<i32>,
        #[serde(default)]
        message: Option<String>,
    },
    /// From a newer driver: ignored.
    #[serde(other)]
    Unknown,
}

/// What a driver says first.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(crate) struct Hello {
    pub(crate) protocol: u32,
    #[serde(default)]
    pub(crate) place: Option<String>,
    #[serde(default)]
    pub(crate) program: Option<String>,
    #[serde(default)]
    pub(crate) interrupt: Interrupt,
    #[serde(default)]
    pub(crate) code: CodeBy,
    #[serde(default)]
    pub(crate) exits: bool,
}

/// How a run is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Interrupt {
    Signal,
    Message,
    Both,
    #[default]
    None,
}

/// How a driver wants the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CodeBy {
    #[default]
    Text,
    File,
}

/// How a run ended, as the driver saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Ok,
    Error,
    Interrupted,
}

/// What a driver sent, cut into lines.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) bytes: Vec<u8>,
    searched: usize,
}

impl Lines {
    /// The next whole message. `Err`: this is not the protocol.
    pub(crate) fn next(&mut self) -> Option<Result<FromDriver, String>> {
        loop {
            let Some(at) = self.bytes[self.searched..]
                .iter()
                .position(|byte| *byte == b'\n')
            else {
                self.searched = self.bytes.len();
                let long = self.searched > LONGEST;
                return long.then(|| Err("a line without end".to_owned()));
            };
            let end = self.searched + at;
            self.searched = 0;
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return Some(serde_json::from_slice(&line).map_err(|error| error.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_is_kept() {
        let mut bytes = Vec::new();
        ToDriver::Run {
            id: 7,
            code: Some("a\n\"b\" é"),
        }
        .append_to(&mut bytes);
        ToDriver::Run { id: 8, code: None }.append_to(&mut bytes);
        ToDriver::Input {
            request: "1",
            text: None,
        }
        .append_to(&mut bytes);
        ToDriver::Seen { sync: 2 }.append_to(&mut bytes);
        ToDriver::Interrupt { id: 7 }.append_to(&mut bytes);
        let expected = concat!(
            r#"{"type":"run","id":7,"code":"a\n\"b\" é"}"#,
            "\n",
            r#"{"type":"run","id":8}"#,
            "\n",
            r#"{"type":"input","request":"1","text":null}"#,
            "\n",
            r#"{"type":"seen","sync":2}"#,
            "\n",
            r#"{"type":"interrupt","id":7}"#,
            "\n",
        );
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    proptest::proptest! {
        #[test]
        fn lines_do_not_depend_on_how_they_arrive(cuts in proptest::collection::vec(0usize..200, 0..8)) {
            let stream = "{\"type\":\"started\",\"id\":1}\n\n{\"type\":\"news\",\"x\":1}\n{\"type\":\"active_line\",\"line\":3}\nrubbish\n{\"type\":\"done\",\"id\":1,\"status\":\"ok\",\"exit\":0}\n";
            let bytes = stream.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut lines = Lines::default();
            let mut got = Vec::new();
            for pair in cuts.windows(2) {
                lines.bytes.extend_from_slice(&bytes[pair[0]..pair[1]]);
                while let Some(message) = lines.next() {
                    got.push(message.map_err(|_| ()));
                }
            }
            let done = FromDriver::Done { id: 1, status: Outcome::Ok, exit: Some(0), message: None };
            proptest::prop_assert_eq!(got, vec![
                Ok(FromDriver::Started { id: 1 }),
                Ok(FromDriver::Unknown),
                Ok(FromDriver::ActiveLine { line: Some(3) }),
                Err(()),
                Ok(done),
            ]);
        }
    }
}
