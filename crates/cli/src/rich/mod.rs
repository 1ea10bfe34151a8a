//! A turn on a terminal: rendered text, numbered code, live output.

mod output;
pub(crate) mod pictures;
mod words;

pub(crate) use words::{run_words, summary};

use std::collections::HashMap;
use std::io;

use interpreter_engine::Engine;
use interpreter_protocol::{
    Chunk, ConversationMeta, Effect, Error, Event, ItemId, Os, Outcome, Role, Run, RunState, Usage,
    kind,
};
use serde::Deserialize;
use serde_json::Value;

use crate::diff::{self, Change};
use crate::render::{CodeBlock, Colour, Line, Markdown, Span, Style, safe_text, wrap};
use crate::terminal::{Screen, columns};
use crate::view::{View, is_for_people};
use output::Output;
use pictures::Pictures;

/// Prose is not set wider than this: long lines are hard to read.
const WIDEST_PROSE: usize = 100;

/// Draws on standard output.
pub(crate) struct Rich {
    screen: Screen,
    pictures: Pictures,
    doing: Doing,
    /// The item that is being drawn.
    current: Option<ItemId>,
    /// Source of code items, for the line that runs now.
    sources: HashMap<ItemId, String>,
    /// What is going on, where nothing else stands on the last line.
    status: Option<Line>,
    /// Something was drawn since the prompt.
    anything: bool,
    spent: Usage,
    /// The model that answers, as told last.
    model: String,
}

/// What is being drawn.
enum Doing {
    Nothing,
    Message(Markdown),
    Reasoning(String),
    Code(CodeBlock),
    Output(Output),
}

impl Rich {
    /// Onto standard output, which is a terminal.
    pub(crate) fn new(engine: Engine, colours: bool) -> Self {
        Self {
            screen: Screen::stdout(colours),
            pictures: Pictures::new(engine),
            doing: Doing::Nothing,
            current: None,
            sources: HashMap::new(),
            status: None,
            anything: false,
            spent: Usage::default(),
            model: String::new(),
        }
    }

    /// The model was told otherwise; it is told again only when it changes.
    pub(crate) fn knows_model(&mut self, model: &str) {
        self.model = model.to_owned();
    }

    /// A turn begins: the model is waited for.
    pub(crate) fn begin_turn(&mut self) -> io::Result<()> {
        self.anything = true;
        self.spent = Usage::default();
        self.status = Some(dim("working…"));
        self.draw(&[])
    }

    /// Prints lines of our own.
    pub(crate) fn print(&mut self, lines: &[Line]) -> io::Result<()> {
        self.close()?;
        self.anything = true;
        self.screen.draw(lines, None, columns())
    }

    fn prose() -> usize {
        columns().min(WIDEST_PROSE)
    }

    fn draw(&mut self, lines: &[Line]) -> io::Result<()> {
        let live = match &self.doing {
            Doing::Nothing => None,
            Doing::Message(markdown) => markdown.live(Self::prose()),
            Doing::Reasoning(text) => {
                let last = text.lines().rev().find(|line| !line.trim().is_empty());
                last.map(|line| dim(&format!("thinking: {}", line.trim())))
            }
            Doing::Code(block) => block.live(),
            Doing::Output(output) => output.live(),
        };
        let live = live.or_else(|| self.status.clone());
        self.anything |= !lines.is_empty();
        self.screen.draw(lines, live.as_ref(), columns())
    }

    /// Ends what is being drawn.
    fn close(&mut self) -> io::Result<()> {
        let lines = match std::mem::replace(&mut self.doing, Doing::Nothing) {
            Doing::Nothing | Doing::Reasoning(_) => Vec::new(),
            Doing::Message(mut markdown) => markdown.finish(Self::prose()),
            Doing::Code(mut block) => block.finish(columns()),
            Doing::Output(mut output) => output.finish().into_iter().collect(),
        };
        self.current = None;
        self.draw(&lines)
    }

    /// Ends what is being drawn and leaves a blank line before what comes.
    fn new_block(&mut self) -> io::Result<()> {
        self.close()?;
        if self.anything {
            self.draw(&[Line::new()])
        } else {
            Ok(())
        }
    }

    /// Makes `item` the one being drawn; false where it is already.
    fn turn_to(&mut self, item: Option<&ItemId>) -> io::Result<bool> {
        if self.current.is_some() && self.current.as_ref() == item {
            return Ok(false);
        }
        self.close()?;
        self.current = item.cloned();
        Ok(true)
    }

    fn message(&mut self, event: &Event, text: &str) -> io::Result<()> {
        if self.turn_to(event.item.as_ref())? || !matches!(self.doing, Doing::Message(_)) {
            let item = self.current.take();
            self.new_block()?;
            self.current = item;
            self.doing = Doing::Message(Markdown::default());
        }
        self.status = None;
        let Doing::Message(markdown) = &mut self.doing else {
            return Ok(());
        };
        let lines = markdown.push(text, Self::prose());
        self.draw(&lines)
    }

    fn reasoning(&mut self, event: &Event, text: &str) -> io::Result<()> {
        if self.turn_to(event.item.as_ref())? || !matches!(self.doing, Doing::Reasoning(_)) {
            self.doing = Doing::Reasoning(String::new());
        }
        let Doing::Reasoning(all) = &mut self.doing else {
            return Ok(());
        };
        all.push_str(text);
        self.draw(&[])
    }

    fn stream_code(&mut self, event: &Event, text: &str) -> io::Result<()> {
        let language = event.chunk.format.clone().unwrap_or_default();
        if self.turn_to(event.item.as_ref())? || !matches!(self.doing, Doing::Code(_)) {
            let item = self.current.take();
            self.new_block()?;
            self.current = item;
            self.doing = Doing::Code(CodeBlock::new(&language, true));
            self.draw(&[code_head(&language)])?;
        }
        if let Some(item) = &event.item {
            self.sources.entry(item.clone()).or_default().push_str(text);
        }
        self.status = None;
        let Doing::Code(block) = &mut self.doing else {
            return Ok(());
        };
        let lines = block.push(text, columns());
        self.draw(&lines)
    }

    fn console(&mut self, event: &Event) -> io::Result<()> {
        let chunk = &event.chunk;
        if chunk.format.as_deref() == Some("active_line") {
            let line = chunk.content.as_ref().and_then(Value::as_u64);
            let parent = chunk.key("parent").map(ItemId::from);
            self.status = line.map(|line| self.active_line(line, parent.as_ref()));
            return self.draw(&[]);
        }
        let Some(text) = chunk.text() else {
            return Ok(());
        };
        if self.turn_to(event.item.as_ref())? || !matches!(self.doing, Doing::Output(_)) {
            self.doing = Doing::Output(Output::default());
        }
        let Doing::Output(output) = &mut self.doing else {
            return Ok(());
        };
        let lines = output.push(text);
        self.draw(&lines)
    }

    fn active_line(&self, line: u64, item: Option<&ItemId>) -> Line {
        let source = item
            .and_then(|item| self.sources.get(item))
            .and_then(|source| source.lines().nth((line as usize).saturating_sub(1)))
            .map(|source| safe_text(source.trim()))
            .unwrap_or_default();
        vec![
            Span::new(format!("▶ line {line}"), Style::colour(Colour::Cyan)),
            Span::new(
                if source.is_empty() {
                    String::new()
                } else {
                    format!(": {source}")
                },
                Style::DIM,
            ),
        ]
    }

    fn run(&mut self, run: &Run) -> io::Result<()> {
        self.status = match run.state {
            RunState::Running => Some(dim("▶ running")),
            RunState::Queued => Some(dim("waiting for another run")),
            RunState::Scanning => Some(dim("checking the code")),
            RunState::Writing => self.status.take(),
            _ => None,
        };
        let Some(words) = run_words(run) else {
            return self.draw(&[]);
        };
        let (mark, style) = match run.state {
            RunState::Done => ("✓", Style::DIM),
            RunState::Failed | RunState::NoKernel => ("✗", Style::colour(Colour::Red)),
            RunState::Blocked => ("✗", Style::colour(Colour::Yellow)),
            RunState::Stopped => ("■", Style::colour(Colour::Yellow)),
            _ => ("·", Style::DIM),
        };
        self.close()?;
        let text = vec![Span::new(format!("{mark} {words}"), style)];
        let lines = indented(wrap(&text, columns().saturating_sub(2)));
        self.draw(&lines)
    }

    fn server(&mut self, event: &Event) -> io::Result<()> {
        let chunk = &event.chunk;
        match chunk.kind.as_str() {
            kind::RUN => match content::<Run>(chunk) {
                Some(run) => self.run(&run),
                None => Ok(()),
            },
            kind::EDITED => {
                let field = |name: &str| chunk.content.as_ref()?.get(name)?.as_str();
                if let (Some(item), Some(code)) = (field("item"), field("content")) {
                    self.sources.insert(ItemId::from(item), code.to_owned());
                }
                Ok(())
            }
            kind::OS => {
                self.status = content::<Os>(chunk).map(|os| dim(&os.text));
                self.draw(&[])
            }
            kind::RETRY => {
                self.close()?;
                self.status = chunk
                    .content
                    .as_ref()
                    .map(|content| dim(&words::retry(content)));
                self.draw(&[])
            }
            kind::BUDGET => {
                self.close()?;
                let words = chunk.content.as_ref().map(words::budget);
                self.draw(&words.iter().map(|words| dim(words)).collect::<Vec<_>>())
            }
            kind::CONVERSATION => match content::<ConversationMeta>(chunk) {
                Some(meta) if !meta.model.is_empty() && meta.model != self.model => {
                    self.close()?;
                    self.model = meta.model;
                    let line = dim(&format!("{} answers", self.model));
                    self.draw(&[line])
                }
                _ => Ok(()),
            },
            kind::USAGE => {
                if let Some(usage) = content::<Usage>(chunk) {
                    self.spent.add(&usage);
                }
                Ok(())
            }
            kind::STATUS if chunk.text() == Some("complete") => self.end_turn(),
            _ => Ok(()),
        }
    }

    fn end_turn(&mut self) -> io::Result<()> {
        self.status = None;
        self.close()?;
        match words::cost(&self.spent) {
            Some(words) => self.draw(&[Line::new(), dim(&words)]),
            None => Ok(()),
        }
    }

    fn effect(&mut self, effect: &Effect) -> io::Result<()> {
        let style = match effect.outcome {
            Outcome::Confirmed => Style::DIM,
            Outcome::NoChange | Outcome::Uncertain => Style::DIM,
            Outcome::Refused => Style::colour(Colour::Yellow),
        };
        self.close()?;
        let text = vec![Span::new(safe_text(&effect.detail), style)];
        self.draw(&indented(wrap(&text, Self::prose().saturating_sub(2))))
    }

    fn call(&mut self, chunk: &Chunk) -> io::Result<()> {
        let Some(content) = &chunk.content else {
            return Ok(());
        };
        self.close()?;
        let text = vec![Span::new(
            format!("→ {}", summary(content)),
            Style::colour(Colour::Blue),
        )];
        self.draw(&wrap(&text, Self::prose()))
    }

    fn place(&mut self, chunk: &Chunk) -> io::Result<()> {
        let Some(place) = self.pictures.place(chunk) else {
            return Ok(());
        };
        self.close()?;
        let what = if chunk.kind == kind::IMAGE {
            "image"
        } else {
            "page"
        };
        self.draw(&[vec![
            Span::new(format!("  {what}: "), Style::DIM),
            Span::plain(place),
        ]])
    }
}

impl View for Rich {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let chunk = &event.chunk;
        if !is_for_people(chunk) {
            return Ok(());
        }
        let text = chunk.text().unwrap_or_default();
        match (chunk.role, chunk.kind.as_str()) {
            (Role::Server, _) => self.server(event),
            (Role::Assistant, kind::MESSAGE) if !text.is_empty() => self.message(event, text),
            (Role::Assistant, kind::REASONING) if !text.is_empty() => self.reasoning(event, text),
            (Role::Assistant, kind::CODE) if !text.is_empty() => self.stream_code(event, text),
            (Role::Assistant | Role::User, kind::ACTION | kind::CALL)
                if chunk.content.is_some() =>
            {
                self.call(chunk)
            }
            (Role::Computer, kind::CONSOLE) if chunk.content.is_some() => self.console(event),
            (Role::Computer, kind::IMAGE | kind::CODE) if chunk.content.is_some() => {
                self.place(chunk)
            }
            (Role::Computer, kind::EFFECT) => match content::<Effect>(chunk) {
                Some(effect) => self.effect(&effect),
                None => Ok(()),
            },
            _ if chunk.end && self.current == event.item => self.close(),
            _ => Ok(()),
        }
    }

    fn error(&mut self, error: &Error) -> io::Result<()> {
        self.status = None;
        self.new_block()?;
        let red = Style::colour(Colour::Red);
        let mut lines = wrap(&[Span::new(safe_text(&error.message), red)], Self::prose());
        if let Some(remedy) = &error.remedy {
            lines.extend(wrap(&[Span::plain(safe_text(remedy))], Self::prose()));
        }
        self.draw(&lines)
    }

    fn rest(&mut self) -> io::Result<()> {
        self.status = None;
        self.close()
    }

    fn before_input(&mut self, prompt: &str) {
        if let Doing::Output(output) = &mut self.doing {
            output.take_back(prompt.lines().next_back().unwrap_or_default());
        }
    }

    fn code(&mut self, language: &str, code: &str) -> io::Result<()> {
        self.new_block()?;
        let mut block = CodeBlock::new(language, true);
        let mut lines = vec![code_head(language)];
        lines.extend(block.push(code, columns()));
        lines.extend(block.finish(columns()));
        self.draw(&lines)
    }

    fn difference(&mut self, old: &str, new: &str) -> io::Result<()> {
        self.new_block()?;
        let lines: Vec<Line> = diff::lines(old, new)
            .into_iter()
            .map(|change| match change {
                Change::Same(line) => dim(&format!("  {}", safe_text(line))),
                Change::Removed(line) => {
                    vec![Span::new(
                        format!("- {}", safe_text(line)),
                        Style::colour(Colour::Red),
                    )]
                }
                Change::Added(line) => {
                    vec![Span::new(
                        format!("+ {}", safe_text(line)),
                        Style::colour(Colour::Green),
                    )]
                }
            })
            .collect();
        self.draw(&lines)
    }
}

fn content<T: for<'a> Deserialize<'a>>(chunk: &Chunk) -> Option<T> {
    T::deserialize(chunk.content.as_ref()?).ok()
}

fn dim(text: &str) -> Line {
    vec![Span::new(safe_text(text), Style::DIM)]
}

fn code_head(language: &str) -> Line {
    vec![Span::new(format!("  {}", safe_text(language)), Style::BOLD)]
}

fn indented(lines: Vec<Line>) -> Vec<Line> {
    lines
        .into_iter()
        .map(|mut line| {
            line.insert(0, Span::plain("  "));
            line
        })
        .collect()
}
