//! Which apps are left alone, by the names they go by.

use crate::AppKind;
use crate::kind::forms;

/// Editors where Ctrl+V means something else than paste.
const EDITORS: [&str; 6] = ["emacs", "gvim", "kakoune", "neovide", "nvimqt", "vimx"];

/// Where Ctrl+C interrupts and what was printed cannot be replaced.
pub(super) fn is_terminal(names: &[String]) -> bool {
    forms(names).any(|name| AppKind::of(&[name]) == AppKind::Terminal)
}

/// Ctrl+V pastes there.
pub(super) fn pastes_by_chord(names: &[String]) -> bool {
    !is_terminal(names) && !forms(names).any(|name| EDITORS.contains(&name.as_str()))
}

/// One of its names is on the list.
pub(super) fn is_blocked(names: &[String], blocked: &[String]) -> bool {
    let blocked: Vec<String> = forms(blocked).collect();
    forms(names).any(|name| blocked.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn apps_are_known_by_any_of_their_names() {
        let blocked = names(&["KeePassXC", "1Password", "Bitwarden"]);
        let check = |app: &[&str], expected: (bool, bool, bool)| {
            let app = names(app);
            let found = (
                is_blocked(&app, &blocked),
                is_terminal(&app),
                pastes_by_chord(&app),
            );
            assert_eq!(found, expected, "{app:?}");
        };
        check(&["keepassxc", "KeePassXC"], (true, false, true));
        check(&["org.keepassxc.KeePassXC"], (true, false, true));
        check(&["1Password.exe"], (true, false, true));
        check(&["bitwarden"], (true, false, true));
        check(&["xterm", "XTerm"], (false, true, false));
        check(
            &["gnome-terminal-server", "Gnome-terminal"],
            (false, true, false),
        );
        check(&["org.wezfurlong.wezterm"], (false, true, false));
        check(&["WindowsTerminal.exe"], (false, true, false));
        check(&["emacs", "Emacs"], (false, false, false));
        check(&["gedit", "Gedit"], (false, false, true));
        check(&["Navigator", "firefox"], (false, false, true));
        check(&[], (false, false, true));
    }
}
