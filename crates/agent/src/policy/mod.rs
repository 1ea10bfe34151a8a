//! Decides what may be done. Pure: the same input gives the same answer.
//!
//! Order: built-in floor, then deny, then ask, then allow, then what the mode
//! says. Deny always wins. Commands are parsed, not matched as text ([`shell`]).

pub mod shell;

use interpreter_protocol::{Grant, Mode, Rule, RuleMatch, Tier, Verdict, digest};

use crate::Subject;

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

fn ruling(verdict: Verdict, rule: impl Into<String>) -> Ruling {
    Ruling {
        verdict,
        rule: rule.into(),
        grant: None,
    }
}

/// Decides about one call.
pub fn decide(subject: &Subject, mode: Mode, os: bool, rules: &[Grant]) -> Ruling {
    if let Some(floor) = floor(subject, mode, os) {
        return floor;
    }
    by_rules(
        subject,
        rules,
        &[Verdict::Deny, Verdict::Ask, Verdict::Allow],
    )
    .unwrap_or_else(|| by_mode(subject, mode))
}

/// Decides about what the person does of their own accord. Nothing is asked, but the
/// floor and what is denied hold against them, too.
pub fn decide_own(subject: &Subject, mode: Mode, os: bool, rules: &[Grant]) -> Ruling {
    floor(subject, mode, os)
        .or_else(|| by_rules(subject, rules, &[Verdict::Deny]))
        .unwrap_or_else(|| ruling(Verdict::Allow, "run by you"))
}

/// The first rule that says something, by the order of the verdicts.
fn by_rules(subject: &Subject, rules: &[Grant], verdicts: &[Verdict]) -> Option<Ruling> {
    verdicts.iter().find_map(|verdict| {
        let found = rules
            .iter()
            .filter(|grant| grant.rule.verdict == *verdict)
            .find(|grant| {
                let matches = &grant.rule.matches;
                match verdict {
                    // An allow rule must cover everything the code does, a deny rule only touch it.
                    Verdict::Allow => covers(matches, subject),
                    Verdict::Ask | Verdict::Deny => touches(matches, subject),
                }
            })?;
        let grant = Some(found.id.clone()).filter(|id| !id.is_empty());
        Some(Ruling {
            grant,
            ..ruling(*verdict, describe(&found.rule))
        })
    })
}

fn floor(subject: &Subject, mode: Mode, os: bool) -> Option<Ruling> {
    if mode == Mode::ChatOnly {
        return Some(ruling(Verdict::Deny, "mode Chat only: nothing runs"));
    }
    if matches!(subject, Subject::Action { .. }) && !os {
        return Some(ruling(Verdict::Deny, "OS mode is off"));
    }
    None
}

fn by_mode(subject: &Subject, mode: Mode) -> Ruling {
    match (mode, subject) {
        (Mode::ChatOnly, _) => ruling(Verdict::Deny, "mode Chat only: nothing runs"),
        (Mode::FullAccess, _) => ruling(Verdict::Allow, "mode Full access"),
        (_, Subject::Action { looks: true, .. }) => {
            ruling(Verdict::Allow, "OS mode: the screen may be looked at")
        }
        (_, Subject::Action { app: Some(app), .. }) => {
            ruling(Verdict::Ask, format!("no rule for the app {app}"))
        }
        (_, Subject::Action { app: None, .. }) => ruling(Verdict::Ask, "no rule matches"),
        (Mode::AskEveryTime, _) => ruling(Verdict::Ask, "no rule matches"),
        (Mode::AskBeforeChanges | Mode::AskWhenBlocked, _) => {
            ruling(Verdict::Ask, "no sandbox is installed, so this mode asks")
        }
    }
}

/// Whether the rule is about any part of it.
fn touches(rule: &RuleMatch, subject: &Subject) -> bool {
    match (rule, subject) {
        (RuleMatch::Command { words }, Subject::Code { language, code }) => {
            is_text(words) && squeezed(code).contains(&squeezed(&words.join(" ")))
                || shell::commands(language, code)
                    .iter()
                    .any(|command| command.begins_with(words))
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
                    .all(|command| command.is_plain() && command.begins_with(words))
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
        (
            RuleMatch::App { app: wanted, tier },
            Subject::Action {
                app: Some(app),
                looks,
                ..
            },
        ) => wanted == app && (*looks || *tier >= Tier::Click),
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
        RuleMatch::App { app, tier } => {
            let what = match tier {
                Tier::Look => "look at",
                Tier::Click => "click in",
                Tier::Full => "use",
            };
            format!("{verb}: {what} {app}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(language: &str, code: &str) -> Subject {
        Subject::Code {
            language: language.to_owned(),
            code: code.to_owned(),
        }
    }

    fn command(verdict: Verdict, words: &[&str]) -> Rule {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Rule {
            verdict,
            matches: RuleMatch::Command { words },
        }
    }

    fn click(app: &str) -> Subject {
        Subject::Action {
            app: Some(app.to_owned()),
            looks: false,
            words: String::new(),
        }
    }

    #[test]
    fn the_strongest_rule_decides() {
        use Verdict::{Allow, Ask, Deny};
        let rm = command(Deny, &["rm", "-rf", "/"]);
        let git = command(Allow, &["git", "status"]);
        let python = Rule {
            verdict: Allow,
            matches: RuleMatch::Language {
                language: "python".to_owned(),
            },
        };
        let mail = Rule {
            verdict: Allow,
            matches: RuleMatch::App {
                app: "Mail".to_owned(),
                tier: Tier::Click,
            },
        };
        let bomb = command(Deny, &[":(){", ":|:&", "};:"]);
        let rules = [rm, git, python, mail, bomb].map(|rule| Grant {
            id: "g".to_owned(),
            rule,
            conversation: None,
            profile: None,
            until: None,
        });
        let check = |subject: Subject, mode: Mode, os: bool, expected: (Verdict, &str)| {
            let got = decide(&subject, mode, os, &rules);
            assert_eq!(
                (got.verdict, got.rule.as_str()),
                expected,
                "{subject:?} in {mode:?}"
            );
        };
        let every = Mode::AskEveryTime;
        check(code("shell", "ls"), every, false, (Ask, "no rule matches"));
        check(
            code("shell", "ls"),
            Mode::FullAccess,
            false,
            (Allow, "mode Full access"),
        );
        check(
            code("shell", "ls"),
            Mode::ChatOnly,
            false,
            (Deny, "mode Chat only: nothing runs"),
        );
        check(
            code("shell", "git status -s"),
            every,
            false,
            (Allow, "allow `git status`"),
        );
        check(
            code("shell", "git status; ls"),
            every,
            false,
            (Ask, "no rule matches"),
        );
        check(
            code("shell", "git status $(ls)"),
            every,
            false,
            (Ask, "no rule matches"),
        );
        check(
            code("shell", "git status > file"),
            every,
            false,
            (Ask, "no rule matches"),
        );
        check(
            code("shell", "cd x && rm -rf /"),
            Mode::FullAccess,
            false,
            (Deny, "never `rm -rf /`"),
        );
        check(
            code("shell", "sudo rm -rf /"),
            Mode::FullAccess,
            false,
            (Deny, "never `rm -rf /`"),
        );
        check(
            code("shell", "r''m -r\\f \"/\""),
            Mode::FullAccess,
            false,
            (Deny, "never `rm -rf /`"),
        );
        check(
            code("shell", ":(){ :|:&\n};:"),
            Mode::FullAccess,
            false,
            (Deny, "never `:(){ :|:& };:`"),
        );
        check(
            code("python", "print(1)"),
            every,
            false,
            (Allow, "allow python"),
        );
        check(click("Mail"), every, false, (Deny, "OS mode is off"));
        check(click("Mail"), every, true, (Allow, "allow: click in Mail"));
        check(
            click("Bank"),
            every,
            true,
            (Ask, "no rule for the app Bank"),
        );
        check(
            click("Bank"),
            Mode::FullAccess,
            true,
            (Allow, "mode Full access"),
        );
        let grant = |text: &str| decide(&code("shell", text), every, false, &rules).grant;
        assert_eq!(
            (grant("git status"), grant("ls")),
            (Some("g".to_owned()), None),
            "what a permission allowed can be revoked"
        );
    }

    #[test]
    fn what_the_person_runs_is_not_asked_for_but_can_be_denied() {
        use Verdict::{Allow, Ask, Deny};
        let rules = [command(Ask, &["ls"]), command(Deny, &["rm"])].map(|rule| Grant {
            id: String::new(),
            rule,
            conversation: None,
            profile: None,
            until: None,
        });
        let check = |text: &str, mode: Mode, expected: (Verdict, &str)| {
            let got = decide_own(&code("shell", text), mode, false, &rules);
            assert_eq!((got.verdict, got.rule.as_str()), expected, "{text}");
        };
        check("ls", Mode::AskEveryTime, (Allow, "run by you"));
        check("ls; rm x", Mode::FullAccess, (Deny, "never `rm`"));
        check("ls", Mode::ChatOnly, (Deny, "mode Chat only: nothing runs"));
    }
}
