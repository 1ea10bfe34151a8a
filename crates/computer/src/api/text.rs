//! The registry in words: for the system message, and as a reference.

use std::fmt::Write as _;

use super::{Method, methods};

/// `computer.mouse.click(text=None, x=None, …)`.
pub(crate) fn signature(method: &Method) -> String {
    let params: Vec<String> = method
        .params
        .iter()
        .map(|param| match (param.kind.starts_with('*'), param.default) {
            (true, _) => format!("*{}", param.name),
            (false, "") => param.name.to_owned(),
            (false, default) => format!("{}={default}", param.name),
        })
        .collect();
    format!("computer.{}({})", method.name, params.join(", "))
}

/// One line a method, for the system message.
pub fn describe() -> String {
    methods().iter().fold(String::new(), |mut text, method| {
        let _ = writeln!(text, "{}  # {}", signature(method), method.doc);
        text
    })
}

/// The reference, as Markdown.
pub fn reference() -> String {
    let mut text = String::from("# The Computer API\n");
    let mut module = "";
    for method in methods() {
        let (of, _) = method.name.split_once('.').unwrap_or((method.name, ""));
        if of != module {
            module = of;
            let _ = write!(text, "\n## {module}\n");
        }
        let _ = write!(text, "\n### `{}`\n\n{}\n", signature(method), method.doc);
        if method.acts {
            text.push_str("Uses mouse or keyboard.\n");
        }
        if !method.params.is_empty() {
            text.push_str("\n| Parameter | Type | Default | Meaning |\n|---|---|---|---|\n");
        }
        for param in method.params {
            let default = match (param.kind.starts_with('*'), param.default) {
                (true, _) => "any number".to_owned(),
                (false, "") => "must be given".to_owned(),
                (false, default) => format!("`{default}`"),
            };
            let kind = param.kind.trim_start_matches('*');
            let _ = writeln!(
                text,
                "| `{}` | {kind} | {default} | {} |",
                param.name, param.doc
            );
        }
        let _ = write!(text, "\nReturns {}.\n", method.returns);
    }
    text
}
