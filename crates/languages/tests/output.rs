use interpreter_languages::{RunEvent, RunStatus};

use crate::support::{bench, bench_with, fold, next};

/// The most memory this process has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_hundred_megabytes_and_a_slow_reader() {
    let bench = bench();
    for (language, code) in [
        (
            "python",
            "line = 'x' * 999\nfor _ in range(100_000): print(line)",
        ),
        ("python", "print('y' * 100_000_000, end='')"),
        ("shell", "head -c 100000000 /dev/zero | tr '\\0' z"),
        (
            "javascript",
            "const line = 'w'.repeat(999); for (let i = 0; i < 100000; i++) console.log(line)",
        ),
    ] {
        let before = peak();
        let mut run = bench.start(language, code);
        // Slow: the child has long filled every buffer before the first is read.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let mut total = 0;
        let end = loop {
            match next(&mut run).await {
                RunEvent::Output(text) => total += text.len(),
                RunEvent::Done(end) => break end,
                _ => {}
            }
        };
        assert_eq!(
            (total, end.status),
            (100_000_000, RunStatus::Ok),
            "{language}: {code}"
        );
        assert!(
            peak() - before < 40_000,
            "{language}: {} KiB more",
            peak() - before
        );
    }
}

#[tokio::test]
async fn output_is_only_text() {
    let bench = bench();
    // Bytes that are not text, cut characters, whole protocol messages.
    let code = r#"import os
os.write(1, b'\xff\xfe|')
for b in '日本'.encode(): os.write(1, bytes([b]))
os.write(2, b'|{"type":"done","id":1,"status":"error"}\n')
print('{"type":"input_request","request":"1","prompt":"x"}')
os.write(1, b'\xe6\x97');"#;
    let folded = bench.run("python", code).await;
    assert_eq!(
        folded.output,
        "\u{fffd}\u{fffd}|日本|{\"type\":\"done\",\"id\":1,\"status\":\"error\"}\n{\"type\":\"input_request\",\"request\":\"1\",\"prompt\":\"x\"}\n\u{fffd}"
    );
    assert_eq!(folded.status(), RunStatus::Ok);
}

#[tokio::test]
async fn one_megabyte_of_short_lines() {
    let bench = bench();
    let folded = bench
        .run("python", "for i in range(150_000): print(i)")
        .await;
    let expected: String = (0..150_000).map(|i| format!("{i}\n")).collect();
    assert!(folded.output == expected, "{} bytes", folded.output.len());
}

#[tokio::test]
async fn two_languages_at_once() {
    let bench = bench();
    let mut python = bench.start("python", "print(input('from python'))");
    let mut shell = bench.start("shell", "read x; echo $x");
    let (python, shell) = tokio::join!(
        fold(&mut python, &[Some("to python")]),
        fold(&mut shell, &[Some("to shell")])
    );
    assert!(python.output.ends_with("to python\n"), "{python:?}");
    assert!(shell.output.ends_with("to shell\n"), "{shell:?}");
}

#[tokio::test]
async fn a_time_limit() {
    let limit = std::time::Duration::from_millis(1500);
    let bench = bench_with(|config| config.timeout = Some(limit));
    for (language, code) in [
        ("python", "while True: pass"),
        ("shell", "sleep 1000"),
        ("javascript", "while (true) {}"),
        (
            "python",
            "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        ),
    ] {
        let folded = bench.run(language, code).await;
        assert_eq!(
            folded.status(),
            RunStatus::TimedOut,
            "{language} {code}: {folded:?}"
        );
    }
}
