use std::sync::Arc;

use interpreter_protocol::{Answer, ErrorCode, Op, Origin, Query, Scope, SettingValue};
use interpreter_settings::Paths;
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::{Engine, EngineConfig};

fn engine(home: &std::path::Path) -> Engine {
    Engine::open(EngineConfig {
        paths: Paths::below(home),
        env: Arc::new(|_| None),
        command_line: Map::new(),
        api_key: None,
        folder: home.to_owned(),
        own_pids: Vec::new(),
        front: "a test",
        clear_screen: None,
    })
    .unwrap()
}

async fn setting(engine: &Engine, key: &str) -> SettingValue {
    let query = Query::Settings { conversation: None };
    let Ok(Answer::Settings { settings, .. }) = engine.query(query).await else {
        panic!("no settings")
    };
    settings.into_iter().find(|line| line.key == key).unwrap()
}

async fn names(engine: &Engine) -> Vec<String> {
    let Ok(Answer::Profiles { profiles }) = engine.query(Query::Profiles).await else {
        panic!("no profiles")
    };
    profiles.into_iter().map(|profile| profile.name).collect()
}

fn configure(values: Value) -> Op {
    Op::Configure {
        scope: Scope::Global,
        values: values.as_object().unwrap().clone(),
    }
}

#[tokio::test]
async fn a_profile_is_saved_chosen_shared_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path());
    let submit = async |op: Op| engine.submit(op).await.unwrap();
    submit(configure(json!({"model": "openai/gpt-x", "theme": "dark"}))).await;
    submit(Op::SaveProfile {
        name: "work".to_owned(),
        content: None,
        conversation: None,
    })
    .await;
    submit(Op::SaveProfile {
        name: "quiet".to_owned(),
        content: Some("# Quiet.\nmode: chat_only\n".to_owned()),
        conversation: None,
    })
    .await;
    let all = [
        "default", "careful", "chat", "fast", "local", "os", "quiet", "vision", "work",
    ];
    assert_eq!(names(&engine).await, all);
    submit(configure(json!({"profile": "quiet"}))).await;
    let mode = setting(&engine, "mode").await;
    assert_eq!(
        (mode.value, mode.origin),
        (json!("chat_only"), Origin::Profile)
    );
    let query = Query::Profile {
        name: "work".to_owned(),
    };
    let Ok(Answer::File { name, text, .. }) = engine.query(query).await else {
        panic!("no file")
    };
    assert_eq!(name, "work.yaml");
    assert!(text.ends_with("\nmodel: openai/gpt-x\n"), "{text}");
    submit(Op::DeleteProfile {
        name: "quiet".to_owned(),
    })
    .await;
    assert!(!names(&engine).await.contains(&"quiet".to_owned()));
    assert_eq!(setting(&engine, "mode").await.origin, Origin::Builtin);
    let refused = engine
        .submit(configure(json!({"profile": "quiet"})))
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::SettingsBroken);
}
