//! Opening programs, files and addresses with the system's own launcher.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::ComputerError;

/// A notification is cut at this many characters.
const NOTICE: usize = 200;

/// Opens a target with a program, or with whatever the system opens it with.
/// Returns what was done, in words.
pub(crate) fn open(app: Option<&str>, target: Option<&str>) -> Result<String, ComputerError> {
    let app = app.filter(|app| !app.is_empty());
    let target = target.filter(|target| !target.is_empty());
    match (app, target) {
        (None, None) => Err(ComputerError::bad(
            "os.open needs something to open.",
            "Give app, target, or both: os.open(\"firefox\", \"https://example.org\").",
        )),
        (Some(app), target) => {
            // `os.open("https://…")` and `os.open("notes.txt")` mean the target.
            if target.is_none() && is_target(app) {
                return open(None, Some(app));
            }
            start(&mut program(app, target), app)?;
            Ok(match target {
                Some(target) => format!("{app} was started with {target}."),
                None => format!("{app} was started."),
            })
        }
        (None, Some(target)) => {
            let mut command = match std::env::consts::OS {
                "macos" => Command::new("open"),
                "windows" => {
                    // Not through a shell: what stands in an address must not become a command.
                    let mut command = Command::new("rundll32");
                    command.arg("url.dll,FileProtocolHandler");
                    command
                }
                _ => Command::new("xdg-open"),
            };
            start(command.arg(target), target)?;
            Ok(format!("{target} was handed to the system to open."))
        }
    }
}

fn is_target(text: &str) -> bool {
    text.contains("://")
        || text.starts_with("mailto:")
        || (Path::new(text).exists()
            && find_in_path(text).is_none()
            && !is_program(Path::new(text)))
}

/// The command that starts a program by the name people use for it.
fn program(app: &str, target: Option<&str>) -> Command {
    if std::env::consts::OS == "macos" {
        let mut command = Command::new("open");
        command.args(["-a", app]).args(target);
        return command;
    }
    if find_in_path(app).is_none()
        && let Some(entry) = desktop_entry(app)
    {
        let mut command = Command::new(entry.program);
        command.args(entry.args).args(target);
        return command;
    }
    let mut command = Command::new(app);
    command.args(target);
    command
}

fn start(command: &mut Command, what: &str) -> Result<(), ComputerError> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|error| ComputerError::NotFound {
        message: format!("{what:?} could not be opened: {error}."),
        remedy: "Check the name of the program; it must be installed.".into(),
    })?;
    // Nobody waits for it, but it must not stay behind as a zombie.
    std::thread::Builder::new()
        .name("opened".to_owned())
        .spawn(move || child.wait())
        .map(drop)
        .map_err(|error| ComputerError::failed(format!("Watching {what}: {error}.")))
}

fn is_program(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "exe")
}

fn find_in_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// What a desktop entry starts.
#[derive(Debug, PartialEq)]
struct Entry {
    program: String,
    args: Vec<String>,
}

/// The desktop entry whose file name or `Name` is this one, letter case aside.
fn desktop_entry(app: &str) -> Option<Entry> {
    let data = std::env::var("XDG_DATA_DIRS").unwrap_or_default();
    let data = if data.is_empty() {
        "/usr/local/share:/usr/share"
    } else {
        &data
    };
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let folders = home.into_iter().chain(std::env::split_paths(data));
    for folder in folders {
        let Ok(files) = std::fs::read_dir(folder.join("applications")) else {
            continue;
        };
        for file in files.flatten() {
            let path = file.path();
            if path
                .extension()
                .is_none_or(|extension| extension != "desktop")
            {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let stem = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().to_lowercase());
            let wanted = app.to_lowercase();
            let named = entry_value(&text, "Name").is_some_and(|n| n.to_lowercase() == wanted);
            if named || stem.as_deref() == Some(wanted.as_str()) {
                return parse_exec(entry_value(&text, "Exec")?);
            }
        }
    }
    None
}

/// A key of the entry's main group.
fn entry_value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .skip_while(|line| line.trim() != "[Desktop Entry]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.split_once('=').filter(|(name, _)| name.trim() == key))
        .map(|(_, value)| value.trim())
}

/// Splits `Exec` as the desktop entry specification says; field codes are left out.
fn parse_exec(exec: &str) -> Option<Entry> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = exec.chars();
    while let Some(c) = letters.next() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if quoted => word.get_or_insert_default().extend(letters.next()),
            ' ' | '\t' if !quoted => words.extend(word.take()),
            '%' if !quoted => {
                // Anything else is a field code.
                if letters.next() == Some('%') {
                    word.get_or_insert_default().push('%');
                }
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    let mut words = words.into_iter();
    Some(Entry {
        program: words.next()?,
        args: words.collect(),
    })
}

/// Shows a notification.
pub(crate) fn notify(text: &str) -> Result<(), ComputerError> {
    let mut short: String = text.chars().take(NOTICE).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    let mut command = match std::env::consts::OS {
        "macos" => {
            let mut command = Command::new("osascript");
            // The text is an argument, never part of the script.
            command.args([
                "-e",
                "on run argv",
                "-e",
                "display notification (item 1 of argv) with title \"Interpreter\"",
                "-e",
                "end run",
            ]);
            command
        }
        "windows" => {
            return Err(ComputerError::NotInstalled {
                message: "Notifications are not there yet on this system.".into(),
                fix: "Tell it in the conversation instead.".into(),
            });
        }
        _ => {
            let mut command = Command::new("notify-send");
            command.args(["--app-name=Interpreter", "Interpreter", "--"]);
            command
        }
    };
    start(command.arg(short), "a notification").map_err(|_| ComputerError::NotInstalled {
        message: "Notifications are not installed.".into(),
        fix: "Install notify-send (on Debian: apt install libnotify-bin).".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn exec_lines() {
        let check = |exec: &str, program: &str, args: &[&str]| {
            let args = args.iter().map(|arg| (*arg).to_owned()).collect();
            assert_eq!(
                parse_exec(exec),
                Some(Entry {
                    program: program.to_owned(),
                    args
                }),
                "{exec}"
            );
        };
        check("firefox %u", "firefox", &[]);
        check(
            "\"/opt/My App/run\" --new \"a \\\"b\\\"\" %F",
            "/opt/My App/run",
            &["--new", "a \"b\""],
        );
        check("env A=100%% app", "env", &["A=100%", "app"]);
        assert_eq!(parse_exec("  "), None);
    }

    #[test]
    fn entries_are_read_from_the_main_group() {
        let text = "# x\n[Desktop Entry]\nName = Files\nExec=nautilus %U\n[Desktop Action new]\nName=Other\n";
        assert_eq!(entry_value(text, "Name"), Some("Files"));
        assert_eq!(entry_value(text, "Exec"), Some("nautilus %U"));
        assert_eq!(entry_value(text, "Icon"), None);
    }

    #[test]
    fn what_cannot_be_opened_is_said() {
        let error = open(Some("no-such-program-here"), None).unwrap_err();
        assert!(
            error.to_string().contains("no-such-program-here"),
            "{error}"
        );
        assert!(open(None, None).is_err());
        assert!(is_target("https://example.org"));
        assert!(!is_target("firefox"));
    }
}
