//! Reasoning that a server leaves inline, as `<think>…</think>` before the answer.

/// Splits streamed text. Tags may be cut anywhere. Only a tag at the very
/// beginning counts: elsewhere it may be what the answer is about.
#[derive(Debug, Default)]
pub(crate) struct ThinkSplit {
    state: State,
    held: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Inside,
    /// Blank lines after the closing tag are dropped.
    After,
    Text,
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

impl ThinkSplit {
    /// Takes in text, gives out pieces; `true` marks reasoning.
    pub(crate) fn push(&mut self, text: &str) -> Vec<(bool, String)> {
        let mut out = Vec::new();
        if self.state == State::Text {
            out.push((false, text.to_owned()));
            return out;
        }
        self.held.push_str(text);
        loop {
            match self.state {
                State::Start => {
                    let start = self.held.trim_start();
                    if let Some(rest) = start.strip_prefix(OPEN) {
                        self.held = rest.to_owned();
                        self.state = State::Inside;
                    } else if OPEN.starts_with(start) {
                        break;
                    } else {
                        self.state = State::Text;
                    }
                }
                State::Inside => {
                    if let Some(at) = self.held.find(CLOSE) {
                        out.push((true, self.held[..at].to_owned()));
                        self.held.drain(..at + CLOSE.len());
                        self.state = State::After;
                    } else {
                        let keep = tail_that_begins(&self.held, CLOSE);
                        let rest = self.held.split_off(self.held.len() - keep);
                        out.push((true, std::mem::replace(&mut self.held, rest)));
                        break;
                    }
                }
                State::After => {
                    let start = self.held.trim_start_matches(['\n', '\r']).to_owned();
                    self.held = start;
                    if self.held.is_empty() {
                        break;
                    }
                    self.state = State::Text;
                }
                State::Text => {
                    out.push((false, std::mem::take(&mut self.held)));
                    break;
                }
            }
        }
        out.retain(|(_, text)| !text.is_empty());
        out
    }

    /// The text is over: what was held back.
    pub(crate) fn finish(&mut self) -> Option<(bool, String)> {
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then_some((self.state == State::Inside, held))
    }
}

/// Length of the longest end of `text` that is a beginning of `tag`.
pub(crate) fn tail_that_begins(text: &str, tag: &str) -> usize {
    (1..tag.len().min(text.len() + 1))
        .rev()
        .find(|length| tag.is_char_boundary(*length) && text.ends_with(&tag[..*length]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(pieces: &[&str]) -> (String, String) {
        let mut split = ThinkSplit::default();
        let mut out = (String::new(), String::new());
        let mut all: Vec<(bool, String)> = pieces.iter().flat_map(|p| split.push(p)).collect();
        all.extend(split.finish());
        for (reasoning, text) in all {
            if reasoning {
                out.0.push_str(&text)
            } else {
                out.1.push_str(&text)
            }
        }
        out
    }

    #[test]
    fn tags_are_found_wherever_they_are_cut() {
        let check = |text: &str, reasoning: &str, answer: &str| {
            let expected = (reasoning.to_owned(), answer.to_owned());
            assert_eq!(run(&[text]), expected);
            let chars: Vec<String> = text.chars().map(String::from).collect();
            let chars: Vec<&str> = chars.iter().map(String::as_str).collect();
            assert_eq!(run(&chars), expected);
        };
        check("<think>a < b</think>\n\nyes", "a < b", "yes");
        check("\n<think>a", "a", "");
        check("no <think>b</think>", "", "no <think>b</think>");
        check("<thin", "", "<thin");
        check("<thing>", "", "<thing>");
        check("  ", "", "  ");
        check("<think>é</thin", "é</thin", "");
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same(text in "(<think>|</think>|<|a|é|\n){0,10}", at in 0usize..60) {
            let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            prop_assert_eq!(run(&[&text[..at], &text[at..]]), run(&[&text]));
        }
    }
}
