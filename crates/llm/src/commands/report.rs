//! What the embedded commands say.

use super::grammar::{Command, Target};
use crate::outside::unmarked;
use crate::{CallResult, Part};

pub(super) const HELP: &str = "I am the embedded command reader, not an AI: I understand these commands, and nothing else.\n\n\
- click \"OK\" \u{b7} double-click \"Notes\" \u{b7} right-click the gear icon \u{b7} click at 100, 200\n\
- type \"hello\" \u{b7} type \"Ada\" into \"Name\"\n\
- press enter \u{b7} press ctrl+s\n\
- scroll down 3 \u{b7} scroll up\n\
- open firefox \u{b7} open https://example.org\n\
- read the screen \u{b7} take a screenshot \u{b7} wait 2\n\
- run python: 1+1 \u{b7} run shell: ls \u{b7} a fenced code block\n\
- run python: and the code on the lines below, to the end of the message\n\n\
Several commands can stand on several lines, or between `;` or `, then`. Commands for the screen need OS mode. For anything else, choose a model: set a key such as ANTHROPIC_API_KEY or OPENAI_API_KEY, or start a local server such as Ollama.";

/// What is said to a command that is no call.
pub(super) fn about(command: &Command) -> String {
    match command {
        Command::Unknown(text) => {
            let text: String = text.chars().take(200).collect();
            format!(
                "I did not understand \u{201c}{text}\u{201d}. I am the embedded command reader, not an AI: I know commands such as click \"OK\", type \"hello\", press ctrl+s, open firefox, read the screen, run python: 1+1. Say help for all of them, or choose a model."
            )
        }
        _ => HELP.to_owned(),
    }
}

/// A tool is not offered.
pub(super) fn missing(name: &str) -> &'static str {
    if name == "execute" {
        "Running code is switched off here (chat only). Choose another mode to run it."
    } else {
        "This acts on the screen, which needs OS mode. Switch it on (the toggle in the window, or `--os`), then say it again."
    }
}

/// What came of a call, in the words of the result.
pub(super) fn result(command: &Command, result: &CallResult) -> String {
    let mut text = String::new();
    let mut pictures = 0;
    for part in &result.parts {
        match part {
            Part::Text(more) => {
                text.push_str(more);
                text.push('\n');
            }
            Part::Image(_) => pictures += 1,
            _ => {}
        }
    }
    let text = unmarked(&text);
    let text = text.trim();
    if result.is_error {
        return match text {
            "" => format!("{} failed.", done(command)),
            // Told to a model; what it should do then is nothing for the person.
            text if text.starts_with("Not done: ") => {
                let first = text.split_inclusive(". ").next().unwrap_or(text);
                first.trim_end().replace("the user ", "you ")
            }
            text => format!("That failed: {text}"),
        };
    }
    match command {
        Command::Run { .. } if text.is_empty() && pictures > 0 => {
            "It ran and showed a picture.".to_owned()
        }
        Command::Run { .. } if text.is_empty() => "It ran and printed nothing.".to_owned(),
        Command::Run { .. } => format!("The output is:\n\n{}", block(text)),
        Command::Read if text.is_empty() || text == "[]" => {
            "There is no text on the screen.".to_owned()
        }
        Command::Read => format!("On the screen stands:\n\n{}", block(&lines(text))),
        Command::Look => "Here is the screen.".to_owned(),
        _ => match detail(text) {
            Some(detail) => format!("{} {detail}", done(command)),
            None => done(command),
        },
    }
}

/// Commands that were not carried out because one before them failed.
pub(super) fn left_over(commands: &[Command]) -> String {
    match commands.len() {
        0 => String::new(),
        1 => "Not done: the command after it.".to_owned(),
        count => format!("Not done: the {count} commands after it."),
    }
}

fn done(command: &Command) -> String {
    match command {
        Command::Point { method, target } => {
            let verb = match *method {
                "mouse.double_click" => "Double-clicked",
                "mouse.triple_click" => "Triple-clicked",
                "mouse.right_click" => "Right-clicked",
                "mouse.move" => "Moved to",
                _ => "Clicked",
            };
            match target {
                Target::Text(text) => format!("{verb} \u{201c}{text}\u{201d}."),
                Target::Icon(icon) => format!("{verb} the {icon} icon."),
                Target::At(x, y) => format!("{verb} {x}, {y}."),
                Target::Here => format!("{verb} where the pointer is."),
            }
        }
        Command::Type { text } => {
            let short: String = text.chars().take(60).collect();
            let more = if short.len() < text.len() {
                "\u{2026}"
            } else {
                ""
            };
            format!("Typed \u{201c}{short}{more}\u{201d}.")
        }
        Command::Press { keys } => format!("Pressed {}.", keys.join("+")),
        Command::Scroll { clicks } => {
            let way = if *clicks > 0 { "up" } else { "down" };
            format!("Scrolled {way} {}.", clicks.abs())
        }
        Command::Open { app, target } => {
            let what = target
                .as_ref()
                .or(app.as_ref())
                .map_or("it", String::as_str);
            format!("Opened {what}.")
        }
        Command::Wait { seconds } => format!("Waited {seconds} s."),
        _ => "Done.".to_owned(),
    }
}

/// The result's own words, where they say more than that it worked.
fn detail(text: &str) -> Option<String> {
    if let Some(value) = crate::json::parse(text) {
        let effect = value.get("effect").unwrap_or(&value);
        let outcome = effect.get("outcome").and_then(serde_json::Value::as_str)?;
        return (outcome != "confirmed").then(|| {
            let detail =
                crate::json::text(effect, "detail").unwrap_or("Nothing on the screen changed.");
            detail.to_owned()
        });
    }
    let short = text.chars().count() <= 300;
    (short && !text.is_empty() && !matches!(text, "OK" | "Done." | "None" | "null"))
        .then(|| text.to_owned())
}

/// A list of lines, each a list of words, as plain text.
fn lines(text: &str) -> String {
    let Some(serde_json::Value::Array(lines)) = crate::json::parse(text) else {
        return text.to_owned();
    };
    let line = |line: &serde_json::Value| match line {
        serde_json::Value::Array(words) => words
            .iter()
            .filter_map(serde_json::Value::as_str)
            .collect::<Vec<_>>()
            .join(" "),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn block(text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}text\n{text}\n{fence}")
}
