//! OS mode in the terminal.

use interpreter_test_support::{Desktop, Fixture};

use crate::support::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_asked_for_and_its_app_can_be_allowed() {
    let desktop = Desktop::start();
    let mut square = Fixture::square(&desktop, 100, 100, 40).await;
    let house = House::new();
    let variables = desktop.envs();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut seat = house.sit(&["--os"], &variables);
    seat.say("click at 115, 115");
    seat.wait_for("[y/n/a]");
    seat.wait_for("in this conversation) ");
    seat.press_until("n", "skipped");
    seat.say("click at 116, 116");
    seat.wait_for("in this conversation) ");
    seat.press_until("a", "a\r\n");
    square.expect("click").await;
    // The same app again: nothing is asked.
    seat.say("click at 120, 120");
    square.expect("click").await;
    seat.wait_for_prompt();
    let (all, _) = seat.quit();
    assert_eq!(all.matches("[y/n/a]").count(), 2, "{all}");
}
