//! What kind of app a window belongs to, by the names it goes by.
//!
//! The names (`WM_CLASS`, program file, bundle id) are data, in `data/apps.json`.
//! Two kinds are more than a hint: prompts of the system are never acted on, and
//! password managers are neither touched nor shown.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// What kind of app it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppKind {
    /// Shows pages of others: what it does to them, it does in the person's name.
    Browser,
    /// Runs commands.
    Terminal,
    /// Holds secrets. Blacked out in frames and never touched.
    PasswordManager,
    /// Moves and deletes files.
    FileManager,
    /// Writes documents and code.
    Editor,
    /// Changes how the system works.
    Settings,
    /// Asks in the name of the system who is there: polkit, pinentry, gcr, lock
    /// screens, login. Never acted on.
    SystemPrompt,
    /// Anything else.
    #[default]
    Other,
}

static TABLE: LazyLock<HashMap<String, AppKind>> = LazyLock::new(|| {
    let lists: HashMap<AppKind, Vec<String>> =
        serde_json::from_str(include_str!("../data/apps.json")).unwrap_or_default();
    let mut table = HashMap::new();
    for (kind, names) in lists {
        for name in names {
            table.insert(plain(&name), kind);
        }
    }
    table
});

/// Names cut to 15 characters are what Linux tells of processes without a file.
const CUT: usize = 15;

impl AppKind {
    /// The kind of an app with these names. One of them is enough, and what is
    /// guarded most decides: no name makes a prompt of the system ordinary.
    pub fn of<S: AsRef<str>>(names: &[S]) -> Self {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        forms(&names)
            .filter_map(|name| TABLE.get(&name).copied())
            .max_by_key(|kind| match kind {
                Self::SystemPrompt => 3,
                Self::PasswordManager => 2,
                Self::Terminal => 1,
                _ => 0,
            })
            .unwrap_or_else(|| cut(&names))
    }
}

/// A kind by the beginning of a long name.
fn cut(names: &[&str]) -> AppKind {
    let long = names.iter().filter(|name| name.len() == CUT);
    let found = long.flat_map(|name| {
        let start = plain(name);
        TABLE
            .iter()
            .filter(move |(known, _)| known.len() > start.len() && known.starts_with(&start))
            .map(|(_, kind)| *kind)
    });
    found
        .into_iter()
        .find(|kind| matches!(kind, AppKind::SystemPrompt | AppKind::PasswordManager))
        .unwrap_or_default()
}

/// What is compared: letters and digits only, small.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// All forms of names that count: of `org.keepassxc.KeePassXC`, `Bitwarden.exe`
/// and `.gcr-prompter-wrapped` also the part that names the app.
pub(crate) fn forms<S: AsRef<str>>(names: &[S]) -> impl Iterator<Item = String> {
    names
        .iter()
        .flat_map(|name| {
            let name = name.as_ref();
            let name = name.strip_suffix(" (deleted)").unwrap_or(name);
            let stem = name
                .strip_suffix(".exe")
                .or_else(|| name.strip_suffix(".EXE"))
                .or_else(|| name.strip_suffix(".app"))
                .or_else(|| name.strip_suffix("-wrapped"))
                .unwrap_or(name);
            let file = stem.rsplit(['/', '\\']).next().unwrap_or(stem);
            [stem, file, file.rsplit('.').next().unwrap_or(file)].map(plain)
        })
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_table_can_be_read() {
        assert!(TABLE.len() > 300, "{}", TABLE.len());
        assert!(!TABLE.contains_key(""));
    }

    #[test]
    fn apps_are_known_by_any_of_their_names() {
        use AppKind::*;
        let check =
            |names: &[&str], expected| assert_eq!(AppKind::of(names), expected, "{names:?}");
        check(&["firefox"], Browser);
        check(&["Firefox-esr", "firefox-esr"], Browser);
        check(&["Google-chrome", "chrome"], Browser);
        check(&["com.apple.Safari"], Browser);
        check(&["msedge.exe"], Browser);
        check(&["XTerm", "xterm"], Terminal);
        check(&["Gnome-terminal", "gnome-terminal-server"], Terminal);
        check(&["WindowsTerminal.exe"], Terminal);
        check(&["com.apple.Terminal"], Terminal);
        check(&["org.wezfurlong.wezterm"], Terminal);
        check(&["KeePassXC", "keepassxc"], PasswordManager);
        check(&["org.keepassxc.KeePassXC"], PasswordManager);
        check(&["Bitwarden.exe"], PasswordManager);
        check(&["1Password"], PasswordManager);
        check(&["org.gnome.seahorse.Application"], PasswordManager);
        check(&["com.apple.Passwords"], PasswordManager);
        check(&["Thunar"], FileManager);
        check(&["explorer.exe"], FileManager);
        check(&["org.gnome.Nautilus"], FileManager);
        check(&["libreoffice-calc", "soffice.bin"], Editor);
        check(&["Code"], Editor);
        check(&["gnome-control-center"], Settings);
        check(&["com.apple.systempreferences"], Settings);
        check(&["Gcr-prompter", "gcr-prompter"], SystemPrompt);
        check(&["Pinentry-gtk-2"], SystemPrompt);
        check(&["polkit-gnome-authentication-agent-1"], SystemPrompt);
        check(&["Polkit-gnome-authentication-agent-1"], SystemPrompt);
        // As /proc tells the same name.
        check(&["polkit-gnome-au"], SystemPrompt);
        check(&["i3lock"], SystemPrompt);
        check(&["consent.exe"], SystemPrompt);
        check(&["com.apple.SecurityAgent"], SystemPrompt);
        check(&["LogonUI.exe"], SystemPrompt);
        // A prompt stays one whatever else it calls itself.
        check(&["firefox", "pinentry-qt"], SystemPrompt);
        check(&["Inkscape"], Other);
        check(&["python3", "Window.py"], Other);
        check(&[], Other);
        check(&[""], Other);
    }
}
