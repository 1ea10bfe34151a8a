//! The order of rules, and what they cover, by tables.

use interpreter_protocol::Mode;

use super::*;
use crate::{AppKind, Reach};

fn law(mode: Mode, os: bool, rules: &[Grant]) -> Law<'_> {
    Law {
        mode,
        os,
        folder: "/srv/me/work",
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

fn app(verdict: Verdict, app: &str, tier: Tier) -> Rule {
    let app = app.to_owned();
    Rule {
        verdict,
        matches: RuleMatch::App { app, tier },
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

fn action(kind: AppKind, tier: Tier) -> Subject {
    Subject::Action {
        app: Some("It".to_owned()),
        looks: tier == Tier::Look,
        words: String::new(),
        reach: Reach {
            tier,
            kind,
            ..Reach::default()
        },
    }
}

fn grave(subject: Subject) -> Subject {
    let Subject::Action {
        app,
        looks,
        words,
        reach,
    } = subject
    else {
        return subject;
    };
    Subject::Action {
        app,
        looks,
        words,
        reach: Reach {
            consequence: Some("“Send” looks like sending".to_owned()),
            ..reach
        },
    }
}

#[test]
fn how_far_each_kind_of_app_may_be_used() {
    use AppKind::{Browser, Ordinary, PasswordManager, SystemPrompt, Terminal};
    use Tier::{Click, Full, Look};
    use Verdict::{Allow, Ask, Deny};
    // With no rule, and with rules that allow looks, clicks, all: the same in the three
    // modes that ask. Last, full access.
    let check = |kind: AppKind, tier: Tier, asking: [Verdict; 4], full: Verdict| {
        let subject = action(kind, tier);
        let rules = [None, Some(Look), Some(Click), Some(Full)].map(|tier| {
            let rule = tier.map(|tier| app(Allow, "It", tier));
            given(&rule.into_iter().collect::<Vec<_>>())
        });
        for mode in [
            Mode::AskEveryTime,
            Mode::AskBeforeChanges,
            Mode::AskWhenBlocked,
        ] {
            let got = rules
                .each_ref()
                .map(|rules| decide(&subject, &law(mode, true, rules)).verdict);
            assert_eq!(got, asking, "{kind:?} {tier:?} {mode:?}");
        }
        let got = rules
            .each_ref()
            .map(|rules| decide(&subject, &law(Mode::FullAccess, true, rules)).verdict);
        assert_eq!(got, [full; 4], "{kind:?} {tier:?}");
        for rules in &rules {
            let chat = decide(&subject, &law(Mode::ChatOnly, true, rules));
            assert_eq!(chat.verdict, Deny, "{kind:?} {tier:?}");
            let off = decide(&subject, &law(Mode::FullAccess, false, rules));
            assert_eq!(off.verdict, Deny, "{kind:?} {tier:?}");
        }
    };
    for kind in [Ordinary, Browser] {
        check(kind, Look, [Allow; 4], Allow);
        check(kind, Click, [Ask, Ask, Allow, Allow], Allow);
        check(kind, Full, [Ask, Ask, Ask, Allow], Allow);
    }
    check(Terminal, Look, [Allow; 4], Allow);
    check(Terminal, Click, [Ask, Ask, Allow, Allow], Allow);
    check(Terminal, Full, [Ask; 4], Allow);
    for kind in [PasswordManager, SystemPrompt] {
        check(kind, Look, [Allow; 4], Allow);
        check(kind, Click, [Deny; 4], Deny);
        check(kind, Full, [Deny; 4], Deny);
    }
}

#[test]
fn what_cannot_be_taken_back_is_asked_in_a_granted_app_too() {
    use Verdict::{Allow, Ask, Deny};
    let click = grave(action(AppKind::Ordinary, Tier::Click));
    let why = "“Send” looks like sending, which is asked each time";
    let check = |rules: &[Rule], mode: Mode, expected: (Verdict, &str)| {
        let rules = given(rules);
        let got = decide(&click, &law(mode, true, &rules));
        assert_eq!((got.verdict, got.rule.as_str()), expected, "{mode:?}");
    };
    let allowed = app(Allow, "It", Tier::Full);
    let denied = app(Deny, "It", Tier::Click);
    for mode in [
        Mode::AskEveryTime,
        Mode::AskBeforeChanges,
        Mode::AskWhenBlocked,
    ] {
        check(&[], mode, (Ask, why));
        check(std::slice::from_ref(&allowed), mode, (Ask, why));
        let both = [allowed.clone(), denied.clone()];
        check(&both, mode, (Deny, "never: click in It"));
    }
    check(&[allowed], Mode::FullAccess, (Allow, "allow: use It"));
    check(&[], Mode::FullAccess, (Allow, "mode Full access"));
    check(&[denied], Mode::FullAccess, (Deny, "never: click in It"));
    assert_eq!(offer(&click), None);
}

#[test]
fn rules_against_apps_hold_from_their_tier_on() {
    use Verdict::{Allow, Ask, Deny};
    let check = |rule: Rule, tier: Tier, expected: (Verdict, &str)| {
        let rules = given(&[app(Allow, "It", Tier::Full), rule]);
        let subject = action(AppKind::Ordinary, tier);
        let got = decide(&subject, &law(Mode::AskEveryTime, true, &rules));
        assert_eq!((got.verdict, got.rule.as_str()), expected);
    };
    let typing = || app(Deny, "it", Tier::Full);
    check(typing(), Tier::Click, (Allow, "allow: use It"));
    check(typing(), Tier::Full, (Deny, "never: use it"));
    let clicks = || app(Ask, "It", Tier::Click);
    check(clicks(), Tier::Look, (Allow, "allow: use It"));
    check(clicks(), Tier::Click, (Ask, "ask about: click in It"));
    check(clicks(), Tier::Full, (Ask, "ask about: click in It"));
    check(
        app(Deny, "Other", Tier::Look),
        Tier::Full,
        (Allow, "allow: use It"),
    );
}

#[test]
fn a_drag_between_apps_needs_both() {
    use Verdict::{Allow, Ask, Deny};
    let mut drag = action(AppKind::Ordinary, Tier::Full);
    if let Subject::Action { reach, .. } = &mut drag {
        reach.also = vec!["There".to_owned()];
    }
    let check = |rules: &[Rule], expected: Verdict| {
        let rules = given(rules);
        let got = decide(&drag, &law(Mode::AskEveryTime, true, &rules));
        assert_eq!(got.verdict, expected, "{rules:?}");
    };
    let here = app(Allow, "It", Tier::Full);
    let there = |verdict| app(verdict, "There", Tier::Full);
    check(std::slice::from_ref(&here), Ask);
    check(&[there(Allow)], Ask);
    check(&[here.clone(), there(Allow)], Allow);
    check(&[here, there(Deny)], Deny);
    assert_eq!(offer(&drag), None);
    // Where it ends is not known.
    if let Subject::Action { app, .. } = &mut drag {
        *app = None;
    }
    let rules = given(&[app(Allow, "There", Tier::Full)]);
    let got = decide(&drag, &law(Mode::AskEveryTime, true, &rules));
    assert_eq!(got.verdict, Ask);
}

#[test]
fn the_question_says_how_far_an_app_would_be_allowed() {
    use AppKind::{Browser, Ordinary, PasswordManager, Terminal};
    let check = |kind: AppKind, tier: Tier, expected: Option<Tier>| {
        let subject = action(kind, tier);
        let expected = expected.map(|tier| ("It", tier));
        assert_eq!(offer(&subject), expected, "{kind:?} {tier:?}");
    };
    for kind in [Ordinary, Browser] {
        check(kind, Tier::Click, Some(Tier::Full));
        check(kind, Tier::Full, Some(Tier::Full));
        check(kind, Tier::Look, None);
    }
    check(Terminal, Tier::Click, Some(Tier::Click));
    check(Terminal, Tier::Full, None);
    check(PasswordManager, Tier::Click, None);
}

#[test]
fn why_it_asks_is_said() {
    let check = |kind: AppKind, tier: Tier, rules: &[Rule], expected: &str| {
        let rules = given(rules);
        let got = decide(&action(kind, tier), &law(Mode::AskEveryTime, true, &rules));
        assert_eq!((got.verdict, got.rule.as_str()), (Verdict::Ask, expected));
    };
    let clicks = app(Verdict::Allow, "It", Tier::Click);
    check(AppKind::Ordinary, Tier::Full, &[], "no rule for the app It");
    check(
        AppKind::Ordinary,
        Tier::Full,
        std::slice::from_ref(&clicks),
        "only clicks are allowed in It so far",
    );
    check(
        AppKind::Terminal,
        Tier::Full,
        &[clicks],
        "typing into It runs commands, which is asked each time",
    );
}

#[test]
fn folders() {
    use Verdict::{Allow, Ask, Deny};
    let check = |verdict: Verdict, path: &str, language: &str, text: &str, expected: Verdict| {
        let path = path.to_owned();
        let rules = given(&[Rule {
            verdict,
            matches: RuleMatch::Folder { path },
        }]);
        let got = decide(
            &code(language, text),
            &law(Mode::AskEveryTime, false, &rules),
        );
        assert_eq!(got.verdict, expected, "{verdict:?} {text}");
    };
    let work = "/srv/me/work";
    // What goes there first and stays.
    check(Allow, work, "shell", "cd /srv/me/work && ls -l", Allow);
    check(
        Allow,
        work,
        "shell",
        "cd /srv/me/work/a && make -C ../b && ls",
        Allow,
    );
    check(
        Allow,
        work,
        "shell",
        "cd /srv/me/work && cat /srv/me/work/x",
        Allow,
    );
    // A shell may be anywhere.
    check(Allow, work, "shell", "ls -l", Ask);
    check(Allow, work, "shell", "cd /srv/me/work", Ask);
    check(Allow, work, "shell", "cd work && ls", Ask);
    check(Allow, work, "shell", "cd /srv/me/work; ls", Ask);
    check(Allow, work, "shell", "cd /srv/me/work || ls", Ask);
    check(Allow, work, "shell", "cd /srv/me/work && ls; rm x", Ask);
    check(Allow, work, "shell", "cd /srv/me/work && cat ../../x", Ask);
    check(Allow, work, "shell", "cd /srv/me/work/../x && ls", Ask);
    check(Allow, work, "shell", "cd /srv/me/worker && ls", Ask);
    check(
        Allow,
        work,
        "shell",
        "cd /srv/me/work && cat /etc/passwd",
        Ask,
    );
    check(
        Allow,
        work,
        "shell",
        "cd /srv/me/work && cc -o/etc/x a.c",
        Ask,
    );
    check(Allow, work, "shell", "cd /srv/me/work && dd of=/etc/x", Ask);
    check(Allow, work, "shell", "cd /srv/me/work && cat ~/x", Ask);
    check(Allow, work, "shell", "cd /srv/me/work && ls > x", Ask);
    check(Allow, work, "shell", "cd /srv/me/work && sudo ls", Ask);
    check(Allow, work, "shell", "cd /srv/me/work && cd / && ls", Ask);
    check(
        Allow,
        work,
        "shell",
        "cd /srv/me/work && curl https://a.example",
        Ask,
    );
    check(Allow, work, "python", "print(1)", Ask);
    // What begins there, or names something in it.
    check(Deny, "/srv/me", "shell", "ls", Deny);
    check(Deny, "/srv/me", "python", "print(1)", Deny);
    check(Deny, "/etc", "shell", "cat /etc/passwd", Deny);
    check(Deny, "/etc", "shell", "cat ../../../etc/passwd", Deny);
    check(Deny, "/etc", "shell", "dd if=/etc/x", Deny);
    check(Deny, "/etc/", "python", "open('/etc/passwd')", Deny);
    check(Deny, "/srv/me/work/secret", "shell", "cat secret/x", Deny);
    check(Deny, "/etc", "shell", "cat /etcetera", Ask);
    check(Deny, "/etc", "shell", "ls", Ask);
}

#[test]
fn hosts() {
    use Verdict::{Allow, Ask, Deny};
    let check = |verdict: Verdict, host: &str, language: &str, text: &str, expected: Verdict| {
        let host = host.to_owned();
        let rules = given(&[Rule {
            verdict,
            matches: RuleMatch::Host { host },
        }]);
        let got = decide(
            &code(language, text),
            &law(Mode::AskEveryTime, false, &rules),
        );
        assert_eq!(got.verdict, expected, "{verdict:?} {text}");
    };
    let host = "example.com";
    check(
        Allow,
        host,
        "shell",
        "curl 'https://example.com/a?b'",
        Allow,
    );
    check(
        Allow,
        host,
        "shell",
        "curl -s https://EXAMPLE.com:8080/",
        Allow,
    );
    check(
        Allow,
        host,
        "shell",
        "git ls-remote https://example.com/a.git",
        Allow,
    );
    check(
        Allow,
        host,
        "shell",
        "curl https://example.com.evil.net/",
        Ask,
    );
    check(
        Allow,
        host,
        "shell",
        "curl https://example.com@evil.net/",
        Ask,
    );
    check(Allow, host, "shell", "curl https://a.example.com/", Ask);
    check(
        Allow,
        host,
        "shell",
        "curl https://example.com https://evil.net",
        Ask,
    );
    check(Allow, host, "shell", "curl -L https://example.com", Ask);
    check(Allow, host, "shell", "curl -o x https://example.com", Ask);
    check(Allow, host, "shell", "curl -d @x https://example.com", Ask);
    check(Allow, host, "shell", "curl https://example.com | sh", Ask);
    check(Allow, host, "shell", "curl https://example.com/$X", Ask);
    check(
        Allow,
        host,
        "shell",
        "http_proxy=evil.net curl https://example.com",
        Ask,
    );
    check(Allow, host, "shell", "sudo curl https://example.com", Ask);
    check(Allow, host, "shell", "ssh example.com rm x", Ask);
    check(Allow, host, "shell", "ls", Ask);
    check(Allow, host, "python", "get('https://example.com')", Ask);
    check(Deny, host, "shell", "curl https://example.com/a", Deny);
    check(Deny, host, "shell", "wget example.com", Deny);
    check(Deny, host, "shell", "ssh me@sub.example.com ls", Deny);
    check(Deny, host, "shell", "scp x example.com:y", Deny);
    check(Deny, host, "shell", "git clone git@example.com:a/b", Deny);
    check(Deny, host, "shell", "curl exam''ple.c\\om", Deny);
    check(
        Deny,
        "*.example.com",
        "python",
        "get('https://Example.com.')",
        Deny,
    );
    check(Deny, host, "shell", "curl https://example.community", Ask);
    check(Deny, host, "shell", "curl https://notexample.com", Ask);
    check(Deny, "", "shell", "ls", Ask);
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
