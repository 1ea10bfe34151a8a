//! The driver scripts, carried inside the program and laid out in the state
//! folder, in a folder named by their content, so that two versions do not meet.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::platform;

/// The files of one language's driver.
pub(crate) type Files = &'static [(&'static str, &'static str)];

pub(crate) const PYTHON: Files = &[
    (
        "interpreter_driver/__init__.py",
        include_str!("../drivers/python/__init__.py"),
    ),
    (
        "interpreter_driver/errors.py",
        include_str!("../drivers/python/errors.py"),
    ),
    (
        "interpreter_driver/lines.py",
        include_str!("../drivers/python/lines.py"),
    ),
    (
        "interpreter_driver/names.py",
        include_str!("../drivers/python/names.py"),
    ),
    (
        "interpreter_driver/plots.py",
        include_str!("../drivers/python/plots.py"),
    ),
    (
        "interpreter_driver/rich.py",
        include_str!("../drivers/python/rich.py"),
    ),
    (
        "interpreter_driver/screen.py",
        include_str!("../drivers/python/screen.py"),
    ),
    (
        "interpreter_driver/streams.py",
        include_str!("../drivers/python/streams.py"),
    ),
    (
        "interpreter_driver/tracing.py",
        include_str!("../drivers/python/tracing.py"),
    ),
    (
        "interpreter_driver/wire.py",
        include_str!("../drivers/python/wire.py"),
    ),
];

pub(crate) const SHELL: Files = &[
    ("start.bash", include_str!("../drivers/shell/start.bash")),
    ("loop.bash", include_str!("../drivers/shell/loop.bash")),
    ("start.zsh", include_str!("../drivers/shell/start.zsh")),
    ("loop.zsh", include_str!("../drivers/shell/loop.zsh")),
    ("start.sh", include_str!("../drivers/shell/start.sh")),
];

pub(crate) const JAVASCRIPT: Files = &[
    ("driver.js", include_str!("../drivers/javascript/driver.js")),
    ("screen.js", include_str!("../drivers/javascript/screen.js")),
    ("watch.js", include_str!("../drivers/javascript/watch.js")),
];

/// Lays the files out, where they are not there already. Gives their folder.
pub(crate) fn lay_out(state_dir: &Path, language: &str, files: Files) -> io::Result<PathBuf> {
    let mut all = Vec::new();
    for (name, text) in files {
        all.extend_from_slice(name.as_bytes());
        all.push(0);
        all.extend_from_slice(text.as_bytes());
        all.push(0);
    }
    let digest = interpreter_protocol::digest::of_bytes(&all);
    let folder = state_dir
        .join("drivers")
        .join(format!("{language}-{}", &digest[..16]));
    for (name, text) in files {
        let path = folder.join(name);
        if std::fs::metadata(&path).is_ok_and(|meta| meta.len() == text.len() as u64) {
            continue;
        }
        platform::create_private_dir(path.parent().unwrap_or(&folder))?;
        // Written beside and moved, so that a child started at the same time reads all of it.
        let partial = path.with_extension(format!("{}.part", std::process::id()));
        let mut file = std::fs::File::create(&partial)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(&partial, &path)?;
    }
    Ok(folder)
}
