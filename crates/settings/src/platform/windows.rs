use std::io;
use std::path::Path;

use super::{Folders, absolute};

/// The roaming folder for settings, the local one for the rest.
pub(crate) fn folders(env: &dyn Fn(&str) -> Option<String>) -> Option<Folders> {
    let home = || absolute(env("USERPROFILE")).or_else(std::env::home_dir);
    let roaming =
        absolute(env("APPDATA")).or_else(|| Some(home()?.join("AppData").join("Roaming")))?;
    let local =
        absolute(env("LOCALAPPDATA")).or_else(|| Some(home()?.join("AppData").join("Local")))?;
    let local = local.join("interpreter");
    Some(Folders {
        data: local.join("data"),
        config: roaming.join("interpreter"),
        cache: local.join("cache"),
        runtime: local.join("run"),
    })
}

/// Creates a folder. Below the person's own folders it inherits that only they can read it.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Renames are durable here without more.
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
