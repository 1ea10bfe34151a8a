//! The spellings people have in their fingers, brought to one before clap sees
//! them: short forms of several letters, hyphens for underscores, and flags of
//! earlier days.

/// A short form of several letters, matched whole; its flag.
const SHORT_FORMS: &[(&str, &str)] = &[
    ("ab", "api_base"),
    ("ak", "api_key"),
    ("av", "api_version"),
    ("ci", "custom_instructions"),
    ("cw", "context_window"),
    ("debug", "verbose"),
    ("dt", "disable_telemetry"),
    ("lsf", "llm_supports_functions"),
    ("lsv", "llm_supports_vision"),
    ("ml", "multi_line"),
    ("nhl", "no_highlight_active_line"),
    ("os", "os"),
    ("pl", "plain"),
    ("sm", "system_message"),
    ("xo", "max_output"),
];

/// Flags of earlier days: old name, today's, a value that is meant.
const OLD_NAMES: &[(&str, &str, Option<&str>)] = &[
    ("yes", "auto_run", None),
    ("debug_mode", "verbose", None),
    ("debug", "verbose", None),
    ("config", "profile", None),
    ("config_file", "profile", None),
    ("serve", "server", None),
    ("instructions", "custom_instructions", None),
    (
        "no_llm_supports_vision",
        "llm_supports_vision",
        Some("false"),
    ),
    (
        "no_llm_supports_functions",
        "llm_supports_functions",
        Some("false"),
    ),
    ("no_tool_calling", "llm_supports_functions", Some("false")),
];

/// Names of [`OLD_NAMES`] that are spelt so to this day.
const NOT_OLD: &[&str] = &["no_llm_supports_vision", "no_llm_supports_functions"];

/// Short forms of one letter of earlier days.
const OLD_LETTERS: &[(char, &str)] = &[('k', "api_key"), ('c', "context_window"), ('d', "verbose")];

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// A value.
    Value,
    /// A value after `=` only.
    AttachedValue,
}

/// The command line in one spelling.
#[derive(Debug, PartialEq, Default)]
pub(crate) struct Spelt {
    /// Flags, values attached by `=`.
    pub(crate) flags: Vec<String>,
    /// Everything from the first word that is no flag.
    pub(crate) words: Vec<String>,
    /// Sentences for the person.
    pub(crate) notices: Vec<String>,
}

/// Brings `arguments` (without the program's name) to one spelling. `long` and
/// `short` tell what a known flag takes; unknown ones stay for clap to refuse.
pub(crate) fn normalise(
    arguments: impl IntoIterator<Item = String>,
    long: &dyn Fn(&str) -> Option<Takes>,
    short: &dyn Fn(char) -> Option<Takes>,
) -> Spelt {
    let mut spelt = Spelt::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            spelt.words.extend(rest);
            break;
        }
        if argument == "-" || !argument.starts_with('-') {
            spelt.words.push(argument);
            spelt.words.extend(rest);
            break;
        }
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument.clone(), None),
        };
        let Some(mut name) = long_name(&name, &mut spelt.notices) else {
            // One-letter forms, perhaps several in one word: clap knows them.
            let letters: Vec<char> = argument.chars().skip(1).collect();
            let takes = letters
                .iter()
                .position(|letter| short(*letter) == Some(Takes::Value));
            spelt.flags.push(argument);
            if takes.is_some_and(|at| at + 1 == letters.len())
                && let (Some(flag), Some(value)) = (spelt.flags.last_mut(), rest.next())
            {
                // `-m=x` would be read as the value `=x` only without a value.
                flag.push('=');
                flag.push_str(&value);
            }
            continue;
        };
        let mut value = value;
        if let Some((old, new, meant)) = OLD_NAMES.iter().find(|(old, ..)| *old == name) {
            if !NOT_OLD.contains(old) {
                spelt.notices.push(format!("--{old} is now --{new}."));
            }
            name = (*new).to_owned();
            value = meant.map(str::to_owned).or(value);
        }
        if value.is_none() && long(&name) == Some(Takes::Value) {
            value = rest.next();
        }
        spelt.flags.push(match value {
            Some(value) => format!("--{name}={value}"),
            None => format!("--{name}"),
        });
    }
    spelt
}

/// The long name behind a flag in any spelling; none for one-letter forms.
fn long_name(flag: &str, notices: &mut Vec<String>) -> Option<String> {
    if let Some(name) = flag.strip_prefix("--") {
        return Some(name.replace('-', "_"));
    }
    let letters = flag.strip_prefix('-')?;
    let spelt = letters.replace('-', "_");
    if let Some((_, name)) = SHORT_FORMS.iter().find(|(short, _)| *short == spelt) {
        return Some((*name).to_owned());
    }
    let mut only = letters.chars();
    let (Some(letter), None) = (only.next(), only.next()) else {
        return None;
    };
    let (_, name) = OLD_LETTERS.iter().find(|(old, _)| *old == letter)?;
    notices.push(format!("-{letter} is now --{name}."));
    Some((*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn long(name: &str) -> Option<Takes> {
        match name {
            "model"
            | "api_base"
            | "api_key"
            | "max_output"
            | "temperature"
            | "context_window"
            | "profile"
            | "custom_instructions" => Some(Takes::Value),
            "llm_supports_vision" | "llm_supports_functions" => Some(Takes::AttachedValue),
            "auto_run" | "os" | "json" | "server" | "verbose" | "plain" => Some(Takes::Nothing),
            _ => None,
        }
    }

    fn short(letter: char) -> Option<Takes> {
        match letter {
            'm' | 'x' | 't' => Some(Takes::Value),
            'y' | 's' => Some(Takes::Nothing),
            _ => None,
        }
    }

    #[test]
    fn every_spelling_comes_to_one() {
        let check = |line: &str, flags: &str, words: &str| {
            let arguments = line
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(str::to_owned);
            let spelt = normalise(arguments, &long, &short);
            assert_eq!(
                (spelt.flags.join(" "), spelt.words.join(" ")),
                (flags.into(), words.into())
            );
        };
        check("", "", "");
        check("what is new", "", "what is new");
        check("--model x hi", "--model=x", "hi");
        check("--model=x hi", "--model=x", "hi");
        check(
            "--api-base http://h/v1?a=b hi",
            "--api_base=http://h/v1?a=b",
            "hi",
        );
        check("-ab http://h hi", "--api_base=http://h", "hi");
        check("-ab=http://h hi", "--api_base=http://h", "hi");
        check("-os -xo 5 go", "--os --max_output=5", "go");
        check("-m x -y go", "-m=x -y", "go");
        check("-ym x go", "-ym=x", "go");
        check("-y -- -y", "-y", "-y");
        check("-y explain ls -la --all", "-y", "explain ls -la --all");
        check("--temperature -1 hi", "--temperature=-1", "hi");
        check("-lsv hi", "--llm_supports_vision", "hi");
        check(
            "--no-llm_supports_vision hi",
            "--llm_supports_vision=false",
            "hi",
        );
        check(
            "--no-tool-calling hi",
            "--llm_supports_functions=false",
            "hi",
        );
        check("-c 5 hi", "--context_window=5", "hi");
        check("--unknown-flag hi", "--unknown_flag", "hi");
        check("--model", "--model", "");
        check("- x", "", "- x");
    }

    #[test]
    fn old_names_are_told_of_once_each() {
        let spelt = normalise(["--yes", "-k", "abc"].map(str::to_owned), &long, &short);
        assert_eq!(spelt.flags, ["--auto_run", "--api_key=abc"]);
        assert_eq!(
            spelt.notices,
            ["--yes is now --auto_run.", "-k is now --api_key."]
        );
    }
}
