use crate::support::House;

const ASK: &str = "[y/n/e] ";
const CTRL_C: &str = "\u{3}";

#[test]
fn a_block_is_shown_approved_and_run() {
    let house = House::new();
    let mut seat = house.sit(&[], &[]);
    seat.say("run python: print(6*7)");
    seat.wait_for("print");
    seat.wait_for(ASK);
    seat.press_until("y", "42");
    seat.wait_for("done in");
    seat.wait_for_prompt();
    let (all, status) = seat.quit();
    assert!(status.success(), "{all}");
}

#[test]
fn keys_typed_ahead_and_pastes_answer_nothing() {
    let house = House::new();
    let mut seat = house.sit(&[], &[]);
    // The answers come with the message, long before the question.
    seat.say("run shell: touch ran.txt");
    seat.press("y\ry\ry\r");
    seat.wait_for(ASK);
    seat.press("y");
    seat.press("\u{1b}[200~y\u{1b}[201~");
    seat.press("\u{1b}[200~y\r\u{1b}[201~");
    // Pasted into a terminal that does not tell pastes from keys.
    for _ in 0..20 {
        seat.press("yes, yes");
        assert!(
            !seat.comes("done", std::time::Duration::from_millis(50)),
            "{}",
            seat.all()
        );
    }
    seat.press_until("n", "skipped");
    seat.wait_for_prompt();
    let (all, _) = seat.quit();
    assert!(!house.path("ran.txt").exists(), "{all}");
}

#[test]
fn an_edited_block_runs_as_edited() {
    let house = House::new();
    let editor = house.path("editor.sh");
    std::fs::write(&editor, "sed -i s/one/two/ \"$1\"\n").unwrap();
    let editor = format!("/bin/sh {}", editor.display());
    let mut seat = house.sit(&[], &[("EDITOR", &editor)]);
    seat.say("run shell: touch one.txt");
    seat.wait_for(ASK);
    seat.press_until("e", "+ touch two.txt");
    seat.wait_for("Run the edited code?");
    seat.wait_for(ASK);
    seat.press_until("y", "done in");
    seat.wait_for_prompt();
    let (all, _) = seat.quit();
    assert!(house.path("two.txt").exists(), "{all}");
    assert!(!house.path("one.txt").exists(), "{all}");
}

#[test]
fn ctrl_c_stops_a_run_and_the_chat_goes_on() {
    let house = House::new();
    let mut seat = house.sit(&["-y"], &[]);
    seat.say("run python: while True: pass");
    seat.wait_for("▶ line 1");
    seat.press(CTRL_C);
    seat.wait_for("stopped");
    seat.say("help");
    seat.wait_for("click");
    seat.wait_for_prompt();
    seat.press(CTRL_C);
    seat.wait_for("Ctrl-C again");
    seat.wait_for_prompt();
    seat.press(CTRL_C);
    let (all, status) = seat.leave();
    assert!(status.success(), "{all}");
}

#[test]
fn a_program_that_asks_gets_the_line_and_secrets_are_masked() {
    let house = House::new();
    let mut seat = house.sit(&["-y"], &[]);
    seat.say("run python: print('hello', input('na' + 'me: '))");
    seat.wait_for("name: ");
    seat.press("Ada\r");
    seat.wait_for("hello Ada");
    seat.wait_for("done in");
    seat.say("run python: import getpass; print(len(getpass.getpass('wo' + 'rd: ')))");
    seat.wait_for("word: ");
    seat.press("swordfish\r");
    seat.wait_for("*********");
    seat.wait_for("9");
    seat.wait_for("done in");
    seat.wait_for_prompt();
    let (all, _) = seat.quit();
    assert!(!all.contains("swordfish"), "{all}");
}

#[test]
fn a_paste_of_several_lines_is_one_message() {
    let house = House::new();
    let mut seat = house.sit(&[], &[]);
    seat.wait_for_prompt();
    seat.press("\u{1b}[200~first line\rsecond line\u{1b}[201~");
    seat.wait_for("second line");
    seat.press("\r");
    seat.wait_for("not understand");
    seat.wait_for_prompt();
    seat.quit();
    let stored = house.conversations();
    assert!(stored.contains("first line\\nsecond line"), "{stored}");
}

#[test]
fn a_large_paste_is_one_message_too() {
    let house = House::new();
    let mut seat = house.sit(&[], &[]);
    seat.wait_for_prompt();
    let line = "0123456789".repeat(100);
    seat.press(&format!(
        "look: \u{1b}[200~{line}\r{line}\r{line}\u{1b}[201~"
    ));
    seat.wait_for("[paste 1: 3 lines, 3002 characters]");
    seat.press("\r");
    seat.wait_for("not understand");
    seat.wait_for_prompt();
    seat.quit();
    let stored = house.conversations();
    assert!(
        stored.contains(&format!("look: {line}\\n{line}\\n{line}")),
        "{stored}"
    );
}

#[test]
fn output_cannot_draw_over_what_was_shown() {
    let house = House::new();
    let mut seat = house.sit(&["-y"], &[]);
    seat.say("run python: print('\\x1b[2J\\x1b[Hforged')");
    seat.wait_for("  forged");
    seat.wait_for("done in");
    seat.wait_for_prompt();
    let (all, _) = seat.quit();
    assert!(!all.contains("\u{1b}[2J\u{1b}[Hforged"), "{all:?}");
}

#[test]
fn magic_commands() {
    let house = House::new();
    let mut seat = house.sit(&[], &[]);
    seat.say("%help");
    seat.wait_for("take back the last message");
    seat.say("%undo");
    seat.wait_for("Nothing has been said yet.");
    seat.say("help");
    seat.wait_for("click");
    seat.say("%undo");
    seat.wait_for("are gone");
    seat.say("%reset");
    seat.wait_for("Reset done.");
    seat.say("%nonsense");
    seat.wait_for("Unknown command %nonsense.");
    seat.wait_for_prompt();
    let (all, status) = seat.quit();
    assert!(status.success(), "{all}");
}

#[test]
fn plain_terminals_get_no_looks() {
    for (arguments, variables) in [
        (&["--plain", "help"] as &[&str], &[] as &[(&str, &str)]),
        (&["help"], &[("TERM", "dumb")]),
    ] {
        let house = House::new();
        let seat = house.sit(arguments, variables);
        let (all, status) = seat.leave();
        assert!(status.success(), "{all}");
        assert!(all.contains("click"), "{all}");
        assert!(
            !all.contains("\u{1b}[1m") && !all.contains("\u{1b}[K"),
            "{all:?}"
        );
    }
}

#[test]
fn without_colours_lines_are_still_drawn() {
    let house = House::new();
    let seat = house.sit(&["help"], &[("NO_COLOR", "1")]);
    let (all, status) = seat.leave();
    assert!(status.success(), "{all}");
    assert!(
        !all.contains("\u{1b}[1m") && !all.contains("\u{1b}[36m"),
        "{all:?}"
    );
}
