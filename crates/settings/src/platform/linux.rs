use super::{Folders, absolute, home};

/// The XDG folders.
pub(crate) fn folders(env: &dyn Fn(&str) -> Option<String>) -> Option<Folders> {
    let home = home(env);
    let folder = |variable: &str, below_home: &str| {
        absolute(env(variable))
            .or_else(|| home.as_ref().map(|home| home.join(below_home)))
            .map(|folder| folder.join("interpreter"))
    };
    let cache = folder("XDG_CACHE_HOME", ".cache")?;
    Some(Folders {
        data: folder("XDG_DATA_HOME", ".local/share")?,
        config: folder("XDG_CONFIG_HOME", ".config")?,
        runtime: absolute(env("XDG_RUNTIME_DIR"))
            .map_or_else(|| cache.join("run"), |folder| folder.join("interpreter")),
        cache,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn check(environment: &[(&str, &str)], expected: [&str; 4]) {
        let env = |name: &str| {
            environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        let [data, config, cache, runtime] = expected.map(std::path::PathBuf::from);
        assert_eq!(
            folders(&env),
            Some(Folders {
                data,
                config,
                cache,
                runtime
            })
        );
    }

    #[test]
    fn folders_follow_xdg() {
        check(
            &[("HOME", "/home/a")],
            [
                "/home/a/.local/share/interpreter",
                "/home/a/.config/interpreter",
                "/home/a/.cache/interpreter",
                "/home/a/.cache/interpreter/run",
            ],
        );
        check(
            &[
                ("HOME", "/home/a"),
                ("XDG_DATA_HOME", "/d"),
                ("XDG_CONFIG_HOME", "relative/is/ignored"),
                ("XDG_CACHE_HOME", "/c"),
                ("XDG_RUNTIME_DIR", "/run/user/1"),
            ],
            [
                "/d/interpreter",
                "/home/a/.config/interpreter",
                "/c/interpreter",
                "/run/user/1/interpreter",
            ],
        );
    }
}
