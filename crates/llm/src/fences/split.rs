//! Streamed text split into what is said and what is to be run.

use serde_json::{Value, json};

use super::shapes;
use crate::openai_chat::tail_that_begins;
use crate::{Call, ModelEvent, ToolSpec};

/// The state of one answer's text.
pub(super) struct Split {
    tools: Vec<String>,
    languages: Vec<String>,
    held: String,
    state: State,
    line_start: bool,
    count: u32,
}

enum State {
    Text,
    /// Text that begins like a call, kept until it is one or is not.
    Held,
    Block(Block),
}

struct Block {
    /// The fence's character and length.
    mark: char,
    length: usize,
    /// What stood after the fence.
    label: String,
    kind: Kind,
    code: String,
    /// The current line's beginning was already taken.
    in_line: bool,
    /// A line end that is only written when another line follows.
    owed: bool,
    id: String,
}

#[derive(PartialEq, Eq)]
enum Kind {
    /// Runs in this language, and is shown while it comes.
    Run(String),
    /// May hold a call; decided at its end.
    Json,
    /// Only shown.
    Shown,
}

/// Longest text that is kept back in the hope that it is a call.
const HELD: usize = 256 * 1024;

impl Split {
    pub(super) fn new(tools: &[ToolSpec]) -> Self {
        Self {
            languages: shapes::languages(tools),
            tools: tools.iter().map(|tool| tool.name.clone()).collect(),
            held: String::new(),
            state: State::Text,
            line_start: true,
            count: 0,
        }
    }

    pub(super) fn push(&mut self, text: &str, out: &mut Vec<ModelEvent>) {
        self.held.push_str(text);
        while self.step(out) {}
    }

    /// The answer is over. `whole`: it ended by itself, so an open block is a
    /// whole block whose end was forgotten.
    pub(super) fn finish(&mut self, whole: bool, out: &mut Vec<ModelEvent>) {
        match std::mem::replace(&mut self.state, State::Text) {
            State::Text => {
                let rest = std::mem::take(&mut self.held);
                say(rest, out);
            }
            State::Held => {
                let held = std::mem::take(&mut self.held);
                match shapes::call(&held, &self.tools, &self.languages).filter(|_| whole) {
                    Some(call) => self.whole_call(call, out),
                    None => say(held, out),
                }
            }
            State::Block(mut block) => {
                let rest = std::mem::take(&mut self.held);
                if !closes(&rest, &block) {
                    block.take(&rest, out);
                }
                self.end(block, whole, false, out);
            }
        }
    }

    /// One step; false where more text is needed.
    fn step(&mut self, out: &mut Vec<ModelEvent>) -> bool {
        match &mut self.state {
            State::Text => self.text(out),
            State::Held => self.call_as_text(out),
            State::Block(_) => self.block(out),
        }
    }

    fn text(&mut self, out: &mut Vec<ModelEvent>) -> bool {
        if self.held.is_empty() {
            return false;
        }
        if self.line_start {
            let start = self.held.trim_start();
            if start.is_empty() {
                // Blank lines are said with what follows.
                return false;
            }
            if shapes::may_become_call(start) {
                self.state = State::Held;
                return true;
            }
            if "~~".starts_with(start) {
                return false;
            }
            if start.starts_with("~~~") {
                let at = self.held.len() - start.len();
                return self.open(at, '~', out);
            }
        }
        let fence = self.held.find("```");
        let tag = self.held.find("<tool_call>");
        let line = self.held.find('\n').map(|at| at + 1);
        let first = [fence, tag, line].into_iter().flatten().min();
        match first {
            Some(at) if Some(at) == fence => self.open(at, '`', out),
            Some(at) if Some(at) == tag => {
                self.say_until(at, out);
                self.state = State::Held;
                true
            }
            Some(at) => {
                // Blanks at a line's start may lead to a call and are kept with it.
                self.say_until(at, out);
                self.line_start = true;
                true
            }
            None => {
                let keep = tail_that_begins(&self.held, "```")
                    .max(tail_that_begins(&self.held, "<tool_call>"));
                let at = self.held.len() - keep;
                self.say_until(at, out);
                self.line_start &= at == 0;
                false
            }
        }
    }

    fn say_until(&mut self, at: usize, out: &mut Vec<ModelEvent>) {
        let rest = self.held.split_off(at);
        say(std::mem::replace(&mut self.held, rest), out);
    }

    /// A fence begins at `at`, unless what follows shows that it does not.
    fn open(&mut self, at: usize, mark: char, out: &mut Vec<ModelEvent>) -> bool {
        let after = self.held[at..].trim_start_matches(mark);
        let length = self.held.len() - at - after.len();
        let Some(end) = after.find('\n') else {
            if after.len() > 200 || after.contains('`') {
                self.say_until(at + length, out);
                self.line_start = false;
                return true;
            }
            self.say_until(at, out);
            // What is held begins with the fence now, wherever it stood before.
            return false;
        };
        let label = after[..end].trim().to_owned();
        if label.contains('`') {
            self.say_until(at + length, out);
            self.line_start = false;
            return true;
        }
        let body = at + length + end + 1;
        self.say_until(at, out);
        self.held.drain(..body - at);
        let kind = match shapes::runnable(&label, &self.languages) {
            _ if shapes::may_hold_call(&label) => Kind::Json,
            Some(language) => Kind::Run(language),
            None => Kind::Shown,
        };
        self.count += 1;
        let id = format!("call_{}", &uuid::Uuid::new_v4().simple().to_string()[..24]);
        match &kind {
            Kind::Run(language) => {
                out.push(ModelEvent::CallStart {
                    id: id.clone(),
                    name: "execute".to_owned(),
                });
                let start = format!("{{\"language\":{},\"code\":\"", json!(language));
                out.push(ModelEvent::CallDelta(start));
            }
            Kind::Shown => say(format!("{}{label}\n", mark.to_string().repeat(length)), out),
            Kind::Json => {}
        }
        let code = String::new();
        self.state = State::Block(Block {
            mark,
            length,
            label,
            kind,
            code,
            in_line: false,
            owed: false,
            id,
        });
        true
    }

    fn block(&mut self, out: &mut Vec<ModelEvent>) -> bool {
        let State::Block(block) = &mut self.state else {
            return false;
        };
        if let Some(end) = self.held.find('\n') {
            let line: String = self.held.drain(..=end).collect();
            let line = line.trim_end_matches('\n').trim_end_matches('\r');
            if !block.in_line && closes(line, block) {
                if let State::Block(block) = std::mem::replace(&mut self.state, State::Text) {
                    self.end(block, true, true, out);
                }
                self.line_start = true;
                return true;
            }
            block.take(line, out);
            block.owed = true;
            block.in_line = false;
            return true;
        }
        // The line may yet be the closing fence.
        let start = self.held.trim();
        let may_close = !block.in_line && start.chars().all(|c| c == block.mark);
        if !may_close && !self.held.is_empty() {
            let piece = std::mem::take(&mut self.held);
            // A CR may belong to the line's end.
            block.take(&piece, out);
            block.in_line = true;
        }
        false
    }

    fn end(&mut self, block: Block, whole: bool, closed: bool, out: &mut Vec<ModelEvent>) {
        let fence = block.mark.to_string().repeat(block.length);
        match block.kind {
            Kind::Run(language) => {
                out.push(ModelEvent::CallDelta("\"}".to_owned()));
                if whole {
                    let (language, code) = shapes::clean_code(&language, &block.code);
                    out.push(ModelEvent::CallEnd(Call {
                        id: block.id,
                        name: "execute".to_owned(),
                        arguments: json!({"language": language, "code": code}),
                        raw: None,
                    }));
                }
            }
            Kind::Json => {
                match shapes::call(&block.code, &self.tools, &self.languages).filter(|_| whole) {
                    Some(call) => self.whole_call(call, out),
                    None => {
                        let end = if closed {
                            format!("\n{fence}\n")
                        } else {
                            String::new()
                        };
                        say(format!("{fence}{}\n{}{end}", block.label, block.code), out);
                    }
                }
            }
            Kind::Shown => {
                if closed {
                    say(format!("\n{fence}\n"), out);
                }
            }
        }
    }

    fn call_as_text(&mut self, out: &mut Vec<ModelEvent>) -> bool {
        let start = self.held.trim_start();
        let tagged = start.starts_with("<tool_call>");
        let end = if tagged {
            self.held
                .find("</tool_call>")
                .map(|at| at + "</tool_call>".len())
        } else if shapes::may_become_call(start) && self.held.len() < HELD {
            balanced(&self.held)
        } else {
            // It is something else: it is said, and the next line is looked at again.
            let line = self.held.find('\n').map(|at| at + 1);
            self.state = State::Text;
            self.say_until(line.unwrap_or(self.held.len()), out);
            self.line_start = line.is_some();
            return !self.held.is_empty();
        };
        let Some(end) = end else { return false };
        let rest = self.held.split_off(end);
        let text = std::mem::replace(&mut self.held, rest);
        self.state = State::Text;
        self.line_start = true;
        match shapes::call(&text, &self.tools, &self.languages) {
            Some(call) => self.whole_call(call, out),
            None => say(text, out),
        }
        true
    }

    fn whole_call(&mut self, (name, arguments): (String, Value), out: &mut Vec<ModelEvent>) {
        let id = format!("call_{}", &uuid::Uuid::new_v4().simple().to_string()[..24]);
        out.push(ModelEvent::CallStart {
            id: id.clone(),
            name: name.clone(),
        });
        out.push(ModelEvent::CallDelta(arguments.to_string()));
        out.push(ModelEvent::CallEnd(Call {
            id,
            name,
            arguments,
            raw: None,
        }));
    }
}

impl Block {
    fn take(&mut self, piece: &str, out: &mut Vec<ModelEvent>) {
        let mut text = String::new();
        if std::mem::take(&mut self.owed) {
            text.push('\n');
        }
        text.push_str(piece);
        if text.is_empty() {
            return;
        }
        match &self.kind {
            Kind::Run(_) => {
                let quoted = json!(text).to_string();
                out.push(ModelEvent::CallDelta(
                    quoted[1..quoted.len() - 1].to_owned(),
                ));
            }
            Kind::Shown => say(text.clone(), out),
            Kind::Json => {}
        }
        self.code.push_str(&text);
    }
}

fn say(text: String, out: &mut Vec<ModelEvent>) {
    if !text.is_empty() {
        out.push(ModelEvent::Text(text));
    }
}

fn closes(line: &str, block: &Block) -> bool {
    let line = line.trim();
    line.len() >= block.length && line.chars().all(|c| c == block.mark)
}

/// Where the first bracket that opened is closed again, strings apart.
fn balanced(text: &str) -> Option<usize> {
    let (mut depth, mut inside, mut escape) = (0usize, false, false);
    for (at, c) in text.char_indices() {
        if escape {
            escape = false;
        } else if inside {
            match c {
                '\\' => escape = true,
                '"' => inside = false,
                _ => {}
            }
        } else {
            match c {
                '"' => inside = true,
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(at + c.len_utf8());
                    }
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests;
