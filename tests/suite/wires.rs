//! OS mode in the vendors' own formats: their numbers, their batches, and what is sent
//! when nothing has changed.

use interpreter_test_support::model_server::{History, SeenRequest};
use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::house::{House, WIRES, Wire};

fn house(model: &ModelServer, wire: Wire, desktop: &Desktop) -> House {
    let flags = ["--os", "-y", "--llm_supports_vision"];
    House::with_model(model, wire).on(desktop).flag(&flags)
}

fn looking() -> Script {
    Script::new().reply(Reply::computer(json!({"action": "screenshot"})))
}

/// The last item of a request of this type.
fn item<'a>(request: &'a SeenRequest, kind: &str) -> &'a Value {
    let items = request.body["input"].as_array().unwrap();
    items.iter().rfind(|item| item["type"] == kind).unwrap()
}

#[tokio::test]
async fn the_numbers_of_each_vendor_land_on_what_the_model_saw() {
    // Half a step of the model's numbers: Gemini's are a thousandth of the width.
    for (wire, least) in [(Wire::Responses, 1.0), (Wire::Gemini, 1.5)] {
        let desktop = Desktop::with_size(1920, 1080);
        let mut square = Fixture::square(&desktop, 1211, 857, 31).await;
        let script = looking()
            .turn(Reply::click_magenta)
            .reply(Reply::text("Done."));
        let model = ModelServer::start(script);
        let house = house(&model, wire, &desktop);
        let mut pipe = house.pipe().await;
        pipe.say("click the square").await;
        pipe.over().await;
        let click = square.expect("click").await;
        assert!(click["off"].as_f64().unwrap() <= least, "{wire:?}: {click}");
        pipe.close().await;
        let requests = model.finish();
        let native = match wire {
            Wire::Gemini => "computerUse",
            _ => "computer",
        };
        assert!(requests[0].tools().contains(&native.to_owned()));
    }
}

#[tokio::test]
async fn a_batch_is_done_in_order_and_answered_once() {
    let desktop = Desktop::start();
    let mut square = Fixture::square(&desktop, 300, 200, 41).await;
    let batch = Reply::computer(json!({"action": "mouse_move", "coordinate": [10, 10]}))
        .and_computer(json!({"action": "left_click", "coordinate": [320, 220]}))
        .and_computer(json!({"action": "double_click", "coordinate": [330, 230]}));
    let script = looking().reply(batch).reply(Reply::text("Done."));
    let model = ModelServer::start(script);
    let house = house(&model, Wire::Responses, &desktop);
    let mut pipe = house.pipe().await;
    pipe.say("click").await;
    pipe.over().await;
    let mut clicks = Vec::new();
    for _ in 0..3 {
        let click = square.expect("click").await;
        clicks.push((click["x"].as_i64(), click["y"].as_i64()));
    }
    let at = |x, y| (Some(x), Some(y));
    assert_eq!(clicks, [at(320, 220), at(330, 230), at(330, 230)]);
    pipe.close().await;
    let requests = model.finish();
    let last = requests.last().unwrap();
    let call = item(last, "computer_call");
    assert_eq!(call["actions"].as_array().unwrap().len(), 3);
    let outputs: Vec<&Value> = last.body["input"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["call_id"] == call["call_id"] && item["output"].is_object())
        .collect();
    assert_eq!(outputs.len(), 1, "{outputs:?}");
    // The picture is a real one: it shows the square.
    let image = last.last_image().unwrap();
    assert_eq!(image.size(), Some((1280, 800)));
    assert!(image.centroid([255, 0, 255]).is_some());
}

#[tokio::test]
async fn a_screen_that_did_not_change_is_told_in_words_where_the_format_takes_them() {
    // One that takes words, and one whose answers are pictures and nothing else.
    for wire in [Wire::Anthropic, Wire::Responses] {
        let desktop = Desktop::start();
        let mut square = Fixture::square(&desktop, 300, 200, 41).await;
        let script = looking()
            .turn(Reply::click_magenta)
            .turn(Reply::click_magenta)
            .reply(Reply::text("Twice."))
            .history(History::ImagesMayGo);
        let model = ModelServer::start(script);
        let house = house(&model, wire, &desktop);
        let mut pipe = house.pipe().await;
        pipe.say("click twice").await;
        pipe.over().await;
        for _ in 0..2 {
            let click = square.expect("click").await;
            assert!(click["off"].as_f64().unwrap() <= 1.5, "{wire:?}: {click}");
        }
        // What is new is shown again.
        square.move_square(700, 500).await;
        model.extend(
            Script::new()
                .turn(Reply::click_magenta)
                .turn(Reply::click_magenta)
                .reply(Reply::text("Found.")),
        );
        pipe.say("again").await;
        pipe.over().await;
        // Where it was nobody logs a click any more.
        let click = square.expect("click").await;
        assert!(click["off"].as_f64().unwrap() <= 1.5, "{wire:?}: {click}");
        pipe.close().await;
        let requests = model.finish();
        let pictures: Vec<usize> = requests.iter().map(|r| r.images().len()).collect();
        let unchanged = |request: &SeenRequest| request.raw.contains("The screen is unchanged");
        let told: Vec<bool> = requests.iter().map(unchanged).collect();
        let n = false;
        let y = true;
        match wire {
            // Each answer of this one is a picture and nothing else.
            Wire::Responses => {
                assert_eq!(pictures, [0, 1, 2, 3, 3, 4, 5], "{wire:?}");
                assert_eq!(told, [n; 7]);
            }
            _ => {
                assert_eq!(pictures, [0, 1, 1, 1, 1, 2, 2], "{wire:?}");
                assert_eq!(told, [n, n, y, y, y, y, y], "{wire:?}");
            }
        }
    }
}

#[tokio::test]
async fn with_only_the_window_in_front_clicks_still_land() {
    for wire in WIRES {
        let desktop = Desktop::with_size(1600, 1000);
        let mut form = Fixture::form(&desktop, "Send report").await;
        let (x, y) = form.place("button").middle();
        let script = looking().turn(move |request| {
            let (width, height) = request.last_image().unwrap().size().unwrap();
            assert!(width < 700 && height < 500, "{width}x{height}");
            Reply::text(format!("{width}x{height}"))
        });
        let model = ModelServer::start(script);
        let house = house(&model, wire, &desktop).env("INTERPRETER_OS_ACTIVE_WINDOW", "true");
        let mut pipe = house.pipe().await;
        pipe.say("look at the window").await;
        pipe.over().await;
        let frame = pipe
            .transcript
            .items
            .iter()
            .rev()
            .find_map(|item| item.extra.get("frame"))
            .unwrap()
            .clone();
        let number = |at: usize| frame["origin"][at].as_f64().unwrap();
        let scale =
            |at: usize| frame["sent"][at].as_f64().unwrap() / frame["native"][at].as_f64().unwrap();
        let inside = (
            ((f64::from(x) + 0.5 - number(0)) * scale(0)).floor() as i64,
            ((f64::from(y) + 0.5 - number(1)) * scale(1)).floor() as i64,
        );
        model.extend(
            Script::new()
                .reply(Reply::computer(
                    json!({"action": "left_click", "coordinate": [inside.0, inside.1]}),
                ))
                .reply(Reply::text("Pressed.")),
        );
        pipe.say("press it").await;
        form.expect("pressed").await;
        pipe.over().await;
        pipe.close().await;
        model.finish();
    }
}

/// Divides the screen into two monitors, side by side.
fn two_monitors(desktop: &Desktop) {
    for (name, place, output) in [
        ("left", "960/240x1080/270+0+0", "screen"),
        ("right", "960/240x1080/270+960+0", "none"),
    ] {
        let mut command = std::process::Command::new("xrandr");
        desktop.apply(&mut command);
        let done = command.args(["--setmonitor", name, place, output]).status();
        assert!(done.unwrap().success());
    }
}

/// A click on the magenta spot of whichever picture shows it, by what is told of its frame.
fn click_by_frame(request: &SeenRequest) -> Reply {
    // Some formats need a word on where the pictures are, which stands below.
    let told = request.results().pop().unwrap().text;
    let told: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    let views = told["images"].as_array().unwrap();
    assert_eq!(views.len(), request.images().len());
    let found = views
        .iter()
        .zip(request.images())
        .find_map(|(view, image)| {
            let frame = &view["frame"];
            let size = image.size()?;
            assert_eq!(frame["sent"], json!([size.0, size.1]), "{frame}");
            let (x, y) = image.centroid([255, 0, 255])?;
            let at = |pixel: f64, axis: usize| {
                let number = |key: &str| frame[key][axis].as_f64().unwrap();
                (number("origin") + pixel * number("native") / number("sent")).floor()
            };
            Some((at(x, 0), at(y, 1)))
        });
    let (x, y) = found.unwrap();
    let params = json!({"x": x as i64, "y": y as i64});
    Reply::call(
        "computer_api",
        json!({"method": "mouse.click", "params": params}),
    )
}

#[tokio::test]
async fn views_of_several_displays_are_pictures_with_frames_that_are_right() {
    for wire in [Wire::OpenAi, Wire::Responses] {
        let desktop = Desktop::with_size(1920, 1080);
        let mut square = Fixture::square(&desktop, 100, 100, 31).await;
        two_monitors(&desktop);
        // The window manager puts windows elsewhere when monitors change.
        square.move_square(1511, 757).await;
        let view =
            json!({"method": "display.view", "params": {"screen": -1, "combine_screens": false}});
        let script = Script::new()
            .reply(Reply::call("computer_api", view))
            .turn(click_by_frame)
            .reply(Reply::text("Done."));
        let model = ModelServer::start(script);
        let house = house(&model, wire, &desktop);
        let mut pipe = house.pipe().await;
        pipe.say("click the square").await;
        pipe.over().await;
        let click = square.expect("click").await;
        assert!(click["off"].as_f64().unwrap() <= 1.0, "{wire:?}: {click}");
        pipe.close().await;
        let told = &model.finish()[1].results()[0].text.clone();
        assert!(!told.contains("base64"), "{told}");
    }
}
