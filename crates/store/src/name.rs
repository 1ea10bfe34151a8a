use interpreter_protocol::ConversationId;
use jiff::Zoned;

/// The name of a conversation: its first words and the local time, as Open
/// Interpreter made them (`Add_subtitles_to_all__October_23_2024_10-15-00`).
pub(crate) fn of(first_words: &str, now: &Zoned) -> String {
    let start: String = first_words.chars().take(25).collect();
    let words: Vec<&str> = start.split(' ').collect();
    let stem = match words.as_slice() {
        [] | [_] => first_words.chars().take(15).collect(),
        // The last word is likely cut off.
        [all @ .., _] => all.join("_"),
    };
    let stem: String = stem
        .chars()
        .filter(|c| !c.is_control() && !"<>:\"/\\|?*!".contains(*c))
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect();
    let stem = stem.trim_matches(|c| matches!(c, '.' | '_'));
    let stem = if stem.is_empty() {
        "Conversation"
    } else {
        stem
    };
    format!("{stem}__{}", now.strftime("%B_%d_%Y_%H-%M-%S"))
}

/// Names for a conversation, in the order they are tried: the same words may
/// come in the same second.
pub(crate) fn candidates(first_words: &str) -> impl Iterator<Item = ConversationId> {
    let wanted = of(first_words, &Zoned::now());
    (1u32..).map(move |number| {
        ConversationId(match number {
            1 => wanted.clone(),
            _ => format!("{wanted}_{number}"),
        })
    })
}

/// A title from the first words of the person: the first line, cut at a word.
pub(crate) fn title(first_words: &str) -> String {
    const LONGEST: usize = 60;
    let line = first_words
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let start: String = line.chars().take(LONGEST).collect();
    let cut = start
        .rfind(' ')
        .filter(|at| *at > LONGEST / 2)
        .unwrap_or(start.len());
    format!("{}…", start[..cut].trim_end())
}

/// A title as the name of a file, without its ending.
pub(crate) fn file_name(title: &str) -> String {
    let name: String = title
        .chars()
        .map(|c| {
            if c.is_control() || "<>:\"/\\|?*".contains(c) {
                ' '
            } else {
                c
            }
        })
        .take(80)
        .collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.trim_matches('.').trim() {
        "" => "Conversation".to_owned(),
        name => name.to_owned(),
    }
}

/// A title for a conversation that never got one.
pub(crate) fn title_of_name(name: &str) -> String {
    name.split("__").next().unwrap_or(name).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn names_are_made_of_the_first_words_and_the_time() {
        let now: Zoned = "2024-10-23T10:15:00[UTC]".parse().unwrap();
        let check = |words: &str, expected: &str| {
            assert_eq!(
                of(words, &now),
                format!("{expected}__October_23_2024_10-15-00")
            );
        };
        check(
            "Add subtitles to all videos in /videos",
            "Add_subtitles_to_all",
        );
        check("hi", "hi");
        check("Hello there", "Hello");
        check("internationalisation!", "internationalis");
        check("what? is: this/that <b>", "what_is_thisthat");
        check("a\nb c d", "ab_c");
        check("../../etc/passwd", "etcpassw");
        check("日本語のテキスト", "日本語のテキスト");
        check("", "Conversation");
        check("???", "Conversation");
        check("...", "Conversation");
    }

    #[test]
    fn titles_are_one_line() {
        let check = |words: &str, expected: &str| assert_eq!(title(words), expected);
        check("  plot it \nplease", "plot it");
        check("", "");
        check(
            "one two three four five six seven eight nine ten eleven twelve thirteen",
            "one two three four five six seven eight nine ten eleven…",
        );
        check(&"x".repeat(100), &format!("{}…", "x".repeat(60)));
    }
}
