//! Finds texts that contain every word. The trigram index answers for words of
//! three characters or more; shorter ones (most words of Chinese or Japanese)
//! are looked for in the texts themselves.

use interpreter_protocol::{ConversationId, ItemId, SearchHit};
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row};

/// Characters around a hit that the index does not cut out itself.
const AROUND: usize = 30;
/// A whole page pasted into the search field asks for its first words.
const MOST_WORDS: usize = 32;

pub(super) fn search(
    connection: &Connection,
    text: &str,
    limit: u32,
) -> rusqlite::Result<Vec<SearchHit>> {
    let (long, short): (Vec<&str>, Vec<&str>) = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .partition(|word| word.chars().count() >= 3);
    if long.is_empty() && short.is_empty() {
        return Ok(Vec::new());
    }
    let matches: Vec<String> = long
        .iter()
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(limit)];
    let mut conditions = Vec::new();
    let (snippet, order) = if long.is_empty() {
        ("words.text", "c.updated DESC, e.number")
    } else {
        values.push(Box::new(matches.join(" AND ")));
        conditions.push("words MATCH ?2".to_owned());
        (
            "snippet(words, 0, char(2), char(3), '…', 64)",
            "words.rank, c.updated DESC, e.number",
        )
    };
    for word in &short {
        values.push(Box::new(format!("%{}%", escape(word))));
        conditions.push(format!("words.text LIKE ?{} ESCAPE '\\'", values.len()));
    }
    let sql = format!(
        "SELECT e.conversation, e.item, c.title, {snippet}
         FROM words JOIN entry e ON e.number = words.rowid
                    JOIN conversation c ON c.id = e.conversation
         WHERE {} ORDER BY {order} LIMIT ?1",
        conditions.join(" AND ")
    );
    let mut select = connection.prepare(&sql)?;
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let rows = select.query_map(values.as_slice(), |row| hit(row, &long, &short))?;
    rows.collect()
}

fn hit(row: &Row<'_>, long: &[&str], short: &[&str]) -> rusqlite::Result<SearchHit> {
    let item: String = row.get(1)?;
    let text: String = row.get(3)?;
    Ok(SearchHit {
        conversation: ConversationId(row.get(0)?),
        title: row.get(2)?,
        item: (!item.is_empty()).then_some(ItemId(item)),
        snippet: match short.first() {
            Some(word) if long.is_empty() => around(&text, word),
            _ => text,
        },
    })
}

fn escape(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// The text around the first place where a word stands.
fn around(text: &str, word: &str) -> String {
    let is_here = |at: &usize| {
        text.get(*at..*at + word.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(word))
    };
    let Some(at) = text.char_indices().map(|(at, _)| at).find(is_here) else {
        return text.chars().take(2 * AROUND).collect();
    };
    let (before, rest) = text.split_at(at);
    let (found, after) = rest.split_at(word.len());
    let start = before
        .char_indices()
        .rev()
        .nth(AROUND)
        .map(|(at, c)| at + c.len_utf8());
    let end = after.char_indices().nth(AROUND).map(|(at, _)| at);
    format!(
        "{}{}\u{2}{found}\u{3}{}{}",
        if start.is_some() { "…" } else { "" },
        &before[start.unwrap_or(0)..],
        &after[..end.unwrap_or(after.len())],
        if end.is_some() { "…" } else { "" },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_snippet_shows_what_is_around() {
        let check = |text: &str, word: &str, expected: &str| {
            assert_eq!(around(text, word), expected);
        };
        check("say OK now", "ok", "say \u{2}OK\u{3} now");
        check("日本語", "本", "日\u{2}本\u{3}語");
        let long = format!("{}xy{}", "ä".repeat(40), "ö".repeat(40));
        check(
            &long,
            "xy",
            &format!("…{}\u{2}xy\u{3}{}…", "ä".repeat(30), "ö".repeat(30)),
        );
    }
}
