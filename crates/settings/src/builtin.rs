//! The profiles that are there without a file. A file of the same name counts
//! instead.

/// Name and content.
pub(crate) const BUILTIN: &[(&str, &str)] = &[
    (
        "careful",
        "# Every block is looked at by a scanner and asked for before it runs.\n\
         mode: ask_every_time\n\
         safe_mode: ask\n",
    ),
    (
        "chat",
        "# Only talk: nothing runs, nothing is clicked.\n\
         mode: chat_only\n",
    ),
    (
        "fast",
        "# Code at once, and hardly a word about it.\n\
         custom_instructions: >-\n  \
           Do not explain. Write and run the code that does the task at once,\n  \
           and answer in one short sentence when it is done.\n",
    ),
    (
        "local",
        "# Nothing but models on this computer: no connection to anywhere else.\n\
         offline: true\n",
    ),
    (
        "os",
        "# Sees the screen and moves the mouse; asks before each new app.\n\
         os: true\n\
         supports_vision: true\n",
    ),
    (
        "vision",
        "# Looks at pictures and at what plots and pages look like.\n\
         supports_vision: true\n\
         custom_instructions: >-\n  \
           You see pictures: those of the person, and what your plots and HTML show.\n  \
           Look at each one, and correct what is wrong with it.\n",
    ),
];

/// The content of a built-in profile.
pub(crate) fn find(name: &str) -> Option<&'static str> {
    BUILTIN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
