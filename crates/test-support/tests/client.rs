//! A raw HTTP client, so that the server is not tested by its own code.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use interpreter_test_support::ModelServer;
use serde_json::{Value, json};

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// The body was whole: its last chunk came.
    pub whole: bool,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The JSON of each `data:` line.
    pub fn events(&self) -> Vec<Value> {
        let text = self.text();
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.filter(|data| *data != "[DONE]")
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }
}

pub fn open(server: &ModelServer, path: &str, headers: &[(&str, &str)], body: &Value) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let body = body.to_string();
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream
        .write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes())
        .unwrap();
    stream
}

pub fn read(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
        if let Some(answer) = parse(&bytes)
            && answer.whole
        {
            return answer;
        }
    }
    parse(&bytes).expect("an answer with a head")
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8(bytes[..end].to_vec())
        .unwrap()
        .to_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut rest = &bytes[end..];
    if let Some(length) = head.split("content-length: ").nth(1) {
        let length: usize = length.split("\r\n").next()?.parse().ok()?;
        return Some(Answer {
            status,
            head,
            body: rest.to_vec(),
            whole: rest.len() >= length,
        });
    }
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(Answer {
                status,
                head,
                body,
                whole: true,
            });
        }
        let Some(data) = rest.get(line + 2..line + 2 + size) else {
            break;
        };
        body.extend_from_slice(data);
        rest = &rest[(line + 4 + size).min(rest.len())..];
    }
    Some(Answer {
        status,
        head,
        body,
        whole: false,
    })
}

pub const OPENAI: &[(&str, &str)] = &[
    ("Authorization", "Bearer sk-test"),
    ("Content-Type", "application/json"),
];
pub const ANTHROPIC: &[(&str, &str)] = &[
    ("x-api-key", "sk-test"),
    ("anthropic-version", "2023-06-01"),
    ("content-type", "application/json"),
];

pub fn chat(server: &ModelServer, body: &Value) -> Answer {
    read(open(server, "/v1/chat/completions", OPENAI, body))
}

pub fn messages(server: &ModelServer, body: &Value) -> Answer {
    read(open(server, "/v1/messages", ANTHROPIC, body))
}

pub fn openai(messages: Value) -> Value {
    json!({"model": "scripted", "stream": true, "stream_options": {"include_usage": true},
        "max_tokens": 100, "messages": messages, "tools": [{"type": "function", "function":
            {"name": "execute", "description": "Runs code.", "parameters": {"type": "object",
                "properties": {"language": {"type": "string"}, "code": {"type": "string"}}}}}]})
}

pub fn anthropic(messages: Value) -> Value {
    json!({"model": "scripted", "stream": true, "max_tokens": 100, "system": "You are.",
        "messages": messages, "tools": [{"name": "execute", "description": "Runs code.",
            "input_schema": {"type": "object", "properties": {"code": {"type": "string"}}}}]})
}

/// A white PNG with a magenta square, in base64.
pub fn magenta(width: u32, height: u32, x: u32, y: u32, size: u32) -> String {
    let image = image::RgbImage::from_fn(width, height, |px, py| {
        let inside = (x..x + size).contains(&px) && (y..y + size).contains(&py);
        image::Rgb(if inside {
            [255, 0, 255]
        } else {
            [255, 255, 255]
        })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    base64::engine::general_purpose::STANDARD.encode(bytes.into_inner())
}
