use std::fmt;

use proptest::prelude::*;

use super::*;

/// A key that no shape gives away.
const CANARY: &str = "canary0Qw8Er7Ty6Ui5Op4As3Df2Gh1Jk0Lz9";

fn knowing(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::new();
    for secret in secrets {
        redactor.know(secret);
    }
    redactor
}

#[test]
fn what_is_known_goes_wherever_it_stands() {
    let redactor = knowing(&[CANARY, "s3cret", "short"]);
    let check = |text: &str, expected: &str| assert_eq!(redactor.redact(text), expected);
    check("nothing to hide", "nothing to hide");
    check(&format!("key {CANARY}."), "key [redacted].");
    check(&format!("{CANARY}{CANARY}"), "[redacted]");
    check(&format!("é{CANARY}é"), "é[redacted]é");
    check("a s3cret, as3cret", "a [redacted], a[redacted]");
    check("short words stay", "short words stay");
    // In two fields, over two lines, cut off.
    let (one, two) = CANARY.split_at(18);
    check(
        &format!("a=\"{one}\" b=\"{two}\""),
        "a=\"[redacted]\" b=\"[redacted]\"",
    );
    check(&format!("{one}\n  {two}"), "[redacted]\n  [redacted]");
    check(&format!("{one}…"), "[redacted]…");
}

#[test]
fn what_has_the_shape_of_a_secret_goes() {
    let check = |text: &str, expected: &str| {
        assert_eq!(knowing(&[]).redact(text), expected, "{text}");
    };
    check("sk-ant-api03-AbCd_EfGh-1234", "[redacted]");
    check("key sk-proj-0123456789abcdef!", "key [redacted]!");
    check("(AIzaSyA0123456789abcdefghijklmnopqrstuv)", "([redacted])");
    check("ghp_0123456789abcdef0123", "[redacted]");
    check("github_pat_0123456789abcdef0123", "[redacted]");
    check("xoxb-1234567890-abc", "[redacted]");
    check("AKIAIOSFODNN7EXAMPLE", "[redacted]");
    check("Bearer abc.def-123", "Bearer [redacted]");
    check(
        "Authorization: Basic dXNlcjpwYXNz\nnext",
        "Authorization: [redacted]\nnext",
    );
    check(
        r#"{"authorization": "Bearer x", "a": 1}"#,
        r#"{"authorization": "[redacted]", "a": 1}"#,
    );
    check("Set-Cookie: id=1; path=/", "Set-Cookie: [redacted]");
    check(
        "http://127.0.0.1:8000/#token=ab12&x=1",
        "http://127.0.0.1:8000/#token=[redacted]&x=1",
    );
    check(
        "https://h/v1?key=abc&alt=sse",
        "https://h/v1?key=[redacted]&alt=sse",
    );
    check("https://me:pass@host/x", "https://[redacted]@host/x");
    check(
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl rest",
        "[redacted] rest",
    );
    check(r#"api_key: Some("abc")"#, r#"api_key: Some("[redacted]")"#);
    check(
        r#""{\"password\":\"a b\"}""#,
        r#""{\"password\":\"[redacted]\"}""#,
    );
    check(
        "client_secret = 'a, b'; x",
        "client_secret = '[redacted]'; x",
    );
    check(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----",
    );
}

#[test]
fn what_is_none_stays() {
    for text in [
        "input_tokens=512 output_tokens: 3",
        "api_key: None, token=null",
        "task-runner and disk-usage-of-everything",
        "the bearer of news",
        "https://host/path?keys=1",
        "mouse.click at 3:4",
        "monkey=1",
        "a basic idea",
        "",
    ] {
        assert_eq!(knowing(&[]).redact(text), text);
    }
}

#[test]
fn variables_that_hold_secrets() {
    let check = |name: &str, expected: bool| {
        assert_eq!(redact::names_a_secret(name), expected, "{name}");
    };
    check("OPENAI_API_KEY", true);
    check("gh_token", true);
    check("AWS_SECRET_ACCESS_KEY", true);
    check("SLACK_SIGNING_SECRET", true);
    check("TOKENIZERS_PARALLELISM", false);
    check("AWS_WEB_IDENTITY_TOKEN_FILE", false);
    assert!(redact::is_a_path(env!("CARGO_MANIFEST_DIR")));
    assert!(!redact::is_a_path("/no/such/place/Zm9vYmFy"));
}

proptest! {
    #[test]
    fn a_known_secret_never_shows(before in ".{0,40}", secret in "[!-~]{6,60}", after in ".{0,40}") {
        let clean = knowing(&[&secret]).redact(&format!("{before}{secret}{after}"));
        // What is around it may make one of the mark's own letters.
        let left = clean.replace(MARK, "\n");
        prop_assert!(!left.contains(&secret), "{}", left);
    }

    #[test]
    fn any_text_can_be_looked_at(text in ".{0,200}") {
        knowing(&["s3cret"]).redact(&text);
    }

    #[test]
    fn separators_and_quotes_in_any_order(
        text in r#"(token|password|authorization|://|sk-|eyJ|Bearer |key|[=:?&"'\\ @.é-]){0,30}"#,
    ) {
        knowing(&[]).redact(&text);
    }
}

const MARK: &str = "[redacted]";

/// An error that tells too much, and why.
#[derive(Debug)]
struct Chatty(Option<Box<Chatty>>);

impl fmt::Display for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused {CANARY}")
    }
}

impl std::error::Error for Chatty {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.0.as_deref()?)
    }
}

/// What the log holds after `act`.
fn logged(act: impl FnOnce()) -> String {
    let home = tempfile::tempdir().unwrap();
    let paths = Paths::below(home.path());
    let redactor: &'static Redactor = Box::leak(Box::new(knowing(&[CANARY])));
    let files = Arc::new(Files::new(paths.clone()));
    tracing::subscriber::with_default(subscriber(files, redactor, "the test"), act);
    let text = std::fs::read_to_string(paths.logs().join("interpreter.log")).unwrap_or_default();
    assert!(!text.contains(CANARY), "{text}");
    text
}

#[test]
fn no_event_brings_a_secret_into_the_log() {
    let (one, two) = CANARY.split_at(18);
    let lines = [
        logged(|| tracing::info!("plain {CANARY}")),
        logged(|| tracing::info!(key = CANARY, "field")),
        logged(|| tracing::info!(key = ?Some(CANARY), "field")),
        logged(|| {
            let span = tracing::info_span!("asking", key = CANARY);
            span.in_scope(|| tracing::info!("inside"));
        }),
        logged(|| {
            let error = Chatty(Some(Box::new(Chatty(None))));
            tracing::error!(error = &error as &dyn std::error::Error, "failed");
        }),
        logged(|| tracing::warn!(error = %Chatty(None), "failed")),
        logged(|| tracing::info!("one line\nthen {CANARY}\r\nand {CANARY}")),
        logged(|| tracing::info!(one, two, "split")),
        logged(|| tracing::info!(header = "Authorization: Bearer abcdef123", "shape")),
    ];
    for line in &lines {
        assert!(line.contains(MARK), "{line}");
        assert!(line.contains("[the test "), "{line}");
        assert!(!line.contains(one) && !line.contains(two), "{line}");
        assert!(!line.contains("abcdef123"), "{line}");
    }
    let forged = logged(|| tracing::info!("first\n2026-01-01T00:00:00Z ERROR forged"));
    assert_eq!(forged.lines().count(), 2, "{forged}");
    assert!(
        forged.lines().all(|line| !line.starts_with("2026-01-01")),
        "{forged}"
    );
}

#[test]
fn others_are_heard_only_when_something_is_wrong() {
    let text = logged(|| {
        tracing::debug!("ours, debug");
        tracing::info!("ours, info");
        tracing::info!(target: "hyper", "theirs, info");
        tracing::warn!(target: "hyper", "theirs, warning");
    });
    let said: Vec<&str> = text
        .lines()
        .map(|line| line.rsplit_once(": ").map_or("", |(_, said)| said))
        .collect();
    assert_eq!(said, ["ours, info", "theirs, warning"]);
}

#[test]
fn a_panic_leaves_a_report_without_secrets() {
    let home = tempfile::tempdir().unwrap();
    let logs = Paths::below(home.path()).logs();
    know(CANARY);
    panics::install(logs.clone(), "the test");
    for _ in 0..12 {
        let doomed = std::thread::Builder::new()
            .name("doomed".to_owned())
            .spawn(|| panic!("it broke over\n{CANARY}"));
        assert!(doomed.unwrap().join().is_err());
    }
    drop(std::panic::take_hook());
    let reports = reports(&logs);
    assert_eq!(reports.len(), 10, "{reports:?}");
    for report in reports {
        let text = std::fs::read_to_string(report).unwrap();
        assert!(!text.contains(CANARY), "{text}");
        for part in [
            "(the test)",
            "it broke over\n[redacted]\nat ",
            "thread: doomed",
        ] {
            assert!(text.contains(part), "{part:?}: {text}");
        }
    }
}
