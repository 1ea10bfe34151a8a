//! The command line: flags, subcommands in their exact shapes, and the message.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, CommandFactory, Parser};
use serde_json::{Map, Value, json};

use crate::exit::Exit;
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
    /// Computer API.
    Computer(ComputerCall),
    /// What works on this machine.
    Doctor,
    /// Every setting and where it comes from.
    Settings,
    /// Build the conversation index anew.
    Reindex,
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
                if error.use_stderr() { Exit::Usage } else { Exit::Done }
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

/// Any model runs code on this computer and, with --os, sees the screen and
/// drives mouse and keyboard. Nothing runs before you approve it.
#[derive(Debug, Parser)]
#[command(
    name = "interpreter",
    override_usage = "interpreter [FLAGS] [MESSAGE]…\n       interpreter computer METHOD [JSON]   \
                      (or `-` for JSON lines)\n       interpreter doctor | settings | reindex",
    disable_version_flag = true,
    infer_long_args = true,
    args_override_self = true,
    after_help = "Long flags may be written with hyphens or underscores.\n\
                  In the chat, three double quotes begin and end a text of several lines; \
                  %help lists the commands.\n\
                  Exit status: 0 done, 1 failed, 2 usage, 3 approval was needed, 130 interrupted."
)]
struct Flags {
    /// Model, as provider/model
    #[arg(long, short = 'm', value_name = "NAME")]
    model: Option<String>,
    /// Address of the model's server [-ab]
    #[arg(long = "api_base", value_name = "URL")]
    api_base: Option<String>,
    /// Key for the model's server, for this run only [-ak]
    #[arg(long = "api_key", value_name = "KEY")]
    api_key: Option<String>,
    /// Version of the server's API, where it wants one [-av]
    #[arg(long = "api_version", value_name = "VERSION")]
    api_version: Option<String>,
    /// Run code without asking
    #[arg(long = "auto_run", short = 'y')]
    auto_run: bool,
    /// OS mode: the model sees the screen and drives mouse and keyboard [-os]
    #[arg(long)]
    os: bool,
    /// Write one JSON chunk a line, for programs
    #[arg(long)]
    json: bool,
    /// Speak the protocol over standard input and output
    #[arg(long)]
    stdio: bool,
    /// Take the message from standard input, answer, leave
    #[arg(long, short = 's')]
    stdin: bool,
    /// Serve the protocol and the user interface on a local port
    #[arg(long)]
    server: bool,
    /// Characters of a run's output the model gets [-xo]
    #[arg(long = "max_output", value_name = "N")]
    max_output: Option<u64>,
    /// Most to spend in a conversation, in US dollars
    #[arg(long = "max_budget", short = 'b', value_name = "USD")]
    max_budget: Option<f64>,
    /// Temperature of the model
    #[arg(long, short = 't', value_name = "X")]
    temperature: Option<f64>,
    /// Most tokens of one answer
    #[arg(long = "max_tokens", short = 'x', value_name = "N")]
    max_tokens: Option<u32>,
    /// Tokens the model can read [-cw]
    #[arg(long = "context_window", value_name = "N")]
    context_window: Option<u32>,
    /// What the model shall always keep in mind [-ci]
    #[arg(long = "custom_instructions", value_name = "TEXT")]
    custom_instructions: Option<String>,
    /// Replaces the system message [-sm]
    #[arg(long = "system_message", value_name = "TEXT")]
    system_message: Option<String>,
    /// Profile to use
    #[arg(long, short = 'p', value_name = "NAME")]
    profile: Option<String>,
    /// No colours and no rendering [-pl]
    #[arg(long)]
    plain: bool,
    /// The model sees pictures: true or false [-lsv]
    #[arg(long = "llm_supports_vision", value_name = "BOOL", num_args = 0..=1,
          default_missing_value = "true", require_equals = true)]
    llm_supports_vision: Option<bool>,
    /// The model calls tools: true or false [-lsf]
    #[arg(long = "llm_supports_functions", value_name = "BOOL", num_args = 0..=1,
          default_missing_value = "true", require_equals = true)]
    llm_supports_functions: Option<bool>,
    /// Go on with this conversation
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
    /// Tell the version
    #[arg(long, short = 'V')]
    version: bool,

    // Still in people's fingers, and without effect today.
    #[arg(long, short = 'v', hide = true)]
    verbose: bool,
    #[arg(long, short = 'o', hide = true)]
    offline: bool,
    #[arg(long = "multi_line", hide = true)]
    multi_line: bool,
    #[arg(long = "disable_telemetry", hide = true)]
    disable_telemetry: bool,
    #[arg(long = "no_highlight_active_line", hide = true)]
    no_highlight_active_line: bool,
    /// A message, in an old spelling
    #[arg(long, hide = true)]
    input: Option<String>,
}

/// Reads the command line, program name included.
///
/// # Errors
/// [`Refusal`], also where only help was asked for.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Invocation, Refusal> {
    let mut texts = Vec::new();
    for argument in arguments.into_iter().skip(1) {
        texts.push(argument.into_string().map_err(|bad| {
            Refusal::Words(format!("The argument {bad:?} is not UTF-8 text."))
        })?);
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
            argument.get_long().is_some_and(|long| long.starts_with(name))
        };
        command
            .get_arguments()
            .find(named)
            .or_else(|| command.get_arguments().find(begins))
            .map(takes)
    };
    let short = |letter: char| {
        command.get_arguments().find(|argument| argument.get_short() == Some(letter)).map(takes)
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
    if flags.server || flags.stdio {
        if flags.server && flags.stdio {
            return Err(Refusal::Words("Choose one of --server and --stdio.".to_owned()));
        }
        if !words.is_empty() {
            let flag = if flags.server { "--server" } else { "--stdio" };
            return Err(Refusal::Words(format!(
                "{flag} takes no message; send messages through the protocol."
            )));
        }
        return Ok(if flags.server { Action::Server } else { Action::Stdio });
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
    "ai", "browser", "calendar", "clipboard", "contacts", "display", "docs", "files", "keyboard",
    "mail", "mouse", "os", "skills", "sms", "vision",
];

/// A subcommand, where the words have the exact shape of one.
fn command_word(words: &[String], json: &mut bool) -> Result<Option<Action>, Refusal> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let simple = match words.first() {
        Some(&"doctor") => Action::Doctor,
        Some(&"settings") => Action::Settings,
        Some(&"reindex") => Action::Reindex,
        Some(&"computer") => return computer_words(&words[1..]),
        _ => return Ok(None),
    };
    match words[1..] {
        [] => Ok(Some(simple)),
        ["--json"] => {
            *json = true;
            Ok(Some(simple))
        }
        [flag, ..] if flag.starts_with("--") => {
            Err(Refusal::Words(format!("`interpreter {}` knows no flag {flag}.", words[0])))
        }
        _ => Ok(None),
    }
}

fn computer_words(words: &[&str]) -> Result<Option<Action>, Refusal> {
    let known = |method: &str| {
        method.split_once('.').is_some_and(|(group, name)| {
            let name = name.chars().all(|c| c.is_ascii_lowercase() || "_.".contains(c));
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
    Ok(Some(Action::Computer(ComputerCall::One { method: method.to_owned(), params })))
}

fn settings(flags: &Flags) -> Map<String, Value> {
    let mut settings = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            settings.insert(key.to_owned(), value);
        }
    };
    set("model", flags.model.clone().map(Value::from));
    set("api_base", flags.api_base.clone().map(Value::from));
    set("api_version", flags.api_version.clone().map(Value::from));
    set("temperature", flags.temperature.map(Value::from));
    set("max_tokens", flags.max_tokens.map(Value::from));
    set("context_window", flags.context_window.map(Value::from));
    set("max_budget", flags.max_budget.map(Value::from));
    set("max_output", flags.max_output.map(Value::from));
    set("mode", flags.auto_run.then(|| json!("full_access")));
    set("os", flags.os.then(|| json!(true)));
    set("custom_instructions", flags.custom_instructions.clone().map(Value::from));
    set("system_message", flags.system_message.clone().map(Value::from));
    set("profile", flags.profile.clone().map(Value::from));
    set("supports_vision", flags.llm_supports_vision.map(Value::from));
    set("supports_functions", flags.llm_supports_functions.map(Value::from));
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn line(line: &[&str]) -> Result<Invocation, Refusal> {
        parse(std::iter::once("interpreter").chain(line.iter().copied()).map(OsString::from))
    }

    fn message(text: &str) -> Action {
        Action::Once(Wish { words: Some(text.to_owned()), stdin: false })
    }

    #[test]
    fn what_is_asked_for() {
        let check = |words: &[&str], expected: Action| {
            assert_eq!(line(words).map(|found| found.action).unwrap(), expected, "{words:?}");
        };
        let one = |method: &str, params: Value| {
            Action::Computer(ComputerCall::One { method: method.to_owned(), params })
        };
        check(&[], Action::Chat);
        check(&["-y"], Action::Chat);
        check(&["hello", "there"], message("hello there"));
        check(&["hello  there"], message("hello  there"));
        check(&["-y", "list", "-la"], message("list -la"));
        check(&["--", "--server"], message("--server"));
        check(&["--input", "hello"], message("hello"));
        check(&["--stdin"], Action::Once(Wish { words: None, stdin: true }));
        check(&["-s", "sum"], Action::Once(Wish { words: Some("sum".into()), stdin: true }));
        check(&["--server"], Action::Server);
        check(&["--serve"], Action::Server);
        check(&["--stdio"], Action::Stdio);
        check(&["--json", "--version"], Action::Version);
        check(&["doctor"], Action::Doctor);
        check(&["doctor", "--json"], Action::Doctor);
        check(&["--json", "settings"], Action::Settings);
        check(&["reindex"], Action::Reindex);
        check(&["settings", "are", "broken"], message("settings are broken"));
        check(&["doctor who"], message("doctor who"));
        check(&["computer"], message("computer"));
        check(&["computer", "-"], Action::Computer(ComputerCall::Lines));
        check(&["computer", "says", "no"], message("computer says no"));
        check(&["computer", "example.com", "down"], message("computer example.com down"));
        check(&["computer", "mouse.click"], one("mouse.click", json!({})));
        check(&["computer", "mouse.click", "does nothing"], message("computer mouse.click does nothing"));
        check(
            &["computer", "mouse.click", r#"{"text":"OK"}"#],
            one("mouse.click", json!({"text": "OK"})),
        );
        check(&["computer", "display.view"], one("display.view", json!({})));
    }

    #[test]
    fn what_the_flags_set() {
        let check = |words: &[&str], expected: Value| {
            let found = line(words).unwrap();
            assert_eq!(Value::Object(found.settings), expected, "{words:?}");
        };
        check(&["hi"], json!({}));
        check(&["-m", "openai/gpt-5", "hi"], json!({"model": "openai/gpt-5"}));
        check(&["-y"], json!({"mode": "full_access"}));
        check(&["-os"], json!({"os": true}));
        check(&["--max-output", "5"], json!({"max_output": 5}));
        check(&["-b", "0.5", "-t", "-0.5"], json!({"max_budget": 0.5, "temperature": -0.5}));
        check(&["-x", "10", "-cw", "20"], json!({"max_tokens": 10, "context_window": 20}));
        check(&["--max_tok", "10"], json!({"max_tokens": 10}));
        check(&["-ci", "be brief", "-sm", "x"], json!({"custom_instructions": "be brief", "system_message": "x"}));
        check(&["-lsv", "-lsf"], json!({"supports_vision": true, "supports_functions": true}));
        check(&["-lsv=false"], json!({"supports_vision": false}));
        check(&["--no-llm_supports_functions"], json!({"supports_functions": false}));
        check(&["--profile", "fast", "-p", "slow"], json!({"profile": "slow"}));
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
