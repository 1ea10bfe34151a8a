//! Actions on the screen: how far each app may be used, and what is asked each time.

use interpreter_protocol::{Grant, RuleMatch, Tier, Verdict};

use super::{Ruling, ruling};
use crate::{AppKind, Reach, Subject};

/// How far an action goes.
fn needs(looks: bool, reach: &Reach) -> Tier {
    if looks { Tier::Look } else { reach.tier }
}

/// How far a permission for an app of this kind goes at most: nobody types into a
/// terminal without a question, because what is typed there runs.
fn most(kind: AppKind) -> Tier {
    match kind {
        AppKind::Terminal => Tier::Click,
        AppKind::PasswordManager | AppKind::SystemPrompt => Tier::Look,
        AppKind::Ordinary | AppKind::Browser => Tier::Full,
    }
}

/// What is never done, whatever was allowed.
pub(super) fn floor(subject: &Subject) -> Option<Ruling> {
    let Subject::Action { looks, reach, .. } = subject else {
        return None;
    };
    let why = match reach.kind {
        _ if *looks => return None,
        AppKind::PasswordManager => "password managers are never used",
        AppKind::SystemPrompt => "questions of the system are never answered",
        AppKind::Ordinary | AppKind::Browser | AppKind::Terminal => return None,
    };
    Some(ruling(Verdict::Deny, why))
}

/// Asks about what cannot be taken back, whatever was allowed.
pub(super) fn grave(subject: &Subject) -> Option<Ruling> {
    match subject {
        Subject::Action {
            looks: false,
            reach: Reach {
                consequence: Some(why),
                ..
            },
            ..
        } => Some(ruling(
            Verdict::Ask,
            format!("{why}, which is asked each time"),
        )),
        _ => None,
    }
}

/// Whether a rule that asks or denies is about it: one against clicking is one
/// against typing, too.
pub(super) fn touches(app: &str, tier: Tier, subject: &Subject) -> bool {
    let Subject::Action { looks, reach, .. } = subject else {
        return false;
    };
    let same = |name: &String| name.to_lowercase() == app.to_lowercase();
    apps(subject).any(same) && needs(*looks, reach) >= tier
}

/// The same for a rule about secrets; an empty name or app is any.
pub(super) fn touches_secret(name: &str, app: &str, subject: &Subject) -> bool {
    let Subject::Action { reach, .. } = subject else {
        return false;
    };
    let Some(secret) = &reach.secret else {
        return false;
    };
    let same = |known: &String| known.to_lowercase() == app.to_lowercase();
    (name.is_empty() || secret == name) && (app.is_empty() || apps(subject).any(same))
}

/// The rule that allows it in every app it touches. A secret needs one of its own: who
/// lets an app be used has not said what may be typed there.
pub(super) fn allowed<'a>(
    subject: &Subject,
    rules: impl Iterator<Item = &'a Grant> + Clone,
) -> Option<&'a Grant> {
    let Subject::Action {
        // Where it ends must be known, not only where it begins.
        app: Some(_),
        looks,
        reach,
        ..
    } = subject
    else {
        return None;
    };
    let needs = needs(*looks, reach);
    let most = most(reach.kind);
    let mut found = None;
    for app in apps(subject) {
        let covers = |grant: &&Grant| match &grant.rule.matches {
            RuleMatch::App { app: name, tier } => {
                reach.secret.is_none() && name == app && needs <= (*tier).min(most)
            }
            RuleMatch::Secret { name, app: within } => {
                // What is typed into a terminal is asked for each time.
                let asked = needs > most;
                !asked && reach.secret.as_ref() == Some(name) && within == app
            }
            _ => false,
        };
        let grant = rules.clone().find(covers)?;
        found.get_or_insert(grant);
    }
    found
}

/// What holds where no rule says anything.
pub(super) fn without_rule(subject: &Subject, rules: &[Grant]) -> Ruling {
    let Subject::Action {
        app, looks, reach, ..
    } = subject
    else {
        return ruling(Verdict::Ask, "no rule matches");
    };
    if *looks {
        return ruling(Verdict::Allow, "OS mode: the screen may be looked at");
    }
    let Some(app) = app else {
        return ruling(Verdict::Ask, "no rule matches");
    };
    if let Some(secret) = &reach.secret {
        let why = format!("the secret \u{201c}{secret}\u{201d} was not yet allowed in {app}");
        return ruling(Verdict::Ask, why);
    }
    if reach.tier > most(reach.kind) {
        let why = format!("typing into {app} runs commands, which is asked each time");
        return ruling(Verdict::Ask, why);
    }
    let clicks = |grant: &Grant| {
        grant.rule.verdict == Verdict::Allow
            && matches!(&grant.rule.matches, RuleMatch::App { app: name, tier: Tier::Click } if name == app)
    };
    if reach.tier == Tier::Full && rules.iter().any(clicks) {
        let why = format!("only clicks are allowed in {app} so far");
        return ruling(Verdict::Ask, why);
    }
    ruling(Verdict::Ask, format!("no rule for the app {app}"))
}

/// The permission that would spare the next question like this one: an app, and how
/// far. None where the question comes each time.
pub fn offer(subject: &Subject) -> Option<(&str, Tier)> {
    let Subject::Action {
        app: Some(app),
        looks: false,
        reach,
        ..
    } = subject
    else {
        return None;
    };
    let most = most(reach.kind);
    let plain = reach.consequence.is_none() && reach.secret.is_none();
    let spared = plain && reach.also.is_empty() && reach.tier <= most;
    spared.then_some((app.as_str(), most))
}

/// The secret and the app that a permission would name which spares the next question
/// like this one.
pub fn offer_secret(subject: &Subject) -> Option<(&str, &str)> {
    match subject {
        Subject::Action {
            app: Some(app),
            reach:
                Reach {
                    secret: Some(secret),
                    consequence: None,
                    ..
                },
            ..
        } => Some((secret, app)),
        _ => None,
    }
}

/// Every app it touches; none where that is not known.
fn apps(subject: &Subject) -> impl Iterator<Item = &String> {
    let (app, also) = match subject {
        Subject::Action { app, reach, .. } => (app.as_ref(), reach.also.as_slice()),
        _ => (None, [].as_slice()),
    };
    app.into_iter().chain(also)
}
