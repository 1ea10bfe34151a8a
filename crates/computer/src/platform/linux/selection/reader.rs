//! Asks the owner of a selection for what it holds.

use std::time::Instant;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, Property, Window, WindowClass,
};
use x11rb::{CURRENT_TIME, NONE};

use super::super::connection::X;
use super::{ANSWER, Names};
use crate::platform::Result;

/// A window that selections are delivered to.
pub(super) struct Reader {
    pub(super) x: X,
    pub(super) names: Names,
    window: Window,
    /// How many times as long as usual an owner is waited for.
    pub(super) patience: u32,
}

/// What an owner delivered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Delivered {
    pub(super) kind: u32,
    pub(super) width: u8,
    pub(super) data: Vec<u8>,
}

/// Why there is nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Missing {
    /// The owner does not have it in this form.
    Refused,
    /// The owner did not answer in time.
    Silent,
    /// There is more than was allowed for.
    TooMuch,
}

impl Reader {
    pub(super) fn open(display: Option<&str>, names: Names) -> Result<Self> {
        let x = X::connect(display)?;
        let window = make_window(&x)?;
        Ok(Self {
            x,
            names,
            window,
            patience: 1,
        })
    }

    /// The text of a selection; `None` where there is none, or none in time.
    pub(super) fn text(&mut self, selection: u32, most: usize) -> Result<Option<String>> {
        let string = AtomEnum::STRING.into();
        for target in [self.names.UTF8_STRING, string] {
            match self.convert(selection, target, most)? {
                Ok(delivered) if delivered.width == 8 => {
                    return Ok(Some(decode(&delivered, string)));
                }
                Ok(_) | Err(Missing::Refused) => {}
                Err(Missing::Silent | Missing::TooMuch) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Asks the owner for its selection in one form.
    pub(super) fn convert(
        &mut self,
        selection: u32,
        target: u32,
        most: usize,
    ) -> Result<std::result::Result<Delivered, Missing>> {
        let property = self.names._INTERPRETER_SELECTION;
        self.x.conn.delete_property(self.window, property)?;
        self.x
            .conn
            .convert_selection(self.window, selection, target, property, CURRENT_TIME)?;
        let result = self.receive(selection, target, property, most)?;
        if matches!(result, Err(Missing::Silent | Missing::TooMuch)) {
            // Whatever still comes goes to a window that is no longer there.
            self.x.conn.destroy_window(self.window)?;
            self.window = make_window(&self.x)?;
        }
        Ok(result)
    }

    fn receive(
        &self,
        selection: u32,
        target: u32,
        property: u32,
        most: usize,
    ) -> Result<std::result::Result<Delivered, Missing>> {
        let mut deadline = Instant::now() + ANSWER * self.patience;
        loop {
            match self.x.next_event(deadline)? {
                None => return Ok(Err(Missing::Silent)),
                Some(Event::SelectionNotify(event))
                    if event.requestor == self.window
                        && event.selection == selection
                        && event.target == target =>
                {
                    if event.property == NONE {
                        return Ok(Err(Missing::Refused));
                    }
                    break;
                }
                Some(_) => {}
            }
        }
        let Some(first) = self.take(property, most)? else {
            return Ok(Err(Missing::TooMuch));
        };
        if first.kind != self.names.INCR {
            return Ok(Ok(first));
        }
        let mut whole = Delivered {
            kind: NONE,
            width: 8,
            data: Vec::new(),
        };
        loop {
            deadline = Instant::now() + ANSWER * self.patience;
            loop {
                match self.x.next_event(deadline)? {
                    None => return Ok(Err(Missing::Silent)),
                    Some(Event::PropertyNotify(event))
                        if event.window == self.window
                            && event.atom == property
                            && event.state == Property::NEW_VALUE =>
                    {
                        break;
                    }
                    Some(_) => {}
                }
            }
            let Some(part) = self.take(property, most)? else {
                return Ok(Err(Missing::TooMuch));
            };
            if part.data.is_empty() {
                return Ok(Ok(whole));
            }
            whole.kind = part.kind;
            whole.width = part.width;
            whole.data.extend(part.data);
            if whole.data.len() > most {
                return Ok(Err(Missing::TooMuch));
            }
        }
    }

    /// Reads and removes the property; `None` when it is too long.
    fn take(&self, property: u32, most: usize) -> Result<Option<Delivered>> {
        let units = u32::try_from(most / 4 + 1).unwrap_or(u32::MAX / 4);
        let reply = self
            .x
            .conn
            .get_property(true, self.window, property, AtomEnum::ANY, 0, units)?
            .reply()?;
        if reply.bytes_after > 0 {
            return Ok(None);
        }
        Ok(Some(Delivered {
            kind: reply.type_,
            width: reply.format,
            data: reply.value,
        }))
    }
}

fn make_window(x: &X) -> Result<Window> {
    let window = x.conn.generate_id()?;
    x.conn.create_window(
        0,
        window,
        x.root,
        -1,
        -1,
        1,
        1,
        0,
        WindowClass::INPUT_ONLY,
        0,
        &CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE),
    )?;
    Ok(window)
}

fn decode(delivered: &Delivered, latin: u32) -> String {
    let data = &delivered.data;
    let end = data
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1);
    if delivered.kind == latin {
        return data[..end].iter().map(|byte| char::from(*byte)).collect();
    }
    String::from_utf8_lossy(&data[..end]).into_owned()
}
