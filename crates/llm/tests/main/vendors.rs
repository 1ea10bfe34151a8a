//! The formats and dialects that drive a screen, over real HTTP.

use interpreter_llm::{Auth, Format, Model, ModelEvent, ModelRequest, NativeTool, Part, ToolSpec};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::server::{Server, all, answer, quick};
use crate::support::{execute, file, model_at, request};

fn with_computer() -> ModelRequest {
    let mut request = request("Go on.");
    let native = NativeTool::Computer {
        width: 1288,
        height: 812,
    };
    let computer = ToolSpec {
        name: "computer".to_owned(),
        description: "Acts.".to_owned(),
        schema: json!({"type": "object"}),
        native: Some(native),
    };
    request.tools = vec![execute(), computer];
    request
}

/// Answers with a recorded stream; gives what the model did, and the server.
async fn ask(
    name: &str,
    recorded: &str,
    at: impl FnOnce(&mut Model),
) -> (String, Vec<Value>, Server) {
    let stream = String::from_utf8(file(recorded)).unwrap();
    let server = Server::start(vec![answer(
        200,
        "content-type: text/event-stream\r\n",
        &stream,
    )])
    .await;
    let mut model = model_at(name, &server.base);
    at(&mut model);
    let (mut said, mut calls) = (String::new(), Vec::new());
    for item in all(&quick(model), with_computer()).await {
        match item.unwrap() {
            ModelEvent::Text(text) => said.push_str(&text),
            ModelEvent::CallEnd(call) => {
                assert_eq!(call.name, "computer");
                calls.push(call.arguments);
            }
            _ => {}
        }
    }
    (said, calls, server)
}

#[tokio::test]
async fn openai_is_spoken_to_in_its_own_format() {
    let (_, calls, server) = ask(
        "openai/gpt-6.1-sol",
        "openai-responses.computer.sse",
        |model| {
            model.info.computer = interpreter_llm::ComputerTool::Openai;
            model.endpoint.format = Format::OpenaiResponses;
        },
    )
    .await;
    assert_eq!(calls.len(), 6);
    assert_eq!(
        calls[0],
        json!({"action": "left_click", "coordinate": [412, 318]})
    );
    assert_eq!(
        calls[5]["path"],
        json!([[100, 200], [180, 220], [300, 260]])
    );
    assert!(
        server.seen()[0].starts_with("POST /v1/responses "),
        "{}",
        server.seen()[0]
    );
    let body = server.body(0);
    assert_eq!(body["tools"][1], json!({"type": "computer"}));
    assert_eq!(body["input"][0]["content"][0]["type"], "input_text");
}

#[tokio::test]
async fn gemini_is_spoken_to_in_its_own_format() {
    let (_, calls, server) = ask("gemini/gemini-3.8-flash", "gemini.computer.sse", |model| {
        model.info.computer = interpreter_llm::ComputerTool::Gemini;
        model.endpoint.format = Format::Gemini;
        model.endpoint.auth = Auth::XGoogApiKey;
    })
    .await;
    assert_eq!(
        calls,
        [
            json!({"action": "left_click", "coordinate": [371, 62]}),
            json!({"action": "type", "text": "weather\n"}),
        ]
    );
    let seen = server.seen()[0].to_lowercase();
    assert!(
        seen.contains("/models/gemini-3.8-flash:streamgeneratecontent?alt=sse "),
        "{seen}"
    );
    assert!(seen.contains("x-goog-api-key: sk-canary") && !seen.contains("authorization:"));
    assert_eq!(
        server.body(0)["tools"][0]["computerUse"]["environment"],
        "ENVIRONMENT_DESKTOP"
    );
}

#[tokio::test]
async fn models_with_words_of_their_own_are_understood() {
    let click = |x: u32, y: u32| json!({"action": "left_click", "coordinate": [x, y]});
    let check = async |name: &str, recorded: &str, expected: Value| {
        let (said, calls, server) = ask(name, recorded, |_| {}).await;
        assert_eq!(calls, [expected], "{recorded} {said}");
        server.body(0)
    };
    let body = check(
        "lm_studio/ui-tars-1.5-7b",
        "grounding-uitars15.sse",
        click(1003, 52),
    )
    .await;
    assert_eq!(body.get("tools"), None);
    assert!(
        body["messages"][0]["content"]
            .as_str()
            .unwrap()
            .contains("Action: ...")
    );
    let typed = json!({"action": "type", "text": "It's ready\n"});
    check(
        "lm_studio/ui-tars-1.5-7b",
        "grounding-uitars15.type.sse",
        typed,
    )
    .await;
    let drag = json!({"action": "left_click_drag", "start_coordinate": [120, 640], "coordinate": [880, 300]});
    check("lm_studio/doubao-1.5-ui-tars", "grounding-doubao.sse", drag).await;
    let body = check(
        "lm_studio/qwen3-vl",
        "grounding-qwen3vl.sse",
        click(500, 62),
    )
    .await;
    assert_eq!(body["tools"][0]["function"]["name"], "execute");
    assert_eq!(body["tools"][1]["function"]["name"], "computer_use");
    check(
        "lm_studio/qwen3.8-27b",
        "grounding-qwen-xml.sse",
        click(500, 62),
    )
    .await;
}

#[tokio::test]
async fn without_a_screen_they_are_spoken_to_as_ever() {
    let server = Server::start(vec![answer(
        200,
        "content-type: text/event-stream\r\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    )])
    .await;
    let mut plain = request("Hello.");
    plain.tools = vec![execute()];
    assert!(matches!(plain.messages[0].parts[0], Part::Text(_)));
    all(
        &quick(model_at("lm_studio/opencua-7b", &server.base)),
        plain,
    )
    .await;
    let system = server.body(0)["messages"][0]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        system.contains("```python") && !system.contains("pyautogui"),
        "{system}"
    );
}
