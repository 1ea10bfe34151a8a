//! The command line: flags, subcommands in their exact shapes, and the message.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, CommandFactory as _, Parser as _};
use serde_json::{Map, Value, json};

use crate::exit::Exit;
use crate::flags::{Flags, settings};
use crate::spelling::{self, Takes};

/// What is asked of the command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invocation {
    /// What to do.
    pub(crate) action: Action,
    /// Settings given as flags.
    pub(crate) settings: Map<String, Value>,
    /// A key given as a flag.
    pub(crate) api_key: Option<String>,
    /// The conversation to go on with.
    pub(crate) conversation: Option<String>,
    /// Chunks for programs instead of text for people.
    pub(crate) json: bool,
    /// No colours, no rendering.
    pub(crate) plain: bool,
    /// Sentences about old spellings.
    pub(crate) notices: Vec<String>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Talk in the terminal.
    Chat,
    /// Answer once and leave.
    Once(Wish),
    /// The three verbs over standard input and output.
    Stdio,
    /// The three verbs over a local port.
    Server,
    /// The desktop app's small window.
    Summon,
    /// Computer API.
    Computer(ComputerCall),
    /// What works on this machine.
    Doctor,
    /// Every setting and where it comes from.
    Settings,
    /// Build the conversation index anew.
    Reindex,
    /// Do recorded steps again.
    Replay {
        /// Where they are.
        conversation: String,
        /// Which; none: all.
        numbers: Vec<u32>,
    },
    /// What was done on the screen, as a page.
    Steps {
        /// Where.
        conversation: String,
        /// With the screenshots.
        screenshots: bool,
    },
    /// Tell the version.
    Version,
}

/// Where the one message comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Wish {
    /// Words of the command line, as they are.
    pub(crate) words: Option<String>,
    /// Standard input is read to its end.
    pub(crate) stdin: bool,
}

/// One call of the Computer API, or a stream of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ComputerCall {
    /// One method.
    One {
        /// `mouse.click` and so on.
        method: String,
        /// Its parameters.
        params: Value,
    },
    /// `{"method","params"}` lines on standard input.
    Lines,
}

/// Why nothing is done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Help was asked for, or a flag is wrong; clap words it.
    Clap(Box<clap::Error>),
    /// Anything else, in words.
    Words(String),
}

impl Refusal {
    /// Prints it: help on standard output, all else on standard error.
    pub(crate) fn show(&self) -> Exit {
        match self {
            Self::Clap(error) => {
                let _ = error.print();
                if error.use_stderr() {
                    Exit::Usage
                } else {
                    Exit::Done
                }
            }
            Self::Words(words) => {
                eprintln!("{words}\nSee `interpreter --help`.");
                Exit::Usage
            }
        }
    }
}

impl From<Refusal> for ExitCode {
    fn from(refusal: Refusal) -> Self {
        refusal.show().code()
    }
}

/// Reads the command line, program name included.
///
/// # Errors
/// [`Refusal`], also where only help was asked for.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, Refusal> {
    let mut texts = Vec::new();
    for argument in arguments.into_iter().skip(1) {
        texts.push(
            argument.into_string().map_err(|bad| {
                Refusal::Words(format!("The argument {bad:?} is not UTF-8 text."))
            })?,
        );
    }
    let command = Flags::command();
    let takes = |argument: &clap::Arg| match argument.get_action() {
        ArgAction::Set | ArgAction::Append if argument.is_require_equals_set() => {
            Takes::AttachedValue
        }
        ArgAction::Set | ArgAction::Append => Takes::Value,
        _ => Takes::Nothing,
    };
    let long = |name: &str| {
        let named = |argument: &&clap::Arg| argument.get_long().is_some_and(|long| long == name);
        let begins = |argument: &&clap::Arg| {
            argument
                .get_long()
                .is_some_and(|long| long.starts_with(name))
        };
        command
            .get_arguments()
            .find(named)
            .or_else(|| command.get_arguments().find(begins))
            .map(takes)
    };
    let short = |letter: char| {
        command
            .get_arguments()
            .find(|argument| argument.get_short() == Some(letter))
            .map(takes)
    };
    let spelt = spelling::normalise(texts, &long, &short);
    let line = std::iter::once("interpreter".to_owned()).chain(spelt.flags);
    let mut flags = Flags::try_parse_from(line).map_err(|error| Refusal::Clap(Box::new(error)))?;
    let action = action(&mut flags, &spelt.words)?;
    Ok(Invocation {
        action,
        settings: settings(&flags),
        api_key: flags.api_key,
        conversation: flags.conversation,
        json: flags.json,
        plain: flags.plain,
        notices: spelt.notices,
    })
}

fn action(flags: &mut Flags, words: &[String]) -> Result<Action, Refusal> {
    if flags.version {
        return Ok(Action::Version);
    }
    if flags.summon {
        return Ok(Action::Summon);
    }
    if flags.server || flags.stdio {
        if flags.server && flags.stdio {
            return Err(Refusal::Words(
                "Choose one of --server and --stdio.".to_owned(),
            ));
        }
        if !words.is_empty() {
            let flag = if flags.server { "--server" } else { "--stdio" };
            return Err(Refusal::Words(format!(
                "{flag} takes no message; send messages through the protocol."
            )));
        }
        return Ok(if flags.server {
            Action::Server
        } else {
            Action::Stdio
        });
    }
    if let Some(command) = command_word(words, &mut flags.json)? {
        return Ok(command);
    }
    let words = match (words, flags.input.take()) {
        ([], None) => None,
        ([], input) => input,
        (words, _) => Some(words.join(" ")),
    };
    Ok(match (words, flags.stdin) {
        (None, false) => Action::Chat,
        (words, stdin) => Action::Once(Wish { words, stdin }),
    })
}

/// Groups of the Computer API. A word `computer` followed by anything else is
/// the beginning of a message.
const GROUPS: &[&str] = &[
    "ai",
    "browser",
    "calendar",
    "clipboard",
    "contacts",
    "display",
    "docs",
    "files",
    "keyboard",
    "mail",
    "mouse",
    "os",
    "skills",
    "sms",
    "vision",
];

/// A subcommand, where the words have the exact shape of one.
fn command_word(words: &[String], json: &mut bool) -> Result<Option<Action>, Refusal> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let simple = match words.first() {
        Some(&"doctor") => Action::Doctor,
        Some(&"settings") => Action::Settings,
        Some(&"reindex") => Action::Reindex,
        Some(&"computer") => return computer_words(&words[1..]),
        Some(&"replay") => return replay_words(&words[1..], json),
        Some(&"steps") => return Ok(steps_words(&words[1..])),
        _ => return Ok(None),
    };
    match words[1..] {
        [] => Ok(Some(simple)),
        ["--json"] => {
            *json = true;
            Ok(Some(simple))
        }
        [flag, ..] if flag.starts_with("--") => Err(Refusal::Words(format!(
            "`interpreter {}` knows no flag {flag}.",
            words[0]
        ))),
        _ => Ok(None),
    }
}

/// The name of a conversation: its first words, two underscores, and when it began.
/// No message looks like that by chance.
fn is_conversation(word: &str) -> bool {
    let date = word.rsplit_once("__").map(|(_, date)| date);
    date.is_some_and(|date| date.contains('_') && date.contains('-'))
}

/// `replay CONVERSATION [NUMBER...]`.
fn replay_words(words: &[&str], json: &mut bool) -> Result<Option<Action>, Refusal> {
    let Some((conversation, rest)) = words
        .split_first()
        .filter(|(word, _)| is_conversation(word))
    else {
        return Ok(None);
    };
    let mut numbers = Vec::new();
    for word in rest {
        match (*word, word.parse()) {
            ("--json", _) => *json = true,
            (_, Ok(number)) => numbers.push(number),
            _ => {
                return Err(Refusal::Words(format!(
                    "`interpreter replay` takes a conversation and numbers of its steps, not {word:?}."
                )));
            }
        }
    }
    Ok(Some(Action::Replay {
        conversation: (*conversation).to_owned(),
        numbers,
    }))
}

/// `steps CONVERSATION [--screenshots]`.
fn steps_words(words: &[&str]) -> Option<Action> {
    let (conversation, screenshots) = match words {
        [conversation] => (conversation, false),
        [conversation, "--screenshots"] => (conversation, true),
        _ => return None,
    };
    is_conversation(conversation).then(|| Action::Steps {
        conversation: (*conversation).to_owned(),
        screenshots,
    })
}

fn computer_words(words: &[&str]) -> Result<Option<Action>, Refusal> {
    let known = |method: &str| {
        method.split_once('.').is_some_and(|(group, name)| {
            let name = name
                .chars()
                .all(|c| c.is_ascii_lowercase() || "_.".contains(c));
            GROUPS.contains(&group) && name
        })
    };
    let (method, params) = match words {
        ["-"] => return Ok(Some(Action::Computer(ComputerCall::Lines))),
        [method] if known(method) => (*method, json!({})),
        [method, params] if known(method) && params.trim_start().starts_with('{') => {
            let params = serde_json::from_str(params).map_err(|error| {
                Refusal::Words(format!("The parameters of {method} are not JSON: {error}."))
            })?;
            (*method, params)
        }
        _ => return Ok(None),
    };
    Ok(Some(Action::Computer(ComputerCall::One {
        method: method.to_owned(),
        params,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn line(line: &[&str]) -> Result<Invocation, Refusal> {
        parse(
            std::iter::once("interpreter")
                .chain(line.iter().copied())
                .map(OsString::from),
        )
    }

    fn message(text: &str) -> Action {
        Action::Once(Wish {
            words: Some(text.to_owned()),
            stdin: false,
        })
    }

    #[test]
    fn what_is_asked_for() {
        let check = |words: &[&str], expected: Action| {
            assert_eq!(
                line(words).map(|found| found.action).unwrap(),
                expected,
                "{words:?}"
            );
        };
        let one = |method: &str, params: Value| {
            Action::Computer(ComputerCall::One {
                method: method.to_owned(),
                params,
            })
        };
        check(&[], Action::Chat);
        check(&["-y"], Action::Chat);
        check(&["hello", "there"], message("hello there"));
        check(&["hello  there"], message("hello  there"));
        check(&["-y", "list", "-la"], message("list -la"));
        check(&["--", "--server"], message("--server"));
        check(&["--input", "hello"], message("hello"));
        check(
            &["--stdin"],
            Action::Once(Wish {
                words: None,
                stdin: true,
            }),
        );
        check(
            &["-s", "sum"],
            Action::Once(Wish {
                words: Some("sum".into()),
                stdin: true,
            }),
        );
        check(&["--server"], Action::Server);
        check(&["--serve"], Action::Server);
        check(&["--stdio"], Action::Stdio);
        check(&["--summon"], Action::Summon);
        check(&["--json", "--version"], Action::Version);
        check(&["doctor"], Action::Doctor);
        check(&["doctor", "--json"], Action::Doctor);
        check(&["--json", "settings"], Action::Settings);
        check(&["reindex"], Action::Reindex);
        check(
            &["settings", "are", "broken"],
            message("settings are broken"),
        );
        check(&["doctor who"], message("doctor who"));
        let name = "Send_it__November_21_2026_18-41-03";
        let replay = |numbers: &[u32]| Action::Replay {
            conversation: name.to_owned(),
            numbers: numbers.to_vec(),
        };
        let steps = |screenshots| Action::Steps {
            conversation: name.to_owned(),
            screenshots,
        };
        check(&["replay", name], replay(&[]));
        check(&["replay", name, "2", "3"], replay(&[2, 3]));
        check(&["replay", "it", "again"], message("replay it again"));
        check(&["steps", name], steps(false));
        check(&["steps", name, "--screenshots"], steps(true));
        check(&["steps", "to", "take"], message("steps to take"));
        check(&["computer"], message("computer"));
        check(&["computer", "-"], Action::Computer(ComputerCall::Lines));
        check(&["computer", "says", "no"], message("computer says no"));
        check(
            &["computer", "example.com", "down"],
            message("computer example.com down"),
        );
        check(&["computer", "mouse.click"], one("mouse.click", json!({})));
        check(
            &["computer", "mouse.click", "does nothing"],
            message("computer mouse.click does nothing"),
        );
        check(
            &["computer", "mouse.click", r#"{"text":"OK"}"#],
            one("mouse.click", json!({"text": "OK"})),
        );
        check(
            &["computer", "display.view"],
            one("display.view", json!({})),
        );
    }

    #[test]
    fn what_the_flags_set() {
        let check = |words: &[&str], expected: Value| {
            let found = line(words).unwrap();
            assert_eq!(Value::Object(found.settings), expected, "{words:?}");
        };
        check(&["hi"], json!({}));
        check(
            &["-m", "openai/gpt-5", "hi"],
            json!({"model": "openai/gpt-5"}),
        );
        check(&["-y"], json!({"mode": "full_access"}));
        check(&["-os"], json!({"os": true}));
        check(&["--verbose"], json!({"verbose": true}));
        check(&["--max-output", "5"], json!({"max_output": 5}));
        check(
            &["-b", "0.5", "-t", "-0.5"],
            json!({"max_budget": 0.5, "temperature": -0.5}),
        );
        check(
            &["-x", "10", "-cw", "20"],
            json!({"max_tokens": 10, "context_window": 20}),
        );
        check(&["--max_tok", "10"], json!({"max_tokens": 10}));
        check(
            &["-ci", "be brief", "-sm", "x"],
            json!({"custom_instructions": "be brief", "system_message": "x"}),
        );
        check(
            &["-lsv", "-lsf"],
            json!({"supports_vision": true, "supports_functions": true}),
        );
        check(&["-lsv=false"], json!({"supports_vision": false}));
        check(
            &["--no-llm_supports_functions"],
            json!({"supports_functions": false}),
        );
        check(
            &["--profile", "fast", "-p", "slow"],
            json!({"profile": "slow"}),
        );
    }

    #[test]
    fn other_flags_are_kept_out_of_the_settings() {
        let found = line(&["-ak", "sk-1", "--conversation", "c", "--json", "-pl", "hi"]).unwrap();
        let expected = Invocation {
            action: message("hi"),
            settings: Map::new(),
            api_key: Some("sk-1".into()),
            conversation: Some("c".into()),
            json: true,
            plain: true,
            notices: vec![],
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_understood_is_a_usage_error() {
        for words in [
            &["--nonsense"] as &[&str],
            &["--model"],
            &["--max_tokens", "many"],
            &["--server", "--stdio"],
            &["--server", "hello"],
            &["doctor", "--fast"],
            &["computer", "mouse.click", "{"],
            &["-Q"],
            &["-lsv=perhaps"],
        ] {
            assert_eq!(line(words).unwrap_err().show(), Exit::Usage, "{words:?}");
        }
        assert_eq!(line(&["--help"]).unwrap_err().show(), Exit::Done);
    }
}
