use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

fn text(line: &Line) -> String {
    line.iter().map(|span| span.text.as_str()).collect()
}

fn streamed<'a>(parts: impl IntoIterator<Item = &'a str>, columns: usize) -> Vec<String> {
    let mut markdown = Markdown::default();
    let mut lines = Vec::new();
    for part in parts {
        lines.extend(markdown.push(part, columns));
        markdown.live(columns);
    }
    lines.extend(markdown.finish(columns));
    lines.iter().map(text).collect()
}

#[test]
fn the_whole() {
    let check = |source: &str, expected: &[&str]| {
        assert_eq!(streamed([source], 30), expected, "{source:?} at once");
        let each: Vec<String> = source.chars().map(String::from).collect();
        assert_eq!(
            streamed(each.iter().map(String::as_str), 30),
            expected,
            "{source:?} by letters"
        );
    };
    check("", &[]);
    check("hello", &["hello"]);
    check("one\n\ntwo\n", &["one", "", "two"]);
    check("# Title\ntext", &["Title", "", "text"]);
    check(
        "Here:\n```python\nx = 1\n\ny\n```\nDone.",
        &["Here:", "", "  x = 1", "  ", "  y", "", "Done."],
    );
    check("```\nunclosed", &["  unclosed"]);
    check(
        "Items:\n- a\n- b\n\nEnd",
        &["Items:", "", "• a", "• b", "", "End"],
    );
    check("1. a\n2. b\n   more\n3. c", &["1. a", "2. b more", "3. c"]);
    check("- a\n\n- b\n", &["• a", "", "• b"]);
    check(
        "- a\n  ```sh\n  ls\n\n  pwd\n  ```\n- b",
        &["• a", "    ls", "    ", "    pwd", "• b"],
    );
    check("> quote\n\nafter", &["│ quote", "", "after"]);
    check(
        "a | b\n--|--\n1 | 2\n\nend",
        &["a │ b", "──┼──", "1 │ 2", "", "end"],
    );
    check("this | that\nis no table", &["this | that is no table"]);
    check("~~~\n```\n~~~", &["  ```"]);
}

#[test]
fn only_the_last_line_is_held_back() {
    let mut markdown = Markdown::default();
    let lines = markdown.push("aaaa bbbb cccc", 9);
    assert_eq!(lines.iter().map(text).collect::<Vec<_>>(), ["aaaa bbbb"]);
    assert_eq!(
        markdown.live(9).map(|line| text(&line)),
        Some("cccc".to_owned())
    );
    markdown.push(" dd", 9);
    assert_eq!(
        markdown.live(9).map(|line| text(&line)),
        Some("cccc dd".to_owned())
    );
    assert_eq!(
        markdown.finish(9).iter().map(text).collect::<Vec<_>>(),
        ["cccc dd"]
    );
}

#[test]
fn a_table_is_held_back_until_it_is_complete() {
    let mut markdown = Markdown::default();
    assert_eq!(
        markdown.push("| a | b |\n|---|---|\n| 1 | 2 |\n", 40),
        Vec::<Line>::new()
    );
    assert_eq!(
        markdown.live(40).map(|line| text(&line)),
        Some("table, 1 rows…".to_owned())
    );
    assert_eq!(markdown.push("\n", 40).len(), 3);
}

proptest! {
    #[test]
    fn any_text_streams_without_a_panic_and_keeps_its_words(
        source in "[a-z#*`>|\\-\n 0-9.]{0,80}", cut in 1usize..9
    ) {
        let parts: Vec<String> = source
            .chars().collect::<Vec<_>>().chunks(cut).map(|part| part.iter().collect()).collect();
        streamed(parts.iter().map(String::as_str), 20);
    }
}
