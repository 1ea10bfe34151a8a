//! The order of rules, and what they cover, by tables.

mod place;
mod screen;

use interpreter_protocol::Mode;

use super::*;
use crate::{AppKind, Reach};

fn law(mode: Mode, os: bool, rules: &[Grant]) -> Law<'_> {
    Law {
        mode,
        os,
        folder: "/srv/me/jobs",
        rules,
    }
}

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

fn given(rules: &[Rule]) -> Vec<Grant> {
    let grant = |rule: &Rule| Grant {
        id: "g".to_owned(),
        rule: rule.clone(),
        conversation: None,
        profile: None,
        until: None,
        turn: false,
    };
    rules.iter().map(grant).collect()
}

fn click(app: &str) -> Subject {
    Subject::Action {
        app: Some(app.to_owned()),
        looks: false,
        words: String::new(),
        reach: Reach {
            tier: Tier::Click,
            ..Reach::default()
        },
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
        turn: false,
    });
    let check = |subject: Subject, mode: Mode, os: bool, expected: (Verdict, &str)| {
        let got = decide(&subject, &law(mode, os, &rules));
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
    let grant = |text: &str| decide(&code("shell", text), &law(every, false, &rules)).grant;
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
        turn: false,
    });
    let check = |text: &str, mode: Mode, expected: (Verdict, &str)| {
        let got = decide_own(&code("shell", text), &law(mode, false, &rules));
        assert_eq!((got.verdict, got.rule.as_str()), expected, "{text}");
    };
    check("ls", Mode::AskEveryTime, (Allow, "run by you"));
    check("ls; rm x", Mode::FullAccess, (Deny, "never `rm`"));
    check("ls", Mode::ChatOnly, (Deny, "mode Chat only: nothing runs"));
}

#[test]
fn what_is_forbidden_is_found_in_other_commands() {
    let rules = given(&[command(Verdict::Deny, &["rm", "-rf", "/"])]);
    let check = |text: &str, expected: Verdict| {
        let got = decide(&code("shell", text), &law(Mode::FullAccess, false, &rules));
        assert_eq!(got.verdict, expected, "{text}");
    };
    check("sh -c 'rm -rf /'", Verdict::Deny);
    check("sudo bash -lc \"cd / && rm -rf /\"", Verdict::Deny);
    check("sh -c \"bash -c 'rm -rf /'\"", Verdict::Deny);
    check("eval rm -rf /", Verdict::Deny);
    check("timeout 5 rm -rf /", Verdict::Deny);
    check("find . -exec rm -rf / \\;", Verdict::Deny);
    check("ls | xargs rm -rf /", Verdict::Deny);
    check("echo rm -rf /", Verdict::Allow);
    check("sh script", Verdict::Allow);
}

#[test]
fn a_command_is_allowed_only_as_it_was_allowed() {
    let rules = given(&[command(Verdict::Allow, &["git", "status"])]);
    let check = |text: &str, expected: Verdict| {
        let subject = code("shell", text);
        let got = decide(&subject, &law(Mode::AskEveryTime, false, &rules));
        assert_eq!(got.verdict, expected, "{text}");
    };
    check("git status -s", Verdict::Allow);
    check("git status && git status", Verdict::Allow);
    check("git --exec-path=/x status", Verdict::Ask);
    check("sudo git status", Verdict::Ask);
    check("GIT_DIR=/x git status", Verdict::Ask);
    check("/tmp/git status", Verdict::Ask);
    check("git", Verdict::Ask);
    check("bash -c 'git status'", Verdict::Ask);
}
