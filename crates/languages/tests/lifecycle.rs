use interpreter_languages::{LanguageError, Languages, LanguagesConfig, RunEvent, RunStatus};

use crate::support::{alive, bench, bench_with, check, fold, gone, next, until_output};

#[tokio::test]
async fn unknown_and_missing_languages() {
    let bench = bench_with(|config| {
        config.python = Some("/no/such/python".into());
        config.env = vec![("PATH".to_owned(), "/nowhere".to_owned())];
    });
    let unknown = bench.languages.run("cobol", "").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "There is no language \"cobol\", so the code was not run. Languages: python, shell, javascript."
    );
    for language in ["python", "javascript"] {
        let missing = bench.languages.run(language, "1").unwrap_err();
        assert!(
            matches!(missing, LanguageError::NotInstalled { .. }),
            "{missing}"
        );
    }
    let lost = bench_with(|config| config.folder = "/no/such/folder".into());
    let error = lost.languages.run("python", "1").unwrap_err();
    assert!(
        error.to_string().contains("/no/such/folder does not exist"),
        "{error}"
    );
}

#[test]
fn names() {
    for (name, canonical) in [
        ("Python", Some("python")),
        ("py", Some("python")),
        ("bash", Some("shell")),
        ("ZSH", Some("shell")),
        ("js", Some("javascript")),
        ("Node", Some("javascript")),
        ("cobol", None),
        ("", None),
    ] {
        assert_eq!(Languages::canonical(name), canonical, "{name}");
    }
    let found = Languages::available(&LanguagesConfig::default());
    let names: Vec<&str> = found.iter().map(|language| &*language.name).collect();
    assert_eq!(names, Languages::known());
    assert!(
        found
            .iter()
            .all(|language| language.found.is_some() != language.fix.is_some())
    );
}

#[tokio::test]
async fn a_program_that_is_no_python() {
    let bench = bench_with(|config| config.python = Some("/bin/echo".into()));
    let folded = bench.run("python", "1").await;
    assert!(
        matches!(folded.status(), RunStatus::Died { exit: Some(0), .. }),
        "{folded:?}"
    );
    let bench = bench_with(|config| config.python = Some("/bin/cat".into()));
    let folded = bench.run("python", "1").await;
    assert!(
        matches!(folded.status(), RunStatus::Died { .. }),
        "{folded:?}"
    );
}

/// The ids of the child and of a program it started.
async fn two_processes(bench: &crate::support::Bench, language: &str) -> (u32, u32) {
    let code = match language {
        "python" => {
            "import os, subprocess\nprint(os.getpid(), subprocess.Popen(['sleep', '1000']).pid)"
        }
        "shell" => "sleep 1000 & echo $$ $!",
        _ => {
            "console.log(process.pid, require('child_process').spawn('sleep', ['1000']).pid); void 0"
        }
    };
    let folded = bench.run(language, code).await;
    let mut ids = folded
        .output
        .split_whitespace()
        .map(|id| id.parse().unwrap());
    (ids.next().unwrap(), ids.next().unwrap())
}

#[tokio::test]
async fn dropping_leaves_no_process_behind() {
    for language in Languages::known() {
        let bench = bench();
        let (child, below) = two_processes(&bench, language).await;
        assert!(alive(child) && alive(below));
        drop(bench);
        gone(child).await;
        gone(below).await;

        // In the middle of a run as well.
        let bench = crate::support::bench();
        let (child, below) = two_processes(&bench, language).await;
        let run = bench.start(
            language,
            if *language == "javascript" {
                "for(;;){}"
            } else {
                "sleep 1000"
            },
        );
        drop(bench);
        gone(child).await;
        gone(below).await;
        drop(run);
    }
}

#[tokio::test]
async fn reset_ends_children_and_forgets() {
    let bench = bench();
    for language in Languages::known() {
        let (child, below) = two_processes(&bench, language).await;
        bench.languages.reset().await;
        gone(child).await;
        gone(below).await;
    }
    check(&bench, "python", "x = 1", "", RunStatus::Ok).await;
    // A hung child, and a run that waits behind it.
    let mut hung = bench.start("python", "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('hung')\nwhile True: pass");
    let mut waiting = bench.start("python", "print('never')");
    until_output(&mut hung, "hung").await;
    bench.languages.reset().await;
    assert_eq!(fold(&mut hung, &[]).await.status(), RunStatus::Interrupted);
    assert_eq!(
        fold(&mut waiting, &[]).await.status(),
        RunStatus::Interrupted
    );
    let folded = bench.run("python", "'x' in globals()").await;
    assert_eq!(folded.output, "False\n");
}

#[tokio::test]
async fn killing() {
    let bench = bench();
    let (child, below) = two_processes(&bench, "python").await;
    let mut run = bench.start("python", "print('go')\nwhile True: pass");
    until_output(&mut run, "go").await;
    run.control.kill();
    let folded = fold(&mut run, &[]).await;
    assert_eq!(folded.status(), RunStatus::Interrupted, "{folded:?}");
    gone(child).await;
    gone(below).await;
    // A stale control does no harm.
    run.control.kill();
    run.control.interrupt();
    let folded = bench.run("python", "1").await;
    assert!(folded.output.ends_with("]\n1\n"), "{folded:?}");
}

#[tokio::test]
async fn runs_queue_and_can_be_taken_out() {
    let bench = bench();
    let mut first = bench.start("python", "input('hold')");
    let mut second = bench.start("python", "print('second')");
    let mut third = bench.start("python", "print('third')");
    let request = loop {
        if let RunEvent::Input { request, .. } = next(&mut first).await {
            break request;
        }
    };
    second.control.interrupt();
    let folded = fold(&mut second, &[]).await;
    assert_eq!(
        (folded.status(), &*folded.output),
        (RunStatus::Interrupted, "")
    );
    first.control.input(&request, Some("on".to_owned()));
    assert_eq!(fold(&mut first, &[]).await.status(), RunStatus::Ok);
    assert_eq!(fold(&mut third, &[]).await.output, "third\n");
}

#[tokio::test]
async fn a_run_nobody_reads_is_interrupted() {
    let bench = bench();
    check(&bench, "python", "kept = 1", "", RunStatus::Ok).await;
    let mut run = bench.start("python", "print('go')\nwhile True: print('x')");
    until_output(&mut run, "go").await;
    drop(run);
    check(&bench, "python", "kept", "1\n", RunStatus::Ok).await;
}

#[tokio::test]
async fn a_grandchild_that_holds_the_output_holds_nothing_up() {
    let bench = bench();
    let code = "import subprocess, os\np = subprocess.Popen(['sleep', '1000'], start_new_session=True)\nprint(p.pid, flush=True)\nos._exit(0)";
    let folded = bench.run("python", code).await;
    assert!(
        matches!(folded.status(), RunStatus::Died { exit: Some(0), .. }),
        "{folded:?}"
    );
    let pid: u32 = folded.output.trim().parse().unwrap();
    // It left the session on purpose, so it is ours to end.
    std::process::Command::new("kill")
        .arg(pid.to_string())
        .status()
        .unwrap();
    gone(pid).await;
    let folded = bench.run("shell", "(sleep 1000 & echo $!)").await;
    let pid: u32 = folded.output.trim().parse().unwrap();
    assert!(alive(pid));
    drop(bench);
    gone(pid).await;
}
