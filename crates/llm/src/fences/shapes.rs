//! The shapes in which models write calls as text.

use serde_json::{Map, Value, json};

use crate::ToolSpec;

/// The languages `execute` runs, as its schema lists them.
pub(super) fn languages(tools: &[ToolSpec]) -> Vec<String> {
    tools
        .iter()
        .find(|tool| tool.name == "execute")
        .and_then(|tool| tool.schema.pointer("/properties/language/enum"))
        .and_then(Value::as_array)
        .map(|names| {
            names
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

/// The language a label of a block means; `None` where the block is not to be run.
pub(super) fn runnable(label: &str, languages: &[String]) -> Option<String> {
    let word: String = label
        .trim()
        .chars()
        .take_while(|c| c.is_alphanumeric() || "+#_-.".contains(*c))
        .collect();
    let word = word.to_lowercase();
    let name = match word.as_str() {
        // A block without a name, most often.
        "" => "python",
        "py" | "python3" | "ipython" | "tool_code" => "python",
        "bash" | "sh" | "zsh" | "console" | "terminal" | "shell" | "cmd" => "shell",
        "js" | "node" | "nodejs" | "javascript" => "javascript",
        "ps1" | "pwsh" | "powershell" => "powershell",
        "rb" => "ruby",
        "osascript" => "applescript",
        other => other,
    };
    let known = |name: &str| languages.iter().any(|language| language == name);
    if languages.is_empty() {
        return matches!(name, "python" | "shell" | "javascript").then(|| name.to_owned());
    }
    if known(name) {
        return Some(name.to_owned());
    }
    known(&word).then_some(word)
}

/// Labels of blocks that may hold a call as JSON.
pub(super) fn may_hold_call(label: &str) -> bool {
    matches!(
        label.trim().to_lowercase().as_str(),
        "json" | "tool" | "tool_call" | "tool_calls" | "xml" | "execute"
    )
}

/// Name and arguments of a call that was written as text, where the text is one
/// of a known tool.
pub(super) fn call(text: &str, tools: &[String], languages: &[String]) -> Option<(String, Value)> {
    let text = text.trim();
    let text = text.strip_prefix("<tool_call>").unwrap_or(text);
    let text = text.strip_suffix("</tool_call>").unwrap_or(text).trim();
    if text.starts_with("<function=") {
        return known(xml_call(text)?, tools, languages);
    }
    if let Some(rest) = text.strip_prefix("functions.execute(") {
        let value = crate::json::arguments(rest.trim_end().strip_suffix(')').unwrap_or(rest))?;
        return known(("execute".to_owned(), value), tools, languages);
    }
    let value = crate::json::arguments(text).or_else(|| crate::json::arguments(&quoted(text)?))?;
    if let (Some(Value::String(language)), Some(Value::String(_))) =
        (value.get("language"), value.get("code"))
    {
        runnable(language, languages)?;
        return known(("execute".to_owned(), value), tools, languages);
    }
    let inner = value
        .get("function")
        .filter(|inner| inner.is_object())
        .unwrap_or(&value);
    let name = inner.get("name").and_then(Value::as_str)?.to_owned();
    let arguments = ["arguments", "parameters", "input"]
        .iter()
        .find_map(|key| inner.get(key));
    let arguments = match arguments {
        Some(Value::String(text)) => crate::json::arguments(text)?,
        Some(value) => value.clone(),
        None => json!({}),
    };
    known((name, arguments), tools, languages)
}

/// The text can still become a call: it begins like one.
pub(super) fn may_become_call(text: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "{\"language\":",
        "{language:",
        "{\"name\":",
        "{\"code\":",
        "{\"function\":",
        "functions.execute(",
        "<tool_call>",
    ];
    let start: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(20)
        .collect();
    BEGINNINGS
        .iter()
        .any(|beginning| beginning.starts_with(&start) || start.starts_with(beginning))
}

/// Puts right what models write around code.
pub(super) fn clean_code(language: &str, code: &str) -> (String, String) {
    let mut code = code.strip_prefix("`\n").unwrap_or(code);
    code = code.strip_suffix("executeexecute").unwrap_or(code);
    if code.trim_start().starts_with("functions.execute(") || may_become_call(code) {
        let all = ["execute".to_owned()];
        let languages = [
            language.to_owned(),
            "python".to_owned(),
            "shell".to_owned(),
            "javascript".to_owned(),
        ];
        if let Some((_, value)) = call(code, &all, &languages) {
            let at = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
            if let (Some(language), Some(code)) = (at("language"), at("code")) {
                return (language, code);
            }
        }
    }
    (language.to_owned(), code.to_owned())
}

/// A fence longer than any inside the text.
pub(super) fn fence_for(text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat(longest + 1)
}

fn known(
    (name, arguments): (String, Value),
    tools: &[String],
    languages: &[String],
) -> Option<(String, Value)> {
    let name = match name.as_str() {
        "computer_use" => "computer".to_owned(),
        _ => name,
    };
    let arguments = match name.as_str() {
        "computer" => neutral(arguments),
        _ => arguments,
    };
    if tools.contains(&name) {
        return arguments.is_object().then_some((name, arguments));
    }
    // The language was taken for the tool's name.
    let language = runnable(&name, languages).filter(|_| !name.is_empty())?;
    let code = arguments
        .get("code")
        .or_else(|| arguments.get("command"))?
        .as_str()?;
    Some((
        "execute".to_owned(),
        json!({"language": language, "code": code}),
    ))
}

/// Qwen's words for screen actions, where they are not the usual ones.
fn neutral(arguments: Value) -> Value {
    let own = ["keys", "pixels", "time"];
    let qwen = own.iter().any(|key| arguments.get(key).is_some());
    let mut asked = match qwen {
        true => {
            crate::ComputerTool::Qwen
                .read("computer_use", &arguments)
                .actions
        }
        false => Vec::new(),
    };
    asked.pop().unwrap_or(arguments)
}

/// `{language: "python", code: "..."}` with quotes around the keys.
fn quoted(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix('{')?
        .trim_start()
        .strip_prefix("language")?;
    let rest = rest.trim_start().strip_prefix(':')?;
    let at = rest.find("code:").or_else(|| rest.find("code :"))?;
    let (language, code) = rest.split_at(at);
    let code = code.strip_prefix("code")?.trim_start().strip_prefix(':')?;
    Some(format!("{{\"language\":{language}\"code\":{code}"))
}

/// `<function=NAME><parameter=KEY>VALUE</parameter></function>`
fn xml_call(text: &str) -> Option<(String, Value)> {
    let rest = text.strip_prefix("<function=")?;
    let (name, mut rest) = rest.split_once('>')?;
    let mut arguments = Map::new();
    while let Some(at) = rest.find("<parameter=") {
        let (key, value) = rest[at + "<parameter=".len()..].split_once('>')?;
        let (value, after) = value.split_once("</parameter>")?;
        let value = value.strip_prefix('\n').unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        let parsed = crate::json::parse(value).unwrap_or_else(|| json!(value));
        arguments.insert(key.trim().to_owned(), parsed);
        rest = after;
    }
    Some((name.trim().to_owned(), Value::Object(arguments)))
}
