use interpreter_languages::{RunEvent, RunStatus};

use crate::support::{Bench, bench, check, fold, next, until_output};

async fn ok(bench: &Bench, code: &str, output: &str) {
    check(bench, "python", code, output, RunStatus::Ok).await;
}

async fn error(bench: &Bench, code: &str, output: &str) {
    check(bench, "python", code, output, RunStatus::Error).await;
}

#[tokio::test]
async fn values_state_and_text() {
    let bench = bench();
    ok(&bench, "1+1", "2\n").await;
    ok(
        &bench,
        "x = 20\nprint('é 日本 🙂')\nx + 1",
        "é 日本 🙂\n21\n",
    )
    .await;
    ok(&bench, "x", "20\n").await;
    ok(&bench, "x;", "").await;
    ok(&bench, "None", "").await;
    ok(&bench, "_", "20\n").await;
    ok(&bench, "", "").await;
    ok(&bench, "# only a comment", "").await;
    ok(
        &bench,
        "\u{feff}a = 1\r\nif a:\r\n    print('crlf')\r\n",
        "crlf\n",
    )
    .await;
    ok(&bench, "__name__", "'__main__'\n").await;
    ok(&bench, "import sys; print('err', file=sys.stderr)", "err\n").await;
    ok(
        &bench,
        "import os; os.write(1, b'raw\\n'); os.getcwd() == os.path.realpath('.')",
        "raw\nTrue\n",
    )
    .await;
    ok(&bench, "print('a', end='')\nprint('b', end='')", "ab").await;
    ok(&bench, "sys.stdout.buffer.write(b'bytes\\n');", "bytes\n").await;
    ok(&bench, "print('\\udc80')", "\\udc80\n").await;
    ok(
        &bench,
        "from __future__ import annotations\ndef f(a: nope): return 5\nf(1)",
        "5\n",
    )
    .await;
    ok(&bench, "def g(a: nope2): return 6\ng(1)", "6\n").await;
    ok(
        &bench,
        "import asyncio\nawait asyncio.sleep(0)\nawait asyncio.sleep(0, 'waited')",
        "'waited'\n",
    )
    .await;
}

#[tokio::test]
async fn errors_show_the_users_lines_only() {
    let bench = bench();
    ok(&bench, "def f(n):\n    return 1 / n", "").await;
    error(
        &bench,
        "x = 1\nf(0)",
        "Traceback (most recent call last):\n  File \"<cell 2>\", line 2, in <module>\n    f(0)\n  File \"<cell 1>\", line 2, in f\n    return 1 / n\n           ~~^~~\nZeroDivisionError: division by zero\n",
    )
    .await;
    error(
        &bench,
        "try:\n    f(0)\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e",
        "Traceback (most recent call last):\n  File \"<cell 3>\", line 2, in <module>\n    f(0)\n  File \"<cell 1>\", line 2, in f\n    return 1 / n\n           ~~^~~\nZeroDivisionError: division by zero\n\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  File \"<cell 3>\", line 4, in <module>\n    raise KeyError('k') from e\nKeyError: 'k'\n",
    )
    .await;
    error(
        &bench,
        "if True\n    pass",
        "  File \"<cell 4>\", line 1\n    if True\n           ^\nSyntaxError: expected ':'\n",
    )
    .await;
    let nul = bench.run("python", "print(1)\0").await;
    assert_eq!(nul.status(), RunStatus::Error);
    assert!(nul.output.contains("null bytes"), "{nul:?}");
    let odd = "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd()";
    assert_eq!(bench.run("python", odd).await.status(), RunStatus::Error);
    ok(&bench, "'still here'", "'still here'\n").await;
}

#[tokio::test]
async fn leaving_ends_the_run_and_keeps_the_state() {
    let bench = bench();
    ok(&bench, "x = 5", "").await;
    for (code, exit, status) in [
        ("import sys; sys.exit(3)", 3, RunStatus::Error),
        ("exit()", 0, RunStatus::Ok),
        ("raise SystemExit('bye')", 1, RunStatus::Error),
    ] {
        let left = bench.run("python", code).await;
        assert_eq!(
            (left.exit(), left.status()),
            (Some(exit), status),
            "{code}: {left:?}"
        );
    }
    ok(&bench, "x", "5\n").await;
}

#[tokio::test]
async fn a_dead_child_ends_its_run_and_the_next_says_so() {
    let bench = bench();
    for (code, status) in [
        (
            "import os; print('last words'); os._exit(7)",
            RunStatus::Died {
                exit: Some(7),
                signal: None,
            },
        ),
        (
            "import os; print('last words'); os.kill(os.getpid(), 9)",
            RunStatus::Died {
                exit: None,
                signal: Some(9),
            },
        ),
    ] {
        let died = bench.run("python", code).await;
        assert_eq!(died.status(), status, "{died:?}");
        assert!(died.output.ends_with("last words\n"), "{died:?}");
        assert!(died.message().starts_with("python died"), "{died:?}");
    }
    let next = bench.run("python", "1").await;
    assert_eq!(
        next.output,
        "[A new python was started: the one before has ended, and its state with it.]\n1\n"
    );
    ok(&bench, "2", "2\n").await;
}

#[tokio::test]
async fn questions_reach_the_person() {
    let bench = bench();
    let code = "name = input('Name? ')\nimport getpass, sys\nkey = getpass.getpass('Key: ')\nline = sys.stdin.readline()\n(name, key, line)";
    let asked = bench
        .answer(
            "python",
            code,
            &[Some("Ada é"), Some("hush"), Some("third")],
        )
        .await;
    assert_eq!(
        asked.asked,
        [
            ("Name? ".to_owned(), false),
            ("Key: ".to_owned(), true),
            (String::new(), false)
        ]
    );
    assert_eq!(
        asked.output,
        "Name? Ada é\nKey: \nthird\n('Ada é', 'hush', 'third\\n')\n"
    );
    let ended = bench.answer("python", "input('More? ')", &[None]).await;
    assert!(ended.message().starts_with("EOFError"), "{ended:?}");
    // What runs below Python asks on the terminal.
    let below = bench
        .answer("python", "!read -p 'Below? ' x; echo got $x", &[Some("it")])
        .await;
    assert!(below.output.ends_with("got it\n"), "{below:?}");
}

#[tokio::test]
async fn interrupting_keeps_the_state() {
    let bench = bench();
    std::fs::write(bench.folder.join("go"), "go\n").unwrap();
    ok(&bench, "kept = 1", "").await;
    for code in [
        "print('go'); import time; time.sleep(1000)",
        "print('go')\nwhile True: pass",
        "print('go')\nwhile True:\n    print('x' * 1000)",
        "print('go'); import subprocess; subprocess.run(['sleep', '1000'])",
        "import os; os.system('exec tail -f go')\nwhile True: pass",
        "print('go'); import threading; threading.Event().wait()",
        "import asyncio\nprint('go')\nawait asyncio.sleep(1000)",
        "print('go')\nsum(i for i in iter(int, 1))",
    ] {
        let mut run = bench.start("python", code);
        until_output(&mut run, "go").await;
        run.control.interrupt();
        if code.contains("system") {
            // The first went to the program; the loop after it needs its own.
            while let RunEvent::Output(_) | RunEvent::Started { .. } = next_line(&mut run).await {}
            run.control.interrupt();
        }
        let folded = fold(&mut run, &[]).await;
        assert_eq!(
            (folded.status(), folded.message()),
            (RunStatus::Interrupted, ""),
            "{code}: {folded:?}"
        );
        assert!(folded.output.ends_with("KeyboardInterrupt\n"), "{code}");
    }
    // Interrupted before it begins, or while it waits for an answer.
    let mut run = bench.start("python", "while True: pass");
    run.control.interrupt();
    let folded = fold(&mut run, &[]).await;
    assert_eq!(
        (folded.status(), folded.message()),
        (RunStatus::Interrupted, ""),
        "{folded:?}"
    );
    let mut run = bench.start("python", "input('?')");
    while !matches!(next(&mut run).await, RunEvent::Input { .. }) {}
    run.control.interrupt();
    assert_eq!(fold(&mut run, &[]).await.status(), RunStatus::Interrupted);
    ok(&bench, "kept", "1\n").await;
}

async fn next_line(run: &mut interpreter_languages::Run) -> RunEvent {
    match next(run).await {
        RunEvent::ActiveLine(Some(2)) => RunEvent::ActiveLine(Some(2)),
        other => match other {
            RunEvent::ActiveLine(_) => RunEvent::Output(String::new()),
            other => other,
        },
    }
}

#[tokio::test]
async fn the_active_line_follows_the_users_code() {
    let bench = bench();
    let code = "def inner():\n    a = 1\n    return a\n\nx = inner()\nfor i in range(2):\n    x += i\nprint(x)";
    let folded = bench.run("python", code).await;
    assert_eq!(folded.lines, [1, 5, 2, 3, 6, 7, 6, 7, 6, 8], "{folded:?}");
    // However fast the program, the line it comes to rest on is told.
    let code = "import time\nn = 0\nwhile n < 300000:\n    n += 1\ninput('at rest')";
    let folded = bench.answer("python", code, &[Some("")]).await;
    assert_eq!(folded.lines.last(), Some(&5), "{:?}", folded.lines);
    assert!(folded.lines.len() < 100, "{}", folded.lines.len());
}

#[tokio::test]
async fn pictures_and_html() {
    let bench = bench();
    let code = "import matplotlib.pyplot as plt\nprint('before')\nplt.plot([1, 2, 3])\nplt.show()\nprint('after')";
    let mut run = bench.start("python", code);
    let mut order = Vec::new();
    loop {
        match next(&mut run).await {
            RunEvent::Output(text) if text.trim().is_empty() => {}
            RunEvent::Output(text) => order.push(text.trim().to_owned()),
            RunEvent::Image {
                media_type,
                base64,
                width,
                height,
            } => {
                assert!(width.unwrap() > 100 && height.unwrap() > 100);
                assert!(base64.starts_with("iVBORw0KGgo"));
                order.push(media_type);
            }
            RunEvent::Done(end) => {
                assert_eq!(end.status, RunStatus::Ok);
                break;
            }
            _ => {}
        }
    }
    assert_eq!(order, ["before", "image/png", "after"]);
    // A figure that nobody shows is shown at the end, once.
    let folded = bench.run("python", "_ = plt.plot([1])").await;
    assert_eq!(folded.images.len(), 1, "{folded:?}");
    let folded = bench
        .run("python", "plt.figure()\nplt.plot([3])\nplt.gcf()")
        .await;
    assert!(!folded.images.is_empty(), "{folded:?}");
    let code = "class Table:\n    def _repr_html_(self): return '<b>1</b>'\nclass Both(Table):\n    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n' + b'\\0\\0\\0\\rIHDR' + (3).to_bytes(4, 'big') + (4).to_bytes(4, 'big')\ndisplay(Table(), 'plain')\ndisplay(Both())\nTable()";
    let folded = bench.run("python", code).await;
    assert_eq!(folded.html, ["<b>1</b>", "<b>1</b>"]);
    assert_eq!(folded.images, [("image/png".to_owned(), Some(3), Some(4))]);
    assert_eq!(folded.output, "plain\n");
}

#[tokio::test]
async fn other_programs_and_odd_lines() {
    let bench = bench();
    ok(
        &bench,
        "import os, subprocess\nprint('a'); os.system('echo b; echo c >&2')\nprint('d')",
        "a\nb\nc\nd\n",
    )
    .await;
    ok(
        &bench,
        "print(1)\nsubprocess.run(['echo', '2']);\nprint(3)",
        "1\n2\n3\n",
    )
    .await;
    ok(
        &bench,
        "!echo hi\nx = !echo lines; echo more\nx",
        "hi\n['lines', 'more']\n",
    )
    .await;
    std::fs::create_dir(bench.folder.join("sub")).unwrap();
    let folded = bench.run("python", "%cd sub").await;
    assert!(folded.output.ends_with("/sub\n"), "{folded:?}");
    ok(&bench, "%%bash\nfor i in 1 2; do echo $i; done", "1\n2\n").await;
    ok(&bench, "%matplotlib inline\n5 % 3", "2\n").await;
    // A program that was started from here and goes on holds nothing up.
    let folded = bench
        .run(
            "python",
            "p = subprocess.Popen(['sleep', '1000']); print('on')",
        )
        .await;
    assert_eq!(folded.output, "on\n");
    let forked = "pid = os.fork()\nif pid == 0:\n    print('child')\nelse:\n    os.waitpid(pid, 0); print('parent')";
    ok(&bench, forked, "child\nparent\n").await;
    let pool = "import multiprocessing as m\ndef sq(x): return x * x\nwith m.get_context('fork').Pool(2) as p: print(p.map(sq, [1, 2, 3]))";
    ok(&bench, pool, "[1, 4, 9]\n").await;
    ok(
        &bench,
        "import inspect\ndef shown():\n    return 1\ninspect.getsource(shown)",
        "'def shown():\\n    return 1\\n'\n",
    )
    .await;
}

#[tokio::test]
async fn threads_that_print_after_the_run() {
    let bench = bench();
    let code = "import threading\ngo = threading.Event()\ndef late():\n    go.wait()\n    for i in range(100): print('late', i)\nt = threading.Thread(target=late); t.start()";
    ok(&bench, code, "").await;
    let folded = bench
        .run("python", "go.set(); t.join(); print('end')")
        .await;
    let mut expected: String = (0..100).map(|i| format!("late {i}\n")).collect();
    expected += "end\n";
    assert_eq!(folded.output, expected);
}
