//! A rule that comes with an approval holds where the person said.

use interpreter_protocol::{
    Answer, Decision, Grant, Op, Query, Rule, RuleMatch, RuleScope, Scope, UserPart, Verdict,
};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, rows};

async fn grants(house: &House) -> Vec<Grant> {
    match house.engine.query(Query::Grants).await.unwrap() {
        Answer::Grants { grants } => grants,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_rule_holds_here_with_the_profile_or_everywhere() {
    use RuleScope::{Conversation, Everywhere, Profile};
    // Whether the same runs without a question in another conversation, and in one of
    // another profile.
    for (scope, elsewhere, other_profile) in [
        (Conversation, false, false),
        (Profile, true, false),
        (Everywhere, true, true),
    ] {
        let house = House::new(json!({}));
        let profile = Op::SaveProfile {
            name: "other".to_owned(),
            content: Some("mode: ask_every_time\n".to_owned()),
            conversation: None,
        };
        house.engine.submit(profile).await.unwrap();
        let said = "run shell: echo hi";
        let id = house.say(None, vec![UserPart::text(said)]).await.unwrap();
        let pending = house.pending(&id).await;
        let rule = Rule {
            verdict: Verdict::Allow,
            matches: RuleMatch::Language {
                language: "shell".to_owned(),
            },
        };
        let answer = Op::Answer {
            conversation: id.clone(),
            confirmation: pending.confirmation,
            digest: pending.digest,
            decision: Decision::Always {
                rule: rule.clone(),
                scope,
            },
        };
        house.engine.submit(answer).await.unwrap();
        house.over(&id).await;
        let given = grants(&house).await;
        let expected = Grant {
            id: given[0].id.clone(),
            rule,
            conversation: (scope == Conversation).then(|| id.clone()),
            profile: (scope == Profile).then(|| "default".to_owned()),
            until: None,
            turn: false,
        };
        assert_eq!(given, [expected]);
        let asks = async |profile: Option<&str>| {
            let settings = profile.map(|name| json!({ "profile": name }));
            let op = Op::Submit {
                conversation: None,
                content: vec![UserPart::text(said)],
                settings: settings
                    .and_then(|settings| settings.as_object().cloned())
                    .unwrap_or_default(),
            };
            let id = house.engine.submit(op).await.unwrap().conversation.unwrap();
            let snapshot = house
                .until(&id, |s| !s.pending.is_empty() || !s.responding)
                .await;
            house
                .engine
                .submit(Op::Stop { conversation: id })
                .await
                .unwrap();
            !snapshot.pending.is_empty()
        };
        assert_eq!(asks(None).await, !elsewhere, "{scope:?}");
        assert_eq!(asks(Some("other")).await, !other_profile, "{scope:?}");
        // Taken back, it is asked for again where it was given.
        house
            .engine
            .submit(Op::Revoke {
                grant: given[0].id.clone(),
            })
            .await
            .unwrap();
        assert_eq!(grants(&house).await, []);
        house.engine.shutdown().await;
    }
}

#[tokio::test]
async fn a_rule_for_the_turn_ends_with_it() {
    let house = House::new(json!({}));
    let said = "run shell: echo hi";
    let id = house.say(None, vec![UserPart::text(said)]).await.unwrap();
    let pending = house.pending(&id).await;
    let matches = RuleMatch::Language {
        language: "shell".to_owned(),
    };
    let answer = Op::Answer {
        conversation: id.clone(),
        confirmation: pending.confirmation,
        digest: pending.digest,
        decision: Decision::Always {
            rule: Rule {
                verdict: Verdict::Allow,
                matches,
            },
            scope: RuleScope::Turn,
        },
    };
    house.engine.submit(answer).await.unwrap();
    house.over(&id).await;
    assert_eq!(grants(&house).await, []);
    house
        .say(Some(&id), vec![UserPart::text(said)])
        .await
        .unwrap();
    let asked = house.pending(&id).await;
    assert_eq!(asked.format, "execution");
    house.engine.shutdown().await;
}

#[tokio::test]
async fn a_rule_that_is_over_holds_no_more() {
    let house = House::new(json!({}));
    let rule = |until: Option<u64>, conversation: Option<&str>| Grant {
        id: "one".to_owned(),
        rule: Rule {
            verdict: Verdict::Allow,
            matches: RuleMatch::Language {
                language: "shell".to_owned(),
            },
        },
        conversation: conversation.map(Into::into),
        profile: None,
        until,
        turn: false,
    };
    for conversation in [None, Some("c")] {
        for until in [None, Some(u64::MAX), Some(1)] {
            let grant = rule(until, conversation);
            let op = Op::Grant {
                grant: grant.clone(),
            };
            house.engine.submit(op).await.unwrap();
            // The same one, with another end.
            let expected = if until == Some(1) {
                vec![]
            } else {
                vec![grant]
            };
            assert_eq!(grants(&house).await, expected);
        }
    }
    house.engine.shutdown().await;
}

#[tokio::test]
async fn what_is_forbidden_stays_so_in_every_mode() {
    for mode in [
        "ask_every_time",
        "ask_before_changes",
        "ask_when_blocked",
        "full_access",
    ] {
        let house = House::new(json!({ "mode": mode, "forbidden_commands": ["mine *"] }));
        let allow = Op::Grant {
            grant: Grant {
                id: String::new(),
                rule: Rule {
                    verdict: Verdict::Allow,
                    matches: RuleMatch::Language {
                        language: "shell".to_owned(),
                    },
                },
                conversation: None,
                profile: None,
                until: None,
                turn: false,
            },
        };
        house.engine.submit(allow).await.unwrap();
        let id = house.turn(None, "run shell: sudo sh -c 'mine x'").await;
        let transcript = house.snapshot(&id).await;
        let run = transcript.items.iter().find_map(|item| item.run.clone());
        let run = run.map(|run| (run.state, run.rule));
        let rule = Some("never `mine *`".to_owned());
        assert_eq!(run, Some((interpreter_protocol::RunState::Blocked, rule)));
        house.engine.shutdown().await;
    }
}

#[tokio::test]
async fn what_the_sheet_sets_is_the_conversations_own() {
    let house = House::new(json!({}));
    let id = house.turn(None, "help").await;
    let values = json!({ "os_steps": 12, "os_minutes": 0, "os_displays": ["DP-1"] });
    let op = Op::Configure {
        scope: Scope::Conversation {
            conversation: id.clone(),
        },
        values: values.as_object().cloned().unwrap(),
    };
    house.engine.submit(op).await.unwrap();
    let query = Query::Settings {
        conversation: Some(id.clone()),
    };
    let Answer::Settings { settings, .. } = house.engine.query(query).await.unwrap() else {
        panic!("no settings");
    };
    let of_sheet: Vec<_> = settings
        .into_iter()
        .filter(|setting| values.get(&setting.key).is_some())
        .map(|setting| json!([setting.key, setting.value, setting.origin]))
        .collect();
    assert_eq!(
        of_sheet,
        [
            json!(["os_displays", ["DP-1"], "conversation"]),
            json!(["os_minutes", 0, "conversation"]),
            json!(["os_steps", 12, "conversation"]),
        ]
    );
    assert_eq!(rows(&house.snapshot(&id).await).len(), 2);
    house.engine.shutdown().await;
}
