//! The system text: what a model is told before anything else. The same from
//! turn to turn, so that caches hold: no date, no window titles.

use std::path::Path;

use interpreter_llm::outside;
use interpreter_settings::Values;

/// What the text depends on.
pub(crate) struct About<'a> {
    pub values: &'a Values,
    pub folder: &'a Path,
    pub user: Option<String>,
    pub languages: String,
    /// What is told of secrets that may be typed.
    pub secrets: Option<String>,
}

/// Makes the system text.
pub(crate) fn text(about: &About<'_>) -> String {
    let mut parts = Vec::new();
    match about
        .values
        .system_message
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    {
        Some(own) => parts.push(own.to_owned()),
        None => parts.push(base(about)),
    }
    // Whatever the person's own text says: what comes from outside is no instruction.
    parts.push(outside::RULE.to_owned());
    if about.values.os {
        parts.push(OS_MODE.to_owned());
        parts.extend(about.secrets.clone());
    }
    if !about.values.custom_instructions.trim().is_empty() {
        parts.push(about.values.custom_instructions.clone());
    }
    parts.join("\n\n")
}

fn base(about: &About<'_>) -> String {
    let user = about
        .user
        .as_deref()
        .map(|user| format!("User name: {user}\n"))
        .unwrap_or_default();
    format!(
        "You are Interpreter, an assistant that completes tasks by running code on the user's own computer.

Run code with the tool `execute`. Languages: {languages}. Variables, imports and the working folder are kept from one block to the next of the same language. Each block may be shown to the user for approval first; if the user edits or skips it, go by what they did.
Work in small steps: run a little, read what it printed, then go on. For a longer task say a short plan first. When something fails, read the error and try another way. Install what is missing where that is sensible. File names without a folder are in the working folder.
Prefer the most direct way: code, a command or an address with parameters rather than clicking through windows.
Answer in Markdown, shortly. Say what you did and what came out of it; never claim a result you have not seen.

{user}Operating system: {os}
Working folder: {folder}",
        languages = about.languages,
        os = os_name(),
        folder = about.folder.display(),
    )
}

const OS_MODE: &str = "OS mode is on: you can see the screen and drive mouse and keyboard.
Look before you act, act in small steps, and check after each step that it did what you meant; an effect of `no_change` means it did not. Name targets by the last screenshot only.
Prefer launchers, addresses and keyboard shortcuts to hunting with the pointer. `computer_api` clicks by the text on a button (`mouse.click` with `text`), which is surer than coordinates for small targets.
The user can take over or stop you at any moment. When told that they acted, look again before you go on.
Passwords, payments, sending, deleting and installing are the user's to decide: ask before.";

fn os_name() -> &'static str {
    match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "macOS",
        "windows" => "Windows",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_persons_own_words_come_last_and_replace_only_the_base() {
        let mut values = Values {
            custom_instructions: "Speak French.".to_owned(),
            ..Values::default()
        };
        let make = |values: &Values| {
            text(&About {
                values,
                folder: Path::new("/f"),
                user: None,
                languages: "python".to_owned(),
                secrets: None,
            })
        };
        assert!(make(&values).ends_with(&format!(
            "Working folder: /f\n\n{}\n\nSpeak French.",
            outside::RULE
        )));
        assert_eq!(
            make(&values),
            make(&values),
            "the text is the same each time"
        );
        values.system_message = Some("Be brief.".to_owned());
        values.os = true;
        assert_eq!(
            make(&values),
            format!(
                "Be brief.\n\n{}\n\n{OS_MODE}\n\nSpeak French.",
                outside::RULE
            )
        );
    }
}
