//! The tables of `index.sqlite`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use interpreter_protocol::{ConversationId, ConversationSummary};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::Update;

/// Of the tables. An index of another version is made anew.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE conversation (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, created INTEGER NOT NULL,
        updated INTEGER NOT NULL, cost REAL NOT NULL, items INTEGER NOT NULL,
        bytes INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX newest ON conversation (updated DESC);
    -- Where a text is from; an empty item stands for the title.
    CREATE TABLE entry (
        number INTEGER PRIMARY KEY, conversation TEXT NOT NULL, item TEXT NOT NULL,
        UNIQUE (conversation, item)
    );
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

pub(super) fn lengths(connection: &Connection) -> rusqlite::Result<HashMap<ConversationId, u64>> {
    let mut select = connection.prepare_cached("SELECT id, bytes FROM conversation")?;
    let rows = select.query_map([], |row| {
        Ok((
            ConversationId(row.get(0)?),
            row.get::<_, i64>(1)?.unsigned_abs(),
        ))
    })?;
    rows.collect()
}

/// What is known of one file; nothing counts as an empty one.
fn length(connection: &Connection, id: &str) -> rusqlite::Result<u64> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT bytes FROM conversation WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(known.map_or(0, i64::unsigned_abs))
}

pub(super) fn list(
    connection: &Connection,
    limit: Option<u32>,
) -> rusqlite::Result<Vec<ConversationSummary>> {
    let mut select = connection.prepare_cached(
        "SELECT id, title, created, updated, cost, items FROM conversation
         ORDER BY updated DESC, created DESC, id DESC LIMIT ?1",
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
            pinned: false,
            archived: false,
            first: String::new(),
            model: String::new(),
            profile: String::new(),
            ran_code: false,
            used_screen: false,
            has_files: false,
            failed: false,
            damaged: None,
        })
    })?;
    rows.collect()
}

pub(super) fn put(transaction: &Transaction<'_>, update: &Update) -> rusqlite::Result<()> {
    let id = update.id.as_str();
    if update.whole {
        forget_texts(transaction, id)?;
    } else if length(transaction, id)? != update.from {
        // Something was missed: without this line, the file is read again.
        transaction
            .prepare_cached("DELETE FROM conversation WHERE id = ?1")?
            .execute([id])?;
        return Ok(());
    }
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO conversation (id, title, created, updated, cost, items, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            id,
            update.title,
            update.created as i64,
            update.updated as i64,
            update.cost,
            update.items,
            update.bytes as i64,
        ])?;
    put_text(transaction, id, "", &update.title)?;
    for (item, text) in &update.texts {
        put_text(transaction, id, item.as_str(), text)?;
    }
    Ok(())
}

fn put_text(
    transaction: &Transaction<'_>,
    conversation: &str,
    item: &str,
    text: &str,
) -> rusqlite::Result<()> {
    let number: Option<i64> = transaction
        .prepare_cached("SELECT number FROM entry WHERE conversation = ?1 AND item = ?2")?
        .query_row([conversation, item], |row| row.get(0))
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
                .prepare_cached("INSERT INTO entry (conversation, item) VALUES (?1, ?2)")?
                .execute([conversation, item])?;
            let number = transaction.last_insert_rowid();
            transaction
                .prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?
                .execute(params![number, text])?;
        }
    }
    Ok(())
}

fn forget_texts(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "DELETE FROM words WHERE rowid IN (SELECT number FROM entry WHERE conversation = ?1)",
        )?
        .execute([id])?;
    transaction
        .prepare_cached("DELETE FROM entry WHERE conversation = ?1")?
        .execute([id])?;
    Ok(())
}

pub(super) fn forget(transaction: &Transaction<'_>, id: &ConversationId) -> rusqlite::Result<()> {
    forget_texts(transaction, id.as_str())?;
    transaction
        .prepare_cached("DELETE FROM conversation WHERE id = ?1")?
        .execute([id.as_str()])?;
    Ok(())
}
