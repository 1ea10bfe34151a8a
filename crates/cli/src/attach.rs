//! Pictures that are named in a message go with it.

use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use interpreter_protocol::{UserPart, kind};

/// How names of pictures end.
const ENDS: &[&str] = &[".png", ".jpg", ".jpeg"];
/// Words a name may consist of.
const WORDS: usize = 24;

/// The message, then each picture that its text names and that is there.
pub(crate) fn parts(text: String, folder: &Path, home: Option<&Path>) -> Vec<UserPart> {
    let pictures = find(&text, folder, home);
    let mut parts = vec![UserPart::text(text)];
    parts.extend(pictures.into_iter().map(|path| UserPart {
        kind: kind::IMAGE.to_owned(),
        format: Some("path".to_owned()),
        content: path.display().to_string(),
    }));
    parts
}

/// The same for a message of this process's person.
pub(crate) fn of_message(text: String) -> Vec<UserPart> {
    let folder = std::env::current_dir().unwrap_or_default();
    let home = std::env::home_dir();
    parts(text, &folder, home.as_deref())
}

fn find(text: &str, folder: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    // Only ASCII letters change, so that places stay the same.
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<PathBuf> = Vec::new();
    let mut after = 0;
    for end in ends(&lower) {
        // The longest name that is there: names may hold blanks.
        for begin in begins(text, after..end) {
            let Some(path) = path(&text[begin..end], folder, home) else {
                continue;
            };
            if is_picture(&path) {
                if !found.contains(&path) {
                    found.push(path);
                }
                after = end;
                break;
            }
        }
    }
    found
}

/// Where names of pictures may end.
fn ends(lower: &str) -> Vec<usize> {
    let mut ends: Vec<usize> = ENDS
        .iter()
        .flat_map(|end| lower.match_indices(end).map(|(at, end)| at + end.len()))
        .filter(|end| {
            lower[*end..]
                .chars()
                .next()
                .is_none_or(|next| !next.is_alphanumeric())
        })
        .collect();
    ends.sort_unstable();
    ends
}

/// Where a name that ends there may begin, the longest first, on the same line.
fn begins(text: &str, range: Range<usize>) -> Vec<usize> {
    let mut begins = Vec::new();
    let mut after = '\n';
    for (at, letter) in text[range.clone()].char_indices() {
        if letter == '\n' {
            begins.clear();
        } else if (after.is_whitespace() || "\"'`([<=".contains(after)) && !letter.is_whitespace() {
            begins.push(range.start + at);
        }
        after = letter;
    }
    let first = begins.len().saturating_sub(WORDS);
    begins.split_off(first)
}

/// The path that is written there, as a shell would take it.
fn path(written: &str, folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let plain = written.trim_matches(['"', '\'', '`']).replace("\\ ", " ");
    let plain = plain.strip_prefix("file://").unwrap_or(&plain);
    match plain.strip_prefix("~/") {
        Some(rest) => Some(home?.join(rest)),
        None => Some(folder.join(plain)),
    }
}

/// Whether it is a file that begins as a PNG or JPEG does.
fn is_picture(path: &Path) -> bool {
    let mut head = [0; 4];
    // A pipe of that name would be waited for.
    path.is_file()
        && std::fs::File::open(path)
            .and_then(|mut file| file.read_exact(&mut head))
            .is_ok_and(|()| head == *b"\x89PNG" || head.starts_with(b"\xff\xd8\xff"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn pictures_that_are_there_are_attached() {
        let folder = tempfile::tempdir().unwrap();
        let home = tempfile::tempdir().unwrap();
        let png = b"\x89PNG\r\n\x1a\n";
        for name in ["a.png", "my holiday.PNG", "b.jpeg"] {
            let bytes: &[u8] = if name == "b.jpeg" {
                b"\xff\xd8\xff\xe0"
            } else {
                png
            };
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        std::fs::write(folder.path().join("text.png"), "no picture").unwrap();
        std::fs::write(home.path().join("h.png"), png).unwrap();
        let whole = folder.path().join("a.png").display().to_string();
        let check = |text: &str, expected: &[&str]| {
            let found = find(text, folder.path(), Some(home.path()));
            let expected: Vec<PathBuf> = expected
                .iter()
                .map(|name| match name.strip_prefix('~') {
                    Some(name) => home.path().join(name),
                    None => folder.path().join(name),
                })
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        check("nothing to see", &[]);
        check("look at a.png", &["a.png"]);
        check("look at ./a.png.", &["./a.png"]);
        check(&format!("what is in {whole}?"), &["a.png"]);
        check("look at ~/h.png please", &["~h.png"]);
        check(
            "\"my holiday.PNG\" and 'b.jpeg'",
            &["my holiday.PNG", "b.jpeg"],
        );
        check("my\\ holiday.PNG", &["my holiday.PNG"]);
        check("show my holiday.PNG", &["my holiday.PNG"]);
        check("a.png, a.png", &["a.png"]);
        check("gone.png and text.png", &[]);
        check("a.pngs", &[]);
        check("save it as a\n.png", &[]);
    }

    proptest::proptest! {
        #[test]
        fn any_text(text in "(a|\\.png|[ \"'~/\n\\\\é日=-]){0,30}") {
            find(&text, Path::new("/nowhere"), None);
        }
    }

    #[test]
    fn the_text_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.png"), b"\x89PNG").unwrap();
        let path = folder.path().join("a.png");
        let found = parts("see a.png".to_owned(), folder.path(), None);
        let image = UserPart {
            kind: "image".to_owned(),
            format: Some("path".to_owned()),
            content: path.display().to_string(),
        };
        assert_eq!(found, [UserPart::text("see a.png"), image]);
    }
}
