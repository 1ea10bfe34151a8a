//! Where the worker program is.

use std::env;
use std::path::{Path, PathBuf};

use crate::EyesError;

/// Names the worker program, for trials and tests.
const VARIABLE: &str = "INTERPRETER_EYES";

/// The worker: named by the environment, beside this program, or in
/// `../lib/interpreter`.
pub(crate) fn worker() -> Result<PathBuf, EyesError> {
    if let Some(path) = env::var_os(VARIABLE) {
        let path = PathBuf::from(path);
        return if path.is_file() {
            Ok(path)
        } else {
            Err(EyesError::NotInstalled {
                detail: format!("{VARIABLE} names {}, which is not there", path.display()),
                fix: format!("Correct or remove the variable {VARIABLE}"),
            })
        };
    }
    let name = format!("interpreter-eyes{}", env::consts::EXE_SUFFIX);
    let own = env::current_exe().unwrap_or_default();
    // Through links, as the terminal command may be one.
    let folders = [own.parent().map(Path::to_owned), resolved_folder(&own)];
    for folder in folders.into_iter().flatten() {
        let mut places = vec![
            folder.join(&name),
            folder.join("../lib/interpreter").join(&name),
        ];
        if folder.ends_with("deps") {
            // A test program of Cargo.
            places.push(folder.join("..").join(&name));
        }
        if let Some(found) = places.into_iter().find(|place| place.is_file()) {
            return Ok(found);
        }
    }
    Err(EyesError::NotInstalled {
        detail: format!("the program {name} is not beside this one"),
        fix: "Install the full package of Interpreter, or build it with \
              `cargo build -p interpreter-perception --features eyes --bin interpreter-eyes`"
            .to_owned(),
    })
}

fn resolved_folder(program: &Path) -> Option<PathBuf> {
    program.canonicalize().ok()?.parent().map(Path::to_owned)
}
