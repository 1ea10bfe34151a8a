//! Editing a block of code in the person's editor.

use std::io::Write as _;

use interpreter_protocol::{Error, ErrorCode};

use crate::platform;

/// Opens `code` in `$VISUAL`, `$EDITOR` or the first editor found, waits until
/// it is closed, and returns what was saved. The terminal must be in its
/// ordinary mode.
///
/// # Errors
/// No editor, an editor that fails, a text that cannot be read back; the code
/// is unchanged then.
pub(crate) fn edit(code: &str, language: &str) -> Result<String, Error> {
    let failed = |why: String| {
        Error::new(
            ErrorCode::ToolFailed,
            format!("The code was not edited: {why}."),
        )
        .remedy("Set EDITOR to an editor that waits until the file is closed.")
    };
    let io = |error: std::io::Error| failed(error.to_string());
    let mut file = tempfile::Builder::new()
        .prefix("interpreter-")
        .suffix(&format!(".{}", extension(language)))
        .tempfile()
        .map_err(io)?;
    file.write_all(code.as_bytes()).map_err(io)?;
    if !code.ends_with('\n') {
        file.write_all(b"\n").map_err(io)?;
    }
    file.flush().map_err(io)?;
    let named = ["VISUAL", "EDITOR"].iter().find_map(|name| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.trim().is_empty())
    });
    let editor = named
        .or_else(|| {
            platform::DEFAULT_EDITORS
                .iter()
                .find(|name| on_path(name))
                .map(|name| (*name).to_owned())
        })
        .ok_or_else(|| failed("no editor is set and none was found".to_owned()))?;
    let status = platform::editor_command(&editor, file.path())
        .status()
        .map_err(|error| failed(format!("`{editor}` cannot be started: {error}")))?;
    if !status.success() {
        return Err(failed(format!("`{editor}` ended with {status}")));
    }
    // By path: many editors write a new file in the old one's place.
    let edited = std::fs::read_to_string(file.path()).map_err(io)?;
    let edited = edited.replace("\r\n", "\n");
    Ok(match edited.strip_suffix('\n') {
        Some(text) if !code.ends_with('\n') => text.to_owned(),
        _ => edited,
    })
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// So that the editor knows the language.
fn extension(language: &str) -> &str {
    match language {
        "python" => "py",
        "shell" => "sh",
        "javascript" => "js",
        "html" => "html",
        "powershell" => "ps1",
        "ruby" => "rb",
        "r" => "R",
        "java" => "java",
        "applescript" => "applescript",
        _ => "txt",
    }
}
