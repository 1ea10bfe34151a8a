//! One page that needs nothing else, light or dark as the reader's system is.
//! Nothing in it acts, and it may load nothing.

use interpreter_protocol::{Item, Role, kind};

use super::markdown::without_escapes;
use super::page::{escaped, html};
use super::{Picture, Source, action, call, date, error, fate, plain, speaker};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1d1f; --soft: #5c6068; --line: #d9dbe0; --page: #ffffff; --raised: #f5f6f8; --bad: #b3261e; --link: #1a5fb4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e7ea; --soft: #a2a7b0; --line: #3a3d44; --page: #17181b; --raised: #212328; --bad: #f2a19b; --link: #8ab8f5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: .85rem; color: var(--soft); margin: 2rem 0 .5rem; font-weight: 600; }
h3, h4, h5, h6 { margin: 1.2rem 0 .4rem; line-height: 1.3; }
p { margin: .5rem 0; }
a { color: var(--link); }
.about, .note, figcaption { color: var(--soft); font-size: .875rem; }
.user { background: var(--raised); border-radius: 10px; padding: .5rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.said { overflow-wrap: anywhere; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; overflow-x: auto; font: 13px/1.5 ui-monospace, monospace; margin: .5rem 0; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
pre code { font-size: inherit; }
pre.output { background: transparent; color: var(--soft); max-height: 30rem; overflow: auto; }
.card > .note { margin: 0 0 -.25rem; }
.failed { color: var(--bad); border-left: 3px solid var(--bad); padding-left: .75rem; white-space: pre-wrap; }
img { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
figure { margin: .75rem 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: start; }
.right { text-align: right; } .centre { text-align: center; }
blockquote { margin: .5rem 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--soft); }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--soft); }
@media print { main { max-width: none; } pre.output { max-height: none; } }
";

pub(super) fn text(source: &Source<'_>) -> String {
    let title = escaped(&source.title());
    let meta = &source.recorded.transcript.meta;
    let mut about = vec![date(source.recorded.created), meta.model.clone()];
    about.retain(|part| !part.is_empty());
    let about = escaped(&about.join(" · "));
    let mut body = String::new();
    let mut last = None;
    for item in source.items() {
        let part = part(source, item);
        if part.is_empty() {
            continue;
        }
        let who = speaker(item.role);
        if item.role != Role::Server && last != Some(who) {
            body.push_str(&format!("<h2>{who}</h2>\n"));
            last = Some(who);
        }
        body.push_str(&part);
        body.push('\n');
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1 dir=\"auto\">{title}</h1>\n<p class=\"about\">{about}</p>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn part(source: &Source<'_>, item: &Item) -> String {
    match item.kind.as_str() {
        kind::MESSAGE if item.text().trim().is_empty() => String::new(),
        kind::MESSAGE if item.role == Role::User => {
            format!(
                "<div class=\"user\" dir=\"auto\">{}</div>",
                escaped(item.text())
            )
        }
        kind::MESSAGE => format!(
            "<div class=\"said\" dir=\"auto\">{}</div>",
            html(item.text())
        ),
        kind::REASONING if item.text().trim().is_empty() => String::new(),
        kind::REASONING => format!(
            "<details><summary>Reasoning</summary><div class=\"said\">{}</div></details>",
            html(item.text())
        ),
        kind::CODE => {
            let language = escaped(item.format.as_deref().unwrap_or("code"));
            let fate = fate(item).map(|fate| format!("<p class=\"note\">{}</p>", escaped(&fate)));
            format!(
                "<div class=\"card\"><p class=\"note\">{language}</p><pre><code>{}</code></pre>{}</div>",
                escaped(item.code()),
                fate.unwrap_or_default()
            )
        }
        kind::CONSOLE if item.text().trim().is_empty() => String::new(),
        kind::CONSOLE => output(&without_escapes(item.text())),
        kind::IMAGE => picture(source, item),
        kind::FILE => note(&format!("Attached file: {}", item.text())),
        kind::ACTION => note(&format!("Screen action: {}", action(item))),
        kind::CALL => {
            let (name, arguments) = call(item);
            format!("{}{}", note(&format!("Call of {name}")), output(&arguments))
        }
        kind::RESULT => output(&plain(&item.content)),
        kind::ERROR => format!("<p class=\"failed\">{}</p>", escaped(&error(item))),
        _ => String::new(),
    }
}

fn note(text: &str) -> String {
    format!("<p class=\"note\">{}</p>", escaped(text))
}

/// Can be scrolled, by keyboard too.
fn output(text: &str) -> String {
    format!(
        "<pre class=\"output\" tabindex=\"0\">{}</pre>",
        escaped(text)
    )
}

fn picture(source: &Source<'_>, item: &Item) -> String {
    match source.picture(item) {
        Picture::Data { media_type, base64 } => {
            let alt = if item.role == Role::User {
                "Attached picture"
            } else {
                "Picture"
            };
            format!(
                "<figure><img alt=\"{alt}\" src=\"data:{};base64,{base64}\"></figure>",
                escaped(&media_type)
            )
        }
        Picture::LeftOut => note("A screenshot, not exported."),
        Picture::Gone => note("A picture that is no longer kept."),
        Picture::Words(words) => note(&format!("A picture: {words}")),
    }
}
