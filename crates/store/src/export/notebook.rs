//! A Jupyter notebook, format 4.5: what was said as Markdown cells, code as code
//! cells with what it printed and drew.
//!
//! The notebook's kernel is Python. Of other languages those run that IPython
//! has a cell magic for (`%%bash`, `%%script node`, ...); the rest are Markdown
//! cells with the code in a block.

use interpreter_protocol::{Item, ItemId, Role, digest, kind};
use serde_json::{Map, Value, json};

use super::markdown::{closed, fenced, without_escapes};
use super::{Picture, Source, action, call, error, fate, plain, ran};

pub(super) fn text(source: &Source<'_>) -> String {
    let mut book = Book::default();
    let title = source.title();
    book.markdown("title", format!("# {}", title.replace('\n', " ")));
    for item in source.items() {
        book.add(source, item);
    }
    let notebook = json!({
        "cells": book.cells,
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3",
            },
            "language_info": { "name": "python", "file_extension": ".py", "mimetype": "text/x-python" },
            "title": title,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    let mut text = serde_json::to_string_pretty(&notebook).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Default)]
struct Book {
    cells: Vec<Value>,
    /// The code item of the last cell, if that is one.
    code: Option<ItemId>,
    count: u32,
}

/// What a code cell begins with to run in another language.
fn magic(language: &str) -> Option<&'static str> {
    match language.to_lowercase().as_str() {
        "python" | "py" => Some(""),
        "shell" | "bash" | "sh" | "zsh" => Some("%%bash\n"),
        "javascript" | "js" | "node" => Some("%%script node\n"),
        "ruby" => Some("%%ruby\n"),
        "perl" => Some("%%perl\n"),
        "r" => Some("%%script Rscript -\n"),
        "powershell" => Some("%%script pwsh -NoProfile -Command -\n"),
        "html" => Some("%%html\n"),
        _ => None,
    }
}

impl Book {
    fn add(&mut self, source: &Source<'_>, item: &Item) {
        let id = item.id.as_str();
        match item.kind.as_str() {
            kind::MESSAGE if item.text().trim().is_empty() => {}
            kind::MESSAGE if item.role == Role::User => {
                self.markdown(id, format!("**You:**\n\n{}", closed(item.text())));
            }
            kind::MESSAGE => self.markdown(id, closed(item.text())),
            kind::CODE => self.code(item),
            kind::CONSOLE => self.printed(item),
            kind::IMAGE => self.picture(source, item),
            kind::FILE => self.markdown(
                id,
                format!("**Attached file:** {}", fenced_line(item.text())),
            ),
            kind::ACTION => self.markdown(
                id,
                format!("*Screen action:* {}", fenced_line(&action(item))),
            ),
            kind::CALL => {
                let (name, arguments) = call(item);
                self.markdown(
                    id,
                    format!(
                        "Call of {}:\n\n{}",
                        fenced_line(&name),
                        fenced("json", &arguments)
                    ),
                );
            }
            kind::RESULT => self.markdown(id, fenced("text", &plain(&item.content))),
            kind::ERROR => self.markdown(
                id,
                format!("**Not done:**\n\n{}", fenced("text", &error(item))),
            ),
            _ => {}
        }
    }

    fn markdown(&mut self, id: &str, text: String) {
        self.code = None;
        self.cells.push(json!({
            "cell_type": "markdown",
            "id": cell_id(id),
            "metadata": {},
            "source": lines(text.trim_end()),
        }));
    }

    fn code(&mut self, item: &Item) {
        let language = item.format.as_deref().unwrap_or("python");
        let Some(magic) = magic(language) else {
            let mut text = fenced(language, item.code());
            if let Some(fate) = fate(item) {
                text.push_str(&format!("\n\n*{fate}*"));
            }
            self.markdown(item.id.as_str(), text);
            return;
        };
        let mut metadata = Map::new();
        metadata.insert("language".to_owned(), language.into());
        if let Some(fate) = fate(item) {
            metadata.insert("interpreter".to_owned(), json!({ "state": fate }));
        }
        let count = if ran(item) {
            self.count += 1;
            Value::from(self.count)
        } else {
            metadata.insert("tags".to_owned(), json!(["not-run"]));
            Value::Null
        };
        self.code = Some(item.id.clone());
        self.cells.push(json!({
            "cell_type": "code",
            "execution_count": count,
            "id": cell_id(item.id.as_str()),
            "metadata": metadata,
            "outputs": [],
            "source": lines(&format!("{magic}{}", item.code())),
        }));
    }

    fn printed(&mut self, item: &Item) {
        if item.text().is_empty() {
            return;
        }
        match self.outputs(item) {
            Some(outputs) => outputs.push(json!({
                "output_type": "stream", "name": "stdout", "text": lines(item.text()),
            })),
            None => {
                let text = fenced("text", &without_escapes(item.text()));
                self.markdown(item.id.as_str(), text);
            }
        }
    }

    fn picture(&mut self, source: &Source<'_>, item: &Item) {
        let words = match source.picture(item) {
            Picture::Data { media_type, base64 } => {
                let mut data = Map::new();
                data.insert(media_type, base64.into());
                match self.outputs(item) {
                    Some(outputs) => outputs.push(json!({
                        "output_type": "display_data", "data": data, "metadata": {},
                    })),
                    None => {
                        self.code = None;
                        self.cells.push(json!({
                            "cell_type": "markdown",
                            "id": cell_id(item.id.as_str()),
                            "metadata": {},
                            "attachments": { "picture": data },
                            "source": ["![Picture](attachment:picture)"],
                        }));
                    }
                }
                return;
            }
            Picture::LeftOut => "*A screenshot, not exported*".to_owned(),
            Picture::Gone => "*A picture that is no longer kept.*".to_owned(),
            Picture::Words(words) => format!("*A picture:* {}", fenced_line(&words)),
        };
        self.markdown(item.id.as_str(), words);
    }

    /// Where the output of a code item goes: into its cell, if that is the last one.
    fn outputs(&mut self, item: &Item) -> Option<&mut Vec<Value>> {
        let code = self.code.as_ref()?;
        let is_of_it = item.role == Role::Computer
            && item.parent().is_none_or(|parent| parent == code.as_str());
        if !is_of_it {
            return None;
        }
        self.cells.last_mut()?.get_mut("outputs")?.as_array_mut()
    }
}

/// A text as code, in a line of Markdown.
fn fenced_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", text.replace('`', "ʼ"))
}

/// 1 to 64 letters, digits, hyphens and underscores, as the format wants.
fn cell_id(id: &str) -> String {
    let fits = !id.is_empty()
        && id.len() <= 64
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if fits {
        id.to_owned()
    } else {
        digest::of_bytes(id.as_bytes())[..32].to_owned()
    }
}

/// A list of lines with their ends, as notebooks hold text.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
