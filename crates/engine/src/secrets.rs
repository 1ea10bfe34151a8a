//! Secrets that are typed by their names: whoever asks for one gets it only where the
//! person wants it typed, and only once they, or a rule of theirs, have allowed it there.

use std::sync::Arc;

use interpreter_agent::{Reach, Subject, policy};
use interpreter_computer::{self as screen, SecretWanted, Target};
use interpreter_protocol::{
    Answer, ConversationId, Error, ErrorCode, Receipt, RuleMatch, SecretText, Tier, TypingSecret,
    Verdict,
};

use crate::Engine;
use crate::host::EngineHost;
use crate::models::aside;
use crate::tools;

impl Engine {
    /// Keeps a secret for typing.
    pub(crate) async fn save_typing_secret(
        &self,
        secret: TypingSecret,
        value: Option<SecretText>,
    ) -> Result<Receipt, Error> {
        value.iter().for_each(|value| crate::log::know(&value.0));
        let host = Arc::clone(&self.inner.host);
        aside(move || {
            let value = value.as_ref().map(|value| value.0.as_str());
            host.typing.save(&host.secrets, &secret, value)
        })
        .await??;
        Ok(Receipt::default())
    }

    /// Removes a secret for typing, and what was allowed with it.
    pub(crate) async fn delete_typing_secret(&self, name: &str) -> Result<Receipt, Error> {
        let host = Arc::clone(&self.inner.host);
        let wanted = name.to_owned();
        let found = aside(move || host.typing.delete(&host.secrets, &wanted)).await??;
        let host = &self.inner.host;
        for grant in host.grants(None) {
            let about =
                matches!(&grant.rule.matches, RuleMatch::Secret { name: one, .. } if one == name);
            if about && grant.rule.verdict == Verdict::Allow {
                host.remove_grant(&grant.id)?;
            }
        }
        match found {
            true => Ok(Receipt::default()),
            false => Err(Error::new(
                ErrorCode::UnknownItem,
                "There is no such secret any more.",
            )),
        }
    }

    /// The secrets for typing, without their values.
    pub(crate) fn typing_secrets(&self) -> Answer {
        Answer::TypingSecrets {
            secrets: self.inner.host.typing.list(),
        }
    }
}

impl EngineHost {
    /// The value of a secret that is to be typed now; none where it may not be typed
    /// there. Asked on a thread that may block, right before the first key is pressed.
    pub(crate) fn secret_for(&self, wanted: &SecretWanted<'_>) -> Option<screen::Secret> {
        let SecretWanted { name, target, .. } = *wanted;
        let app = target.app.clone()?;
        let known = self.typing.find(name).filter(|one| reaches(one, target))?;
        let session = ConversationId::from(wanted.session.0.as_str());
        // Without a conversation nobody could be asked.
        let kit = self.kit(&session)?;
        let law = kit.known_law()?;
        let subject = Subject::Action {
            app: Some(app.clone()),
            looks: false,
            words: String::new(),
            reach: Reach {
                tier: Tier::Full,
                kind: tools::kind(target.kind),
                secret: Some(known.name.clone()),
                ..Reach::default()
            },
        };
        let ruling = policy::decide(&subject, &law.law());
        let in_force = |id: &String| self.grants(Some(&session)).iter().any(|g| g.id == *id);
        let may = match ruling.verdict {
            Verdict::Deny => false,
            Verdict::Allow => ruling.grant.as_ref().is_none_or(in_force),
            Verdict::Ask => kit.may_type(&known.name, &app),
        };
        if !may {
            return None;
        }
        let value = self.typing.value(&self.secrets, &known.name)?;
        crate::log::know(value.expose());
        Some(screen::Secret::new(value.expose()))
    }
}

/// Whether the person wants it typed there at all.
fn reaches(secret: &TypingSecret, target: &Target) -> bool {
    let lower = |text: &str| text.to_lowercase();
    let Some(app) = target.app.as_deref().map(lower) else {
        return false;
    };
    let title = || lower(target.window.as_deref().unwrap_or_default());
    secret.apps.iter().any(|one| lower(one) == app)
        && secret
            .window
            .as_deref()
            .is_none_or(|part| title().contains(&lower(part)))
}

/// What a model is told of the secrets there are: their names, and where they go.
pub(crate) fn told(secrets: &[TypingSecret]) -> Option<String> {
    if secrets.is_empty() {
        return None;
    }
    let lines: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let apps = secret.apps.join(", ");
            match &secret.window {
                Some(window) => {
                    format!("- \"{}\": in {apps}, window \"{window}\"", secret.name)
                }
                None => format!("- \"{}\": in {apps}", secret.name),
            }
        })
        .collect();
    Some(format!(
        "The user saved these secrets for typing. You never see their values; click the field, then call `computer_api` with `keyboard.write_secret` and the name:\n{}",
        lines.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_secret_stays_in_its_apps_and_windows() {
        let check = |window: Option<&str>, app: Option<&str>, title: &str, expected: bool| {
            let secret = TypingSecret {
                name: "mail".to_owned(),
                apps: vec!["Firefox".to_owned(), "Mail".to_owned()],
                window: window.map(str::to_owned),
            };
            let target = Target {
                app: app.map(str::to_owned),
                window: Some(title.to_owned()),
                ..Target::default()
            };
            assert_eq!(reaches(&secret, &target), expected, "{app:?} {title}");
        };
        check(None, Some("firefox"), "", true);
        check(None, Some("Firefox Nightly"), "", false);
        check(None, None, "", false);
        let bank = Some("bank.example");
        check(
            bank,
            Some("Firefox"),
            "Log in, Bank.Example - Firefox",
            true,
        );
        check(bank, Some("Firefox"), "Log in - Firefox", false);
        check(bank, Some("Notes"), "bank.example", false);
    }

    #[test]
    fn only_names_are_told() {
        let secrets = [
            TypingSecret {
                name: "mail".to_owned(),
                apps: vec!["Firefox".to_owned(), "Mail".to_owned()],
                window: None,
            },
            TypingSecret {
                name: "bank".to_owned(),
                apps: vec!["Firefox".to_owned()],
                window: Some("bank.example".to_owned()),
            },
        ];
        assert_eq!(told(&[]), None);
        assert!(told(&secrets).is_some_and(|text| text.ends_with(
            ":\n- \"mail\": in Firefox, Mail\n- \"bank\": in Firefox, window \"bank.example\""
        )));
    }
}
