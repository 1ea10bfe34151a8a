//! What is particular to each language: its names, its program, how it is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::platform::{self, Plan};
use crate::{LanguageError, LanguagesConfig, drivers};

/// One language.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) name: &'static str,
    aliases: &'static [&'static str],
    fix: &'static str,
    files: drivers::Files,
    find: fn(&LanguagesConfig) -> Option<PathBuf>,
    arguments: fn(&Path, &Path) -> Vec<OsString>,
}

/// All languages, in the order in which they are offered.
pub(crate) static ALL: [Language; 3] = [
    Language {
        name: "python",
        aliases: &["py", "python3", "ipython"],
        fix: "Install Python 3.8 or later (https://www.python.org, or the package python3), \
              or set its path in the setting `python`.",
        files: drivers::PYTHON,
        find: find_python,
        arguments: python_arguments,
    },
    Language {
        name: "shell",
        aliases: &["bash", "sh", "zsh", "terminal", "console"],
        fix: "Install bash.",
        files: drivers::SHELL,
        find: find_shell,
        arguments: shell_arguments,
    },
    Language {
        name: "javascript",
        aliases: &["js", "node", "nodejs", "node.js"],
        fix: "Install Node.js (https://nodejs.org, or the package nodejs).",
        files: drivers::JAVASCRIPT,
        find: find_node,
        arguments: |folder, _| vec![folder.join("driver.js").into()],
    },
];

impl Language {
    /// The language with this name or alias, in any case.
    pub(crate) fn named(name: &str) -> Option<&'static Language> {
        let name = name.trim().to_ascii_lowercase();
        ALL.iter()
            .find(|language| language.name == name || language.aliases.contains(&&*name))
    }

    /// The program that runs it here.
    pub(crate) fn program(&self, config: &LanguagesConfig) -> Result<PathBuf, LanguageError> {
        (self.find)(config).ok_or_else(|| LanguageError::NotInstalled {
            language: self.name.to_owned(),
            fix: self.fix(config),
        })
    }

    /// How to install it.
    pub(crate) fn fix(&self, config: &LanguagesConfig) -> String {
        match &config.python {
            Some(path) if self.name == "python" => format!(
                "The setting `python` names {}, which cannot be run: correct it. {}",
                path.display(),
                self.fix
            ),
            _ => self.fix.to_owned(),
        }
    }

    /// How a child is started. Lays out its driver.
    pub(crate) fn plan(
        &self,
        config: &LanguagesConfig,
        program: PathBuf,
        cells: &Path,
    ) -> std::io::Result<Plan> {
        let folder = drivers::lay_out(&config.state_dir, self.name, self.files)?;
        let mut env: Vec<(OsString, OsString)> = config
            .env
            .iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        if self.name == "shell" {
            let kind = kind_of_shell(&program);
            env.push(("INTERPRETER_CELLS".into(), cells.into()));
            env.push((
                "INTERPRETER_LOOP".into(),
                folder.join(format!("loop.{kind}")).into(),
            ));
            // What a program prints is read by people and models, not by a terminal.
            env.push(("TERM".into(), "dumb".into()));
            env.push(("PAGER".into(), "cat".into()));
            env.push(("GIT_PAGER".into(), "cat".into()));
        }
        let args = (self.arguments)(&folder, &program);
        Ok(Plan {
            program,
            args,
            env,
            folder: config.folder.clone(),
        })
    }
}

fn variable(config: &LanguagesConfig, name: &str) -> Option<String> {
    let own = config
        .env
        .iter()
        .rev()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.clone());
    own.or_else(|| std::env::var(name).ok())
        .filter(|value| !value.is_empty())
}

fn on_path(config: &LanguagesConfig, name: &str) -> Option<PathBuf> {
    let path = variable(config, "PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_absolute() && platform::is_program(path))
}

fn find_python(config: &LanguagesConfig) -> Option<PathBuf> {
    if let Some(path) = &config.python {
        if path.components().count() == 1 {
            return path.to_str().and_then(|name| on_path(config, name));
        }
        return platform::is_program(path).then(|| path.clone());
    }
    let environment = variable(config, "VIRTUAL_ENV").and_then(|folder| {
        let folder = PathBuf::from(folder);
        let places = ["bin/python", "Scripts/python.exe"];
        places
            .iter()
            .map(|place| folder.join(place))
            .find(|path| platform::is_program(path))
    });
    environment.or_else(|| {
        platform::PYTHONS
            .iter()
            .find_map(|name| on_path(config, name))
    })
}

fn python_arguments(folder: &Path, _program: &Path) -> Vec<OsString> {
    // The version is checked in words that any Python understands. The folder
    // goes to the end of the path, where it can hide nothing of the user's.
    let start = "import sys\n\
        if sys.version_info < (3, 8): sys.exit('Python 3.8 or later is needed; this is ' + sys.version.split()[0])\n\
        sys.path.append(sys.argv[1])\n\
        from interpreter_driver import main\n\
        main()";
    vec!["-c".into(), start.into(), folder.into()]
}

fn find_shell(config: &LanguagesConfig) -> Option<PathBuf> {
    platform::shell(&|name| variable(config, name), &|name| {
        on_path(config, name)
    })
}

fn kind_of_shell(program: &Path) -> &'static str {
    match program.file_stem().and_then(|name| name.to_str()) {
        Some("bash") => "bash",
        Some("zsh") => "zsh",
        _ => "sh",
    }
}

fn shell_arguments(folder: &Path, program: &Path) -> Vec<OsString> {
    match kind_of_shell(program) {
        "bash" => {
            let rc = folder.join("start.bash");
            vec![
                "--noprofile".into(),
                "--rcfile".into(),
                rc.into(),
                "--noediting".into(),
                "-i".into(),
            ]
        }
        "zsh" => vec![folder.join("start.zsh").into()],
        _ => vec![folder.join("start.sh").into()],
    }
}

fn find_node(config: &LanguagesConfig) -> Option<PathBuf> {
    ["node", "nodejs", "node.exe"]
        .iter()
        .find_map(|name| on_path(config, name))
}
