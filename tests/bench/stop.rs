//! How long a hanging model and an endless script go on after a person pressed Esc, and
//! that the conversation is as good as before. Prints one line a trial:
//! `name<TAB>value<TAB>unit`; `cargo xtask bench stop` runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../suite/house.rs"]
mod house;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use house::{House, Pipe, Wire};
use interpreter_protocol::RunState;
use interpreter_test_support::{Desktop, ModelServer, Reply, Script};
use serde_json::json;

const TRIALS: usize = 200;
const ESCAPE: u32 = 0xff1b;

#[tokio::main]
async fn main() {
    let desktop = Desktop::start();
    hanging_model(&desktop).await;
    endless_script(&desktop).await;
}

fn sample(name: &str, time: Duration) {
    println!("{name}\t{:.4}\tms", time.as_secs_f64() * 1000.0);
}

/// Takes mouse and keyboard, so that Esc is heard, and tells no picture.
fn control() -> Reply {
    Reply::computer(json!({"action": "cursor_position"}))
}

fn home(model: &ModelServer, desktop: &Desktop) -> House {
    let house = House::with_model(model, Wire::Anthropic).on(desktop);
    house.flag(&["--os", "-y"])
}

async fn says(pipe: &mut Pipe, text: &str) {
    pipe.until(|t| t.items.last().is_some_and(|item| item.text() == text))
        .await;
}

/// Everything is up, and the next message is answered.
async fn usable(desktop: &Desktop, pipe: &mut Pipe) {
    pipe.until(|t| !t.responding).await;
    assert!(!desktop.anything_pressed(), "something stays pressed");
    pipe.say("And now?").await;
    says(pipe, "Usable.").await;
    pipe.until(|t| !t.responding).await;
}

/// From the person's key until the model's connection is closed.
async fn hanging_model(desktop: &Desktop) {
    let model = ModelServer::start(Script::new());
    let house = home(&model, desktop);
    let mut pipe = house.pipe().await;
    for trial in 0..TRIALS {
        let hangs = Reply::text("Hm").hang();
        let turns = Script::new().reply(control()).reply(hangs);
        model.extend(turns.reply(Reply::text("Usable.")));
        pipe.say("Think.").await;
        says(&mut pipe, "Hm").await;
        let pressed = Instant::now();
        desktop.person_presses(ESCAPE);
        model.abandoned(trial * 3 + 2).await;
        sample("stop.model", pressed.elapsed());
        usable(desktop, &mut pipe).await;
    }
    pipe.close().await;
    model.finish();
}

/// From the person's key until the last time that the script could tell.
async fn endless_script(desktop: &Desktop) {
    let model = ModelServer::start(Script::new());
    let house = home(&model, desktop);
    let told = house.home.path().join("told");
    let code = format!(
        "import os, time\nat = os.open({told:?}, os.O_CREAT | os.O_WRONLY)\nprint('in', flush=True)\nwhile True: os.pwrite(at, b'%020d' % time.time_ns(), 0)"
    );
    let mut pipe = house.pipe().await;
    for _ in 0..TRIALS {
        let turns = Script::new().reply(control());
        let turns = turns.reply(Reply::execute("python", &code));
        model.extend(turns.reply(Reply::text("Usable.")));
        pipe.say("Run it.").await;
        says(&mut pipe, "in\n").await;
        let pressed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        desktop.person_presses(ESCAPE);
        pipe.until(|t| !t.responding).await;
        let runs = pipe.transcript.items.iter().rev();
        let run = runs.filter_map(|item| item.run.as_ref()).next();
        assert_eq!(run.map(|run| run.state), Some(RunState::Stopped));
        let at = std::fs::read_to_string(&told).expect("the script ran");
        let at = Duration::from_nanos(at.parse().unwrap());
        sample("stop.script", at.saturating_sub(pressed));
        usable(desktop, &mut pipe).await;
    }
    pipe.close().await;
    model.finish();
}
