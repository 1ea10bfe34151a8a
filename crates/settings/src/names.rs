//! The names a setting has had: nested (`llm: {model}`), dotted (`llm.model`),
//! and those of old versions, all brought to today's.

use serde_json::{Map, Value};

use crate::keys;

/// Settings under today's names, and the names that mean nothing here.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Named {
    pub(crate) values: Map<String, Value>,
    pub(crate) unknown: Vec<String>,
    /// Old names that were used, each with today's.
    pub(crate) old: Vec<(String, String)>,
}

/// Names that say nothing Interpreter would have to tell anybody: there is no
/// telemetry to switch off, and the Computer API is always there.
const MUTE: &[&str] = &[
    "version",
    "name",
    "description",
    "disable_telemetry",
    "anonymous_telemetry",
    "contribute_conversation",
    "multi_line",
    "debug",
    "shrink_images",
    "import_computer_api",
    "computer.import_computer_api",
];

/// Brings settings to today's names.
pub(crate) fn todays(given: &Map<String, Value>) -> Named {
    let mut named = Named::default();
    let mut auto_run = None;
    let mut flat = Vec::new();
    flatten("", given, &mut flat);
    for (name, value) in flat {
        let short = name.strip_prefix("llm.").unwrap_or(&name);
        let short = match short.strip_prefix("interpreter.").unwrap_or(short) {
            "llm_supports_vision" => "supports_vision",
            "llm_supports_functions" | "function_calling_llm" => "supports_functions",
            "force_task_completion" => "loop",
            "debug_mode" => "verbose",
            "local" => "offline",
            "safe" => "safe_mode",
            "instructions" => "custom_instructions",
            "computer.offline" => "offline",
            "budget" => "max_budget",
            "history" => "conversation_history",
            same => same,
        };
        if short == "auto_run" {
            auto_run = Some((name, value));
        } else if keys::find(short).is_some() {
            if short != name && !name.starts_with("llm.") {
                named.old.push((name.clone(), short.to_owned()));
            }
            // Said twice, the name of today counts.
            if short == name || !named.values.contains_key(short) {
                named.values.insert(short.to_owned(), value);
            }
        } else if !MUTE.contains(&name.as_str()) {
            named.unknown.push(name);
        }
    }
    if let Some((name, value)) = auto_run
        && !named.values.contains_key("mode")
    {
        let mode = match keys::accept(keys::Kind::Flag, &value) {
            Ok(Value::Bool(true)) => "full_access".into(),
            Ok(Value::Bool(false)) => "ask_every_time".into(),
            Ok(other) => other,
            // Shown as it was given, with what a mode may be.
            Err(_) => value,
        };
        named.values.insert("mode".to_owned(), mode);
        named.old.push((name, "mode".to_owned()));
    }
    named
}

fn flatten(before: &str, given: &Map<String, Value>, flat: &mut Vec<(String, Value)>) {
    for (name, value) in given {
        let name = format!("{before}{name}").replace('-', "_");
        match value {
            Value::Object(inner) if matches!(name.as_str(), "llm" | "computer" | "interpreter") => {
                flatten(&format!("{name}."), inner, flat);
            }
            _ => flat.push((name, value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    fn check(given: Value, values: Value, unknown: &[&str], old: &[(&str, &str)]) {
        let expected = Named {
            values: values.as_object().unwrap().clone(),
            unknown: unknown.iter().map(|name| (*name).to_owned()).collect(),
            old: old
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
        };
        assert_eq!(todays(given.as_object().unwrap()), expected, "{given}");
    }

    #[test]
    fn every_name_a_setting_ever_had_is_understood() {
        check(
            json!({"llm": {"model": "gpt-4o", "temperature": 0, "supports_vision": true}}),
            json!({"model": "gpt-4o", "temperature": 0, "supports_vision": true}),
            &[],
            &[],
        );
        check(
            json!({"llm.model": "a", "llm.max_budget": 1}),
            json!({"model": "a", "max_budget": 1}),
            &[],
            &[],
        );
        check(
            json!({"model": "a", "local": true, "debug_mode": false, "function_calling_llm": true}),
            json!({"model": "a", "offline": true, "verbose": false, "supports_functions": true}),
            &[],
            &[
                ("debug_mode", "verbose"),
                ("function_calling_llm", "supports_functions"),
                ("local", "offline"),
            ],
        );
        check(
            json!({"auto_run": true}),
            json!({"mode": "full_access"}),
            &[],
            &[("auto_run", "mode")],
        );
        check(
            json!({"auto_run": "off"}),
            json!({"mode": "ask_every_time"}),
            &[],
            &[("auto_run", "mode")],
        );
        check(
            json!({"auto_run": true, "mode": "chat_only"}),
            json!({"mode": "chat_only"}),
            &[],
            &[],
        );
        check(
            json!({"auto_run": null}),
            json!({"mode": null}),
            &[],
            &[("auto_run", "mode")],
        );
        check(
            json!({"version": "0.2.5", "wtf": {"model": "x"}, "computer": {"import_computer_api": true, "languages": []}}),
            json!({}),
            &["computer.languages", "wtf"],
            &[],
        );
        check(json!({"max-output": 5}), json!({"max_output": 5}), &[], &[]);
        check(
            json!({"llm": {"model": "a"}, "model": "b"}),
            json!({"model": "b"}),
            &[],
            &[],
        );
    }
}
