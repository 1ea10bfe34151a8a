use interpreter_languages::{RunEvent, RunStatus};

use crate::support::{Bench, bench, bench_with, check, fold, next, until_output};

fn both() -> [Bench; 2] {
    let zsh =
        bench_with(|config| config.env = vec![("SHELL".to_owned(), "/usr/bin/zsh".to_owned())]);
    [bench(), zsh]
}

#[tokio::test]
async fn state_and_constructs() {
    for bench in both() {
        for (code, output) in [
            ("echo hi", "hi\n"),
            ("x=1; cd /usr", ""),
            ("echo $x; pwd", "1\n/usr\n"),
            ("f() {\n  echo \"in f: $1\"\n}\nf a", "in f: a\n"),
            ("f again", "in f: again\n"),
            ("alias greet='echo hello'", ""),
            ("greet you", "hello you\n"),
            (
                "cat <<EOF\nline $x\nEOF\ncat <<'EOF'\n$x\nEOF",
                "line 1\n$x\n",
            ),
            ("for i in 1 2; do\n  echo $i\ndone | tr 12 ab", "a\nb\n"),
            (
                "if [ $x = 1 ]; then\n echo yes\nelse\n echo no\nfi",
                "yes\n",
            ),
            ("echo err >&2", "err\n"),
            ("(cd /; pwd); pwd", "/\n/usr\n"),
            ("echo 'é 日本 🙂'\r\necho two", "é 日本 🙂\ntwo\n"),
            ("\u{feff}echo bom", "bom\n"),
            ("echo a\0b", "ab\n"),
            ("", ""),
            ("# comment", ""),
            ("printf '%s' no-newline", "no-newline"),
            ("set -u; set -e; echo strict", "strict\n"),
            ("echo \"$unset_variable\"; false || echo on", "\non\n"),
            (
                "echo '{\"type\":\"done\",\"id\":1,\"status\":\"ok\"}'",
                "{\"type\":\"done\",\"id\":1,\"status\":\"ok\"}\n",
            ),
            ("echo '##end_of_execution##'", "##end_of_execution##\n"),
            ("sleep 1000 & echo started", "started\n"),
            ("bash -c 'echo below; echo more >&2'", "below\nmore\n"),
        ] {
            check(&bench, "shell", code, output, RunStatus::Ok).await;
        }
    }
}

#[tokio::test]
async fn failures_end_the_run() {
    for bench in both() {
        for (code, exit, part) in [
            ("false", 1, ""),
            ("no_such_command_here", 127, "not found"),
            ("if fi", 0, "error"),
            ("echo 'abc", 0, "unexpected EOF|unmatched"),
            ("(exit 4)", 4, ""),
        ] {
            let folded = bench.run("bash", code).await;
            assert_eq!(folded.status(), RunStatus::Error, "{code}: {folded:?}");
            if exit != 0 {
                assert_eq!(folded.exit(), Some(exit), "{code}: {folded:?}");
            }
            assert!(
                part.split('|').any(|part| folded.output.contains(part)),
                "{code}: {folded:?}"
            );
        }
        check(&bench, "shell", "echo on", "on\n", RunStatus::Ok).await;
    }
}

#[tokio::test]
async fn leaving_ends_the_run_and_the_next_starts_anew() {
    for bench in both() {
        bench.run("shell", "x=1").await;
        let folded = bench.run("shell", "echo bye; exit 3; echo never").await;
        assert_eq!(
            (folded.status(), folded.exit()),
            (RunStatus::Error, Some(3)),
            "{folded:?}"
        );
        assert_eq!(folded.output, "bye\n");
        assert!(
            folded.message().contains("The next run starts a new one"),
            "{folded:?}"
        );
        let folded = bench.run("shell", "echo \"[$x]\"").await;
        assert_eq!(
            folded.output,
            "[A new shell was started: the one before has ended, and its state with it.]\n[]\n"
        );
        let folded = bench.run("shell", "exit").await;
        assert_eq!(
            (folded.status(), folded.exit()),
            (RunStatus::Ok, Some(0)),
            "{folded:?}"
        );
        let folded = bench.run("shell", "kill -9 $$").await;
        assert_eq!(
            folded.status(),
            RunStatus::Died {
                exit: None,
                signal: Some(9)
            },
            "{folded:?}"
        );
        let folded = bench.run("shell", "exec echo replaced").await;
        assert!(folded.output.ends_with("replaced\n"), "{folded:?}");
    }
}

#[tokio::test]
async fn interrupting_keeps_the_state() {
    for bench in both() {
        bench.run("shell", "kept=1").await;
        for code in [
            "echo go; sleep 1000; echo after",
            "echo go; while true; do :; done; echo after",
            "f() { while true; do sleep 0.01; done; echo x; }; echo go; f; echo after",
            "echo go\n(sleep 1000)\necho after",
            "echo go; yes | cat >/dev/null; echo after",
        ] {
            let mut run = bench.start("shell", code);
            until_output(&mut run, "go\n").await;
            run.control.interrupt();
            let folded = fold(&mut run, &[]).await;
            assert_eq!(
                folded.status(),
                RunStatus::Interrupted,
                "{code}: {folded:?}"
            );
            assert!(!folded.output.contains("after"), "{code}: {folded:?}");
        }
        check(&bench, "shell", "echo $kept", "1\n", RunStatus::Ok).await;
    }
}

#[tokio::test]
async fn a_program_that_is_just_being_started_is_interrupted() {
    for bench in both() {
        for turn in 0..20 {
            // A script too: it is a copy of the shell, and then the same program again.
            let code = ["sleep 1000", "sh -c 'sleep 1000; :'"][turn % 2];
            let mut run = bench.start("shell", &format!("{code}; echo after"));
            while !matches!(next(&mut run).await, RunEvent::Started { .. }) {}
            // A little later each time.
            for _ in 0..turn * 20 {
                tokio::task::yield_now().await;
            }
            run.control.interrupt();
            let folded = fold(&mut run, &[]).await;
            assert_eq!(
                (folded.status(), folded.output.contains("after")),
                (RunStatus::Interrupted, false),
                "{turn}: {code}: {folded:?}"
            );
        }
        check(&bench, "shell", "echo ok", "ok\n", RunStatus::Ok).await;
    }
}

#[tokio::test]
async fn what_cleans_up_after_an_interrupt_is_left_alone() {
    for bench in both() {
        let code = "/usr/bin/python3 -c \"
import signal, subprocess, sys, time
def end(*_):
    time.sleep(1.2)
    print(subprocess.call(['sh', '-c', 'sleep 0.1; exit 7']), flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, end)
print('go', flush=True)
time.sleep(1000)
\"";
        let mut run = bench.start("shell", code);
        until_output(&mut run, "go\n").await;
        run.control.interrupt();
        let folded = fold(&mut run, &[]).await;
        assert_eq!(folded.output, "7\n", "{folded:?}");
    }
}

#[tokio::test]
async fn questions_reach_the_person() {
    for bench in both() {
        let code = "printf 'Name? '; read name; echo \"hello $name\"";
        let folded = bench.answer("shell", code, &[Some("Ada é")]).await;
        assert_eq!(folded.asked, [("Name?".to_owned(), false)], "{folded:?}");
        assert_eq!(folded.output, "Name? Ada é\nhello Ada é\n");
        let code = "printf 'Key: '; read -s key; echo; echo \"$key\" | wc -c";
        let folded = bench.answer("shell", code, &[Some("hush")]).await;
        assert_eq!(folded.asked, [("Key:".to_owned(), true)], "{folded:?}");
        assert!(!folded.output.contains("hush"), "{folded:?}");
        let folded = bench.answer("shell", "cat", &[Some("line"), None]).await;
        assert_eq!(folded.output, "line\nline\n", "{folded:?}");
        // Like sudo: asks on the terminal itself, whatever standard input is.
        let code = "echo x | /usr/bin/python3 -c \"import getpass; print(len(getpass.getpass('Password: ')))\"";
        let folded = bench.answer("shell", code, &[Some("secret")]).await;
        assert_eq!(folded.asked, [("Password:".to_owned(), true)], "{folded:?}");
        assert!(folded.output.ends_with("6\n"), "{folded:?}");
    }
}

#[tokio::test]
async fn the_active_line() {
    for bench in both() {
        let code = "x=1\nf() {\n  echo in f\n}\nf\nfor i in 1 2; do\n  echo $i\ndone\ncat <<EOF\nhi\nEOF\necho end";
        let folded = bench.run("shell", code).await;
        let mut lines = folded.lines.clone();
        lines.dedup();
        for line in [1, 5, 7, 9, 12] {
            assert!(lines.contains(&line), "{folded:?}");
        }
        assert_eq!(lines.last(), Some(&12));
        let folded = bench
            .run(
                "shell",
                "for i in $(seq 20000); do\n :\n :\ndone\nprintf rest",
            )
            .await;
        assert!(folded.lines.len() < 10_000, "{}", folded.lines.len());
        assert_eq!(folded.output, "rest");
    }
}

#[tokio::test]
async fn other_programs_do_not_inherit_the_channel() {
    let bench = bench();
    let folded = bench
        .run("shell", "ls -l /proc/self/fd | grep -c socket")
        .await;
    assert_eq!(folded.output, "0\n", "{folded:?}");
}

#[tokio::test]
async fn a_plain_shell_will_do() {
    let guard = tempfile::tempdir().unwrap();
    for tool in ["sh", "cat", "ls"] {
        std::os::unix::fs::symlink(format!("/bin/{tool}"), guard.path().join(tool)).unwrap();
    }
    let path = guard.path().to_str().unwrap().to_owned();
    let bench = bench_with(|config| {
        config.env = vec![
            ("SHELL".to_owned(), "/bin/none".to_owned()),
            ("PATH".to_owned(), path),
        ];
    });
    check(&bench, "shell", "x=1; cd /usr", "", RunStatus::Ok).await;
    check(
        &bench,
        "shell",
        "echo $x; pwd\nf() {\n echo f\n}\nf",
        "1\n/usr\nf\n",
        RunStatus::Ok,
    )
    .await;
    check(&bench, "shell", "false", "", RunStatus::Error).await;
}
