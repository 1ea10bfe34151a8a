//! What we sent, so that what we did not send is known to be a person's.
//!
//! The input side notes each event right before it sends it; the listener asks,
//! for each event it hears, whether it was noted. The system delivers events in
//! the order they were made, so a match also settles all notes before it: those
//! made no event (a modifier that was down already). Another program's equal
//! event may take one of our notes, but then our own finds none, so an event
//! too many is always seen.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One event as the system reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnEvent {
    /// A key by the system's code.
    Key {
        /// The code.
        code: u32,
        /// Whether it goes down.
        down: bool,
    },
    /// A button, or a click of the wheel, by the system's number.
    Button {
        /// The number.
        code: u32,
        /// Whether it goes down.
        down: bool,
    },
    /// The pointer is set to a place.
    Motion {
        /// Global physical pixels.
        x: i32,
        /// Global physical pixels.
        y: i32,
    },
    /// No input: a mark the system sends back once it has processed all before.
    Mark(u64),
}

impl OwnEvent {
    fn same(&self, heard: &OwnEvent) -> bool {
        match (self, heard) {
            // Systems report relative, absolute or accelerated values for one and the same move.
            (OwnEvent::Motion { .. }, OwnEvent::Motion { .. }) => true,
            (noted, heard) => noted == heard,
        }
    }
}

struct Note {
    event: OwnEvent,
    at: Instant,
}

/// The events we sent and have not heard yet.
#[derive(Default)]
pub struct Ledger {
    notes: Mutex<VecDeque<Note>>,
}

/// A note nobody heard for this long made no event.
const STALE: Duration = Duration::from_secs(5);
/// More than this many notes waiting means that nobody listens.
const MOST: usize = 4096;

impl Ledger {
    /// Notes an event that is about to be sent.
    pub fn note(&self, event: OwnEvent) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() == MOST {
            notes.pop_front();
        }
        notes.push_back(Note {
            event,
            at: Instant::now(),
        });
    }

    /// Whether an event that was heard is ours, and then which note it answers.
    /// The note and all before it are settled.
    pub fn settle(&self, heard: &OwnEvent) -> Option<OwnEvent> {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while notes
            .front()
            .is_some_and(|note| now.duration_since(note.at) > STALE)
        {
            notes.pop_front();
        }
        let found = notes.iter().position(|note| note.event.same(heard))?;
        notes.drain(..=found).next_back().map(|note| note.event)
    }

    /// For systems that tell only that there was input: settles the oldest note.
    /// `false` where none waits before the next mark; then it was not us.
    pub fn settle_any(&self) -> bool {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = notes
            .front()
            .is_some_and(|note| !matches!(note.event, OwnEvent::Mark(_)));
        if ours {
            notes.pop_front();
        }
        ours
    }

    /// Drops all notes: nobody was listening until now.
    pub fn clear(&self) {
        self.notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// How many events were sent and not heard yet.
    pub fn waiting(&self) -> usize {
        self.notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn key(code: u32, down: bool) -> OwnEvent {
        OwnEvent::Key { code, down }
    }

    #[test]
    fn an_event_too_many_is_always_seen() {
        let a = [key(38, true), key(38, false)];
        // noted, heard, how many of the heard are not ours
        let table: &[(&[OwnEvent], &[OwnEvent], usize)] = &[
            (&a, &a, 0),
            (&a, &[a[0], a[0], a[1]], 1),
            (&a, &[a[0], a[1], a[1]], 1),
            (&a, &[key(9, true), a[0], a[1], key(9, false)], 2),
            (&[], &a, 2),
            // A foreign event equal to a later one of ours: ours are then the ones too many.
            (
                &[key(1, true), key(2, true)],
                &[key(2, true), key(1, true), key(2, true)],
                2,
            ),
            // A note without an event is settled by the next.
            (&[key(50, true), a[0], a[1]], &a, 0),
            (
                &[OwnEvent::Motion { x: 3, y: 4 }],
                &[
                    OwnEvent::Motion { x: 0, y: 0 },
                    OwnEvent::Motion { x: 1, y: 1 },
                ],
                1,
            ),
        ];
        for (noted, heard, foreign) in table {
            let ledger = Ledger::default();
            noted.iter().for_each(|event| ledger.note(*event));
            let count = heard
                .iter()
                .filter(|event| ledger.settle(event).is_none())
                .count();
            assert_eq!(count, *foreign, "noted {noted:?} heard {heard:?}");
        }
    }

    #[test]
    fn reports_without_a_kind_are_held_against_the_notes_before_the_mark() {
        let key = OwnEvent::Key {
            code: 1,
            down: true,
        };
        let ledger = Ledger::default();
        let check = |expected: &[bool]| {
            let reports: Vec<bool> = expected.iter().map(|_| ledger.settle_any()).collect();
            assert_eq!(reports, expected);
        };
        check(&[false]);
        [key, key, OwnEvent::Mark(1), key, OwnEvent::Mark(2)]
            .iter()
            .for_each(|event| ledger.note(*event));
        // The third is not ours, though we have sent something since.
        check(&[true, true, false]);
        ledger.settle(&OwnEvent::Mark(1));
        // One of ours was not reported; it hides nothing that comes after the mark.
        ledger.settle(&OwnEvent::Mark(2));
        check(&[false]);
        assert_eq!(ledger.waiting(), 0);
    }

    #[test]
    fn a_move_is_settled_with_the_place_it_was_noted_for() {
        let ledger = Ledger::default();
        ledger.note(OwnEvent::Motion { x: 7, y: 8 });
        assert_eq!(
            ledger.settle(&OwnEvent::Motion { x: 0, y: 0 }),
            Some(OwnEvent::Motion { x: 7, y: 8 })
        );
        assert_eq!(ledger.waiting(), 0);
    }
}
