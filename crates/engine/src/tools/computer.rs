//! What the policy must know of an action on the screen: the app, how far it goes,
//! and what it would bring about.

use interpreter_agent::policy::{self, Law};
use interpreter_agent::{AppKind, Reach, Subject};
use interpreter_computer::{self as screen, Clue, Computer, Consequence, Deed, Target};
use interpreter_protocol::{Frame, Grant, Mode, Tier, Verdict};
use serde_json::{Value, json};

use crate::kit::{AllowedIn, Kit};

/// What is asked.
pub(super) struct Asked<'a> {
    pub computer: &'a Computer,
    pub mode: Mode,
    /// What the model said that it wants.
    pub intent: &'a str,
}

impl Asked<'_> {
    /// The same subject, with what the screen tells of it now. `action` has its points
    /// as continuous pixels of the frame's picture.
    pub async fn reach(&self, action: Value, frame: &Frame) -> (Option<String>, Reach) {
        let tier = tier(&action);
        let keys = keys(&action);
        let secret = action
            .get("name")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let name = action
            .get("action")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let path = action.get("path").and_then(|path| path.get(0));
        let ends = path
            .or_else(|| action.get("start_coordinate"))
            .filter(|start| !start.is_null());
        let begin = ends.map(|start| json!({ "action": "mouse_move", "coordinate": start }));
        let mut target = self.target(action, frame).await;
        let mut reach = Reach {
            tier,
            kind: kind(target.kind),
            secret: secret.filter(|_| name == "write_secret"),
            ..Reach::default()
        };
        if let Some(begin) = begin {
            let from = self.target(begin, frame).await.app;
            if from.is_none() {
                // Where it begins is not known: no permission is about that.
                target.app = None;
            }
            let other = |app: &String| Some(app) != target.app.as_ref();
            reach.also = from.into_iter().filter(other).collect();
        }
        if self.mode != Mode::FullAccess && matters(&name, keys.as_deref()) {
            let found = self
                .computer
                .consequence_of(&target, self.intent, keys.as_deref())
                .await;
            let name = target
                .element
                .map(|element| element.name)
                .unwrap_or_default();
            reach.consequence = found.map(|found| in_words(found, &name));
        }
        (target.app, reach)
    }

    /// Where it goes now. Asking the program blocks for a moment.
    async fn target(&self, action: Value, frame: &Frame) -> Target {
        let (computer, frame) = (self.computer.clone(), frame.clone());
        let asked = tokio::task::spawn_blocking(move || computer.target(&action, &frame));
        asked.await.ok().and_then(Result::ok).unwrap_or_default()
    }

    /// The reach of a method of the Computer API.
    pub async fn reach_of_method(&self, method: &str, params: &Value) -> (Option<String>, Reach) {
        let text = |key: &str| params.get(key).and_then(Value::as_str).unwrap_or_default();
        let number = |key: &str| params.get(key).and_then(Value::as_f64);
        let everywhere = whole_desktop();
        let pastes = text("button") == "middle";
        if let (Some(x), Some(y), Some(action)) = (number("x"), number("y"), pointing(method))
            && text("text").is_empty()
            && text("icon").is_empty()
        {
            let action = if pastes { "middle_click" } else { action };
            let at = [x + f64::from(FAR), y + f64::from(FAR)];
            let action = json!({ "action": action, "coordinate": at, "scroll_direction": "up", "scroll_amount": 1 });
            return self.reach(action, &everywhere).await;
        }
        if let Some(action) = at_pointer(method, params) {
            let action = json!({ "action": action, "scroll_direction": "up", "scroll_amount": 1 });
            return self.reach(action, &everywhere).await;
        }
        // A text is looked for only when it is clicked; the guard then sees to it that
        // it is in the app that was allowed.
        let focus = self
            .target(json!({ "action": "key", "text": "Return" }), &everywhere)
            .await;
        let pointed = pointing(method).is_some();
        let keys = chords(method, params);
        let mut reach = Reach {
            tier: if pointed && !pastes {
                Tier::Click
            } else {
                Tier::Full
            },
            kind: kind(focus.kind),
            secret: secret_named(method, params),
            ..Reach::default()
        };
        if self.mode != Mode::FullAccess && method != "mouse.move" && method != "mouse.scroll" {
            let label = [text("text"), text("icon")]
                .into_iter()
                .find(|label| !label.is_empty());
            let found = match (pointed, label, &keys) {
                (true, Some(label), _) => (
                    screen::consequence(&Clue {
                        role: "button",
                        name: label,
                        intent: self.intent,
                        ..Clue::default()
                    }),
                    label.to_owned(),
                ),
                (false, _, Some(keys)) => {
                    let found = self
                        .computer
                        .consequence_of(&focus, self.intent, Some(keys))
                        .await;
                    let name = focus.element.as_ref().map(|element| element.name.clone());
                    (found, name.unwrap_or_default())
                }
                _ => (None, String::new()),
            };
            reach.consequence = found.0.map(|consequence| in_words(consequence, &found.1));
        }
        (focus.app, reach)
    }
}

/// What an app must allow for an action.
fn tier(action: &Value) -> Tier {
    let name = action
        .get("action")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match name {
        "screenshot" | "zoom" | "cursor_position" | "wait" => Tier::Look,
        "left_click" | "right_click" | "double_click" | "triple_click" | "scroll"
        | "mouse_move" => Tier::Click,
        // The middle button pastes; a drag moves things.
        _ => Tier::Full,
    }
}

/// The keys an action presses, where it presses any: also those it types.
fn keys(action: &Value) -> Option<String> {
    let text = action
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match action.get("action").and_then(Value::as_str) {
        Some("key" | "hold_key") => Some(text.to_owned()),
        Some("type") => Some(if text.contains('\n') { "Return" } else { "" }.to_owned()),
        _ => None,
    }
}

/// Whether it can bring about anything: what moves or scrolls cannot, nor can text
/// without a line break.
fn matters(action: &str, keys: Option<&str>) -> bool {
    !matches!(action, "mouse_move" | "scroll") && keys.is_none_or(|keys| !keys.is_empty())
}

/// The action of a method that points somewhere.
fn pointing(method: &str) -> Option<&'static str> {
    Some(match method {
        "mouse.move" => "mouse_move",
        "mouse.click" => "left_click",
        "mouse.double_click" => "double_click",
        "mouse.triple_click" => "triple_click",
        "mouse.right_click" => "right_click",
        "mouse.scroll" => "scroll",
        _ => return None,
    })
}

/// The action of a method that uses a button or the wheel where the pointer is.
fn at_pointer(method: &str, params: &Value) -> Option<&'static str> {
    let given = |key: &str| params.get(key).is_some_and(|value| !value.is_null());
    let points = ["text", "icon", "x", "y", "args"].into_iter().any(given);
    match method {
        "mouse.down" => Some("left_mouse_down"),
        "mouse.up" => Some("left_mouse_up"),
        _ if points || method == "mouse.move" => None,
        _ if params.get("button").and_then(Value::as_str) == Some("middle") => Some("middle_click"),
        _ => pointing(method),
    }
}

/// The keys a method presses; none where it presses none.
fn chords(method: &str, params: &Value) -> Option<String> {
    if !method.starts_with("keyboard.") {
        return None;
    }
    let given = params
        .as_object()
        .into_iter()
        .flat_map(|object| object.values());
    let mut keys = Vec::new();
    for value in given {
        match value {
            Value::String(key) => keys.push(key.clone()),
            Value::Array(list) => {
                keys.extend(list.iter().filter_map(Value::as_str).map(str::to_owned))
            }
            _ => {}
        }
    }
    if method == "keyboard.write" {
        let breaks = keys.iter().any(|text| text.contains(['\n', '\r']));
        return breaks.then(|| "Return".to_owned());
    }
    (method != "keyboard.write_secret").then(|| keys.join("+"))
}

/// The secret a method types.
pub(super) fn secret_named(method: &str, params: &Value) -> Option<String> {
    let first = || params.get("args").and_then(|args| args.get(0));
    let name = params.get("name").or_else(first).and_then(Value::as_str);
    (method == "keyboard.write_secret").then(|| name.unwrap_or_default().to_owned())
}

/// So far from the origin are displays at most, in physical pixels.
const FAR: i32 = 1 << 15;

/// All displays as one picture, in physical pixels, as the Computer API counts.
pub(super) fn whole_desktop() -> Frame {
    let size = (FAR as u32 * 2, FAR as u32 * 2);
    Frame {
        display: String::new(),
        origin: (-FAR, -FAR),
        native: size,
        sent: size,
        scale: 1.0,
        layout: String::new(),
    }
}

pub(crate) fn kind(kind: screen::AppKind) -> AppKind {
    match kind {
        screen::AppKind::Browser => AppKind::Browser,
        screen::AppKind::Terminal => AppKind::Terminal,
        screen::AppKind::PasswordManager => AppKind::PasswordManager,
        screen::AppKind::SystemPrompt => AppKind::SystemPrompt,
        _ => AppKind::Ordinary,
    }
}

/// Longest name that is shown of an element; its words come from outside.
const LONGEST_NAME: usize = 40;

fn in_words(consequence: Consequence, name: &str) -> String {
    let clear = |c: &char| !c.is_control();
    let name: String = name
        .trim()
        .chars()
        .filter(clear)
        .take(LONGEST_NAME)
        .collect();
    let verb = match consequence {
        Consequence::Pay => "paying",
        Consequence::Delete => "deleting",
        Consequence::Send => "sending",
        Consequence::Publish => "publishing",
        Consequence::Install => "installing",
        Consequence::Accept => "accepting",
        Consequence::End => "ending the session",
    };
    if name.is_empty() {
        format!("looks like {verb}")
    } else {
        format!("\u{201c}{name}\u{201d} looks like {verb}")
    }
}

/// The last word right before an action is done, by a tool or by code: what is denied
/// holds for both, and what was allowed goes where it was allowed to go.
pub(crate) fn last_word(kit: &Kit, deed: &Deed<'_>) -> Result<(), String> {
    let allowed = kit.allowed_apps();
    kit.known_law()
        .map_or(Ok(()), |known| judge(&known, allowed.as_deref(), deed))
}

fn judge(known: &KnownLaw, allowed: Option<&[String]>, deed: &Deed<'_>) -> Result<(), String> {
    let app = deed.target.app.clone();
    let types = deed.keys.is_some() || deed.text.is_some() || deed.secret.is_some();
    let subject = Subject::Action {
        app: app.clone(),
        looks: false,
        words: String::new(),
        reach: Reach {
            tier: if types { Tier::Full } else { Tier::Click },
            kind: kind(deed.target.kind),
            secret: deed.secret.map(str::to_owned),
            ..Reach::default()
        },
    };
    let ruling = policy::decide(&subject, &known.law());
    if ruling.verdict == Verdict::Deny {
        return Err(format!(
            "Not allowed by a rule of the user: {}.",
            ruling.rule
        ));
    }
    match (allowed, app) {
        (Some(apps), Some(app))
            if ruling.verdict == Verdict::Ask && !apps.is_empty() && !apps.contains(&app) =>
        {
            Err(format!(
                "It was allowed in {}, but would have gone to {app}. Look at the screen, then try again.",
                apps.join(" and ")
            ))
        }
        _ => Ok(()),
    }
}

/// What an action was allowed.
pub(super) fn allowed(subject: &Subject) -> AllowedIn {
    match subject {
        Subject::Action { app, reach, .. } => AllowedIn {
            apps: app.iter().chain(&reach.also).cloned().collect(),
            secret: reach.secret.clone(),
        },
        _ => AllowedIn::default(),
    }
}

/// The rules as a conversation last had them.
#[derive(Debug, Clone)]
pub(crate) struct KnownLaw {
    pub mode: Mode,
    pub rules: Vec<Grant>,
}

impl KnownLaw {
    /// What is decided by.
    pub fn law(&self) -> Law<'_> {
        Law {
            mode: self.mode,
            // Code reaches the screen without OS mode, too: it was allowed as code.
            os: true,
            folder: "",
            rules: &self.rules,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter_protocol::{Rule, RuleMatch};
    use pretty_assertions::assert_eq;

    #[test]
    fn the_last_word_is_about_what_is_really_hit() {
        use Verdict::{Allow, Deny};
        let session = screen::SessionKey::from("c");
        let rule = |verdict, app: &str, tier| Grant {
            id: String::new(),
            rule: Rule {
                verdict,
                matches: RuleMatch::App {
                    app: app.to_owned(),
                    tier,
                },
            },
            conversation: None,
            profile: None,
            until: None,
            turn: false,
        };
        let rules = vec![
            rule(Deny, "Bank", Tier::Full),
            rule(Allow, "Mail", Tier::Full),
        ];
        let check =
            |mode, allowed: Option<&[&str]>, app: &str, types: bool, expected: Option<&str>| {
                let known = KnownLaw {
                    mode,
                    rules: rules.clone(),
                };
                let target = Target {
                    app: Some(app.to_owned()),
                    kind: screen::AppKind::of(&[app]),
                    ..Target::default()
                };
                let deed = Deed {
                    session: &session,
                    target: &target,
                    clicks: !types,
                    keys: None,
                    text: types.then_some("x"),
                    secret: None,
                };
                let allowed: Option<Vec<String>> =
                    allowed.map(|apps| apps.iter().map(|app| (*app).to_owned()).collect());
                let got = judge(&known, allowed.as_deref(), &deed);
                assert_eq!(got.err().as_deref(), expected, "{app}");
            };
        let ask = Mode::AskEveryTime;
        let other = "It was allowed in Notes, but would have gone to Draw. Look at the screen, then try again.";
        check(ask, Some(&["Notes"]), "Notes", true, None);
        check(ask, Some(&["Notes"]), "Draw", false, Some(other));
        check(ask, Some(&["Notes"]), "Mail", true, None);
        check(ask, Some(&[]), "Draw", false, None);
        check(Mode::FullAccess, Some(&["Notes"]), "Draw", false, None);
        // Code was allowed as code; what is denied holds for it, too.
        check(ask, None, "Draw", true, None);
        let denied = "Not allowed by a rule of the user: never: use Bank.";
        for mode in [ask, Mode::FullAccess] {
            check(mode, None, "Bank", true, Some(denied));
            check(mode, Some(&["Bank"]), "Bank", true, Some(denied));
        }
        check(Mode::FullAccess, None, "Bank", false, None);
        let never = "Not allowed by a rule of the user: password managers are never used.";
        check(Mode::FullAccess, None, "KeePassXC", false, Some(never));
    }

    #[test]
    fn how_far_actions_go() {
        let check = |name: &str, expected| {
            assert_eq!(tier(&json!({ "action": name })), expected, "{name}");
        };
        check("screenshot", Tier::Look);
        check("wait", Tier::Look);
        check("mouse_move", Tier::Click);
        check("left_click", Tier::Click);
        check("scroll", Tier::Click);
        check("middle_click", Tier::Full);
        check("left_click_drag", Tier::Full);
        check("left_mouse_down", Tier::Full);
        check("type", Tier::Full);
        check("key", Tier::Full);
        check("something_new", Tier::Full);
    }

    #[test]
    fn keys_that_may_confirm() {
        let check = |action: Value, expected: Option<&str>| {
            assert_eq!(keys(&action).as_deref(), expected, "{action}");
        };
        check(
            json!({"action": "key", "text": "ctrl+Return"}),
            Some("ctrl+Return"),
        );
        check(json!({"action": "type", "text": "a\n"}), Some("Return"));
        check(json!({"action": "type", "text": "a"}), Some(""));
        check(json!({"action": "left_click", "text": "ctrl"}), None);
        let check = |method: &str, params: Value, expected: Option<&str>| {
            assert_eq!(chords(method, &params).as_deref(), expected, "{method}");
        };
        check("keyboard.write", json!({"text": "a\n"}), Some("Return"));
        check("keyboard.write", json!({"text": "a"}), None);
        check(
            "keyboard.hotkey",
            json!({"args": ["ctrl", "Return"]}),
            Some("ctrl+Return"),
        );
        check("keyboard.write_secret", json!({"name": "Return"}), None);
        check("mouse.click", json!({}), None);
    }

    #[test]
    fn methods_that_act_where_the_pointer_is() {
        let check = |method: &str, params: Value, expected: Option<&str>| {
            assert_eq!(at_pointer(method, &params), expected, "{method} {params}");
        };
        check("mouse.down", json!({}), Some("left_mouse_down"));
        check("mouse.up", json!({"button": "left"}), Some("left_mouse_up"));
        check("mouse.click", json!({}), Some("left_click"));
        check(
            "mouse.click",
            json!({"button": "middle"}),
            Some("middle_click"),
        );
        check("mouse.scroll", json!({"clicks": 2}), Some("scroll"));
        check("mouse.click", json!({"text": "Send"}), None);
        check("mouse.click", json!({"x": 1, "y": 2}), None);
        check("mouse.move", json!({}), None);
        check("keyboard.write", json!({"text": "a"}), None);
    }

    #[test]
    fn consequences_in_words() {
        let check = |name: &str, expected: &str| {
            assert_eq!(in_words(Consequence::Send, name), expected);
        };
        check("Send", "\u{201c}Send\u{201d} looks like sending");
        check(" ", "looks like sending");
        check("a\nb", "\u{201c}ab\u{201d} looks like sending");
    }
}
