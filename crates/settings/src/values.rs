use interpreter_protocol::Mode;
use serde_json::{Map, Value};

use crate::{Secret, keys};

/// The settings in force, typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// The model, as the person named it; absent: by what is there.
    pub model: Option<String>,
    /// Address of the model's server.
    pub api_base: Option<String>,
    /// A key written into a profile or given as a flag; see [`crate::Secrets`] for the others.
    pub api_key: Option<Secret>,
    /// Version of the server's interface, where it wants one.
    pub api_version: Option<String>,
    /// Only sent to a model where it is set.
    pub temperature: Option<f64>,
    /// Tokens of one reply, at most.
    pub max_tokens: Option<u32>,
    /// Tokens the model can read; absent: as the catalogue says.
    pub context_window: Option<u32>,
    /// US dollars a conversation may cost.
    pub max_budget: Option<f64>,
    /// US dollars a day may cost, all conversations together.
    pub max_budget_day: Option<f64>,
    /// US dollars a calendar month may cost, all conversations together.
    pub max_budget_month: Option<f64>,
    /// US dollars a turn may cost.
    pub max_budget_turn: Option<f64>,
    /// The pointer glides to where it goes, for people to follow.
    pub glide: bool,
    /// Characters of output that the model is given.
    pub max_output: usize,
    /// How much is asked. Never [`Mode::FullAccess`] while a safe mode is on.
    pub mode: Mode,
    /// OS mode is on.
    pub os: bool,
    /// The window in front is all that is seen.
    pub os_active_window: bool,
    /// Displays that may be seen and used; absent: all.
    pub os_displays: Option<Vec<String>>,
    /// Minutes that one turn may use the screen; absent: without end.
    pub os_minutes: Option<u64>,
    /// Steps that one turn may do on the screen; absent: without end.
    pub os_steps: Option<u32>,
    /// Added to the system message.
    pub custom_instructions: String,
    /// In the place of the system message.
    pub system_message: Option<String>,
    /// The profile that was chosen.
    pub profile: String,
    /// Conversations are kept.
    pub conversation_history: bool,
    /// Words that a command must not begin with, separated by spaces; `*` in a
    /// word stands for anything.
    pub forbidden_commands: Vec<String>,
    /// The model goes on until it says that it is done.
    pub loop_: bool,
    /// What the model is told then; absent: the built-in text.
    pub loop_message: Option<String>,
    /// What it says when it is done.
    pub loop_breakers: Vec<String>,
    /// The model sees pictures; absent: as the catalogue says.
    pub supports_vision: Option<bool>,
    /// The model calls tools; absent: as the catalogue says.
    pub supports_functions: Option<bool>,
    /// Seconds one run may take; absent: no limit.
    pub run_timeout: Option<u64>,
    /// Path of the Python that runs code; absent: the first that is found.
    pub python: Option<String>,
    /// The model of the last turn, saved by the app; taken where none is named.
    pub last_model: Option<String>,
    /// Screenshots are kept for a while.
    pub keep_screenshots: bool,
    /// For how many days.
    pub screenshot_days: u64,
    /// How many megabytes of them, at most; the oldest go first.
    pub screenshot_megabytes: u64,
    /// The system shows a notice when something wants the person.
    pub notifications: bool,
    /// Closing the window leaves the app in the tray.
    pub close_to_tray: bool,
    /// The window is drawn without the graphics card.
    pub safe_graphics: bool,
    /// Keys that show the popup over selected text; absent: none do.
    pub summon_hotkey: Option<String>,
    /// Keys that show and hide the window; absent: none do.
    pub toggle_hotkey: Option<String>,
    /// Apps whose selected text is never read.
    pub selection_blocked_apps: Vec<String>,
    /// The model of the popup; absent: the same as everywhere.
    pub quick_model: Option<String>,
    /// Whether the app asks for newer versions of itself.
    pub updates: Updates,
    /// Code is looked at before it runs.
    pub safe_mode: SafeMode,
    /// No connection but to the model.
    pub offline: bool,
    /// Details in the log.
    pub verbose: bool,
    /// The terminal draws nothing but text.
    pub plain_text_display: bool,
    /// The terminal marks the line that runs.
    pub highlight_active_line: bool,
}

/// Whether the app looks for newer versions of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Updates {
    /// Never: no connection is made for it.
    #[default]
    Off,
    /// It looks, and asks before it takes one.
    Ask,
}

/// Whether code is looked at before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SafeMode {
    /// It is not.
    #[default]
    Off,
    /// Where the person wants it.
    Ask,
    /// Always.
    Auto,
}

impl Values {
    /// From resolved settings, each in its own form.
    pub(crate) fn new(all: &Map<String, Value>) -> Self {
        let get = |name: &str| all.get(name).unwrap_or(&Value::Null);
        let text = |name: &str| {
            get(name)
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let count = |name: &str| get(name).as_u64();
        let small = |name: &str| count(name).and_then(|count| u32::try_from(count).ok());
        let flag = |name: &str| get(name).as_bool();
        let list = |name: &str| {
            let items = get(name).as_array().into_iter().flatten();
            items
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect()
        };
        let safe_mode = match get("safe_mode").as_str() {
            Some("ask") => SafeMode::Ask,
            Some("auto") => SafeMode::Auto,
            _ => SafeMode::Off,
        };
        let mode = match keys::mode(get("mode").as_str().unwrap_or_default()) {
            // Who wants code to be looked at wants to be asked.
            Mode::FullAccess if safe_mode != SafeMode::Off => Mode::AskEveryTime,
            mode => mode,
        };
        Self {
            model: text("model"),
            api_base: text("api_base"),
            api_key: text("api_key").map(Secret::new),
            api_version: text("api_version"),
            temperature: get("temperature").as_f64(),
            max_tokens: small("max_tokens"),
            context_window: small("context_window"),
            max_budget: get("max_budget").as_f64(),
            max_budget_day: get("max_budget_day").as_f64(),
            max_budget_month: get("max_budget_month").as_f64(),
            max_budget_turn: get("max_budget_turn").as_f64(),
            glide: flag("glide").unwrap_or_default(),
            max_output: count("max_output").unwrap_or_default() as usize,
            mode,
            os: flag("os").unwrap_or_default(),
            os_active_window: flag("os_active_window").unwrap_or_default(),
            os_displays: get("os_displays").is_array().then(|| list("os_displays")),
            os_minutes: count("os_minutes").filter(|count| *count > 0),
            os_steps: small("os_steps").filter(|count| *count > 0),
            custom_instructions: text("custom_instructions").unwrap_or_default(),
            system_message: text("system_message"),
            profile: text("profile").unwrap_or_else(|| crate::profile::DEFAULT.to_owned()),
            conversation_history: flag("conversation_history").unwrap_or(true),
            forbidden_commands: list("forbidden_commands"),
            loop_: flag("loop").unwrap_or_default(),
            loop_message: text("loop_message"),
            loop_breakers: list("loop_breakers"),
            supports_vision: flag("supports_vision"),
            supports_functions: flag("supports_functions"),
            run_timeout: count("run_timeout"),
            python: text("python"),
            last_model: text("last_model"),
            keep_screenshots: flag("keep_screenshots").unwrap_or(true),
            screenshot_days: count("screenshot_days").unwrap_or(7),
            screenshot_megabytes: count("screenshot_megabytes").unwrap_or(1024),
            notifications: flag("notifications").unwrap_or(true),
            close_to_tray: flag("close_to_tray").unwrap_or_default(),
            safe_graphics: flag("safe_graphics").unwrap_or_default(),
            summon_hotkey: text("summon_hotkey"),
            toggle_hotkey: text("toggle_hotkey"),
            selection_blocked_apps: list("selection_blocked_apps"),
            quick_model: text("quick_model"),
            updates: match get("updates").as_str() {
                Some("ask") => Updates::Ask,
                _ => Updates::Off,
            },
            safe_mode,
            offline: flag("offline").unwrap_or_default(),
            verbose: flag("verbose").unwrap_or_default(),
            plain_text_display: flag("plain_text_display").unwrap_or_default(),
            highlight_active_line: flag("highlight_active_line").unwrap_or(true),
        }
    }
}

impl Default for Values {
    /// What holds where nobody says anything.
    fn default() -> Self {
        let defaults = keys::KEYS
            .iter()
            .map(|key| (key.name.to_owned(), key.default()));
        Self::new(&defaults.collect())
    }
}
