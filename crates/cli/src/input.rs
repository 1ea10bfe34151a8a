//! The one message from standard input.

use std::io::{IsTerminal as _, Read};

use interpreter_protocol::{Error, ErrorCode};

/// Longest message, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Whether somebody sits at the terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// Reads standard input to its end.
///
/// # Errors
/// [`ErrorCode::BadInput`] where it is not text, too long or empty.
pub(crate) async fn read_all() -> Result<String, Error> {
    let reading = tokio::task::spawn_blocking(|| read_text(std::io::stdin().lock()));
    reading.await.unwrap_or_else(|_| {
        Err(Error::new(
            ErrorCode::Internal,
            "Reading standard input failed.",
        ))
    })
}

fn read_text(reader: impl Read) -> Result<String, Error> {
    let mut bytes = Vec::new();
    reader
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            Error::new(
                ErrorCode::BadInput,
                format!("Standard input cannot be read: {error}."),
            )
        })?;
    if bytes.len() as u64 > LIMIT {
        let limit = LIMIT / (1024 * 1024);
        return Err(Error::new(
            ErrorCode::BadInput,
            format!("Standard input is longer than {limit} MB, the longest message there is."),
        )
        .remedy("Name the file in the message instead, and let the model read it with code."));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        Error::new(
            ErrorCode::BadInput,
            format!("Standard input is not UTF-8 text: byte 0x{byte:02x} at offset {at}."),
        )
        .remedy("Name the file in the message instead, and let the model read it with code.")
    })?;
    if text.contains('\0') {
        let at = text.find('\0').unwrap_or_default();
        return Err(Error::new(
            ErrorCode::BadInput,
            format!("Standard input is binary: a zero byte at offset {at}."),
        )
        .remedy("Name the file in the message instead, and let the model read it with code."));
    }
    let end = text.trim_end_matches(['\r', '\n']).len();
    let mut text = text;
    text.truncate(end);
    if text.trim().is_empty() {
        return Err(Error::new(
            ErrorCode::BadInput,
            "Standard input is empty: there is no message.",
        )
        .remedy("Pipe a text in, or write the message behind the flags."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_in_and_everything_else_is_named() {
        let check = |input: &[u8], expected: Result<&str, &str>| {
            let found = read_text(input).map_err(|error| error.message);
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned));
        };
        check(b"hello\n", Ok("hello"));
        check(b"two\nlines\r\n\n", Ok("two\nlines"));
        check("é".as_bytes(), Ok("é"));
        check(b"", Err("Standard input is empty: there is no message."));
        check(
            b" \n ",
            Err("Standard input is empty: there is no message."),
        );
        check(
            b"ab\xff\xfe",
            Err("Standard input is not UTF-8 text: byte 0xff at offset 2."),
        );
        check(
            b"ab\0c",
            Err("Standard input is binary: a zero byte at offset 2."),
        );
        let long = vec![b'a'; LIMIT as usize + 1];
        check(
            &long,
            Err("Standard input is longer than 64 MB, the longest message there is."),
        );
    }

    #[test]
    fn a_paste_of_sixty_megabytes_is_one_message() {
        let text = "0123456789abcde\n".repeat(60 * 1024 * 1024 / 16);
        assert_eq!(
            read_text(text.as_bytes()).map(|found| found.len()),
            Ok(text.len() - 1)
        );
    }
}
