//! What may be done on the screen.

use pretty_assertions::assert_eq;

use super::*;

fn app(verdict: Verdict, app: &str, tier: Tier) -> Rule {
    let app = app.to_owned();
    Rule {
        verdict,
        matches: RuleMatch::App { app, tier },
    }
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
fn a_secret_is_asked_for_in_each_app_until_a_rule_of_its_own_allows_it() {
    use Verdict::{Allow, Ask, Deny};
    let secret = |verdict, name: &str, app: &str| Rule {
        verdict,
        matches: RuleMatch::Secret {
            name: name.to_owned(),
            app: app.to_owned(),
        },
    };
    let typing = |kind| Subject::Action {
        app: Some("It".to_owned()),
        looks: false,
        words: String::new(),
        reach: Reach {
            kind,
            secret: Some("mail".to_owned()),
            ..Reach::default()
        },
    };
    let check = |rules: &[Rule], asking: (Verdict, &str), full: Verdict| {
        let rules = given(rules);
        let subject = typing(AppKind::Ordinary);
        for mode in [
            Mode::AskEveryTime,
            Mode::AskBeforeChanges,
            Mode::AskWhenBlocked,
        ] {
            let got = decide(&subject, &law(mode, true, &rules));
            assert_eq!((got.verdict, got.rule.as_str()), asking, "{mode:?}");
        }
        let got = decide(&subject, &law(Mode::FullAccess, true, &rules));
        assert_eq!(got.verdict, full);
        let got = decide(&subject, &law(Mode::ChatOnly, true, &rules));
        assert_eq!(got.verdict, Deny);
    };
    let first = (Ask, "the secret “mail” was not yet allowed in It");
    check(&[], first, Allow);
    // Who lets the app be used has said nothing of the secret.
    check(&[app(Allow, "It", Tier::Full)], first, Allow);
    check(&[secret(Allow, "mail", "Other")], first, Allow);
    check(&[secret(Allow, "bank", "It")], first, Allow);
    // A permission names both.
    check(&[secret(Allow, "", "It")], first, Allow);
    check(&[secret(Allow, "mail", "")], first, Allow);
    let allowed = "allow: type the secret “mail” in It";
    check(&[secret(Allow, "mail", "It")], (Allow, allowed), Allow);
    for (name, within) in [("mail", "It"), ("", "it"), ("mail", ""), ("", "")] {
        let rules = [secret(Allow, "mail", "It"), secret(Deny, name, within)];
        let denied = describe(&rules[1]);
        check(&rules, (Deny, &denied), Deny);
    }
    let rules = [secret(Allow, "mail", "It"), app(Deny, "It", Tier::Full)];
    check(&rules, (Deny, "never: use It"), Deny);
    // Nor is a rule about secrets one about the app.
    let rules = given(&[secret(Deny, "", "It")]);
    let click = action(AppKind::Ordinary, Tier::Click);
    let got = decide(&click, &law(Mode::FullAccess, true, &rules));
    assert_eq!(got.verdict, Allow);
    let got = decide(
        &typing(AppKind::PasswordManager),
        &law(Mode::FullAccess, true, &[]),
    );
    assert_eq!(got.verdict, Deny);
}
