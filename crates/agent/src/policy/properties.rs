//! What holds for any rules, in any order, for anything that is done.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::{AppKind, Reach};

const SECRETS: [&str; 2] = ["mail", "bank"];
const APPS: [&str; 3] = ["Mail", "Bank", "Term"];
const ASKING: [Mode; 3] = [
    Mode::AskEveryTime,
    Mode::AskBeforeChanges,
    Mode::AskWhenBlocked,
];
const CODE: [&str; 10] = [
    "ls",
    "rm -rf x",
    "cd /work && rm -rf x",
    "git status; curl https://a.example/x",
    "curl -s https://a.example/x",
    "sudo git push",
    "echo $(rm x)",
    "cd /work && cat /etc/passwd",
    "sh -c 'git push'",
    "rm \"/etc/x\" > y",
];

fn tier() -> impl Strategy<Value = Tier> {
    select(vec![Tier::Look, Tier::Click, Tier::Full])
}

fn verdict() -> impl Strategy<Value = Verdict> {
    select(vec![Verdict::Allow, Verdict::Ask, Verdict::Deny])
}

fn mode() -> impl Strategy<Value = Mode> {
    select(vec![
        Mode::AskEveryTime,
        Mode::AskBeforeChanges,
        Mode::AskWhenBlocked,
        Mode::FullAccess,
        Mode::ChatOnly,
    ])
}

fn kind() -> impl Strategy<Value = AppKind> {
    select(vec![
        AppKind::Ordinary,
        AppKind::Browser,
        AppKind::Terminal,
        AppKind::PasswordManager,
        AppKind::SystemPrompt,
    ])
}

fn matches() -> impl Strategy<Value = RuleMatch> {
    let text = |texts: &'static [&'static str]| select(texts).prop_map(str::to_owned);
    prop_oneof![
        text(&["shell", "python"]).prop_map(|language| RuleMatch::Language { language }),
        text(&["ls", "rm", "rm -rf", "git", "git push", "curl", "cd"]).prop_map(|words| {
            RuleMatch::Command {
                words: words.split(' ').map(str::to_owned).collect(),
            }
        }),
        text(&["find", "open"]).prop_map(|name| RuleMatch::Tool { name }),
        text(&["/work", "/etc", "/"]).prop_map(|path| RuleMatch::Folder { path }),
        text(&["a.example", "b.example"]).prop_map(|host| RuleMatch::Host { host }),
        select(CODE.to_vec()).prop_map(|code| RuleMatch::Code {
            digest: digest::of_code("shell", code),
            text: code.to_owned(),
        }),
        (text(&APPS), tier()).prop_map(|(app, tier)| RuleMatch::App { app, tier }),
        (text(&SECRETS), text(&APPS)).prop_map(|(name, app)| RuleMatch::Secret { name, app }),
    ]
}

fn grant() -> impl Strategy<Value = Grant> {
    (verdict(), matches()).prop_map(|(verdict, matches)| Grant {
        id: String::new(),
        rule: Rule { verdict, matches },
        conversation: None,
        profile: None,
        until: None,
        turn: false,
    })
}

fn app() -> impl Strategy<Value = String> {
    select(APPS.to_vec()).prop_map(str::to_owned)
}

fn action() -> impl Strategy<Value = Subject> {
    (
        proptest::option::of(app()),
        tier(),
        kind(),
        proptest::collection::vec(app(), 0..2),
        proptest::option::of(Just("looks like paying".to_owned())),
        proptest::option::of(select(SECRETS.to_vec()).prop_map(str::to_owned)),
    )
        .prop_map(
            |(app, tier, kind, also, consequence, secret)| Subject::Action {
                app,
                looks: tier == Tier::Look,
                words: String::new(),
                reach: Reach {
                    tier,
                    kind,
                    also,
                    consequence,
                    secret,
                },
            },
        )
}

fn subject() -> impl Strategy<Value = Subject> {
    prop_oneof![
        (select(vec!["shell", "python"]), select(CODE.to_vec())).prop_map(|(language, code)| {
            Subject::Code {
                language: language.to_owned(),
                code: code.to_owned(),
            }
        }),
        select(vec!["find", "open"]).prop_map(|name| Subject::Tool {
            name: name.to_owned()
        }),
        action(),
    ]
}

/// The rule that denies the same. What allows typing allows clicks, too, and what
/// denies it does not deny those: so all of the app.
fn opposite(matches: &RuleMatch) -> Rule {
    let mut matches = matches.clone();
    if let RuleMatch::App { tier, .. } = &mut matches {
        *tier = Tier::Look;
    }
    Rule {
        verdict: Verdict::Deny,
        matches,
    }
}

fn law(mode: Mode, os: bool, rules: &[Grant]) -> Law<'_> {
    Law {
        mode,
        os,
        folder: "/srv/me",
        rules,
    }
}

fn rules() -> impl Strategy<Value = Vec<Grant>> {
    proptest::collection::vec(grant(), 0..8)
}

proptest! {
    #[test]
    fn what_one_rule_denies_no_other_allows(
        subject in subject(), mode in mode(), os: bool, rules in rules(), more in rules()
    ) {
        let before = decide(&subject, &law(mode, os, &rules)).verdict;
        let own = decide_own(&subject, &law(mode, os, &rules)).verdict;
        let mut all: Vec<Grant> = more.clone();
        all.extend(rules);
        all.extend(more);
        let after = law(mode, os, &all);
        if before == Verdict::Deny {
            prop_assert_eq!(decide(&subject, &after).verdict, Verdict::Deny);
            prop_assert_eq!(own, Verdict::Deny, "the person is denied the same");
        }
        if own == Verdict::Deny {
            prop_assert_eq!(decide_own(&subject, &after).verdict, Verdict::Deny);
        }
    }

    #[test]
    fn a_rule_that_denies_what_another_allows_wins(
        subject in subject(), mode in mode(), os: bool, rules in rules()
    ) {
        let got = decide(&subject, &law(mode, os, &rules));
        if got.verdict != Verdict::Allow {
            return Ok(());
        }
        // The same rules, each turned into one that denies.
        let mut denied = rules.clone();
        let mut named = false;
        for grant in &rules {
            if grant.rule.verdict == Verdict::Allow && describe(&grant.rule) == got.rule {
                named = true;
                let mut deny = grant.clone();
                deny.rule = opposite(&grant.rule.matches);
                denied.push(deny);
            }
        }
        if named {
            prop_assert_eq!(decide(&subject, &law(mode, os, &denied)).verdict, Verdict::Deny);
        }
    }

    #[test]
    fn the_floor_holds_in_every_mode(
        subject in action(), mode in mode(), os: bool, rules in rules()
    ) {
        let Subject::Action { looks, reach, .. } = &subject else {
            return Ok(());
        };
        let guarded = matches!(reach.kind, AppKind::PasswordManager | AppKind::SystemPrompt);
        if !os || mode == Mode::ChatOnly || guarded && !looks {
            for got in [decide(&subject, &law(mode, os, &rules)), decide_own(&subject, &law(mode, os, &rules))] {
                prop_assert_eq!(got.verdict, Verdict::Deny);
                prop_assert_eq!(got.grant, None);
            }
        }
    }

    #[test]
    fn nothing_is_allowed_where_nothing_allows_it(
        subject in action(), mode in select(ASKING.to_vec()), rules in rules()
    ) {
        let got = decide(&subject, &law(mode, true, &rules)).verdict;
        let Subject::Action { app, looks, reach, .. } = &subject else {
            return Ok(());
        };
        if *looks || got != Verdict::Allow {
            return Ok(());
        }
        prop_assert_eq!(&reach.consequence, &None);
        prop_assert!(reach.kind != AppKind::Terminal || reach.tier <= Tier::Click);
        prop_assert!(app.is_some());
        for name in app.iter().chain(&reach.also) {
            let allows = rules.iter().any(|grant| {
                grant.rule.verdict == Verdict::Allow
                    && match (&grant.rule.matches, &reach.secret) {
                        (RuleMatch::App { app, tier }, None) => app == name && *tier >= reach.tier,
                        (RuleMatch::Secret { name: one, app }, Some(secret)) => app == name && one == secret,
                        _ => false,
                    }
            });
            prop_assert!(allows, "{name}");
        }
    }

    #[test]
    fn what_covers_also_touches(subject in subject(), matches in matches(), mode in select(ASKING.to_vec())) {
        // An allow never covers what the same words would not deny.
        let one = |rule| Grant {
            id: String::new(),
            rule,
            conversation: None,
            profile: None,
            until: None,
            turn: false,
        };
        let allow = [one(Rule {
            verdict: Verdict::Allow,
            matches: matches.clone(),
        })];
        let nothing = decide(&subject, &law(mode, true, &[])).verdict;
        if nothing == Verdict::Ask && decide(&subject, &law(mode, true, &allow)).verdict == Verdict::Allow {
            let deny = [one(opposite(&matches))];
            prop_assert_eq!(decide(&subject, &law(mode, true, &deny)).verdict, Verdict::Deny);
        }
    }

    #[test]
    fn more_code_is_never_allowed_by_less(
        first in select(CODE.to_vec()), second in select(CODE.to_vec()), rules in rules()
    ) {
        let shell = |code: String| Subject::Code { language: "shell".to_owned(), code };
        let by_command: Vec<Grant> = rules
            .into_iter()
            .filter(|grant| matches!(grant.rule.matches, RuleMatch::Command { .. } | RuleMatch::Host { .. }))
            .collect();
        let law = law(Mode::AskEveryTime, true, &by_command);
        let both = decide(&shell(format!("{first}; {second}")), &law).verdict;
        if both == Verdict::Allow {
            for one in [first, second] {
                prop_assert_eq!(decide(&shell(one.to_owned()), &law).verdict, Verdict::Allow);
            }
        }
    }

    #[test]
    fn what_is_offered_spares_the_next_question(subject in action(), mode in select(ASKING.to_vec())) {
        if let Some((app, tier)) = offer(&subject) {
            let grant = Grant {
                id: String::new(),
                rule: Rule { verdict: Verdict::Allow, matches: RuleMatch::App { app: app.to_owned(), tier } },
                conversation: None,
                profile: None,
                until: None,
                turn: false,
            };
            prop_assert_eq!(decide(&subject, &law(mode, true, &[grant])).verdict, Verdict::Allow);
        }
    }

    #[test]
    fn any_text_can_be_read(code in "[ -~\n]{0,60}", host in "[a-z.*]{0,12}", path in "[a-z/.~]{0,12}") {
        let rules = [
            RuleMatch::Host { host },
            RuleMatch::Folder { path },
            RuleMatch::Command { words: vec!["x".to_owned()] },
        ];
        for matches in rules {
            for verdict in [Verdict::Allow, Verdict::Deny] {
                let rules = [Grant {
                    id: String::new(),
                    rule: Rule { verdict, matches: matches.clone() },
                    conversation: None,
                    profile: None,
                    until: None,
                    turn: false,
                }];
                let subject = Subject::Code { language: "shell".to_owned(), code: code.clone() };
                let _ = decide(&subject, &law(Mode::AskEveryTime, true, &rules));
            }
        }
    }
}
