//! Finds the simple commands in shell code, as a shell would split them.
//!
//! It reads quotes, escapes, operators, groups and here-documents. What can
//! only be known by running it (substitutions, variables, `eval`) makes a
//! command *not plain*: no allow rule covers it, and it is asked about.

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    /// Its words, unquoted.
    pub words: Vec<String>,
    /// The operator behind it (`&&`, `||`, `;`, ...); empty at the end.
    pub ended: String,
    /// Something in it is known only when it runs, or it writes to a file.
    opaque: bool,
}

/// Programs that run the rest of their words as a command.
const WRAPPERS: &[&str] = &[
    "sudo", "doas", "env", "nohup", "time", "exec", "command", "builtin", "nice", "xargs", "then",
    "do", "else", "if", "while", "until", "!",
];

/// Programs among whose words another command stands somewhere.
const RUNNERS: &[&str] = &[
    "chroot",
    "find",
    "flock",
    "ionice",
    "parallel",
    "setsid",
    "ssh",
    "stdbuf",
    "strace",
    "su",
    "systemd-run",
    "taskset",
    "timeout",
    "unshare",
    "watch",
];

/// Programs that read a command from one of their words.
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ksh", "ash", "fish"];

/// So deep are commands looked for in the words of commands.
const DEEPEST: usize = 4;

/// Whether a command is run as it stands: through no other program, and with no
/// variables of its own.
pub(super) fn is_simple(command: &Command) -> bool {
    command.words.first().is_some_and(|first| {
        !WRAPPERS.contains(&base_name(first)) && !first.contains('=') && !first.contains("..")
    })
}

impl Command {
    /// Nothing in it depends on what happens at run time, and it redirects nothing.
    pub fn is_plain(&self) -> bool {
        !self.opaque
            && self
                .words
                .first()
                .is_none_or(|word| !matches!(word.as_str(), "eval" | "source" | "."))
    }

    /// Texts that it may run as commands.
    fn given(&self) -> Vec<String> {
        let at = |names: &[&str]| {
            let found = self
                .words
                .iter()
                .position(|word| names.contains(&base_name(word)));
            found.map(|at| &self.words[at + 1..])
        };
        let evaluated = at(&["eval"]).map(|words| words.join(" "));
        let is_flag =
            |word: &String| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
        let of_shell = at(SHELLS).and_then(|words| {
            let flag = words.iter().position(is_flag)?;
            words.get(flag + 1).cloned()
        });
        evaluated.into_iter().chain(of_shell).collect()
    }

    /// Whether it begins with exactly these words: no other program runs it, and
    /// nothing stands between them. What is allowed is read this way.
    pub fn is_called(&self, wanted: &[String]) -> bool {
        !wanted.is_empty()
            && wanted.len() <= self.words.len()
            && wanted
                .iter()
                .zip(&self.words)
                .all(|(wanted, word)| wanted == word)
    }

    /// Whether it begins with these words, looking through `sudo` and the like,
    /// through a program's folder and through assignments before it.
    pub fn begins_with(&self, wanted: &[String]) -> bool {
        let mut words = self.words.as_slice();
        loop {
            if starts(words, wanted) {
                return true;
            }
            let Some((first, rest)) = words.split_first() else {
                return false;
            };
            if RUNNERS.contains(&base_name(first)) {
                return (0..rest.len()).any(|at| starts(&rest[at..], wanted));
            }
            let assignment = first.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            });
            if !assignment && !WRAPPERS.contains(&base_name(first)) {
                return false;
            }
            words = rest;
            while words.first().is_some_and(|word| word.starts_with('-')) {
                words = &words[1..];
            }
        }
    }
}

fn starts(words: &[String], wanted: &[String]) -> bool {
    let Some((first, rest)) = wanted.split_first() else {
        return false;
    };
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    if !fits(first, base_name(program)) && !fits(first, program) {
        return false;
    }
    // Flags may stand in any order and be joined (`-r -f`, `-fr`).
    let (flags, plain): (Vec<&String>, Vec<&String>) =
        rest.iter().partition(|word| word.starts_with('-'));
    let has_flag = |flag: &str| {
        arguments.iter().any(|argument| argument == flag)
            || (!flag.starts_with("--")
                && flag.chars().skip(1).all(|letter| {
                    arguments.iter().any(|argument| {
                        argument.starts_with('-')
                            && !argument.starts_with("--")
                            && argument.contains(letter)
                    })
                }))
    };
    let operands: Vec<&String> = arguments
        .iter()
        .filter(|word| !word.starts_with('-'))
        .collect();
    flags.iter().all(|flag| has_flag(flag)) && in_order(&plain, &operands)
}

/// Whether the operands begin with these words. A word `*` stands for any number of operands.
fn in_order(wanted: &[&String], operands: &[&String]) -> bool {
    match wanted.split_first() {
        None => true,
        Some((first, rest)) if *first == "*" => {
            (0..=operands.len()).any(|skipped| in_order(rest, &operands[skipped..]))
        }
        Some((first, rest)) => operands
            .split_first()
            .is_some_and(|(operand, more)| fits(first, operand) && in_order(rest, more)),
    }
}

/// Whether a word fits a pattern, in which `*` stands for any text and `\*` for an asterisk.
fn fits(pattern: &str, word: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => word.is_empty(),
        Some('*') => (0..=word.len())
            .filter(|at| word.is_char_boundary(*at))
            .any(|at| fits(rest.as_str(), &word[at..])),
        Some(c) => {
            let literal = if c == '\\' {
                rest.next().unwrap_or(c)
            } else {
                c
            };
            word.strip_prefix(literal)
                .is_some_and(|word| fits(rest.as_str(), word))
        }
    }
}

fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The simple commands of a block. Languages other than the shell have those
/// that stand in lines beginning with `!`.
pub fn commands(language: &str, code: &str) -> Vec<Command> {
    let commands = match language {
        "shell" => parse(code),
        _ => code
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix('!'))
            .flat_map(parse)
            .collect(),
    };
    with_given(commands, DEEPEST)
}

/// The commands, and those that they are given as a text: `sh -c "…"`, `eval "…"`.
fn with_given(commands: Vec<Command>, deepest: usize) -> Vec<Command> {
    let mut all = Vec::new();
    for command in commands {
        if deepest > 0 {
            for text in command.given() {
                all.extend(with_given(parse(&text), deepest - 1));
            }
        }
        all.push(command);
    }
    all
}

/// Splits shell code into simple commands.
pub fn parse(code: &str) -> Vec<Command> {
    Parser {
        rest: code.chars().peekable(),
        done: Vec::new(),
        now: Command::default(),
        word: None,
    }
    .run()
}

struct Parser<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    done: Vec<Command>,
    now: Command,
    word: Option<String>,
}

impl Parser<'_> {
    fn run(mut self) -> Vec<Command> {
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => match self.rest.next() {
                    Some('\n') | None => {}
                    Some(escaped) => self.add(escaped),
                },
                '\'' => self.quoted(),
                '"' => self.double_quoted(),
                '$' => self.dollar(),
                '`' => self.backticks(),
                ' ' | '\t' | '\r' => self.end_word(),
                '#' if self.word.is_none() => while self.rest.next_if(|c| *c != '\n').is_some() {},
                '<' | '>' => {
                    self.end_word();
                    self.now.opaque = true;
                }
                '*' | '?' | '[' | '~' => {
                    // What a pattern stands for is known only when it runs.
                    self.now.opaque = true;
                    self.add(c);
                }
                '(' if self.word.as_deref().is_some_and(|word| !word.is_empty()) => {
                    // A function's definition: `name()`.
                    self.now.opaque = true;
                    self.end_command("(");
                }
                '&' | '|' if self.rest.next_if_eq(&c).is_some() => {
                    self.end_command(&format!("{c}{c}"));
                }
                ';' | '&' | '|' | '\n' | '(' | ')' | '{' | '}' => {
                    self.end_command(c.encode_utf8(&mut [0; 4]));
                }
                _ => self.add(c),
            }
        }
        self.end_command("");
        self.done
    }

    fn add(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn quoted(&mut self) {
        self.word.get_or_insert_default();
        for c in self.rest.by_ref() {
            if c == '\'' {
                return;
            }
            self.word.get_or_insert_default().push(c);
        }
    }

    fn double_quoted(&mut self) {
        self.word.get_or_insert_default();
        while let Some(c) = self.rest.next() {
            match c {
                '"' => return,
                '\\' => {
                    if let Some(escaped) = self.rest.next() {
                        if !matches!(escaped, '"' | '\\' | '$' | '`' | '\n') {
                            self.add('\\');
                        }
                        if escaped != '\n' {
                            self.add(escaped);
                        }
                    }
                }
                '$' => self.dollar(),
                '`' => self.backticks(),
                _ => self.add(c),
            }
        }
    }

    /// A variable or a substitution. The commands inside `$(...)` count too.
    fn dollar(&mut self) {
        self.now.opaque = true;
        self.add('$');
        if self.rest.next_if_eq(&'(').is_some() {
            let mut depth = 1;
            let mut inner = String::new();
            for c in self.rest.by_ref() {
                match c {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                inner.push(c);
            }
            self.done.extend(parse(&inner));
        }
    }

    fn backticks(&mut self) {
        self.now.opaque = true;
        self.add('`');
        let inner: String = self.rest.by_ref().take_while(|c| *c != '`').collect();
        self.done.extend(parse(&inner));
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            self.now.words.push(word);
        }
    }

    fn end_command(&mut self, operator: &str) {
        self.end_word();
        let mut command = std::mem::take(&mut self.now);
        operator.clone_into(&mut command.ended);
        if !command.words.is_empty() {
            self.done.push(command);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_shell_does() {
        let check = |code: &str, expected: &[(&str, bool)]| {
            let got: Vec<(String, bool)> = parse(code)
                .iter()
                .map(|c| (c.words.join("|"), c.is_plain()))
                .collect();
            let expected: Vec<(String, bool)> = expected
                .iter()
                .map(|(words, plain)| ((*words).to_owned(), *plain))
                .collect();
            assert_eq!(got, expected, "{code}");
        };
        check("", &[]);
        check("ls -l", &[("ls|-l", true)]);
        check(
            "a; b && c | d &\ne",
            &[
                ("a", true),
                ("b", true),
                ("c", true),
                ("d", true),
                ("e", true),
            ],
        );
        check("echo 'a; b' \"c | d\"", &[("echo|a; b|c | d", true)]);
        check("echo a\\ b \\\n c", &[("echo|a b|c", true)]);
        check("echo $(rm -rf x)", &[("rm|-rf|x", true), ("echo|$", false)]);
        check("echo \"`id`\"", &[("id", true), ("echo|`", false)]);
        check("( cd x; { ls; } )", &[("cd|x", true), ("ls", true)]);
        check("cat < in > out", &[("cat|in|out", false)]);
        check("ls # rm -rf /", &[("ls", true)]);
        check("ls *.txt", &[("ls|*.txt", false)]);
        check("f() { rm x; }", &[("f", false), ("rm|x", true)]);
        check("'unclosed", &[("unclosed", true)]);
        check("eval \"$x\"", &[("eval|$x", false)]);
    }

    #[test]
    fn begins_with_looks_through_wrappers_and_flag_order() {
        let check = |code: &str, words: &[&str], expected: bool| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let got = parse(code)
                .iter()
                .any(|command| command.begins_with(&words));
            assert_eq!(got, expected, "{code} / {words:?}");
        };
        check("rm -rf /", &["rm", "-rf", "/"], true);
        check("rm -f -r /", &["rm", "-rf", "/"], true);
        check("rm -fr --no-preserve-root /", &["rm", "-rf", "/"], true);
        check("/bin/rm -rf /", &["rm", "-rf", "/"], true);
        check("X=1 sudo -n rm -rf /", &["rm", "-rf", "/"], true);
        check("if true; then rm -rf /; fi", &["rm", "-rf", "/"], true);
        check("rm -rf /tmp/x", &["rm", "-rf", "/"], false);
        check("rm -r /", &["rm", "-rf", "/"], false);
        check("git status --short", &["git", "status"], true);
        check("git stash", &["git", "status"], false);
        check("echo rm -rf /", &["rm", "-rf", "/"], false);
        check("dd if=/dev/zero of=/dev/sda", &["dd", "of=/dev/*"], false);
        check(
            "dd if=/dev/zero of=/dev/sda",
            &["dd", "*", "of=/dev/*"],
            true,
        );
        check("dd of=/dev/sda", &["dd", "*", "of=/dev/*"], true);
        check("dd if=a of=b", &["dd", "*", "of=/dev/*"], false);
        check("shred -u /dev/sda1", &["shred", "/dev/*"], true);
        check("rm -rf /*", &["rm", "-rf", "/\\*"], true);
        check("rm -rf /tmp", &["rm", "-rf", "/\\*"], false);
        check("mkfs.ext4 /dev/sda1", &["mkfs*"], true);
        check("rm -rf $HOME", &["rm", "-rf", "$HOME"], true);
    }
}
