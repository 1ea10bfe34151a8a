use super::*;
use proptest::prelude::*;

fn click(method: &'static str, target: Target) -> Command {
    Command::Point { method, target }
}

fn words(text: &str) -> Target {
    Target::Text(text.to_owned())
}

#[test]
fn what_is_said_is_what_is_meant() {
    let check = |text: &str, expected: &[Command]| assert_eq!(parse(text), expected, "{text}");
    check("click \"OK\"", &[click("mouse.click", words("OK"))]);
    check(
        "Click on the \u{201c}Save as\u{2026}\u{201d} button.",
        &[click("mouse.click", words("Save as\u{2026}"))],
    );
    check("click OK", &[click("mouse.click", words("OK"))]);
    check(
        "please click the Cancel button",
        &[click("mouse.click", words("Cancel"))],
    );
    check(
        "double-click the gear icon",
        &[click("mouse.double_click", Target::Icon("gear".to_owned()))],
    );
    check(
        "right click at 10, 20",
        &[click("mouse.right_click", Target::At(10.0, 20.0))],
    );
    check(
        "click (10,20)",
        &[click("mouse.click", Target::At(10.0, 20.0))],
    );
    check("click", &[click("mouse.click", Target::Here)]);
    check(
        "move to x=5 y=6",
        &[click("mouse.move", Target::At(5.0, 6.0))],
    );
    check(
        "type \"a; b, then c\"",
        &[Command::Type {
            text: "a; b, then c".to_owned(),
        }],
    );
    check(
        "type \"hi\" into the \"Name\" field",
        &[
            click("mouse.click", words("Name")),
            Command::Type {
                text: "hi".to_owned(),
            },
        ],
    );
    check(
        "press ctrl+s",
        &[Command::Press {
            keys: vec!["ctrl".to_owned(), "s".to_owned()],
        }],
    );
    check(
        "press the Enter key",
        &[Command::Press {
            keys: vec!["enter".to_owned()],
        }],
    );
    check(
        "press +",
        &[Command::Press {
            keys: vec!["+".to_owned()],
        }],
    );
    check("scroll down 3", &[Command::Scroll { clicks: -3 }]);
    check("scroll up", &[Command::Scroll { clicks: 3 }]);
    check(
        "open firefox",
        &[Command::Open {
            app: Some("firefox".to_owned()),
            target: None,
        }],
    );
    check(
        "open https://example.org/a with Firefox",
        &[Command::Open {
            app: Some("Firefox".to_owned()),
            target: Some("https://example.org/a".to_owned()),
        }],
    );
    check(
        "open notes.txt",
        &[Command::Open {
            app: None,
            target: Some("notes.txt".to_owned()),
        }],
    );
    check("read the screen", &[Command::Read]);
    check("What is on the screen?", &[Command::Read]);
    check("take a screenshot", &[Command::Look]);
    check("wait 2 seconds", &[Command::Wait { seconds: 2.0 }]);
    check(
        "run python: print(\"a; b\")",
        &[run("python", "print(\"a; b\")")],
    );
    check("Python: 1+1", &[run("python", "1+1")]);
    check("run: ls -l", &[run("shell", "ls -l")]);
    check("$ ls", &[run("shell", "ls")]);
    // Nothing behind the colon: all of the rest is code, whatever it looks like.
    check(
        "run python:\n\nfor i in range(2):\n    print(i)\n\nopen('f')\nhelp\n",
        &[run(
            "python",
            "for i in range(2):\n    print(i)\n\nopen('f')\nhelp",
        )],
    );
    check(
        "run this python code:\r\n  if 1:\r\n    x\r\n",
        &[run("python", "  if 1:\r\n    x")],
    );
    // Code behind the colon: it goes on until something else is said.
    check(
        "run python: x = 1\nfor i in range(3):\n    press = i\n\nprint(x)\npress f5\nhelp",
        &[
            run(
                "python",
                "x = 1\nfor i in range(3):\n    press = i\n\nprint(x)",
            ),
            Command::Press {
                keys: vec!["f5".to_owned()],
            },
            Command::Help,
        ],
    );
    check(
        "run js: f({\n  a: 1\n});\nrun shell: ls\n$ pwd",
        &[
            run("js", "f({\n  a: 1\n});"),
            run("shell", "ls"),
            run("shell", "pwd"),
        ],
    );
    check("run python:", &[Command::Unknown("run python:".to_owned())]);
    check(
        "python:\n1",
        &[
            Command::Unknown("python:".to_owned()),
            Command::Unknown("1".to_owned()),
        ],
    );
    check(
        "```js\nlet a = 1;\n\na\n```\npress f5",
        &[
            run("js", "let a = 1;\n\na"),
            Command::Press {
                keys: vec!["f5".to_owned()],
            },
        ],
    );
    check("```\nx\n", &[run("python", "x")]);
    check("help", &[Command::Help]);
    check(" \n ", &[Command::Help]);
    check(
        "write me a poem",
        &[Command::Unknown("write me a poem".to_owned())],
    );
    check(
        "clicking is fun",
        &[Command::Unknown("clicking is fun".to_owned())],
    );
    check("note: this", &[Command::Unknown("note: this".to_owned())]);
}

proptest! {
    #[test]
    fn never_panics(text in "(click|type|press|open|scroll|run|wait|\"|\u{201c}|é|;|, then | |\n|```|[0-9]|:|\u{130}){0,12}") {
        parse(&text);
    }
}
