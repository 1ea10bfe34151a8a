//! Nothing runs that the person did not see and allow.

use interpreter_protocol::{Answer, Decision, ErrorCode, Mode, Query, RunState};
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;

use crate::house::{House, Wire};

#[tokio::test]
async fn an_edited_block_runs_as_edited_and_a_wrong_digest_is_refused() {
    let script = Script::new()
        .reply(Reply::execute("shell", "echo theirs > made"))
        .reply(Reply::text("Ok."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::Anthropic);
    let mut pipe = house.pipe().await;
    pipe.say("make it").await;
    let pending = pipe.pending().await;
    let mut forged = pending.clone();
    forged.digest = forged.digest.replace(|c: char| c.is_ascii_digit(), "f");
    let refused = pipe.answer(&forged, Decision::Run).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::StaleConfirmation);
    let code = "echo mine > made".to_owned();
    pipe.answer(&pending, Decision::Edit { code })
        .await
        .unwrap();
    pipe.until(|t| !t.responding).await;
    let made = std::fs::read_to_string(house.home.path().join("made")).unwrap();
    assert_eq!(made, "mine\n");
    let refused = pipe.answer(&pending, Decision::Run).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::StaleConfirmation);
    pipe.close().await;
    let requests = model.finish();
    let result = requests[1].results().last().unwrap().text.clone();
    assert!(result.contains("The user edited the code"), "{result}");
}

#[tokio::test]
async fn forbidden_commands_are_never_run_in_any_mode() {
    let script = Script::new()
        .reply(Reply::execute("shell", "cd /tmp; sudo mkfs.ext4 /dev/null"))
        .turn(|request| Reply::text(request.results().last().unwrap().text.clone()));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::OpenAi).flag(&["-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("wipe").await;
    pipe.over().await;
    let run = pipe.transcript.items[1].run.clone().unwrap();
    assert_eq!((run.state, run.mode), (RunState::Blocked, Mode::FullAccess));
    assert!(run.rule.as_ref().unwrap().contains("mkfs"), "{run:?}");
    pipe.close().await;
    model.finish();
}

#[tokio::test]
async fn settings_tell_where_they_come_from() {
    let house = House::new().flag(&["--max_budget", "2.5"]);
    let mut pipe = house.pipe().await;
    let Answer::Settings { settings, .. } = pipe
        .query(Query::Settings { conversation: None })
        .await
        .unwrap()
    else {
        panic!("no settings");
    };
    let budget = settings
        .iter()
        .find(|setting| setting.key == "max_budget")
        .unwrap();
    assert_eq!(budget.value, 2.5);
    assert_eq!(budget.origin, interpreter_protocol::Origin::CommandLine);
    pipe.close().await;
}
