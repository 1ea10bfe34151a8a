//! Which apps are left alone, by the names they go by.

/// Where Ctrl+C interrupts and what was printed cannot be replaced.
const TERMINALS: [&str; 46] = [
    "alacritty",
    "blackbox",
    "cmd",
    "conhost",
    "console",
    "contour",
    "coolretroterm",
    "foot",
    "footclient",
    "ghostty",
    "gnometerminal",
    "gnometerminalserver",
    "guake",
    "hyper",
    "iterm2",
    "kgx",
    "kitty",
    "konsole",
    "lxterminal",
    "mateterminal",
    "mintty",
    "powershell",
    "ptyxis",
    "putty",
    "pwsh",
    "qterminal",
    "rio",
    "rxvt",
    "sakura",
    "st",
    "st256color",
    "tabby",
    "terminal",
    "terminator",
    "terminology",
    "tilda",
    "tilix",
    "urxvt",
    "uxterm",
    "warp",
    "wezterm",
    "weztermgui",
    "windowsterminal",
    "xfce4terminal",
    "xterm",
    "yakuake",
];
/// Editors where Ctrl+V means something else than paste.
const EDITORS: [&str; 6] = ["emacs", "gvim", "kakoune", "neovide", "nvimqt", "vimx"];

/// One of its names is that of a terminal.
pub(super) fn is_terminal(names: &[String]) -> bool {
    forms(names).any(|name| TERMINALS.contains(&name.as_str()))
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

/// What is compared: letters and digits only, small; and of names such as
/// `org.keepassxc.KeePassXC` and `Bitwarden.exe` also the part that names the app.
fn forms(names: &[String]) -> impl Iterator<Item = String> {
    names
        .iter()
        .flat_map(|name| {
            let stem = name
                .strip_suffix(".exe")
                .or_else(|| name.strip_suffix(".app"))
                .unwrap_or(name);
            [stem, stem.rsplit('.').next().unwrap_or(stem)]
        })
        .map(|name| {
            name.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect::<String>()
        })
        .filter(|name| !name.is_empty())
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
