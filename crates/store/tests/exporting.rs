//! One conversation as a file, for other programs.

use std::process::Command;

use interpreter_protocol::{Chunk, ConversationId, ExportFormat, Role, kind};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::copies::rich;
use crate::{Fixture, code, message, record};

fn export(
    fixture: &Fixture,
    id: &ConversationId,
    format: ExportFormat,
    screenshots: bool,
) -> String {
    let redact = |text: &str| text.replace("sk-secret", "[redacted]");
    fixture
        .store
        .export(id, format, screenshots, &redact)
        .unwrap()
        .text
}

const ALL: [ExportFormat; 4] = [
    ExportFormat::Markdown,
    ExportFormat::Notebook,
    ExportFormat::Json,
    ExportFormat::Html,
];

#[test]
fn files_are_named_after_the_title() {
    let fixture = Fixture::new();
    let id = fixture.conversation("What? a/b: <c>").id().clone();
    let plain = |text: &str| text.to_owned();
    let name = |format| {
        fixture
            .store
            .export(&id, format, false, &plain)
            .unwrap()
            .name
    };
    assert_eq!(
        ALL.map(name),
        ["md", "ipynb", "json", "html"].map(|ending| format!("What a b c.{ending}"))
    );
    let absent = fixture
        .store
        .export(&"absent".into(), ExportFormat::Json, false, &plain);
    assert!(absent.is_err());
}

#[test]
fn markdown_can_be_read() {
    let fixture = Fixture::new();
    let id = rich(&fixture);
    let text = export(&fixture, &id, ExportFormat::Markdown, false);
    // The second paragraph is the date.
    let mut lines = text.split("\n\n").map(str::to_owned);
    assert_eq!(lines.next().as_deref(), Some("# Draw a sine"));
    lines.next();
    let rest: Vec<String> = lines.collect();
    let expected = "\
## You\n\nDraw a sine, please\n\n## Interpreter\n\n\
<details><summary>Reasoning</summary>\n\n```text\nLet me think.\n```\n\n</details>\n\n\
```python\nplot(sin(x))\n```\n\nOutput:\n\n```text\ndrawn\n```\n\n*\\[A picture\\]*\n\n\
*Screen action:* `left click [1,2] (A window opened)`\n\n*\\[A screenshot, not exported\\]*\n\n\
There it is.\n\n## You\n\nAnd a cosine\n\n> **Not done:** No connection.\n";
    assert_eq!(rest.join("\n\n"), expected);
    let with = export(&fixture, &id, ExportFormat::Markdown, true);
    assert_eq!(with.matches("](data:image/png;base64,").count(), 2);
}

#[test]
fn a_notebook_is_valid_and_has_its_outputs() {
    let fixture = Fixture::new();
    let id = rich(&fixture);
    let mut writer = fixture.store.write(&id).unwrap();
    for (item, language, text) in [
        ("sh", "shell", "echo hi\nls"),
        ("js", "javascript", "1+1"),
        ("as", "applescript", "beep"),
    ] {
        writer.append(&code(item, language, text)).unwrap();
    }
    let printed = Chunk::new(Role::Computer, kind::CONSOLE);
    writer
        .append(&[
            record("late", printed.clone().start().with("parent", "as")),
            record("late", printed.clone().format("output").content("beeped")),
            record("late", printed.end()),
        ])
        .unwrap();
    let text = export(&fixture, &id, ExportFormat::Notebook, true);
    let book: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&book["nbformat"], &book["nbformat_minor"]),
        (&json!(4), &json!(5))
    );
    let cells = book["cells"].as_array().unwrap();
    let ids: std::collections::HashSet<&str> = cells
        .iter()
        .filter_map(|cell| cell["id"].as_str())
        .collect();
    assert_eq!(ids.len(), cells.len(), "each cell has an id of its own");
    let source = |cell: &Value| -> String {
        let lines = cell["source"].as_array().unwrap();
        lines.iter().filter_map(Value::as_str).collect()
    };
    let codes: Vec<(String, Value)> = cells
        .iter()
        .filter(|cell| cell["cell_type"] == "code")
        .map(|cell| (source(cell), cell["execution_count"].clone()))
        .collect();
    assert_eq!(
        codes,
        [
            ("plot(sin(x))".to_owned(), json!(1)),
            ("%%bash\necho hi\nls".to_owned(), json!(2)),
            ("%%script node\n1+1".to_owned(), json!(3)),
        ]
    );
    let first = cells
        .iter()
        .find(|cell| cell["cell_type"] == "code")
        .unwrap();
    assert_eq!(
        first["outputs"],
        json!([
            {"output_type": "stream", "name": "stdout", "text": ["drawn\n"]},
            {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgpwbG90"}, "metadata": {}},
        ])
    );
    let sources: Vec<String> = cells.iter().map(source).collect();
    assert!(sources.contains(&"```applescript\nbeep\n```".to_owned()));
    assert!(sources.contains(&"```text\nbeeped\n```".to_owned()));
    check_with_python(&text);
}

/// What format 4.5 demands, seen by another program.
fn check_with_python(text: &str) {
    const CHECK: &str = r#"
import json, re, sys
book = json.load(sys.stdin)
assert set(book) == {"cells", "metadata", "nbformat", "nbformat_minor"}, set(book)
wanted = {
    "markdown": ({"cell_type", "id", "metadata", "source"}, {"attachments"}),
    "code": ({"cell_type", "id", "metadata", "source", "outputs", "execution_count"}, set()),
}
outputs = {"stream": {"output_type", "name", "text"}, "display_data": {"output_type", "data", "metadata"}}
for cell in book["cells"]:
    must, may = wanted[cell["cell_type"]]
    assert must <= set(cell) <= must | may, cell
    assert re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", cell["id"]), cell["id"]
    assert all(isinstance(line, str) for line in cell["source"])
    assert all("\n" not in line[:-1] for line in cell["source"])
    for output in cell.get("outputs", []):
        assert set(output) == outputs[output["output_type"]], output
print(len(book["cells"]))
"#;
    let python = ["/usr/bin/python3", "python3"]
        .into_iter()
        .find(|python| Command::new(python).arg("--version").output().is_ok());
    let Some(python) = python else { return };
    let mut child = Command::new(python)
        .args(["-c", CHECK])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_page_needs_nothing_and_does_nothing() {
    let fixture = Fixture::new();
    let id = rich(&fixture);
    let mut writer = fixture.store.write(&id).unwrap();
    for (item, role) in [("x1", Role::User), ("x2", Role::Assistant)] {
        let text = "<script>alert(1)</script> <img src=x onerror=alert(2)> [a](javascript:alert(3)) ![b](https://x.y/z.png)";
        writer.append(&message(item, role, text)).unwrap();
    }
    writer
        .append(&code(
            "x3",
            "html\"><script>",
            "</code></pre><script>alert(4)</script>",
        ))
        .unwrap();
    let meta = json!({"title": "</title><script>alert(5)</script>"});
    let meta = Chunk::new(Role::Server, kind::CONVERSATION).content(meta);
    writer
        .append(&[crate::Record {
            item: None,
            chunk: meta,
        }])
        .unwrap();
    let text = export(&fixture, &id, ExportFormat::Html, false);
    let lower = text.to_lowercase();
    for bad in [
        "<script",
        "<iframe",
        "<link",
        "javascript:alert(3)\"",
        "src=\"http",
        "@import",
        "url(",
    ] {
        assert!(!lower.contains(bad), "{bad}");
    }
    // The picture the person drew is there, the screenshot is not.
    assert_eq!(text.matches("<img ").count(), 1);
    assert!(text.contains("src=\"data:image/png;base64,iVBORw0KGgpwbG90\""));
    assert!(text.contains("A screenshot, not exported."));
    assert!(
        text.contains(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        )
    );
    assert!(text.contains("@media (prefers-color-scheme: dark)"));
    let with = export(&fixture, &id, ExportFormat::Html, true);
    assert_eq!(with.matches("<img ").count(), 2);
}

#[test]
fn secrets_and_vendor_data_are_in_none() {
    let fixture = Fixture::new();
    let id = rich(&fixture);
    let mut writer = fixture.store.write(&id).unwrap();
    writer
        .append(&message("k", Role::User, "my key is sk-secret-1"))
        .unwrap();
    writer
        .append(&code("kc", "shell", "curl -H sk-secret-1"))
        .unwrap();
    for format in ALL {
        let text = export(&fixture, &id, format, true);
        for secret in ["sk-secret", "vendor-data", "sk-own-key"] {
            assert!(!text.contains(secret), "{format:?} holds {secret}");
        }
        assert_eq!(text.matches("[redacted]-1").count(), 2, "{format:?}");
    }
}

#[test]
fn a_picture_that_was_removed_is_told() {
    let fixture = Fixture::new();
    let id = rich(&fixture);
    std::fs::remove_dir_all(fixture.folder.path().join("blobs")).unwrap();
    for format in [
        ExportFormat::Markdown,
        ExportFormat::Notebook,
        ExportFormat::Html,
    ] {
        let text = export(&fixture, &id, format, true);
        let told = text.matches("A picture that is no longer kept.").count();
        assert_eq!(told, 2, "{format:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_message_breaks_out_of_its_place(
        said in "[`~<>!\\-\\[a-c \n]{0,60}", ran in "[`~a-c \n]{0,60}"
    ) {
        let fixture = Fixture::new();
        let mut writer = fixture.conversation("x");
        writer.append(&message("m", Role::Assistant, &said)).unwrap();
        writer.append(&code("c", "python", &ran)).unwrap();
        writer.append(&message("n", Role::User, "THE END")).unwrap();
        let id = writer.id().clone();
        let text = export(&fixture, &id, ExportFormat::Markdown, false);
        // Another reader of Markdown finds the last heading and the last message.
        let events: Vec<_> = pulldown_cmark::Parser::new(&text).collect();
        let headings = events.iter().filter(|event| matches!(
            event,
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Heading { level: pulldown_cmark::HeadingLevel::H2, .. })
        ));
        prop_assert!(headings.count() >= 1);
        let last = events.iter().rev().find_map(|event| match event {
            pulldown_cmark::Event::Text(text) => Some(text.to_string()),
            _ => None,
        });
        prop_assert_eq!(last.as_deref(), Some("THE END"));
        let in_block = events.windows(2).any(|pair| matches!(
            pair,
            [pulldown_cmark::Event::Start(pulldown_cmark::Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(language))), _]
                if language.as_ref() == "python"
        ));
        prop_assert!(in_block, "{text}");
        let page = export(&fixture, &id, ExportFormat::Html, false);
        prop_assert!(page.ends_with("<div class=\"user\" dir=\"auto\">THE END</div>\n</main>\n</body>\n</html>\n"));
        let book = export(&fixture, &id, ExportFormat::Notebook, false);
        prop_assert!(serde_json::from_str::<Value>(&book).is_ok());
    }
}
