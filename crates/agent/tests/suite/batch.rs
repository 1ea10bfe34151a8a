//! Several actions of one answer.

use interpreter_protocol::Mode;
use pretty_assertions::assert_eq;

use crate::control::actions;
use crate::house::{House, text};
use crate::turns::told;

/// What the model is told of actions that come in one answer, and the states of their cards.
async fn check(words: &[&str], expected: &[&str], states: &[&str]) {
    let house = House::new(Mode::FullAccess, vec![actions(words), text("Done.")]);
    house.settings(|settings| settings.os = true);
    house.say("go").await;
    house.over().await;
    let seen = house.seen.lock().unwrap();
    let results = told(&seen[1].messages).pop().unwrap();
    let results: Vec<&str> = results
        .strip_prefix("user: ")
        .unwrap()
        .split(" | ")
        .collect();
    assert_eq!(results, expected, "{words:?}");
    let cards: Vec<String> = house
        .rows()
        .iter()
        .filter_map(|row| row.strip_prefix("assistant/action screen: "))
        .map(str::to_owned)
        .collect();
    assert_eq!(cards, states, "{words:?}");
}

#[tokio::test]
async fn all_are_done_and_the_screen_is_shown_once() {
    check(
        &["one", "two", "three"],
        &[
            r#"result c0 Text("screen: one, then \"screen: two\"")"#,
            r#"result c1 Text("screen: two, then \"screen: three\"")"#,
            r#"result c2 Text("screen: three") Text("The screen.")"#,
        ],
        &["one [Done]", "two [Done]", "three [Done]"],
    )
    .await;
    // One alone shows what it wants to by itself.
    check(
        &["one"],
        &[r#"result c0 Text("screen: one")"#],
        &["one [Done]"],
    )
    .await;
}

#[tokio::test]
async fn the_first_change_that_could_not_be_foreseen_ends_them() {
    check(
        &["one", "upset", "three", "four"],
        &[
            r#"result c0 Text("screen: one, then \"screen: upset\"")"#,
            r#"result c1 Text("screen: upset, then \"screen: three\"") Text("The screen.")"#,
            r#"result c2 failed Text("Upset.")"#,
            r#"result c3 failed Text("Upset.")"#,
        ],
        &[
            "one [Done]",
            "upset [Done]",
            "three [Skipped]",
            "four [Skipped]",
        ],
    )
    .await;
    // Looking is always right.
    check(
        &["upset", "look", "three"],
        &[
            r#"result c0 Text("screen: upset, then \"screen: look\"")"#,
            r#"result c1 Text("screen: look, then \"screen: three\"") Text("The screen.")"#,
            r#"result c2 failed Text("Upset.")"#,
        ],
        &["upset [Done]", "look [Done]", "three [Skipped]"],
    )
    .await;
}

#[tokio::test]
async fn the_first_failure_ends_them_and_shows_what_was_done() {
    const NOT: &str = r#"Text("Not executed: an earlier computer action in this turn failed.")"#;
    check(
        &["one", "fail", "look", "four"],
        &[
            r#"result c0 Text("screen: one, then \"screen: fail\"")"#,
            r#"result c1 failed Text("It failed.") Text("The screen.")"#,
            &format!("result c2 failed {NOT}"),
            &format!("result c3 failed {NOT}"),
        ],
        &[
            "one [Done]",
            "fail [Failed]",
            "look [Skipped]",
            "four [Skipped]",
        ],
    )
    .await;
    // Where nothing was done before, there is nothing to show.
    check(
        &["fail", "two"],
        &[
            r#"result c0 failed Text("It failed.")"#,
            &format!("result c1 failed {NOT}"),
        ],
        &["fail [Failed]", "two [Skipped]"],
    )
    .await;
}
