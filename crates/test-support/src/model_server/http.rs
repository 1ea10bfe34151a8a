//! As much of HTTP/1.1 as a model server needs. Written by hand, because tests
//! must decide about every byte: where an answer is cut, and when.

use std::io;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Larger than any request the formats allow.
const MOST: usize = 128 << 20;

pub(super) struct Incoming {
    pub(super) method: String,
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Incoming {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Reads one request; `None` when the client closed instead.
pub(super) async fn read(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<Incoming>> {
    let Some(first) = line(reader).await? else {
        return Ok(None);
    };
    let mut words = first.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Err(bad("no request line"));
    };
    let mut incoming = Incoming {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let text = line(reader)
            .await?
            .ok_or_else(|| bad("the head was cut off"))?;
        if text.is_empty() {
            break;
        }
        let (name, value) = text
            .split_once(':')
            .ok_or_else(|| bad("a header without a colon"))?;
        incoming
            .headers
            .push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    if incoming
        .header("transfer-encoding")
        .is_some_and(|how| how.eq_ignore_ascii_case("chunked"))
    {
        loop {
            let head = line(reader)
                .await?
                .ok_or_else(|| bad("a chunk was cut off"))?;
            let size = usize::from_str_radix(head.split(';').next().unwrap_or_default().trim(), 16)
                .map_err(|_| bad("a chunk without its size"))?;
            let from = incoming.body.len();
            if from + size > MOST {
                return Err(bad("the body is too long"));
            }
            incoming.body.resize(from + size, 0);
            reader.read_exact(&mut incoming.body[from..]).await?;
            line(reader).await?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = incoming.header("content-length") {
        let length: usize = length.parse().map_err(|_| bad("a wrong content-length"))?;
        if length > MOST {
            return Err(bad("the body is too long"));
        }
        incoming.body = vec![0; length];
        reader.read_exact(&mut incoming.body).await?;
    }
    Ok(Some(incoming))
}

async fn line(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if reader.read_until(b'\n', &mut bytes).await? == 0 {
        return Ok(None);
    }
    while bytes
        .last()
        .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
    {
        bytes.pop();
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Waits until the client closes its side; never ends otherwise.
pub(super) async fn closed(reader: &mut BufReader<OwnedReadHalf>) {
    match reader.fill_buf().await {
        Ok([]) | Err(_) => {}
        // The next request, early: the client is there.
        Ok(_) => std::future::pending().await,
    }
}

/// Sends a whole answer.
pub(super) async fn whole(
    writer: &mut OwnedWriteHalf,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
) -> io::Result<()> {
    let mut head = start(status, headers);
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    writer.write_all(head.as_bytes()).await?;
    writer.write_all(body).await?;
    writer.flush().await
}

/// Begins an answer that is sent in pieces.
pub(super) async fn begin(
    writer: &mut OwnedWriteHalf,
    status: u16,
    headers: &[(String, String)],
) -> io::Result<()> {
    let mut head = start(status, headers);
    head.push_str("transfer-encoding: chunked\r\n\r\n");
    writer.write_all(head.as_bytes()).await?;
    writer.flush().await
}

/// Sends a piece.
pub(super) async fn piece(writer: &mut OwnedWriteHalf, bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    writer.write_all(&chunk).await?;
    writer.flush().await
}

/// Ends an answer that was sent in pieces.
pub(super) async fn end(writer: &mut OwnedWriteHalf) -> io::Result<()> {
    writer.write_all(b"0\r\n\r\n").await?;
    writer.flush().await
}

fn start(status: u16, headers: &[(String, String)]) -> String {
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        529 => "Overloaded",
        _ => "Status",
    }
}
