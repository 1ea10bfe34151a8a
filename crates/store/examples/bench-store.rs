//! Measures the store with very much in it: 10,000 conversations of ten messages
//! each. Prints one line a sample: `name<TAB>value<TAB>unit`. `cargo xtask bench`
//! runs it.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use interpreter_protocol::{Chunk, ConversationMeta, ItemId, Role, kind};
use interpreter_store::{Record, Store};
use serde_json::json;

type Any = Box<dyn Error>;

const CONVERSATIONS: usize = 10_000;
const MESSAGES: usize = 10;
/// Different words, the common ones first.
const WORDS: u64 = 20_000;
/// Times each thing is measured.
const TIMES: usize = 40;
/// Turns of a long conversation.
const TURNS: usize = 1_000;

fn main() -> Result<(), Any> {
    let folder = tempfile::tempdir()?;
    let mut random = Random(1);
    write_files(folder.path(), &mut random)?;
    let store = Store::open(folder.path())?;
    let begun = Instant::now();
    let count = store.list(None)?.len();
    println!("store.index\t{:.3}\ts", begun.elapsed().as_secs_f64());
    if count != CONVERSATIONS {
        return Err(format!("{count} conversations are in the list").into());
    }
    // As the program finds it at its next start.
    drop(store);
    let store = Store::open(folder.path())?;
    timed("store.open", || store.list(Some(1)).map(|_| ()))?;
    lists(&store)?;
    searches(&store, &mut random)?;
    appends(&store)?;
    finds(&store)
}

fn sample(name: &str, time: Duration) {
    println!("{name}\t{:.4}\tms", time.as_secs_f64() * 1000.0);
}

fn timed<T, E>(name: &str, act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let begun = Instant::now();
    let done = act();
    sample(name, begun.elapsed());
    done
}

/// Small, and the same numbers in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// Common words are common: the number of a word is a product of two.
    fn word(&mut self) -> String {
        let number = self.below(WORDS) * self.below(WORDS) / WORDS;
        word(number)
    }

    fn text(&mut self, words: u64) -> String {
        let mut text = String::new();
        for _ in 0..words {
            text.push_str(&self.word());
            text.push(' ');
        }
        text
    }
}

/// A word that can be spoken, one for each number.
fn word(mut number: u64) -> String {
    const FIRST: &[u8] = b"bdfgklmnprstvz";
    const SECOND: &[u8] = b"aeiou";
    let mut word = String::new();
    loop {
        word.push(char::from(FIRST[(number % 14) as usize]));
        number /= 14;
        word.push(char::from(SECOND[(number % 5) as usize]));
        number /= 5;
        if number == 0 && word.len() >= 4 {
            return word;
        }
    }
}

fn write_files(folder: &Path, random: &mut Random) -> Result<(), Any> {
    let conversations = folder.join("conversations");
    std::fs::create_dir_all(&conversations)?;
    for number in 0..CONVERSATIONS {
        let name = format!("conversation_{number:05}");
        let title = random.text(5);
        let mut text = String::new();
        let header = json!({"format": 1, "name": name, "created": 1000 + number, "meta": {"title": title.trim()}});
        writeln!(text, "{header}")?;
        let mut seq = 0;
        for message in 0..MESSAGES {
            let role = if message % 2 == 0 {
                "user"
            } else {
                "assistant"
            };
            let item = format!("{number:05}-{message}");
            let length = 10 + random.below(60);
            let content = random.text(length);
            for part in [
                json!({"start": true}),
                json!({"content": content}),
                json!({"end": true}),
            ] {
                seq += 1;
                let mut chunk = json!({"role": role, "type": "message"});
                if let (Some(chunk), Some(part)) = (chunk.as_object_mut(), part.as_object()) {
                    chunk.extend(part.clone());
                }
                writeln!(
                    text,
                    "{}",
                    json!({"seq": seq, "item": item, "chunk": chunk})
                )?;
            }
        }
        let usage = json!({"input_tokens": 9, "output_tokens": 9, "cost_usd": 0.01});
        let chunk = json!({"role": "server", "type": "usage", "content": usage});
        writeln!(
            text,
            "{}",
            json!({"seq": seq + 1, "at": 1000 + number, "chunk": chunk})
        )?;
        std::fs::write(conversations.join(format!("{name}.jsonl")), text)?;
    }
    Ok(())
}

fn lists(store: &Store) -> Result<(), Any> {
    for _ in 0..TIMES {
        timed("store.list", || store.list(Some(500)))?;
        timed("store.list.all", || store.list(None))?;
        timed("store.spent", || store.spent(5_000))?;
    }
    Ok(())
}

/// What people look for: rare words, common ones, several, phrases, beginnings,
/// slips, and what is too short for the index.
fn searches(store: &Store, random: &mut Random) -> Result<(), Any> {
    for turn in 0..TIMES {
        let rare = word(WORDS / 2 + random.below(WORDS / 2));
        let common = word(random.below(20));
        let medium = word(100 + random.below(1_000));
        let mut slip = medium.clone();
        slip.insert(2, 'x');
        for text in [
            rare.clone(),
            common.clone(),
            medium.clone(),
            format!("{common} {medium}"),
            format!("{rare} {common} {medium}"),
            format!("\"{common} {common}\""),
            format!("{medium} {}", &common[..3]),
            slip,
        ] {
            let begun = Instant::now();
            let hits = store.search(&text, 50)?;
            sample("store.search", begun.elapsed());
            if std::env::var_os("INTERPRETER_BENCH_DETAILS").is_some() {
                eprintln!(
                    "{text}: {} hits, {:.1} ms",
                    hits.len(),
                    begun.elapsed().as_secs_f64() * 1e3
                );
            }
        }
        let short = ["zq", "ba", "日本"][turn % 3];
        timed("store.search.short", || store.search(short, 50))?;
    }
    Ok(())
}

fn message(item: &str, role: Role, text: &str) -> Vec<Record> {
    let chunk = || Chunk::new(role, kind::MESSAGE);
    let record = |chunk| Record {
        item: Some(ItemId::from(item)),
        chunk,
    };
    vec![
        record(chunk().start()),
        record(chunk().content(text)),
        record(chunk().end()),
    ]
}

/// A piece of a reply, which is not flushed, and its end, which is.
fn appends(store: &Store) -> Result<(), Any> {
    let mut writer = store.create("appended to", &ConversationMeta::default())?;
    for turn in 0..TIMES {
        let item = format!("m{turn}");
        let [start, piece, end] = &message(&item, Role::Assistant, "a few words more ")[..] else {
            return Err("a message has three parts".into());
        };
        writer.append(std::slice::from_ref(start))?;
        timed("store.append", || {
            writer.append(std::slice::from_ref(piece))
        })?;
        timed("store.append.end", || {
            writer.append(std::slice::from_ref(end))
        })?;
    }
    Ok(())
}

fn finds(store: &Store) -> Result<(), Any> {
    let mut random = Random(7);
    let mut writer = store.create("a long one", &ConversationMeta::default())?;
    let mut records = Vec::new();
    for turn in 0..2 * TURNS {
        let role = if turn % 2 == 0 {
            Role::User
        } else {
            Role::Assistant
        };
        records.extend(message(&format!("t{turn}"), role, &random.text(100)));
    }
    writer.append(&records)?;
    let id = writer.id().clone();
    timed("store.find.first", || store.find(&id, "ba"))?;
    for _ in 0..TIMES {
        let text = random.word();
        timed("store.find", || store.find(&id, &text))?;
    }
    Ok(())
}
