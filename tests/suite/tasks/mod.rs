//! Tasks of several steps on real programs: a scripted model that sees the screen works
//! through the whole product, and the state of files and programs tells what came of it.
//! Then the recorded steps are done again, on a window elsewhere, of another size and
//! in another theme.
//!
//! `INTERPRETER_TASKS=name,name` does only these; `INTERPRETER_SCREENSHOTS=FOLDER`
//! keeps pictures of what failed.

mod planner;
mod programs;
mod reading;
mod table;

use std::collections::BTreeMap;
use std::time::Instant;

use interpreter_protocol::{FoundBy, Op, Outcome, Step, Transcript};
use serde_json::{Value, json};

use crate::house::{House, Pipe};
use planner::Planner;
use programs::{DARK, LIGHT, World};
use table::{Task, tasks};

/// A model that is sent the screen smaller than it is.
const MODEL: &str = "anthropic/claude-sonnet-4-6";

/// Does a task, and again from its record; gives a line of the table.
async fn run(task: &Task) -> Value {
    let mut world = World::new();
    (task.begin)(&world);
    world.start(task.start, LIGHT).await;
    let planner = Planner::new(task.plan);
    let model = planner.serve();
    let house = House::new().on(&world.desktop).flag(&[
        "--model",
        MODEL,
        "--api_base",
        &model.url(),
        "--api_key",
        "secret-key",
        "--os",
        "-y",
    ]);
    let mut pipe = house.pipe().await;
    let begun = Instant::now();
    pipe.say(task.goal).await;
    pipe.over().await;
    let seconds = begun.elapsed().as_secs_f64();
    let spent = planner.spent();
    let why = match planner.lost() {
        Some(lost) => Some(lost),
        None if !planner.done() => Some("the turn ended early".to_owned()),
        None => settled(&world, task).await.err(),
    };
    if why.is_some() {
        world.keep_picture(task.name);
        eprintln!("{}: {:#?}", task.name, pipe.rows());
    }
    let mut line = json!({
        "task": task.name, "program": task.start[0], "success": why.is_none(), "why": why,
        "steps": pipe.transcript.steps().count(), "calls": spent.calls, "seconds": tenths(seconds), "thinking": tenths(spent.thinking.as_secs_f64()),
        "effects": effects(&pipe),
        "tokens": {"input": spent.input, "cached": spent.cached, "output": spent.output},
    });
    line["replay"] = again(task, &mut world, &mut pipe).await;
    pipe.close().await;
    let (_, violations) = model.finish_unchecked();
    if !violations.is_empty() {
        line["violations"] = json!(violations.iter().map(|v| &v.what).collect::<Vec<_>>());
        line["success"] = json!(false);
    }
    line
}

/// The check of a task, until it holds or some time is over: programs write files
/// a little after they were told to.
async fn settled(world: &World, task: &Task) -> Result<(), String> {
    let begun = Instant::now();
    let mut often = tokio::time::interval(std::time::Duration::from_millis(200));
    loop {
        often.tick().await;
        match (task.check)(world) {
            Err(_) if begun.elapsed().as_secs() < 5 => {}
            result => return result,
        }
    }
}

/// How many actions had which effect.
fn effects(pipe: &Pipe) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for effect in pipe
        .transcript
        .items
        .iter()
        .filter_map(|item| item.effect.as_ref())
    {
        let name = match effect.outcome {
            Outcome::Confirmed => "confirmed",
            Outcome::NoChange => "no_change",
            Outcome::Uncertain => "uncertain",
            Outcome::Refused => "refused",
        };
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// The recorded steps once more, from the same beginning, on a window that is elsewhere.
async fn again(task: &Task, world: &mut World, pipe: &mut Pipe) -> Value {
    world.end();
    world.fresh();
    (task.begin)(world);
    world.start(task.start, DARK).await;
    world.rearrange((310, 140), task.size).await;
    let recorded = pipe.transcript.steps().count();
    let onto: Vec<String> = pipe.transcript.steps().map(onto).collect();
    let conversation = pipe.id();
    let op = Op::Replay {
        conversation,
        numbers: None,
    };
    let begun = Instant::now();
    match pipe.submit(op).await {
        Ok(receipt) => {
            pipe.transcript = Transcript::default();
            pipe.events.clear();
            pipe.follow(receipt.conversation.unwrap()).await;
            pipe.over().await;
        }
        Err(error) => return json!({"success": false, "why": error.to_string()}),
    }
    let seconds = begun.elapsed().as_secs_f64();
    let result = settled(world, task).await;
    if result.is_err() {
        world.keep_picture(&format!("{}-again", task.name));
        eprintln!("{} again: {:#?}", task.name, pipe.rows());
    }
    let by = |by: FoundBy| {
        let steps = pipe.transcript.steps();
        let done = steps.filter(|step| step.effect.outcome != Outcome::Refused);
        done.filter(|step| step.by == Some(by)).count()
    };
    let found = [
        FoundBy::Element,
        FoundBy::Text,
        FoundBy::Point,
        FoundBy::Window,
    ]
    .map(by);
    json!({
        "success": result.is_ok(), "why": result.err(),
        "element": found[0], "text": found[1], "point": found[2], "window": found[3],
        "refused": recorded.saturating_sub(found.iter().sum()), "onto": onto,
        "stopped": pipe.transcript.items.iter().rev().find(|item| item.kind == "error").map(|item| item.content["message"].clone()),
        "seconds": tenths(seconds),
    })
}

/// What a step was done to.
fn onto(step: &Step) -> String {
    match &step.element {
        Some(element) => format!("{} {:?}", element.role, element.name),
        None => format!("? in {:?}", step.window.as_deref().unwrap_or_default()),
    }
}

fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

/// A line for `cargo xtask evidence`.
fn tabbed(line: &Value) -> String {
    let places = [
        "/task",
        "/program",
        "/success",
        "/steps",
        "/calls",
        "/seconds",
        "/thinking",
        "/tokens/input",
        "/tokens/cached",
        "/tokens/output",
        "/replay/success",
        "/replay/element",
        "/replay/text",
        "/replay/point",
        "/replay/window",
        "/replay/refused",
        "/replay/seconds",
    ];
    let cell = |place: &&str| match line.pointer(place) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "0".to_owned(),
    };
    let cells: Vec<String> = places.iter().map(cell).collect();
    let why = ["/why", "/replay/stopped", "/replay/why"];
    let why: Vec<&str> = why
        .iter()
        .filter_map(|place| line.pointer(place)?.as_str())
        .collect();
    let why = why.join("; ").replace(['\n', '\t'], " ");
    format!("task\t{}\t{why}", cells.join("\t"))
}

/// Tasks that were asked for by name; without that, all.
fn wanted() -> Vec<&'static Task> {
    let names = std::env::var("INTERPRETER_TASKS").unwrap_or_default();
    let named = |task: &&Task| names.is_empty() || names.split(',').any(|name| name == task.name);
    tasks().filter(named).collect()
}

async fn named(name: &str) {
    let task = tasks().find(|task| task.name == name).unwrap();
    let line = run(task).await;
    assert_eq!(line["success"], true, "{line:#}");
    assert_eq!(line["replay"]["success"], true, "done again: {line:#}");
}

#[tokio::test]
async fn a_note_is_written_and_saved() {
    named("note").await;
}

#[tokio::test]
async fn a_form_is_filled_in_and_sent() {
    named("order").await;
}

#[tokio::test]
#[ignore = "the whole table: cargo xtask evidence tasks"]
async fn the_whole_table() {
    for task in wanted() {
        let line = run(task).await;
        println!("{line}\n{}", tabbed(&line));
    }
}
