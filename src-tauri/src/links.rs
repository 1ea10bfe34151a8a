//! Ways into the app from outside: `interpreter://` addresses and arguments. They
//! may open a page and fill in a draft; they can send, run and allow nothing.

use tauri::{AppHandle, Url};

use crate::{popup, window};

/// The longest draft an address may fill in, in bytes as they stand in it.
const DRAFT: usize = 16_000;

/// Does what another start of the program was asked to do.
pub fn arguments(app: &AppHandle, arguments: &[String]) {
    if summons(arguments) {
        popup::summon(app);
        return;
    }
    match arguments.iter().find(|argument| is_address(argument)) {
        Some(address) => open(app, address),
        None => window::show(app, None),
    }
}

/// Whether the program was started for the popup.
pub fn summons(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "--summon")
}

/// The page the program was started to open.
pub fn first(arguments: &[String]) -> Option<String> {
    arguments.iter().find_map(|argument| target(argument))
}

fn is_address(argument: &str) -> bool {
    Url::parse(argument).is_ok_and(|url| url.scheme() == "interpreter")
}

/// Goes where an address says.
pub fn open(app: &AppHandle, address: &str) {
    match target(address) {
        Some(to) => window::show(app, Some(&to)),
        None => tracing::warn!("an address could not be understood"),
    }
}

/// The page an address names: `interpreter://conversation/ID`,
/// `interpreter://settings/models`, `interpreter://new?text=…`.
fn target(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    if url.scheme() != "interpreter" {
        return None;
    }
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 200
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '%'))
    };
    let rest = url.path().trim_matches('/');
    match url.host_str()? {
        "new" => Some(match url.query() {
            Some(query) if query.len() <= DRAFT => format!("new?{query}"),
            _ => "new".to_owned(),
        }),
        "conversation" if plain(rest) => Some(format!("conversation/{rest}")),
        "settings" if rest.is_empty() => Some("settings/models".to_owned()),
        "settings" if plain(rest) => Some(format!("settings/{rest}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_page_and_nothing_else() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(target(address).as_deref(), expected, "{address}");
        };
        check("interpreter://new", Some("new"));
        check(
            "interpreter://new?text=a%20b%26c",
            Some("new?text=a%20b%26c"),
        );
        check(
            "interpreter://conversation/plot_sin-2026",
            Some("conversation/plot_sin-2026"),
        );
        check("interpreter://settings", Some("settings/models"));
        check("interpreter://settings/privacy", Some("settings/privacy"));
        // An address has no way up; what the page does not know it does not open.
        check("interpreter://settings/../../etc", Some("settings/etc"));
        check("interpreter://run?code=rm", None);
        check("https://example.org/new", None);
        check("--flag", None);
        check("", None);
    }
}
