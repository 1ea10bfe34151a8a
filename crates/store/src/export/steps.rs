//! What was done on the screen, step by step, as one page: what, where, when, what it
//! cost and what it did, with the computed point painted where it was. Nothing in it
//! acts, and it may load nothing.

use std::collections::HashMap;
use std::fmt::Write as _;

use base64::Engine as _;
use interpreter_protocol::{
    Area, Event, FoundBy, Frame, ItemId, Outcome, Role, Step, StepElement, StepMark, Usage, kind,
};
use serde_json::Value;

use super::page::escaped;
use super::{Source, date, moment};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1d1f; --soft: #5c6068; --line: #d9dbe0; --page: #ffffff; --raised: #f5f6f8; --bad: #b3261e; --good: #1b6e3c; --link: #1a5fb4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e7ea; --soft: #a2a7b0; --line: #3a3d44; --page: #17181b; --raised: #212328; --bad: #f2a19b; --good: #8fd3a8; --link: #8ab8f5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
h2 a { color: inherit; text-decoration: none; } h2 a:hover { text-decoration: underline; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
.about, .facts, .note, figcaption { color: var(--soft); font-size: .875rem; }
ol { list-style: none; margin: 1.5rem 0 0; padding: 0; }
ol > li { border: 1px solid var(--line); border-radius: 10px; padding: .85rem 1rem 1rem; margin: 0 0 1rem; scroll-margin-top: 1rem; }
li.wrong { border-color: var(--bad); }
.wrong-note { color: var(--bad); font-weight: 600; }
.confirmed { color: var(--good); } .refused { color: var(--bad); }
details { margin-top: .6rem; } summary { cursor: pointer; color: var(--soft); font-size: .875rem; width: fit-content; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: .75rem; margin-top: .5rem; }
figure { margin: 0; }
.shot { position: relative; width: 100%; overflow: hidden; border: 1px solid var(--line); border-radius: 8px; background: var(--raised) center / 100% 100% no-repeat; }
.map { max-width: 24rem; }
.box { position: absolute; border: 1px solid var(--soft); }
.box.element { border: 2px solid #1a5fb4; }
.mark { position: absolute; width: 28px; height: 28px; margin: -14px 0 0 -14px; border: 2px solid #fff; border-radius: 50%; box-shadow: 0 0 0 2px #d0021b, inset 0 0 0 2px #d0021b; }
.mark::before, .mark::after { content: ''; position: absolute; background: #d0021b; box-shadow: 0 0 0 1px #fff; }
.mark::before { left: 11px; top: -10px; width: 2px; height: 44px; } .mark::after { top: 11px; left: -10px; height: 2px; width: 44px; }
.mark.way { width: 12px; height: 12px; margin: -6px 0 0 -6px; } .mark.way::before, .mark.way::after { content: none; }
@media print { details { display: block; } ol > li { break-inside: avoid; } }
";

pub(super) fn text(source: &Source<'_>) -> String {
    let title = escaped(&source.title());
    let meta = &source.recorded.transcript.meta;
    let costs = costs(&source.store.events(source.id, 0).unwrap_or_default());
    let transcript = &source.recorded.transcript;
    let mut steps: Vec<(&Step, Option<&StepMark>)> = Vec::new();
    for item in &transcript.items {
        for step in &item.steps {
            let mark = item.marks.iter().find(|mark| mark.number == step.number);
            steps.push((step, mark));
        }
    }
    steps.sort_by_key(|(step, _)| step.number);
    let mut about = vec![
        date(source.recorded.created),
        meta.model.clone(),
        match steps.len() {
            1 => "1 step".to_owned(),
            count => format!("{count} steps"),
        },
    ];
    let wrong = steps
        .iter()
        .filter(|(_, mark)| mark.is_some_and(|mark| mark.wrong))
        .count();
    if wrong > 0 {
        about.push(format!("{wrong} marked as wrong"));
    }
    about.retain(|part| !part.is_empty());
    let about = escaped(&about.join(" · "));
    let mut pictures = Pictures::default();
    let mut rows = String::new();
    for (step, mark) in &steps {
        let cost = costs.get(&step.item).copied();
        rows.push_str(&row(source, step, *mark, cost, &mut pictures));
    }
    if steps.is_empty() {
        rows.push_str("<li><p>Nothing was done on the screen.</p></li>\n");
    }
    let hint = match source.screenshots {
        true => "",
        false => {
            "<p class=\"note\">Exported without screenshots: the boxes show where the window, the element and the point were.</p>\n"
        }
    };
    let styles = pictures.style;
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n<style>{styles}</style>\n</head>\n<body>\n<main>\n\
         <h1 dir=\"auto\">{title}</h1>\n<p class=\"about\">{about}</p>\n{hint}<ol>\n{rows}</ol>\n</main>\n</body>\n</html>\n"
    )
}

fn row(
    source: &Source<'_>,
    step: &Step,
    mark: Option<&StepMark>,
    cost: Option<f64>,
    pictures: &mut Pictures,
) -> String {
    let number = step.number;
    let mut out = String::new();
    let wrong = mark.is_some_and(|mark| mark.wrong);
    let class = if wrong { " class=\"wrong\"" } else { "" };
    let _ = write!(
        out,
        "<li id=\"step-{number}\"{class}>\n<h2 dir=\"auto\"><a href=\"#step-{number}\">{number}. {}</a></h2>\n",
        escaped(&words(step))
    );
    let (outcome, name) = match step.effect.outcome {
        Outcome::Confirmed => ("Confirmed", "confirmed"),
        Outcome::NoChange => ("No change", "no-change"),
        Outcome::Uncertain => ("Uncertain", "uncertain"),
        Outcome::Refused => ("Refused", "refused"),
    };
    let mut facts = vec![moment(step.at), took(step.ms)];
    facts.push(cost.map_or(String::new(), |usd| format!("${usd:.4}")));
    facts.push(by(step.by).to_owned());
    if let Some((x, y)) = step.points.last() {
        facts.push(format!("at {x}, {y}"));
    }
    if step.masked {
        facts.push("parts were painted out".to_owned());
    }
    facts.retain(|fact| !fact.is_empty());
    let _ = writeln!(
        out,
        "<p class=\"facts\"><span class=\"{name}\">{outcome}</span> · {}</p>",
        escaped(&facts.join(" · "))
    );
    if !step.effect.detail.is_empty() {
        let _ = writeln!(out, "<p dir=\"auto\">{}</p>", escaped(&step.effect.detail));
    }
    if let Some(window) = step.window.as_ref().filter(|title| !title.is_empty()) {
        let _ = writeln!(
            out,
            "<p class=\"note\" dir=\"auto\">Window: {}</p>",
            escaped(window)
        );
    }
    if let Some(mark) = mark {
        let head = if wrong { "Wrong click" } else { "Note" };
        let note = match mark.note.as_deref().filter(|note| !note.is_empty()) {
            Some(note) => format!("{head}: {note}"),
            None => head.to_owned(),
        };
        let _ = writeln!(
            out,
            "<p class=\"wrong-note\" dir=\"auto\">{}</p>",
            escaped(&note)
        );
    }
    out.push_str(&shots(source, step, pictures));
    out.push_str("</li>\n");
    out
}

/// Before and after, or where it was without them.
fn shots(source: &Source<'_>, step: &Step, pictures: &mut Pictures) -> String {
    if !source.screenshots {
        if step.points.is_empty() && step.window_area.is_none() {
            return String::new();
        }
        let map = figure(step, None, "Where it was", "map");
        return format!("<details>\n<summary>Where</summary>\n{map}</details>\n");
    }
    let mut figures = String::new();
    let same = step.before.is_some() && step.before == step.after;
    let shown = [
        (
            step.before.as_deref(),
            if same {
                "Before; the same after it"
            } else {
                "Before"
            },
        ),
        (step.after.as_deref().filter(|_| !same), "After"),
    ];
    for (hash, caption) in shown {
        let Some(hash) = hash else { continue };
        match pictures.class(source, hash) {
            Some(class) => figures.push_str(&figure(step, Some(&class), caption, "")),
            None => {
                let _ = writeln!(
                    figures,
                    "<p class=\"note\">{caption}: a picture that is no longer kept.</p>"
                );
            }
        }
    }
    if figures.is_empty() {
        figures = figure(step, None, "Where it was", "map");
    }
    format!(
        "<details open>\n<summary>Before and after</summary>\n<div class=\"pair\">\n{figures}</div>\n</details>\n"
    )
}

/// A picture, or none, with the window, the element and the points over it.
fn figure(step: &Step, picture: Option<&str>, caption: &str, class: &str) -> String {
    let frame = &step.frame;
    let mut over = String::new();
    if picture.is_none()
        && let Some(area) = step.window_area
    {
        over.push_str(&framed(frame, area, "box"));
    }
    if let Some(area) = step.element.as_ref().and_then(|element| element.area) {
        over.push_str(&framed(frame, area, "box element"));
    }
    let last = step.points.len().saturating_sub(1);
    // A long path is not shown point by point.
    let every = (step.points.len() / 40).max(1);
    for (index, (x, y)) in step.points.iter().enumerate() {
        if !frame.contains(*x, *y) || (index != last && index % every != 0) {
            continue;
        }
        let (left, top) = (
            percent(f64::from(*x) + 0.5, frame.origin.0, frame.native.0),
            percent(f64::from(*y) + 0.5, frame.origin.1, frame.native.1),
        );
        let class = if index == last { "mark" } else { "mark way" };
        let _ = write!(
            over,
            "<span class=\"{class}\" style=\"left:{left:.3}%;top:{top:.3}%\"></span>"
        );
    }
    let label = match step.points.last() {
        Some((x, y)) => format!("{caption} step {}, the point {x}, {y} marked", step.number),
        None => format!("{caption} step {}", step.number),
    };
    format!(
        "<figure><div class=\"shot {} {class}\" role=\"img\" aria-label=\"{}\" style=\"aspect-ratio:{}/{}\">{over}</div><figcaption>{caption}</figcaption></figure>\n",
        picture.unwrap_or_default(),
        escaped(&label),
        frame.native.0.max(1),
        frame.native.1.max(1),
    )
}

fn framed(frame: &Frame, area: Area, class: &str) -> String {
    let left = percent(f64::from(area.x), frame.origin.0, frame.native.0);
    let top = percent(f64::from(area.y), frame.origin.1, frame.native.1);
    let share = |size: u32, of: u32| f64::from(size) * 100.0 / f64::from(of.max(1));
    format!(
        "<span class=\"{class}\" style=\"left:{left:.3}%;top:{top:.3}%;width:{:.3}%;height:{:.3}%\"></span>",
        share(area.w, frame.native.0),
        share(area.h, frame.native.1)
    )
}

fn percent(at: f64, origin: i32, size: u32) -> f64 {
    (at - f64::from(origin)) * 100.0 / f64::from(size.max(1))
}

/// Pictures by hash, each written once.
#[derive(Default)]
struct Pictures {
    classes: HashMap<String, Option<String>>,
    style: String,
}

impl Pictures {
    fn class(&mut self, source: &Source<'_>, hash: &str) -> Option<String> {
        if let Some(known) = self.classes.get(hash) {
            return known.clone();
        }
        let class = match source.store.blob(hash) {
            Ok((media_type, bytes)) if media_type.starts_with("image/") => {
                let name = format!("p{}", self.classes.len() + 1);
                // Only what the store knows as a picture's type, and base64.
                let data = base64::engine::general_purpose::STANDARD.encode(bytes);
                let _ = writeln!(
                    self.style,
                    ".{name}{{background-image:url(\"data:{media_type};base64,{data}\")}}"
                );
                Some(name)
            }
            _ => None,
        };
        self.classes.insert(hash.to_owned(), class.clone());
        class
    }
}

/// What the model call that asked for an action cost, shared among its actions.
fn costs(events: &[Event]) -> HashMap<ItemId, f64> {
    let mut costs = HashMap::new();
    let mut asked: Vec<ItemId> = Vec::new();
    for event in events {
        let chunk = &event.chunk;
        let call = matches!(chunk.kind.as_str(), kind::ACTION | kind::CODE | kind::CALL);
        if chunk.role == Role::Assistant && call && chunk.start {
            asked.extend(event.item.clone());
        } else if chunk.is(Role::Server, kind::USAGE) {
            let usage = chunk.content.clone().unwrap_or_default();
            let usd = serde_json::from_value::<Usage>(usage)
                .ok()
                .and_then(|usage| usage.cost_usd);
            let share = asked.len().max(1) as f64;
            for item in asked.drain(..) {
                if let Some(usd) = usd {
                    costs.insert(item, usd / share);
                }
            }
        }
    }
    costs
}

fn took(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", ms as f64 / 1000.0),
    }
}

fn by(by: Option<FoundBy>) -> &'static str {
    match by {
        Some(FoundBy::Element) => "found by its element",
        Some(FoundBy::Text) => "found by its text",
        Some(FoundBy::Point) => "found by its place",
        Some(FoundBy::Window) => "in the window in front",
        None => "",
    }
}

/// Verb and target.
fn words(step: &Step) -> String {
    let text = |key: &str| {
        step.action
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let name = text("action");
    let verb = match name {
        "left_click" => "Click",
        "right_click" => "Right-click",
        "middle_click" => "Middle-click",
        "double_click" => "Double-click",
        "triple_click" => "Triple-click",
        "mouse_move" => "Move to",
        "left_click_drag" => "Drag to",
        "left_mouse_down" => "Press the mouse button on",
        "left_mouse_up" => "Let the mouse button go on",
        "scroll" => "Scroll",
        "type" => "Type",
        "write_secret" => "Type the secret",
        "key" => "Press",
        "hold_key" => "Hold",
        "key_down" => "Press and keep down",
        "key_up" => "Let go",
        other => return format!("{}{}", other.replace('_', " "), in_app(step)),
    };
    let what = match name {
        "type" => format!(" “{}”", short(text("text"))),
        "write_secret" => format!(" “{}”", short(text("name"))),
        "key" | "hold_key" | "key_down" | "key_up" => format!(" {}", short(text("text"))),
        "scroll" => format!(" {}", text("scroll_direction")),
        _ => String::new(),
    };
    let target = match (&step.element, step.points.last()) {
        (Some(element), _) if !element.name.trim().is_empty() || step.points.is_empty() => {
            named(element)
        }
        (Some(element), Some((x, y))) => format!("{} at {x}, {y}", named(element)),
        (None, Some((x, y))) => format!("the point {x}, {y}"),
        (_, None) => String::new(),
    };
    let joint = match name {
        _ if target.is_empty() => "",
        "type" | "write_secret" => " into ",
        "scroll" | "key" | "hold_key" | "key_down" | "key_up" => " in ",
        _ => " ",
    };
    format!("{verb}{what}{joint}{target}{}", in_app(step))
}

fn in_app(step: &Step) -> String {
    step.app
        .as_ref()
        .filter(|app| !app.is_empty())
        .map_or_else(String::new, |app| format!(" in {app}"))
}

fn named(element: &StepElement) -> String {
    let role = if element.role.is_empty() {
        "element"
    } else {
        &element.role
    };
    match element.name.trim() {
        "" => format!("the {role}"),
        name => format!("the {role} “{}”", short(name)),
    }
}

/// Longest text of a row's heading.
const LONGEST: usize = 80;

fn short(text: &str) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST)
        .collect();
    if text.chars().count() > LONGEST {
        short.push('…');
    }
    short
}
