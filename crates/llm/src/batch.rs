//! One call of a vendor that holds several actions: outside they are calls of
//! their own, in history they are one call with one result again.

use serde_json::{Value, json};

use crate::actions::Asked;
use crate::answer::Out;
use crate::{Call, ComputerTool, ModelEvent, ModelInfo, Raw};

/// Gives out the actions of one call. The first keeps the vendor's `item`; the
/// others say whose part they are.
pub(crate) fn give(id: &str, item: Value, asked: Asked, family: &str, out: &mut Out) {
    let mut item = Some(item);
    let mut confirm = asked.confirm;
    for (at, mut action) in asked.actions.into_iter().enumerate() {
        let raw = match item.take() {
            Some(item) => json!({ "item": item }),
            None => json!({ "of": id }),
        };
        // The person is asked once, before the first.
        if let Some(why) = confirm.take() {
            action["confirm"] = json!(why);
        }
        let id = match at {
            0 => id.to_owned(),
            more => format!("{id}_{more}"),
        };
        let raw = Raw {
            name: family.to_owned(),
            raw,
        };
        whole(id, "computer", action, Some(raw), out);
    }
}

impl ModelInfo {
    /// Whether an action's result may leave out the picture because this one follows it in
    /// the same answer. Some vendors want one with each call, which may hold several actions.
    pub fn shows_once(&self, next: &Call) -> bool {
        let each = matches!(
            self.computer,
            ComputerTool::Openai
                | ComputerTool::OpenaiPreview
                | ComputerTool::Gemini
                | ComputerTool::GeminiBrowser
        );
        !each || part_of(next, &self.family).is_some()
    }
}

/// A call that came in one piece.
pub(crate) fn whole(id: String, name: &str, arguments: Value, raw: Option<Raw>, out: &mut Out) {
    out.push(Ok(ModelEvent::CallStart {
        id: id.clone(),
        name: name.to_owned(),
    }));
    out.push(Ok(ModelEvent::CallDelta(arguments.to_string())));
    out.push(Ok(ModelEvent::CallEnd(Call {
        id,
        name: name.to_owned(),
        arguments,
        raw,
    })));
}

/// The vendor's item a call goes back as.
pub(crate) fn item<'a>(call: &'a Call, family: &str) -> Option<&'a Value> {
    own(call, family)?.get("item")
}

/// The id of the call this one was a part of.
pub(crate) fn part_of<'a>(call: &'a Call, family: &str) -> Option<&'a str> {
    own(call, family)?.get("of")?.as_str()
}

fn own<'a>(call: &'a Call, family: &str) -> Option<&'a Value> {
    let raw = call.raw.as_ref().filter(|raw| raw.name == family)?;
    Some(&raw.raw)
}

/// An id for a call whose vendor gave none.
pub(crate) fn made_up_id() -> String {
    format!("call_{}", &uuid::Uuid::new_v4().simple().to_string()[..24])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn pictures_with_each_call_or_once() {
        let check = |provider: &str, id: &str, part: bool, expected: bool| {
            let info = catalogue::info(provider, id, false);
            let raw = match part {
                true => json!({"of": "call_1"}),
                false => json!({"item": {}}),
            };
            let next = Call {
                id: "call_2".to_owned(),
                name: "computer".to_owned(),
                arguments: json!({"action": "type", "text": "a"}),
                raw: Some(Raw {
                    name: info.family.clone(),
                    raw,
                }),
            };
            assert_eq!(info.shows_once(&next), expected, "{id} {part}");
        };
        check("anthropic", "claude-sonnet-5-5", false, true);
        check("openai", "gpt-6.1-terra", true, true);
        check("openai", "gpt-6.1-terra", false, false);
        check("gemini", "gemini-3.8-flash", false, false);
        check("gemini", "gemini-3.8-flash", true, true);
        check("ollama", "qwen3-vl", false, true);
    }
}
