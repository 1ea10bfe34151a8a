//! The names of roles, the same as on other systems.

use atspi::Role;

/// A role in small words.
pub(super) fn words(role: Role, multi_line: bool) -> &'static str {
    match role {
        Role::Button | Role::PushButtonMenu => "button",
        Role::ToggleButton => "toggle button",
        Role::RadioButton => "radio button",
        Role::CheckBox => "check box",
        Role::MenuItem | Role::TearoffMenuItem => "menu item",
        Role::CheckMenuItem => "check menu item",
        Role::RadioMenuItem => "radio menu item",
        Role::Menu | Role::PopupMenu => "menu",
        Role::MenuBar => "menu bar",
        Role::PasswordText => "password field",
        Role::Text if multi_line => "text area",
        Role::Text | Role::Entry | Role::Editbar | Role::Autocomplete => "text field",
        Role::SpinButton => "spin box",
        Role::ComboBox => "combo box",
        Role::Link => "link",
        Role::PageTab => "tab",
        Role::PageTabList => "tab list",
        Role::ListItem => "list item",
        Role::List | Role::ListBox => "list",
        Role::TreeItem => "tree item",
        Role::Tree | Role::TreeTable => "tree",
        Role::Table => "table",
        Role::TableCell => "cell",
        Role::ColumnHeader | Role::TableColumnHeader => "column header",
        Role::RowHeader | Role::TableRowHeader => "row header",
        Role::Slider => "slider",
        Role::ScrollBar => "scroll bar",
        Role::ProgressBar | Role::LevelBar => "progress bar",
        Role::Terminal => "terminal",
        Role::Label | Role::Static | Role::Caption | Role::Paragraph => "text",
        Role::Heading => "heading",
        Role::Image | Role::Icon => "image",
        Role::Dialog | Role::FileChooser | Role::ColorChooser | Role::FontChooser => "dialog",
        Role::Alert | Role::Notification | Role::InfoBar => "alert",
        Role::Frame | Role::Window | Role::InternalFrame => "window",
        Role::DocumentFrame
        | Role::DocumentWeb
        | Role::DocumentText
        | Role::DocumentEmail
        | Role::DocumentSpreadsheet
        | Role::DocumentPresentation => "document",
        Role::Canvas | Role::DrawingArea => "canvas",
        Role::ToolBar => "tool bar",
        Role::ToolTip => "tool tip",
        Role::StatusBar => "status bar",
        Role::Separator => "separator",
        Role::TitleBar => "title bar",
        Role::Calendar | Role::DateEditor => "date field",
        Role::Panel
        | Role::Filler
        | Role::Section
        | Role::Grouping
        | Role::Form
        | Role::LayeredPane
        | Role::GlassPane
        | Role::RootPane
        | Role::OptionPane
        | Role::SplitPane
        | Role::ScrollPane
        | Role::Viewport
        | Role::Landmark
        | Role::Article => "group",
        Role::Application => "application",
        Role::Invalid | Role::Unknown | Role::Extended | Role::RedundantObject => "unknown",
        other => other.name(),
    }
}

/// The roles that are called so.
pub(super) fn called(wanted: &str) -> Vec<Role> {
    (0..LAST)
        .filter_map(|number| Role::try_from(number).ok())
        .filter(|role| {
            [false, true]
                .iter()
                .any(|lines| words(*role, *lines) == wanted)
        })
        .collect()
}

/// Beyond the number of every role.
const LAST: u32 = 256;

/// What only shows something, inside of what can be used: a button's label, a
/// link's picture.
pub(super) fn is_inner(role: Role) -> bool {
    matches!(
        role,
        Role::Label
            | Role::Static
            | Role::Image
            | Role::Icon
            | Role::Filler
            | Role::Section
            | Role::Paragraph
            | Role::Caption
            | Role::RedundantObject
    )
}

/// What is often named by a label in it only.
pub(super) fn holds_label(role: Role) -> bool {
    matches!(role, Role::ListItem | Role::TreeItem | Role::PageTab)
}

/// What a person clicks.
pub(super) fn is_used(role: Role) -> bool {
    matches!(
        role,
        Role::Button
            | Role::PushButtonMenu
            | Role::ToggleButton
            | Role::RadioButton
            | Role::CheckBox
            | Role::MenuItem
            | Role::CheckMenuItem
            | Role::RadioMenuItem
            | Role::Menu
            | Role::Link
            | Role::PageTab
            | Role::ListItem
            | Role::TreeItem
            | Role::ComboBox
            | Role::Entry
            | Role::PasswordText
    )
}

/// What lies in a menu, ...
pub(super) const IN_MENUS: [Role; 3] = [Role::MenuItem, Role::CheckMenuItem, Role::RadioMenuItem];
/// ... and what may lie in something that looks like one.
pub(super) const LIKE_MENUS: [Role; 2] = [Role::Menu, Role::ListItem];

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn roles_by_their_words() {
        let check = |wanted: &str, expected: &[Role]| assert_eq!(called(wanted), expected);
        check("button", &[Role::Button, Role::PushButtonMenu]);
        check("password field", &[Role::PasswordText]);
        check("text area", &[Role::Text]);
        check("nonsense", &[]);
        for number in 0..LAST {
            if let Ok(role) = Role::try_from(number) {
                assert!(called(words(role, false)).contains(&role), "{role:?}");
            }
        }
    }
}
