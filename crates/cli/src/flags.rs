//! Every flag, and the setting it stands for. The comments are the help text.

use clap::Parser;
use serde_json::{Map, Value, json};

/// Any model runs code on this computer and, with --os, sees the screen and
/// drives mouse and keyboard. Nothing runs before you approve it.
#[derive(Debug, Parser)]
#[command(
    name = "interpreter",
    override_usage = "interpreter [FLAGS] [MESSAGE]…\n       interpreter computer METHOD [JSON]   \
                      (or `-` for JSON lines)\n       interpreter replay CONVERSATION [STEP...]\n       interpreter steps CONVERSATION [--screenshots] > run.html\n       interpreter doctor | settings | reindex",
    disable_version_flag = true,
    infer_long_args = true,
    args_override_self = true,
    after_help = "Long flags may be written with hyphens or underscores.\n\
                  In the chat, three double quotes begin and end a text of several lines; \
                  %help lists the commands.\n\
                  Exit status: 0 done, 1 failed, 2 usage, 3 approval was needed, 130 interrupted."
)]
pub(crate) struct Flags {
    /// Model, as provider/model
    #[arg(long, short = 'm', value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Address of the model's server [-ab]
    #[arg(long = "api_base", value_name = "URL")]
    pub(crate) api_base: Option<String>,
    /// Key for the model's server, for this run only [-ak]
    #[arg(long = "api_key", value_name = "KEY")]
    pub(crate) api_key: Option<String>,
    /// Version of the server's API, where it wants one [-av]
    #[arg(long = "api_version", value_name = "VERSION")]
    pub(crate) api_version: Option<String>,
    /// Run code without asking
    #[arg(long = "auto_run", short = 'y')]
    pub(crate) auto_run: bool,
    /// OS mode: the model sees the screen and drives mouse and keyboard [-os]
    #[arg(long)]
    pub(crate) os: bool,
    /// Write one JSON chunk a line, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Speak the protocol over standard input and output
    #[arg(long)]
    pub(crate) stdio: bool,
    /// Take the message from standard input, answer, leave
    #[arg(long, short = 's')]
    pub(crate) stdin: bool,
    /// Serve the protocol and the user interface on a local port
    #[arg(long)]
    pub(crate) server: bool,
    /// Open the app's small window over the app in front
    #[arg(long)]
    pub(crate) summon: bool,
    /// Characters of a run's output the model gets [-xo]
    #[arg(long = "max_output", value_name = "N")]
    pub(crate) max_output: Option<u64>,
    /// Most to spend in a conversation, in US dollars
    #[arg(long = "max_budget", short = 'b', value_name = "USD")]
    pub(crate) max_budget: Option<f64>,
    /// Temperature of the model
    #[arg(long, short = 't', value_name = "X")]
    pub(crate) temperature: Option<f64>,
    /// Most tokens of one answer
    #[arg(long = "max_tokens", short = 'x', value_name = "N")]
    pub(crate) max_tokens: Option<u32>,
    /// Tokens the model can read [-cw]
    #[arg(long = "context_window", value_name = "N")]
    pub(crate) context_window: Option<u32>,
    /// What the model shall always keep in mind [-ci]
    #[arg(long = "custom_instructions", value_name = "TEXT")]
    pub(crate) custom_instructions: Option<String>,
    /// Replaces the system message [-sm]
    #[arg(long = "system_message", value_name = "TEXT")]
    pub(crate) system_message: Option<String>,
    /// Profile to use
    #[arg(long, short = 'p', value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// No colours and no rendering [-pl]
    #[arg(long)]
    pub(crate) plain: bool,
    /// The model sees pictures: true or false [-lsv]
    #[arg(long = "llm_supports_vision", value_name = "BOOL", num_args = 0..=1,
          default_missing_value = "true", require_equals = true)]
    pub(crate) llm_supports_vision: Option<bool>,
    /// The model calls tools: true or false [-lsf]
    #[arg(long = "llm_supports_functions", value_name = "BOOL", num_args = 0..=1,
          default_missing_value = "true", require_equals = true)]
    pub(crate) llm_supports_functions: Option<bool>,
    /// Go on with this conversation
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: Option<String>,
    /// Tell the version
    #[arg(long, short = 'V')]
    pub(crate) version: bool,

    /// Write more to the log
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,

    // Still in people's fingers, and without effect today.
    #[arg(long, short = 'o', hide = true)]
    pub(crate) offline: bool,
    #[arg(long = "multi_line", hide = true)]
    pub(crate) multi_line: bool,
    #[arg(long = "disable_telemetry", hide = true)]
    pub(crate) disable_telemetry: bool,
    #[arg(long = "no_highlight_active_line", hide = true)]
    pub(crate) no_highlight_active_line: bool,
    /// A message, in an old spelling
    #[arg(long, hide = true)]
    pub(crate) input: Option<String>,
}

/// What the flags set.
pub(crate) fn settings(flags: &Flags) -> Map<String, Value> {
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
    set("os", flags.os.then_some(Value::Bool(true)));
    set("verbose", flags.verbose.then_some(Value::Bool(true)));
    set(
        "custom_instructions",
        flags.custom_instructions.clone().map(Value::from),
    );
    set(
        "system_message",
        flags.system_message.clone().map(Value::from),
    );
    set("profile", flags.profile.clone().map(Value::from));
    set(
        "supports_vision",
        flags.llm_supports_vision.map(Value::from),
    );
    set(
        "supports_functions",
        flags.llm_supports_functions.map(Value::from),
    );
    settings
}
