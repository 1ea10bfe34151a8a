//! The tables of `index.sqlite`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use interpreter_protocol::{ConversationId, ConversationSummary};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::{Update, update::Text};
use crate::Spent;

/// Of the tables. An index of another version is made anew.
const VERSION: i64 = 4;

const TABLES: &str = "
    CREATE TABLE conversation (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
        created INTEGER NOT NULL, updated INTEGER NOT NULL, cost REAL NOT NULL,
        items INTEGER NOT NULL, pinned INTEGER NOT NULL, archived INTEGER NOT NULL,
        first TEXT NOT NULL, model TEXT NOT NULL, profile TEXT NOT NULL,
        ran_code INTEGER NOT NULL, used_screen INTEGER NOT NULL, has_files INTEGER NOT NULL,
        failed INTEGER NOT NULL, damaged TEXT,
        -- None: the file has to be read again.
        bytes INTEGER
    );
    CREATE INDEX newest ON conversation (pinned DESC, updated DESC, created DESC, id DESC);
    CREATE INDEX unread ON conversation (number) WHERE bytes IS NULL;
    CREATE TABLE spending (
        conversation INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, usd REAL,
        PRIMARY KEY (conversation, seq)
    ) WITHOUT ROWID;
    CREATE INDEX spent ON spending (at, usd);
    CREATE TABLE picture (
        conversation INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
        screen INTEGER NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (conversation, seq, hash)
    ) WITHOUT ROWID;
    -- Where a text is from.
    CREATE TABLE entry (
        number INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, item TEXT NOT NULL,
        kind TEXT NOT NULL, language TEXT,
        UNIQUE (conversation, item)
    );
    CREATE VIRTUAL TABLE titles USING fts5 (text, tokenize = 'trigram remove_diacritics 1');
    CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'trigram remove_diacritics 1');
";

pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    make_private(path);
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_millis(500))?;
    // Readers and a writer side by side; a power cut may lose the last news, which the files hold.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    prepare(&mut connection)?;
    Ok(connection)
}

pub(super) fn open_in_memory() -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    prepare(&mut connection)?;
    Ok(connection)
}

/// A temporary file is its owner's alone, and stays so under its final name.
fn make_private(path: &Path) {
    if !path.exists()
        && let Some(folder) = path.parent()
        && let Ok(file) = tempfile::NamedTempFile::new_in(folder)
    {
        let _ = file.persist_noclobber(path);
    }
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
    };
    if version(connection)? == VERSION {
        return Ok(());
    }
    let transaction = begin(connection)?;
    // Another program may have done it meanwhile.
    if version(&transaction)? != VERSION {
        let mut names = transaction.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        )?;
        let names: Vec<String> = names
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for name in names {
            // The parts of a virtual table go with it.
            let _ = transaction.execute(&format!("DROP TABLE IF EXISTS \"{name}\""), []);
        }
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}

pub(super) fn delete(path: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let _ = fs::remove_file(name);
    }
}

pub(super) fn is_busy(reason: &rusqlite::Error) -> bool {
    matches!(
        reason.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

pub(super) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    // At once a writer: two that begin as readers could not both go on.
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Whether no file has to be read again.
pub(super) fn all_read(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM conversation WHERE bytes IS NULL)")?
        .query_row([], |row| row.get(0))
}

/// How much of each file is known.
pub(super) fn lengths(
    connection: &Connection,
) -> rusqlite::Result<HashMap<ConversationId, Option<u64>>> {
    let mut select = connection.prepare_cached("SELECT id, bytes FROM conversation")?;
    let rows = select.query_map([], |row| {
        let bytes: Option<i64> = row.get(1)?;
        Ok((ConversationId(row.get(0)?), bytes.map(i64::unsigned_abs)))
    })?;
    rows.collect()
}

/// What is known of one file; nothing counts as an empty one.
fn length(connection: &Connection, id: &str) -> rusqlite::Result<Option<u64>> {
    let known: Option<Option<i64>> = connection
        .prepare_cached("SELECT bytes FROM conversation WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(known.unwrap_or(Some(0)).map(i64::unsigned_abs))
}

pub(super) fn list(
    connection: &Connection,
    limit: Option<u32>,
) -> rusqlite::Result<Vec<ConversationSummary>> {
    let mut select = connection.prepare_cached(
        "SELECT id, title, created, updated, cost, items, pinned, archived, first, model,
                profile, ran_code, used_screen, has_files, failed, damaged
         FROM conversation
         ORDER BY pinned DESC, updated DESC, created DESC, id DESC LIMIT ?1",
    )?;
    let limit = limit.map_or(-1, i64::from);
    let rows = select.query_map([limit], |row| {
        Ok(ConversationSummary {
            id: ConversationId(row.get(0)?),
            title: row.get(1)?,
            created: row.get::<_, i64>(2)?.unsigned_abs(),
            updated: row.get::<_, i64>(3)?.unsigned_abs(),
            cost: row.get(4)?,
            items: row.get(5)?,
            pinned: row.get(6)?,
            archived: row.get(7)?,
            first: row.get(8)?,
            model: row.get(9)?,
            profile: row.get(10)?,
            ran_code: row.get(11)?,
            used_screen: row.get(12)?,
            has_files: row.get(13)?,
            failed: row.get(14)?,
            damaged: row.get(15)?,
        })
    })?;
    rows.collect()
}

/// The sum since a moment.
pub(super) fn spent(connection: &Connection, since: u64) -> rusqlite::Result<Spent> {
    connection
        .prepare_cached("SELECT total(usd), count(*) - count(usd) FROM spending WHERE at >= ?1")?
        .query_row([since.min(i64::MAX as u64) as i64], |row| {
            Ok(Spent {
                usd: row.get(0)?,
                incomplete: row.get::<_, i64>(1)? > 0,
            })
        })
}

/// Pictures that occur as screenshots only, with their last time, newest first.
pub(super) fn screenshots(connection: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut select = connection.prepare_cached(
        "SELECT hash, max(at) FROM picture GROUP BY hash HAVING min(screen) = 1
         ORDER BY max(at) DESC, hash",
    )?;
    let rows = select.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    rows.collect()
}

pub(super) fn put(transaction: &Transaction<'_>, update: &Update) -> rusqlite::Result<()> {
    let summary = &update.summary;
    let id = summary.id.as_str();
    if !update.whole && length(transaction, id)? != Some(update.from) {
        // Something was missed: the file is read again.
        transaction
            .prepare_cached("UPDATE conversation SET bytes = NULL WHERE id = ?1")?
            .execute([id])?;
        return Ok(());
    }
    let number: i64 = transaction
        .prepare_cached(
            "INSERT INTO conversation (id, title, created, updated, cost, items, pinned, archived,
                first, model, profile, ran_code, used_screen, has_files, failed, damaged, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (id) DO UPDATE SET title = ?2, created = ?3, updated = ?4, cost = ?5,
                items = ?6, pinned = ?7, archived = ?8, first = ?9, model = ?10, profile = ?11,
                ran_code = ?12, used_screen = ?13, has_files = ?14, failed = ?15, damaged = ?16,
                bytes = ?17
             RETURNING number",
        )?
        .query_row(
            params![
                id,
                summary.title,
                summary.created as i64,
                summary.updated as i64,
                summary.cost,
                summary.items,
                summary.pinned,
                summary.archived,
                summary.first,
                summary.model,
                summary.profile,
                summary.ran_code,
                summary.used_screen,
                summary.has_files,
                summary.failed,
                summary.damaged,
                update.bytes.map(|bytes| bytes as i64),
            ],
            |row| row.get(0),
        )?;
    if update.whole {
        forget_parts(transaction, number)?;
    }
    put_title(transaction, number, &summary.title)?;
    for (item, text) in &update.texts {
        put_text(transaction, number, item.as_str(), text)?;
    }
    for spending in &update.spendings {
        let at = spending.at.unwrap_or(summary.updated) as i64;
        transaction
            .prepare_cached("INSERT OR REPLACE INTO spending VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![number, spending.seq as i64, at, spending.usd])?;
    }
    for picture in &update.pictures {
        let at = picture.at.unwrap_or(summary.updated) as i64;
        let (seq, hash) = (picture.seq as i64, &picture.hash);
        transaction
            .prepare_cached("INSERT OR REPLACE INTO picture VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![number, seq, hash, picture.screen, at])?;
    }
    Ok(())
}

fn put_title(transaction: &Transaction<'_>, number: i64, title: &str) -> rusqlite::Result<()> {
    // Only where it differs: each change of a conversation comes by here.
    let known: Option<String> = transaction
        .prepare_cached("SELECT text FROM titles WHERE rowid = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()?;
    if known.as_deref() != Some(title) {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO titles (rowid, text) VALUES (?1, ?2)")?
            .execute(params![number, title])?;
    }
    Ok(())
}

fn put_text(
    transaction: &Transaction<'_>,
    conversation: i64,
    item: &str,
    Text {
        kind,
        language,
        text,
    }: &Text,
) -> rusqlite::Result<()> {
    let number: Option<i64> = transaction
        .prepare_cached("SELECT number FROM entry WHERE conversation = ?1 AND item = ?2")?
        .query_row(params![conversation, item], |row| row.get(0))
        .optional()?;
    match number {
        Some(number) if text.is_empty() => {
            transaction
                .prepare_cached("DELETE FROM words WHERE rowid = ?1")?
                .execute([number])?;
            transaction
                .prepare_cached("DELETE FROM entry WHERE number = ?1")?
                .execute([number])?;
        }
        Some(number) => {
            transaction
                .prepare_cached("UPDATE words SET text = ?2 WHERE rowid = ?1 AND text <> ?2")?
                .execute(params![number, text])?;
        }
        None if text.is_empty() => {}
        None => {
            transaction
                .prepare_cached(
                    "INSERT INTO entry (conversation, item, kind, language)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![conversation, item, kind, language])?;
            let number = transaction.last_insert_rowid();
            transaction
                .prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?
                .execute(params![number, text])?;
        }
    }
    Ok(())
}

/// Everything of a conversation but its line in the list and its title.
fn forget_parts(transaction: &Transaction<'_>, number: i64) -> rusqlite::Result<()> {
    for forget in [
        "DELETE FROM words WHERE rowid IN (SELECT number FROM entry WHERE conversation = ?1)",
        "DELETE FROM entry WHERE conversation = ?1",
        "DELETE FROM spending WHERE conversation = ?1",
        "DELETE FROM picture WHERE conversation = ?1",
    ] {
        transaction.prepare_cached(forget)?.execute([number])?;
    }
    Ok(())
}

pub(super) fn forget(transaction: &Transaction<'_>, id: &ConversationId) -> rusqlite::Result<()> {
    let number: Option<i64> = transaction
        .prepare_cached("DELETE FROM conversation WHERE id = ?1 RETURNING number")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(number) = number {
        forget_parts(transaction, number)?;
        transaction
            .prepare_cached("DELETE FROM titles WHERE rowid = ?1")?
            .execute([number])?;
    }
    Ok(())
}
