//! Finds titles and texts that contain every word. The trigram index answers
//! for words of three characters or more; shorter ones (most words of Chinese
//! or Japanese) are looked for in the texts themselves.
//!
//! Titles that contain the words come first, then texts, then titles that would
//! contain them but for one slip of the hand.

use interpreter_protocol::{ConversationId, ItemId, SearchHit};
use rusqlite::types::ToSql;
use rusqlite::{Connection, params};

use super::kinds;
use super::words::{self, Word};
use crate::fold::{Folded, snippet};

/// Characters around a hit that the index does not cut out itself.
const AROUND: usize = 30;
/// Where more texts than these match, they are not weighed: the newest are taken.
const WEIGHED: i64 = 1000;
/// Titles with a slip that have room even where very many texts match.
const SLIPS: usize = 5;

pub(super) fn search(
    connection: &Connection,
    text: &str,
    limit: u32,
) -> rusqlite::Result<Vec<SearchHit>> {
    let words = words::of(text);
    if words.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let limit = limit as usize;
    let query = Query::new(&words);
    let mut hits = titles(connection, &query, limit)?;
    let mut texts = texts(connection, &query, limit)?;
    // At most half are titles, as long as there are texts to show.
    let most_titles = limit.saturating_sub(texts.len()).max(limit.div_ceil(2));
    hits.truncate(most_titles);
    let slips = if hits.len() < most_titles {
        let room = (limit - hits.len()).saturating_sub(texts.len()).max(SLIPS);
        slips(connection, &words, &hits, room.min(limit - hits.len()))?
    } else {
        Vec::new()
    };
    texts.truncate(limit - hits.len() - slips.len());
    hits.append(&mut texts);
    hits.extend(slips);
    Ok(hits)
}

/// What the tables are asked.
struct Query<'a> {
    /// For the trigram index; none where no word is long enough.
    matches: Option<String>,
    /// Patterns for the words that are too short for it.
    likes: Vec<String>,
    words: &'a [Word],
}

impl<'a> Query<'a> {
    fn new(words: &'a [Word]) -> Self {
        let (long, short): (Vec<&Word>, Vec<&Word>) = words
            .iter()
            .partition(|word| word.text.chars().count() >= 3);
        let matches: Vec<String> = long
            .iter()
            .map(|word| format!("\"{}\"", word.text.replace('"', "\"\"")))
            .collect();
        Self {
            matches: (!matches.is_empty()).then(|| matches.join(" AND ")),
            likes: short
                .iter()
                .map(|word| format!("%{}%", escape(&word.text)))
                .collect(),
            words,
        }
    }

    /// The condition on a table, and its values from `?1` on.
    fn condition(&self, table: &str) -> (String, Vec<Box<dyn ToSql>>) {
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut conditions = Vec::new();
        if let Some(matches) = &self.matches {
            values.push(Box::new(matches.clone()));
            conditions.push(format!("{table} MATCH ?1"));
        }
        for like in &self.likes {
            values.push(Box::new(like.clone()));
            conditions.push(format!("{table}.text LIKE ?{} ESCAPE '\\'", values.len()));
        }
        (conditions.join(" AND "), values)
    }

    /// The rows of a table that match, best first.
    fn rows(&self, connection: &Connection, table: &str, limit: i64) -> rusqlite::Result<Vec<i64>> {
        let (condition, mut values) = self.condition(table);
        let order = if self.matches.is_some() && self.are_few(connection, table)? {
            "rank"
        } else {
            "rowid DESC"
        };
        values.push(Box::new(limit));
        let sql = format!(
            "SELECT rowid FROM {table} WHERE {condition} ORDER BY {order} LIMIT ?{}",
            values.len()
        );
        let mut select = connection.prepare_cached(&sql)?;
        let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let rows = select.query_map(values.as_slice(), |row| row.get(0))?;
        rows.collect()
    }

    /// Whether so few rows match that weighing all of them is worth it.
    fn are_few(&self, connection: &Connection, table: &str) -> rusqlite::Result<bool> {
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ?1 LIMIT {})",
            WEIGHED + 1
        );
        let count: i64 = connection
            .prepare_cached(&sql)?
            .query_row([&self.matches], |row| row.get(0))?;
        Ok(count <= WEIGHED)
    }

    /// What stands around the words in a row.
    fn snippet(&self, connection: &Connection, table: &str, row: i64) -> rusqlite::Result<String> {
        if let Some(matches) = &self.matches {
            let sql = format!(
                "SELECT snippet({table}, 0, char(2), char(3), '…', 64)
                 FROM {table} WHERE {table} MATCH ?1 AND rowid = ?2"
            );
            return connection
                .prepare_cached(&sql)?
                .query_row(params![matches, row], |row| row.get(0));
        }
        let text: String = connection
            .prepare_cached(&format!("SELECT text FROM {table} WHERE rowid = ?1"))?
            .query_row([row], |row| row.get(0))?;
        let wanted = self.words.first().map(|word| word.text.as_str());
        Ok(around(&text, wanted.unwrap_or_default()))
    }
}

fn titles(
    connection: &Connection,
    query: &Query<'_>,
    limit: usize,
) -> rusqlite::Result<Vec<SearchHit>> {
    let rows = query.rows(connection, "titles", limit as i64)?;
    let hits = rows.into_iter().map(|row| {
        connection
            .prepare_cached("SELECT id, title FROM conversation WHERE number = ?1")?
            .query_row([row], |found| {
                Ok(SearchHit {
                    conversation: ConversationId(found.get(0)?),
                    title: found.get(1)?,
                    item: None,
                    kind: None,
                    language: None,
                    near: false,
                    snippet: query.snippet(connection, "titles", row)?,
                })
            })
    });
    hits.collect()
}

fn texts(
    connection: &Connection,
    query: &Query<'_>,
    limit: usize,
) -> rusqlite::Result<Vec<SearchHit>> {
    let rows = query.rows(connection, "words", limit as i64)?;
    let hits = rows.into_iter().map(|row| {
        connection
            .prepare_cached(
                "SELECT c.id, c.title, e.item, e.kind, e.language FROM entry e
                 JOIN conversation c ON c.number = e.conversation WHERE e.number = ?1",
            )?
            .query_row([row], |found| {
                Ok(SearchHit {
                    conversation: ConversationId(found.get(0)?),
                    title: found.get(1)?,
                    item: Some(ItemId(found.get(2)?)),
                    kind: kinds::of(&found.get::<_, String>(3)?),
                    language: found.get(4)?,
                    near: false,
                    snippet: query.snippet(connection, "words", row)?,
                })
            })
    });
    hits.collect()
}

/// Titles that contain the words but for one slip, newest first.
fn slips(
    connection: &Connection,
    words: &[Word],
    known: &[SearchHit],
    limit: usize,
) -> rusqlite::Result<Vec<SearchHit>> {
    let wanted = words::Slips::new(words);
    if !wanted.are_possible() || limit == 0 {
        return Ok(Vec::new());
    }
    let mut select = connection
        .prepare_cached("SELECT id, title FROM conversation ORDER BY pinned DESC, updated DESC")?;
    let mut rows = select.query([])?;
    let mut hits = Vec::new();
    while let Some(row) = rows.next()? {
        let title: String = row.get(1)?;
        if let Some(snippet) = wanted.in_title(&title) {
            let conversation = ConversationId(row.get(0)?);
            // To the index an accent is no slip.
            if known.iter().any(|hit| hit.conversation == conversation) {
                continue;
            }
            hits.push(SearchHit {
                conversation,
                title,
                item: None,
                kind: None,
                language: None,
                near: true,
                snippet,
            });
            if hits.len() == limit {
                break;
            }
        }
    }
    Ok(hits)
}

fn escape(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// The text around the first place where a word stands.
fn around(text: &str, word: &str) -> String {
    let (folded, wanted) = (Folded::new(text), Folded::new(word));
    match folded.occurrences(&wanted).next() {
        Some(place) => snippet(text, place, AROUND),
        None => text.chars().take(2 * AROUND).collect(),
    }
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
