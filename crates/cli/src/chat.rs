//! The chat in the terminal.

use std::io::Write as _;

use interpreter_engine::{Engine, Paths};
use interpreter_protocol::{
    Answer, Error, ErrorCode, Event, Item, Mode, Query, Role, SettingValue, Snapshot, kind,
};

use crate::args::{Action, Invocation, Wish};
use crate::exit::Exit;
use crate::plain::Plain;
use crate::render::{Line, Span, Style, safe_text};
use crate::rich::Rich;
use crate::session::Session;
use crate::terminal::keyboard::Keyboard;
use crate::terminal::prompt::{Editor, Said};
use crate::terminal::{self, Abilities};
use crate::turn::{self, Interrupts};
use crate::view::View;
use crate::{attach, house, input, once, render};

/// Items of an old conversation that are shown when it goes on.
const SHOWN_AGAIN: u32 = 20;

/// Talks until the person leaves.
///
/// # Errors
/// Whatever keeps the engine from opening or the terminal from being used.
pub(crate) async fn run(invocation: &Invocation) -> Result<Exit, Error> {
    let Some(keyboard) = Keyboard::find().filter(|_| !invocation.json) else {
        // A pipe: all of it is the one message.
        if input::is_terminal() {
            return Err(Error::new(ErrorCode::BadInput, "There is no message.")
                .remedy("Write it behind the flags, or leave out --json to chat."));
        }
        let wish = Wish {
            words: None,
            stdin: true,
        };
        let once = Invocation {
            action: Action::Once(wish.clone()),
            ..invocation.clone()
        };
        return once::run(&once, &wish).await;
    };
    turn::listen_for_interrupts();
    let engine = house::open(invocation, "the terminal")?;
    // Ready by the time the first code is shown.
    tokio::task::spawn_blocking(render::warm_up);
    let result = talk(invocation, &engine, keyboard).await;
    terminal::restore();
    engine.shutdown().await;
    result
}

async fn talk(invocation: &Invocation, engine: &Engine, keyboard: Keyboard) -> Result<Exit, Error> {
    let abilities = Abilities::of_stdout(invocation.plain);
    let mut page = if abilities.cursor {
        Page::Rich(Box::new(Rich::new(engine.clone(), abilities.colours)))
    } else {
        Page::Plain(Box::new(Plain::new(engine.clone())))
    };
    let shown =
        |result: std::io::Result<()>| result.map_err(|error| crate::report::output_failed(&error));
    let (banner, model) = banner(engine).await;
    shown(page.print(&banner))?;
    if let (Page::Rich(rich), Some(model)) = (&mut page, &model) {
        rich.knows_model(model);
    }
    let mut session = match &invocation.conversation {
        None => Session::new(engine.clone()),
        Some(conversation) => {
            let (mut session, snapshot) =
                Session::resume(engine.clone(), conversation, SHOWN_AGAIN).await?;
            shown(page.show_again(&snapshot))?;
            if snapshot.responding {
                turn::follow(&mut session, page.view(), Some(keyboard)).await?;
            }
            session
        }
    };
    let mut reader = Reader::new(abilities);
    let mut cleared = false;
    loop {
        shown(page.print(&[Line::new()]))?;
        let (back, said) = reader.read().await;
        reader = back;
        let text = match said {
            Said::Message(text) => text,
            Said::Leave => return Ok(Exit::Done),
            Said::Cleared if cleared => return Ok(Exit::Done),
            Said::Cleared => {
                cleared = true;
                shown(page.print(&[note("Ctrl-C again or Ctrl-D leaves.")]))?;
                continue;
            }
        };
        cleared = false;
        if text.trim().is_empty() {
            continue;
        }
        if let Some(command) = text.trim().strip_prefix('%') {
            let lines = magic(command, &session).await;
            shown(page.print(&lines))?;
            continue;
        }
        shown(page.begin_turn())?;
        match session.say(attach::of_message(text)).await {
            Ok(()) => {
                turn::follow(&mut session, page.view(), Some(keyboard)).await?;
            }
            Err(error) => shown(page.view().error(&error))?,
        }
    }
}

/// Reads messages with the line editor, or line by line where the terminal
/// understands no escape sequences.
enum Reader {
    Editor(Box<Editor>),
    Lines,
}

impl Reader {
    fn new(abilities: Abilities) -> Self {
        if terminal::is_dumb() {
            Self::Lines
        } else {
            Self::Editor(Box::new(Editor::new(abilities.colours)))
        }
    }

    async fn read(self) -> (Self, Said) {
        let mut interrupts = Interrupts::new();
        let reading = tokio::task::spawn_blocking(move || match self {
            Self::Editor(mut editor) => {
                let said = editor.read().unwrap_or(Said::Leave);
                (Self::Editor(editor), said)
            }
            Self::Lines => (Self::Lines, read_lines()),
        });
        tokio::select! {
            result = reading => result.unwrap_or((Self::Lines, Said::Leave)),
            // A signal from elsewhere: in raw mode Ctrl-C is a key.
            () = interrupts.next() => (Self::Lines, Said::Leave),
            () = house::stop_requested() => (Self::Lines, Said::Leave),
        }
    }
}

/// A line, or all of them up to the second three double quotes.
fn read_lines() -> Said {
    let mut out = std::io::stdout();
    if out.write_all(b"> ").and_then(|()| out.flush()).is_err() {
        return Said::Leave;
    }
    let mut text = String::new();
    loop {
        match std::io::stdin().read_line(&mut text) {
            Ok(0) | Err(_) if text.is_empty() => return Said::Leave,
            Ok(0) | Err(_) => return Said::Message(text),
            Ok(_) if text.matches("\"\"\"").count() % 2 == 1 => {}
            Ok(_) => return Said::Message(text.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }
}

enum Page {
    Rich(Box<Rich>),
    Plain(Box<Plain>),
}

impl Page {
    fn view(&mut self) -> &mut dyn View {
        match self {
            Self::Rich(rich) => rich.as_mut(),
            Self::Plain(plain) => plain.as_mut(),
        }
    }

    fn begin_turn(&mut self) -> std::io::Result<()> {
        match self {
            Self::Rich(rich) => rich.begin_turn(),
            Self::Plain(_) => Ok(()),
        }
    }

    fn print(&mut self, lines: &[Line]) -> std::io::Result<()> {
        match self {
            Self::Rich(rich) => rich.print(lines),
            Self::Plain(plain) => {
                plain.rest()?;
                let mut out = std::io::stdout();
                for line in lines {
                    writeln!(out, "{}", render::to_ansi(line, false))?;
                }
                out.flush()
            }
        }
    }

    /// The end of a conversation that goes on.
    fn show_again(&mut self, snapshot: &Snapshot) -> std::io::Result<()> {
        if snapshot.more {
            self.print(&[Line::new(), note("(earlier messages are not shown)")])?;
        }
        for item in &snapshot.items {
            if item.is(Role::User, kind::MESSAGE) {
                let mut lines = vec![Line::new()];
                let text = safe_text(item.text());
                lines.extend(
                    text.lines()
                        .map(|line| vec![Span::plain(format!("> {line}"))]),
                );
                self.print(&lines)?;
            } else if matches!(
                item.kind.as_str(),
                kind::MESSAGE | kind::CODE | kind::CONSOLE
            ) {
                self.view().event(&as_event(snapshot, item))?;
                self.view().rest()?;
            }
        }
        if let Some(error) = &snapshot.read_only {
            self.view().error(error)?;
        }
        Ok(())
    }
}

/// An item that is over, as if it were said at once.
fn as_event(snapshot: &Snapshot, item: &Item) -> Event {
    let mut chunk = interpreter_protocol::Chunk::new(item.role, &item.kind);
    chunk.format = item.format.clone();
    chunk.recipient = item.recipient.clone();
    chunk.content = Some(item.edited.clone().map_or(item.content.clone(), Into::into));
    Event {
        conversation: snapshot.conversation.clone(),
        seq: 0,
        item: Some(item.id.clone()),
        chunk,
    }
}

fn note(text: &str) -> Line {
    vec![Span::new(text, Style::DIM)]
}

/// Who answers, where it runs, what is asked, how to leave.
/// Also gives the model that was named.
async fn banner(engine: &Engine) -> (Vec<Line>, Option<String>) {
    let mut words = vec![Span::new("Interpreter", Style::BOLD)];
    let settings = match engine.query(Query::Settings { conversation: None }).await {
        Ok(Answer::Settings { settings, .. }) => settings,
        _ => Vec::new(),
    };
    let value = |key: &str| {
        settings
            .iter()
            .find(|setting: &&SettingValue| setting.key == key)
    };
    let model = value("model").and_then(|setting| setting.value.as_str());
    if let Some(model) = model {
        words.push(Span::plain(format!(" · {}", safe_text(model))));
        if let Some(place) = place_of(engine, model).await {
            words.push(Span::new(format!(" ({place})"), Style::DIM));
        }
    }
    let mode = value("mode").and_then(|setting| {
        use serde::Deserialize as _;
        Mode::deserialize(&setting.value).ok()
    });
    let mode = match mode.unwrap_or_default() {
        Mode::AskEveryTime => "asks before it runs anything",
        Mode::AskBeforeChanges => "asks before changes",
        Mode::AskWhenBlocked => "asks only when blocked",
        Mode::FullAccess => "full access: runs code without asking",
        Mode::ChatOnly => "chat only: runs nothing",
    };
    words.push(Span::plain(format!(" · {mode}")));
    if value("os").and_then(|setting| setting.value.as_bool()) == Some(true) {
        words.push(Span::plain(" · OS mode"));
    }
    let mut lines = render::wrap(&words, terminal::columns());
    lines.push(note(
        "Ctrl-C stops, Ctrl-D leaves, %help lists the commands.",
    ));
    (lines, model.map(str::to_owned))
}

async fn place_of(engine: &Engine, model: &str) -> Option<&'static str> {
    if model == "builtin/commands" {
        return Some("plain commands on this computer, no AI");
    }
    let Ok(Answer::Models { models }) = engine.query(Query::Models).await else {
        return None;
    };
    let known = models.iter().find(|known| known.name == model)?;
    Some(if known.local {
        "on this computer"
    } else {
        "on its provider's servers"
    })
}

const HELP: &[(&str, &str)] = &[
    ("%help", "this list"),
    ("%undo", "take back the last message and what followed"),
    (
        "%reset",
        "end all running languages and forget the conversation's items",
    ),
    (
        "\"\"\"",
        "begins and ends a message of several lines; Alt-Enter adds a line",
    ),
    (
        "Ctrl-C",
        "stops the answer; at the prompt clears the line, twice leaves",
    ),
    ("Ctrl-D", "leaves"),
];

/// A magic command, without its percent sign.
async fn magic(command: &str, session: &Session) -> Vec<Line> {
    let outcome = |result: Result<(), Error>, done: &str| match result {
        Ok(()) => vec![note(done)],
        Err(error) => error
            .to_string()
            .lines()
            .map(|line| vec![Span::plain(safe_text(line))])
            .collect(),
    };
    match command.split_whitespace().next().unwrap_or_default() {
        "help" => help(),
        "undo" => outcome(
            session.undo().await,
            "The last message and what followed are gone.",
        ),
        "reset" => outcome(session.reset().await, "Reset done."),
        "verbose" | "debug" => {
            let on = !command.ends_with("false");
            interpreter_engine::log::set_verbose(on);
            let place = Paths::resolve(&house::env)
                .map(|paths| paths.logs().display().to_string())
                .unwrap_or_default();
            vec![note(&match on {
                true => format!("The log now says more; it lies in {place}."),
                false => format!("The log says less again; it lies in {place}."),
            })]
        }
        word if word.starts_with('%') => {
            vec![note(
                "Shell commands by %% are not available yet; ask for them in words.",
            )]
        }
        word => {
            let mut lines = vec![vec![Span::plain(format!(
                "Unknown command %{}.",
                safe_text(word)
            ))]];
            lines.extend(help());
            lines
        }
    }
}

fn help() -> Vec<Line> {
    HELP.iter()
        .map(|(name, text)| {
            vec![
                Span::new(format!("{name:<8}"), Style::BOLD),
                Span::plain((*text).to_owned()),
            ]
        })
        .collect()
}
