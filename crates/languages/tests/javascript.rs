use interpreter_languages::{RunEvent, RunStatus};

use crate::support::{bench, check, fold, next, until_output};

#[tokio::test]
async fn values_and_state() {
    let bench = bench();
    std::fs::write(bench.folder.join("own.js"), "module.exports = 42").unwrap();
    for (code, output) in [
        ("1+1", "2\n"),
        ("const x = 5; let y = 6", ""),
        ("x + y", "11\n"),
        ("const x = 'again'\nx", "'again'\n"),
        ("class A { b() { return 1 } }", ""),
        ("class A { b() { return 2 } }\nnew A().b()", "2\n"),
        ("function f() { return 'f' }\nf()", "'f'\n"),
        (
            "console.log('é 日本 🙂', {a: [1]}); console.error('err')",
            "é 日本 🙂 { a: [ 1 ] }\nerr\n",
        ),
        ("await Promise.resolve('waited')", "'waited'\n"),
        (
            "const z = await new Promise(r => setTimeout(() => r(7), 5)); z * 2",
            "14\n",
        ),
        ("({a: 1})", "{ a: 1 }\n"),
        ("{a: 1}", "{ a: 1 }\n"),
        ("require('./own.js')", "42\n"),
        ("require('path').basename('/a/b')", "'b'\n"),
        ("undefined", ""),
        ("null", "null\n"),
        ("'text'", "'text'\n"),
        ("10n ** 20n", "100000000000000000000n\n"),
        ("NaN", "NaN\n"),
        ("[1,2,3].map(n => n * 2)", "[ 2, 4, 6 ]\n"),
        ("\u{feff}let a = 1\r\na", "1\n"),
        ("process.stdout.write('raw'); void 0", "raw"),
        (
            "require('child_process').execSync('echo below', {stdio: 'inherit'}); void 0",
            "below\n",
        ),
        (
            "console.log('{\"type\":\"done\",\"id\":1,\"status\":\"ok\"}')",
            "{\"type\":\"done\",\"id\":1,\"status\":\"ok\"}\n",
        ),
        (
            "const fs = await import('fs'); typeof fs.readFileSync",
            "'function'\n",
        ),
        (
            "import os, { EOL } from 'os'\nimport * as own from './own.js';\n[typeof os.cpus, EOL, own.default]",
            "[ 'function', '\\n', 42 ]\n",
        ),
        ("", ""),
    ] {
        check(&bench, "javascript", code, output, RunStatus::Ok).await;
    }
}

#[tokio::test]
async fn errors() {
    let bench = bench();
    for (code, parts) in [
        (
            "function g() { null.x }\ng()",
            vec![
                "TypeError: Cannot read properties of null",
                "cell-1:1:",
                "cell-1:2:",
            ],
        ),
        ("let = ;", vec!["SyntaxError"]),
        ("throw 'plain'", vec!["Uncaught 'plain'"]),
        ("nope", vec!["ReferenceError: nope is not defined"]),
        (
            "await Promise.reject(new Error('late'))",
            vec!["Error: late"],
        ),
    ] {
        let folded = bench.run("js", code).await;
        assert_eq!(folded.status(), RunStatus::Error, "{code}: {folded:?}");
        for part in parts {
            assert!(folded.output.contains(part), "{code}: {folded:?}");
        }
        for part in ["node:", "new Promise", "driver.js"] {
            assert!(!folded.output.contains(part), "{code}: {folded:?}");
        }
    }
    let code = "Promise.reject(new Error('nobody')); await new Promise(r => setTimeout(r, 5))";
    let folded = bench.run("js", code).await;
    assert!(
        folded.output.contains("Unhandled rejection: Error: nobody"),
        "{folded:?}"
    );
    check(&bench, "js", "'on'", "'on'\n", RunStatus::Ok).await;
}

#[tokio::test]
async fn interrupting_keeps_the_state() {
    let bench = bench();
    std::fs::write(bench.folder.join("go"), "go\n").unwrap();
    bench.run("js", "const kept = 1").await;
    for code in [
        "console.log('go'); while (true) {}",
        "console.log('go'); await new Promise(() => {})",
        "console.log('go'); for (;;) console.log('x'.repeat(1000))",
        "await null; console.log('go'); while (true) {}",
        "await new Promise(r => setTimeout(r, 5)); console.log('go'); while (true) {}",
        // Not through a shell: one that is about to start a program may swallow the signal.
        "require('child_process').execFileSync('tail', ['-f', 'go'], {stdio: 'inherit'})",
    ] {
        let mut run = bench.start("js", code);
        until_output(&mut run, "go").await;
        run.control.interrupt();
        let folded = fold(&mut run, &[]).await;
        assert_eq!(
            folded.status(),
            RunStatus::Interrupted,
            "{code}: {folded:?}"
        );
        if code.contains("execFile") {
            continue;
        }
        assert!(
            folded.output.ends_with("Interrupted\n"),
            "{code}: {folded:?}"
        );
    }
    // What was put off by a run that was interrupted does not happen any more.
    let code = "console.log('go'); globalThis.n = 0; for (;;) { await new Promise(r => setTimeout(r, 1)); n++ }";
    let mut run = bench.start("js", code);
    until_output(&mut run, "go").await;
    run.control.interrupt();
    assert_eq!(fold(&mut run, &[]).await.status(), RunStatus::Interrupted);
    let code = "const seen = n; await new Promise(r => setTimeout(r, 20)); n === seen";
    check(&bench, "js", code, "true\n", RunStatus::Ok).await;
    check(&bench, "js", "kept", "1\n", RunStatus::Ok).await;
}

#[tokio::test]
async fn leaving_and_asking() {
    let bench = bench();
    let folded = bench.answer("js", "prompt('Name?')", &[Some("Ada")]).await;
    assert_eq!(folded.asked, [("Name? ".to_owned(), false)]);
    assert_eq!(folded.output, "Name? Ada\n'Ada'\n");
    let code = "const rl = require('readline').createInterface({input: process.stdin}); const line = await new Promise(r => rl.once('line', r)); rl.close(); line";
    let mut run = bench.start("js", code);
    let answer = loop {
        match next(&mut run).await {
            RunEvent::Input { request, .. } => {
                run.control.input(&request, Some("typed".to_owned()))
            }
            RunEvent::Output(text) => break text,
            _ => {}
        }
    };
    assert_eq!(answer, "'typed'\n");
    drop(run);
    let folded = bench.run("js", "console.log('bye'); process.exit(4)").await;
    assert!(folded.output.ends_with("bye\n"), "{folded:?}");
    assert_eq!(
        (folded.status(), folded.exit()),
        (RunStatus::Error, Some(4)),
        "{folded:?}"
    );
    let folded = bench.run("js", "1").await;
    assert!(
        folded.output.starts_with("[A new javascript was started"),
        "{folded:?}"
    );
}
