use std::path::{Path, PathBuf};

use crate::{Error, platform};

/// The folders of one person. `INTERPRETER_HOME` moves all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Conversations, blobs, outputs, the index.
    pub data: PathBuf,
    /// Settings, profiles, grants.
    pub config: PathBuf,
    /// What may be deleted at any time.
    pub cache: PathBuf,
    /// Sockets and locks of running programs.
    pub runtime: PathBuf,
    moved: bool,
}

impl Paths {
    /// From the environment. Creates nothing. The only error is [`Error::NoHome`].
    pub fn resolve(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        if let Some(home) = env("INTERPRETER_HOME").filter(|home| !home.is_empty()) {
            return Ok(Self::below(Path::new(&home)));
        }
        let found = platform::folders(env).ok_or(Error::NoHome)?;
        Ok(Self {
            data: found.data,
            config: found.config,
            cache: found.cache,
            runtime: found.runtime,
            moved: false,
        })
    }

    /// All folders below one, as with `INTERPRETER_HOME`.
    pub fn below(home: &Path) -> Self {
        // Children run in other folders, so that a relative path would lose its meaning.
        let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
        Self {
            data: home.join("data"),
            config: home.join("config"),
            cache: home.join("cache"),
            runtime: home.join("run"),
            moved: true,
        }
    }

    /// Creates the folders, for their owner only. Errors: [`Error::CannotSave`].
    pub fn create(&self) -> Result<(), Error> {
        for folder in [
            &self.data,
            &self.config,
            &self.cache,
            &self.runtime,
            &self.conversations(),
            &self.blobs(),
            &self.logs(),
            &self.profiles(),
        ] {
            platform::create_private_folder(folder)
                .map_err(|reason| Error::save(folder, &reason, "Nothing was changed."))?;
        }
        Ok(())
    }

    /// The conversations, one file each.
    pub fn conversations(&self) -> PathBuf {
        self.data.join("conversations")
    }

    /// Images and other large values, by hash.
    pub fn blobs(&self) -> PathBuf {
        self.data.join("blobs")
    }

    /// Logs of the programs.
    pub fn logs(&self) -> PathBuf {
        self.data.join("logs")
    }

    /// Profiles, one file each.
    pub fn profiles(&self) -> PathBuf {
        self.config.join("profiles")
    }

    /// `settings.json`, what the app saved.
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.json")
    }

    /// Whether `INTERPRETER_HOME` moved everything; then the keychain is not used.
    pub fn home_override(&self) -> bool {
        self.moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn interpreter_home_moves_everything() {
        let env = |name: &str| (name == "INTERPRETER_HOME").then(|| "/x".to_owned());
        let paths = Paths::resolve(&env).unwrap();
        assert_eq!(paths, Paths::below(Path::new("/x")));
        assert!(paths.home_override());
        let root = std::path::absolute("/x").unwrap();
        assert_eq!(paths.data, root.join("data"));
        assert_eq!(paths.config, root.join("config"));
        assert_eq!(paths.cache, root.join("cache"));
        assert_eq!(paths.runtime, root.join("run"));
        assert_eq!(
            paths.conversations(),
            root.join("data").join("conversations")
        );
        assert_eq!(paths.profiles(), root.join("config").join("profiles"));
    }

    #[test]
    fn an_empty_variable_moves_nothing() {
        let env = |name: &str| match name {
            "INTERPRETER_HOME" => Some(String::new()),
            "HOME" | "APPDATA" | "LOCALAPPDATA" => Some("/home/a".to_owned()),
            _ => None,
        };
        assert!(!Paths::resolve(&env).unwrap().home_override());
    }
}
