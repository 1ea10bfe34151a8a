//! What stands outside the window for the state of things: the tray's icon and words.

use interpreter_protocol::{Event, Os, OsState, Role, kind};

/// The longest words of a sign, in characters: what is acted on may have a long name.
const LONGEST: usize = 100;

/// What a sign says, whatever its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Nobody but the person uses the screen.
    #[default]
    Idle,
    /// Something waits for the person.
    Waiting,
    /// The assistant uses the screen.
    Acting,
    /// The person took control.
    Paused,
}

/// A shape and its words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sign {
    /// Never only a colour.
    pub shape: Shape,
    /// One line.
    pub words: String,
}

impl Sign {
    /// What an event changes, if anything. That a turn is over says nothing of others.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let chunk = &event.chunk;
        match (chunk.role, chunk.kind.as_str()) {
            (Role::Server, kind::OS) => serde_json::from_value::<Os>(chunk.content.clone()?)
                .ok()
                .map(|os| Self::at(&os)),
            (_, kind::CONFIRMATION) if chunk.content.is_some() => Some(Self::waiting()),
            (Role::Server, kind::STATUS) => Some(Self::idle()),
            _ => None,
        }
    }

    /// Nothing is under way.
    #[must_use]
    pub fn idle() -> Self {
        Self::new(Shape::Idle, "Interpreter")
    }

    fn waiting() -> Self {
        Self::new(Shape::Waiting, "Interpreter waits for you")
    }

    fn at(os: &Os) -> Self {
        let acting = |words: &str| Self::new(Shape::Acting, words);
        match os.state {
            OsState::Looking => acting("Interpreter looks at the screen"),
            OsState::Acting if !os.text.is_empty() => {
                acting(&format!("Interpreter is using this computer: {}", os.text))
            }
            OsState::Thinking | OsState::Acting => acting("Interpreter is using this computer"),
            OsState::Paused => Self::new(Shape::Paused, "Interpreter is paused: you have control"),
            OsState::Waiting => Self::waiting(),
            OsState::Finished | OsState::Stopped => Self::idle(),
        }
    }

    fn new(shape: Shape, words: &str) -> Self {
        let mut short: String = words.chars().take(LONGEST).collect();
        if short.len() < words.len() {
            short.push('…');
        }
        Self {
            shape,
            words: short,
        }
    }
}

#[cfg(test)]
mod tests {
    use interpreter_protocol::{Chunk, ConversationId};
    use pretty_assertions::assert_eq;
    use serde_json::{Value, json};

    use super::*;

    fn sign(role: Role, kind: &str, content: Value) -> Option<(Shape, String)> {
        let event = Event {
            conversation: ConversationId::from("c"),
            seq: 1,
            item: None,
            chunk: Chunk::new(role, kind).content(content),
        };
        Sign::of(&event).map(|sign| (sign.shape, sign.words))
    }

    #[test]
    fn each_state_has_a_shape_and_words() {
        let check = |state: &str, text: &str, shape: Shape, words: &str| {
            let content = json!({ "state": state, "text": text });
            let expected = Some((shape, words.to_owned()));
            assert_eq!(sign(Role::Server, kind::OS, content), expected, "{state}");
        };
        let using = "Interpreter is using this computer";
        check(
            "looking",
            "",
            Shape::Acting,
            "Interpreter looks at the screen",
        );
        check("thinking", "", Shape::Acting, using);
        check("acting", "", Shape::Acting, using);
        check(
            "acting",
            "click “Send”",
            Shape::Acting,
            &format!("{using}: click “Send”"),
        );
        check(
            "paused",
            "x",
            Shape::Paused,
            "Interpreter is paused: you have control",
        );
        check("waiting", "x", Shape::Waiting, "Interpreter waits for you");
        check("finished", "x", Shape::Idle, "Interpreter");
        check("stopped", "", Shape::Idle, "Interpreter");
        let long = sign(
            Role::Server,
            kind::OS,
            json!({ "state": "acting", "text": "é".repeat(300) }),
        );
        assert_eq!(long.unwrap().1.chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_question_waits_and_the_end_of_a_turn_does_not() {
        let waits = sign(
            Role::Computer,
            kind::CONFIRMATION,
            json!({ "content": "1" }),
        );
        assert_eq!(waits.unwrap().0, Shape::Waiting);
        let over = sign(Role::Server, kind::STATUS, json!("complete"));
        assert_eq!(over.unwrap().0, Shape::Idle);
        assert_eq!(sign(Role::Assistant, kind::MESSAGE, json!("hello")), None);
        assert_eq!(
            sign(Role::Server, kind::OS, json!({ "state": "dancing" })),
            None
        );
    }
}
