//! Decides what may be done. Pure: the same input gives the same answer.
//!
//! Order: built-in floor, then deny, then ask, then allow, then what the mode
//! says. Deny always wins. Commands are parsed, not matched as text ([`shell`]).
//! An allow rule must cover all that is done, a deny rule only touch some of it.

mod place;
mod screen;
pub mod shell;

use interpreter_protocol::{Grant, Mode, Rule, RuleMatch, Tier, Verdict, digest};

use crate::Subject;

pub use screen::{offer, offer_secret};

/// What is to be done, and which rule said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Do it, ask, or never.
    pub verdict: Verdict,
    /// The rule, in words a person reads on the card.
    pub rule: String,
    /// The permission it came from, where it can be revoked.
    pub grant: Option<String>,
}

/// What is decided by.
#[derive(Debug, Clone, Copy)]
pub struct Law<'a> {
    /// How much is asked.
    pub mode: Mode,
    /// OS mode is on.
    pub os: bool,
    /// Where code begins to work.
    pub folder: &'a str,
    /// Rules that are in force.
    pub rules: &'a [Grant],
}

fn ruling(verdict: Verdict, rule: impl Into<String>) -> Ruling {
    Ruling {
        verdict,
        rule: rule.into(),
        grant: None,
    }
}

/// Decides about one call.
pub fn decide(subject: &Subject, law: &Law<'_>) -> Ruling {
    if let Some(ruling) = floor(subject, law).or_else(|| by_rules(subject, law, Verdict::Deny)) {
        return ruling;
    }
    let allowed = || by_rules(subject, law, Verdict::Allow);
    if law.mode == Mode::FullAccess {
        return allowed().unwrap_or_else(|| by_mode(subject, law));
    }
    screen::grave(subject)
        .or_else(|| by_rules(subject, law, Verdict::Ask))
        .or_else(allowed)
        .unwrap_or_else(|| by_mode(subject, law))
}

/// Decides about what the person does of their own accord. Nothing is asked, but the
/// floor and what is denied hold against them, too.
pub fn decide_own(subject: &Subject, law: &Law<'_>) -> Ruling {
    floor(subject, law)
        .or_else(|| by_rules(subject, law, Verdict::Deny))
        .unwrap_or_else(|| ruling(Verdict::Allow, "run by you"))
}

/// Decides about a recorded action that the person has done again. They are not asked
/// about the app it is in; whatever is asked each time is asked here, too.
pub fn decide_again(subject: &Subject, law: &Law<'_>) -> Ruling {
    let ruled = decide(subject, law);
    let by_rule = || by_rules(subject, law, Verdict::Ask).is_some();
    if ruled.verdict == Verdict::Ask && offer(subject).is_some() && !by_rule() {
        return ruling(Verdict::Allow, "replayed by you");
    }
    ruled
}

/// The first rule with this verdict that says something.
fn by_rules(subject: &Subject, law: &Law<'_>, verdict: Verdict) -> Option<Ruling> {
    let rules = || {
        law.rules
            .iter()
            .filter(|grant| grant.rule.verdict == verdict)
    };
    let found = match (verdict, subject) {
        (Verdict::Allow, Subject::Action { .. }) => screen::allowed(subject, rules())?,
        (Verdict::Allow, _) => rules().find(|grant| covers(&grant.rule.matches, subject))?,
        _ => rules().find(|grant| touches(&grant.rule.matches, subject, law.folder))?,
    };
    let grant = Some(found.id.clone()).filter(|id| !id.is_empty());
    Some(Ruling {
        grant,
        ..ruling(verdict, describe(&found.rule))
    })
}

/// What no rule and no mode changes.
fn floor(subject: &Subject, law: &Law<'_>) -> Option<Ruling> {
    if law.mode == Mode::ChatOnly {
        return Some(ruling(Verdict::Deny, "mode Chat only: nothing runs"));
    }
    if matches!(subject, Subject::Action { .. }) && !law.os {
        return Some(ruling(Verdict::Deny, "OS mode is off"));
    }
    screen::floor(subject)
}

fn by_mode(subject: &Subject, law: &Law<'_>) -> Ruling {
    match (law.mode, subject) {
        (Mode::ChatOnly, _) => ruling(Verdict::Deny, "mode Chat only: nothing runs"),
        (Mode::FullAccess, _) => ruling(Verdict::Allow, "mode Full access"),
        (_, Subject::Action { .. }) => screen::without_rule(subject, law.rules),
        (Mode::AskEveryTime, _) => ruling(Verdict::Ask, "no rule matches"),
        (Mode::AskBeforeChanges | Mode::AskWhenBlocked, _) => {
            ruling(Verdict::Ask, "no sandbox is installed, so this mode asks")
        }
    }
}

/// Whether the rule is about any part of it.
fn touches(rule: &RuleMatch, subject: &Subject, folder: &str) -> bool {
    match (rule, subject) {
        (RuleMatch::Command { words }, Subject::Code { language, code }) => {
            is_text(words) && squeezed(code).contains(&squeezed(&words.join(" ")))
                || shell::commands(language, code)
                    .iter()
                    .any(|command| command.begins_with(words))
        }
        (RuleMatch::Folder { path }, Subject::Code { language, code }) => {
            place::touches_folder(path, folder, language, code)
        }
        (RuleMatch::Host { host }, Subject::Code { language, code }) => {
            place::touches_host(host, language, code)
        }
        (RuleMatch::App { app, tier }, Subject::Action { .. }) => {
            screen::touches(app, *tier, subject)
        }
        (RuleMatch::Secret { name, app }, Subject::Action { .. }) => {
            screen::touches_secret(name, app, subject)
        }
        _ => matches_whole(rule, subject),
    }
}

/// Whether a rule's words are no single command but a piece of shell text, such as a fork bomb.
fn is_text(words: &[String]) -> bool {
    words
        .iter()
        .any(|word| word.contains(['|', ';', '&', '(', '{']))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether the rule is about all of it.
fn covers(rule: &RuleMatch, subject: &Subject) -> bool {
    match (rule, subject) {
        (RuleMatch::Command { words }, Subject::Code { language, code }) => {
            let commands = shell::commands(language, code);
            language == "shell"
                && !commands.is_empty()
                && commands
                    .iter()
                    .all(|command| command.is_plain() && command.is_called(words))
        }
        (RuleMatch::Folder { path }, Subject::Code { language, code }) => {
            language == "shell" && place::stays_in(path, code)
        }
        (RuleMatch::Host { host }, Subject::Code { language, code }) => {
            language == "shell" && place::only_reads_from(host, code)
        }
        _ => matches_whole(rule, subject),
    }
}

fn matches_whole(rule: &RuleMatch, subject: &Subject) -> bool {
    match (rule, subject) {
        (RuleMatch::Code { digest, .. }, Subject::Code { language, code }) => {
            *digest == digest::of_code(language, code)
        }
        (RuleMatch::Language { language: wanted }, Subject::Code { language, .. }) => {
            wanted == language
        }
        (RuleMatch::Tool { name: wanted }, Subject::Tool { name }) => wanted == name,
        _ => false,
    }
}

/// A rule in words.
pub fn describe(rule: &Rule) -> String {
    let verb = match rule.verdict {
        Verdict::Allow => "allow",
        Verdict::Ask => "ask about",
        Verdict::Deny => "never",
    };
    match &rule.matches {
        RuleMatch::Code { text, .. } => format!("{verb} exactly `{text}`"),
        RuleMatch::Command { words } => format!("{verb} `{}`", words.join(" ")),
        RuleMatch::Language { language } => format!("{verb} {language}"),
        RuleMatch::Tool { name } => format!("{verb} the tool {name}"),
        RuleMatch::Folder { path } => format!("{verb}: code that works in {path}"),
        RuleMatch::Host { host } => format!("{verb}: code that reaches {host}"),
        RuleMatch::App { app, tier } => {
            let what = match tier {
                Tier::Look => "look at",
                Tier::Click => "click in",
                Tier::Full => "use",
            };
            format!("{verb}: {what} {app}")
        }
        RuleMatch::Secret { name, app } => {
            let which = match name.as_str() {
                "" => "any secret".to_owned(),
                name => format!("the secret \u{201c}{name}\u{201d}"),
            };
            match app.as_str() {
                "" => format!("{verb}: type {which}"),
                app => format!("{verb}: type {which} in {app}"),
            }
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
