//! How kinds of items stand in the tables.

use interpreter_protocol::HitKind;

const NAMES: [(HitKind, &str); 6] = [
    (HitKind::Person, "person"),
    (HitKind::Reply, "reply"),
    (HitKind::Reasoning, "reasoning"),
    (HitKind::Code, "code"),
    (HitKind::Output, "output"),
    (HitKind::File, "file"),
];

pub(super) fn name(kind: HitKind) -> &'static str {
    NAMES
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("", |(_, name)| name)
}

pub(super) fn of(name: &str) -> Option<HitKind> {
    NAMES
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(kind, _)| *kind)
}
