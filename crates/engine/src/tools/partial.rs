//! Reads `language` and `code` out of JSON text that still streams in.

/// What has come so far of one string value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub value: String,
    /// Its closing quote has come.
    pub whole: bool,
}

/// The string value of a key of the outermost object, as far as it has come.
/// What it gives for more text always begins with what it gave for less.
pub(crate) fn string(json: &str, key: &str) -> Option<Text> {
    let mut reader = Reader { rest: json };
    reader.white();
    reader.take('{')?;
    loop {
        reader.white();
        let name = reader.string()?;
        reader.white();
        reader.take(':')?;
        reader.white();
        if name.whole && name.value == key {
            return reader.string();
        }
        reader.skip_value()?;
        reader.white();
        reader.take(',')?;
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn white(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// A string; raw line ends in it are taken as they are, since some models write them.
    fn string(&mut self) -> Option<Text> {
        self.take('"')?;
        let mut value = String::new();
        loop {
            let whole_so_far = value.len();
            match self.next() {
                Some('"') => return Some(Text { value, whole: true }),
                Some('\\') => {
                    if self.escape(&mut value).is_none() {
                        value.truncate(whole_so_far);
                        return Some(Text {
                            value,
                            whole: false,
                        });
                    }
                }
                Some(c) => value.push(c),
                None => {
                    return Some(Text {
                        value,
                        whole: false,
                    });
                }
            }
        }
    }

    fn escape(&mut self, value: &mut String) -> Option<()> {
        let c = match self.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => return self.unicode(value),
            other => other,
        };
        value.push(c);
        Some(())
    }

    fn unicode(&mut self, value: &mut String) -> Option<()> {
        let first = self.hex()?;
        let c = if (0xd800..0xdc00).contains(&first) {
            // Half of a pair: the other half may still be on its way.
            if self.rest.is_empty() || self.rest == "\\" {
                return None;
            }
            match self.rest.strip_prefix("\\u") {
                Some(rest) => {
                    let mut ahead = Reader { rest };
                    let second = ahead.hex()?;
                    if (0xdc00..0xe000).contains(&second) {
                        self.rest = ahead.rest;
                        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
                    } else {
                        None
                    }
                }
                None => None,
            }
        } else {
            char::from_u32(first)
        };
        value.push(c.unwrap_or('\u{fffd}'));
        Some(())
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        self.rest = &self.rest[4..];
        Some(number)
    }

    fn skip_value(&mut self) -> Option<()> {
        if self.rest.starts_with('"') {
            return self.string()?.whole.then_some(());
        }
        let mut depth = 0;
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => {
                    self.string().filter(|text| text.whole)?;
                    continue;
                }
                '{' | '[' => depth += 1,
                '}' | ']' if depth == 0 => return Some(()),
                '}' | ']' => depth -= 1,
                ',' if depth == 0 => return Some(()),
                _ => {}
            }
            self.next();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_gives_a_prefix() {
        let code = "print(\"a\\b\")\n\tx = '\u{1f600} é'\u{0}\u{2028}";
        let value =
            serde_json::json!({ "n": [1, {"code": "no"}], "language": "python", "code": code });
        let escaped = value.to_string().replace('\u{1f600}', "\\ud83d\\ude00");
        let mut before = String::new();
        for end in (0..=escaped.len()).filter(|end| escaped.is_char_boundary(*end)) {
            let text = string(&escaped[..end], "code")
                .map(|text| text.value)
                .unwrap_or_default();
            assert!(
                text.starts_with(&before),
                "{before:?} then {text:?} at {end}"
            );
            before = text;
        }
        assert_eq!(before, code);
        let language = string(&escaped, "language");
        assert_eq!(
            language,
            Some(Text {
                value: "python".to_owned(),
                whole: true
            })
        );
    }

    #[test]
    fn odd_input() {
        let check = |json: &str, expected: Option<(&str, bool)>| {
            let got = string(json, "code");
            let got = got.as_ref().map(|text| (text.value.as_str(), text.whole));
            assert_eq!(got, expected, "{json}");
        };
        check("", None);
        check("[1]", None);
        check("{\"code", None);
        check("{\"code\":", None);
        check("{\"code\":\"", Some(("", false)));
        check("{\"code\":\"a\nb\"}", Some(("a\nb", true)));
        check("{\"code\":\"\\ud83d", Some(("", false)));
        check("{\"code\":\"\\ud83dx", Some(("\u{fffd}x", false)));
        check("{\"code\":\"\\u00", Some(("", false)));
        check("{\"code\":17}", None);
        check(" { \"a\" : \"}\" , \"code\" : \"c\" } ", Some(("c", true)));
    }
}
