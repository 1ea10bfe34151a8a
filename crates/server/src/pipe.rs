//! The three verbs as JSON lines over any pair of pipes: `interpreter --stdio`.

use interpreter_engine::Engine;
use interpreter_protocol::ServerFrame;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use crate::connection::{Connection, Pictures};
use crate::{Error, FRAME_LIMIT};

/// Serves one front until `reader` ends; one frame a line in both directions.
/// What was asked before the end is still answered. Pictures come as base64.
///
/// # Errors
/// [`Error::Broken`] where reading or writing fails, also when the front stops
/// reading what it is sent.
pub async fn pipe<R, W>(engine: Engine, reader: R, writer: W) -> Result<(), Error>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut connection, frames) = Connection::open(engine, Pictures::Inline);
    let mut writing = tokio::spawn(write_lines(frames, writer));
    let mut reader = BufReader::with_capacity(64 * 1024, reader);
    loop {
        let line = tokio::select! {
            line = next_line(&mut reader, FRAME_LIMIT) => line?,
            // The front no longer reads: nothing that is asked could be answered.
            result = &mut writing => {
                connection.close();
                return Ok(result.unwrap_or(Ok(()))?);
            }
        };
        match line {
            Line::Text(bytes) if bytes.trim_ascii().is_empty() => {}
            Line::Text(bytes) if std::str::from_utf8(&bytes).is_err() => {
                connection
                    .refuse(None, "The frame is not UTF-8 text.")
                    .await;
            }
            Line::Text(bytes) => connection.take(&bytes).await,
            Line::TooLong => {
                let limit = FRAME_LIMIT / (1024 * 1024);
                connection
                    .refuse(None, format!("The frame is longer than {limit} MB."))
                    .await;
            }
            Line::End => break,
        }
    }
    connection.finish().await;
    Ok(writing.await.unwrap_or(Ok(()))?)
}

async fn write_lines<W: AsyncWrite + Unpin>(
    mut frames: mpsc::Receiver<ServerFrame>,
    mut writer: W,
) -> std::io::Result<()> {
    while let Some(frame) = frames.recv().await {
        let mut line = serde_json::to_vec(&frame)?;
        line.push(b'\n');
        writer.write_all(&line).await?;
        // Flushed when nothing more waits, so that a burst is one write.
        if frames.is_empty() {
            writer.flush().await?;
        }
    }
    writer.flush().await
}

#[derive(Debug, PartialEq)]
enum Line {
    Text(Vec<u8>),
    TooLong,
    End,
}

/// The next line without its end. A line over `limit` bytes is skipped whole.
async fn next_line<R: AsyncBufRead + Unpin>(reader: &mut R, limit: usize) -> std::io::Result<Line> {
    let mut line = Vec::new();
    let mut too_long = false;
    let mut any = false;
    loop {
        let (used, ended) = {
            let buffer = reader.fill_buf().await?;
            if buffer.is_empty() {
                return Ok(match (any, too_long) {
                    (false, _) => Line::End,
                    (true, true) => Line::TooLong,
                    (true, false) => Line::Text(line),
                });
            }
            any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            if line.len() + part.len() > limit {
                too_long = true;
                line = Vec::new();
            }
            if !too_long {
                line.extend_from_slice(part);
            }
            (part.len() + usize::from(end.is_some()), end.is_some())
        };
        reader.consume(used);
        if ended {
            return Ok(if too_long {
                Line::TooLong
            } else {
                Line::Text(line)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_cut_at_their_ends_and_long_ones_are_skipped_whole() {
        let check = async |input: &str, expected: Vec<Line>| {
            // A tiny buffer, so that lines come in parts.
            let mut reader = BufReader::with_capacity(3, input.as_bytes());
            let mut got = Vec::new();
            loop {
                let line = next_line(&mut reader, 8).await.unwrap();
                if line == Line::End {
                    break;
                }
                got.push(line);
            }
            assert_eq!(got, expected, "{input:?}");
        };
        let text = |text: &str| Line::Text(text.as_bytes().to_vec());
        check("", vec![]).await;
        check("ab\n", vec![text("ab")]).await;
        check("ab\n\ncd", vec![text("ab"), text(""), text("cd")]).await;
        check("12345678\n", vec![text("12345678")]).await;
        check("123456789\nok\n", vec![Line::TooLong, text("ok")]).await;
        check("1234567890abcdef", vec![Line::TooLong]).await;
    }
}
