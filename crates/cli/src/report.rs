//! Errors and notices on standard error, in a form people can act on.

use std::io::Write as _;

use interpreter_protocol::Error;

/// Prints what happened and what to do.
pub(crate) fn error(error: &Error) {
    // Standard error may be closed; there is nobody else to tell.
    let _ = writeln!(std::io::stderr(), "{}", text(error));
}

/// Prints a sentence.
pub(crate) fn notice(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The message, and on its own line the remedy.
pub(crate) fn text(error: &Error) -> String {
    let message = crate::render::safe_text(&error.message);
    match &error.remedy {
        Some(remedy) => format!("{message}\n{}", crate::render::safe_text(remedy)),
        None => message,
    }
}

/// A broken pipe or a full disk on our own output, as an error of the house.
pub(crate) fn output_failed(error: &std::io::Error) -> Error {
    Error::new(
        interpreter_protocol::ErrorCode::CannotSave,
        format!("The output cannot be written: {error}."),
    )
}
