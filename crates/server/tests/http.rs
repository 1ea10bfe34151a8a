use interpreter_engine::Delivery;
use interpreter_protocol::{Op, Subscribe, UserPart, kind};
use interpreter_server::{Error, ServerConfig, serve};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value};

use crate::support::{House, TOKEN, engine};

const UPGRADE: [(&str, &str); 4] = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

#[tokio::test]
async fn who_is_let_in() {
    let house = House::open(None).await;
    let own = format!("127.0.0.1:{}", house.port());
    let page = format!("http://{own}");
    let check = async |path: &str, extra: &[(&str, &str)], expected: u16| {
        let headers: Vec<_> = UPGRADE.iter().chain(extra).copied().collect();
        let (status, _, body) = house.request(path, &headers).await;
        assert_eq!(status, expected, "{path} {extra:?}");
        let error: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(error["code"], "unauthorized", "{path} {extra:?}");
        assert!(error["remedy"].is_string());
    };
    check("/api/events", &[], 401).await;
    check("/api/events?token=wrong", &[], 401).await;
    check("/api/events", &[("Authorization", "Bearer wrong")], 401).await;
    let wrong = [(
        "Sec-WebSocket-Protocol",
        "interpreter.v1, interpreter.token.wrong",
    )];
    check("/api/events", &wrong, 401).await;
    check("/api/blob/sha256:00", &[], 401).await;
    let right = format!("/api/events?token={TOKEN}");
    check(&right, &[("Origin", "http://evil.example")], 403).await;
    check(&right, &[("Origin", "null")], 403).await;
    check(&right, &[("Origin", &page.replace("http", "https"))], 403).await;
    check(&right, &[("Host", "evil.example")], 403).await;
    check(&right, &[("Host", "evil.example"), ("Origin", &page)], 403).await;
    check("/", &[("Host", "evil.example")], 403).await;
    check("/heartbeat", &[("Origin", "http://evil.example")], 403).await;
    house.close().await;
}

#[tokio::test]
async fn the_heartbeat_needs_no_token() {
    let house = House::open(None).await;
    let (status, _, body) = house.request("/heartbeat", &[]).await;
    assert_eq!(
        (status, body.as_slice()),
        (200, br#"{"status":"alive"}"#.as_slice())
    );
    house.close().await;
}

#[tokio::test]
async fn the_pages_are_served_with_strict_headers() {
    let ui = tempfile::tempdir().unwrap();
    std::fs::write(ui.path().join("index.html"), "<p>the app").unwrap();
    std::fs::create_dir(ui.path().join("assets")).unwrap();
    std::fs::write(ui.path().join("assets/app.js"), "1").unwrap();
    let house = House::open(Some(ui.path().to_owned())).await;
    for (path, media_type, content) in [
        ("/", "text/html", "<p>the app"),
        ("/conversations/a", "text/html", "<p>the app"),
        ("/assets/app.js", "text/javascript", "1"),
        ("/../../../etc/passwd", "text/html", "<p>the app"),
        ("/%2e%2e/%2e%2e/etc/passwd", "text/html", "<p>the app"),
    ] {
        let (status, head, body) = house.request(path, &[]).await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(String::from_utf8(body).unwrap(), content, "{path}");
        assert!(
            head.contains(&format!("content-type: {media_type}")),
            "{path}: {head}"
        );
        assert!(
            head.contains("x-content-type-options: nosniff"),
            "{path}: {head}"
        );
        assert!(head.contains("script-src 'self';"), "{path}: {head}");
        assert!(head.contains("frame-ancestors 'none'"), "{path}: {head}");
    }
    house.close().await;
}

#[tokio::test]
async fn without_pages_it_says_so() {
    let house = House::open(None).await;
    let (status, _, body) = house.request("/", &[]).await;
    assert_eq!(status, 200);
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains("cargo xtask setup")
    );
    house.close().await;
}

#[tokio::test]
async fn a_picture_comes_back_as_it_was_sent() {
    let house = House::open(None).await;
    let base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let picture = UserPart {
        kind: kind::IMAGE.to_owned(),
        format: Some("base64.png".to_owned()),
        content: base64.to_owned(),
    };
    let op = Op::Submit {
        conversation: None,
        content: vec![UserPart::text("help"), picture],
        settings: Map::new(),
    };
    let conversation = house.engine.submit(op).await.unwrap().conversation;
    let mut subscription = house
        .engine
        .subscribe(Subscribe {
            conversation,
            after: Some(0),
        })
        .unwrap();
    let hash = loop {
        let Some(Delivery::Event(event)) = subscription.next().await else {
            panic!("no picture")
        };
        if event.chunk.format.as_deref() == Some("blob")
            && let Some(hash) = event.chunk.text()
        {
            break hash.to_owned();
        }
    };
    let (status, head, body) = house
        .request(&format!("/api/blob/{hash}?token={TOKEN}"), &[])
        .await;
    assert_eq!(status, 200);
    assert_eq!(&body[1..4], b"PNG");
    for header in [
        "content-type: image/png",
        "x-content-type-options: nosniff",
        "cache-control: private, max-age=31536000, immutable",
    ] {
        assert!(head.contains(header), "{head}");
    }
    let bearer = format!("Bearer {TOKEN}");
    let unknown = format!("/api/blob/sha256:{}", "0".repeat(64));
    let (status, ..) = house.request(&unknown, &[("Authorization", &bearer)]).await;
    assert_eq!(status, 404);
    house.close().await;
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let house = House::open(None).await;
    let (engine, _folder) = engine();
    let config = ServerConfig {
        host: "127.0.0.1".to_owned(),
        port: house.port(),
        token: TOKEN.to_owned(),
        ui: None,
    };
    let error = serve(engine.clone(), config).await.unwrap_err();
    assert!(matches!(error, Error::PortInUse { .. }));
    let told = interpreter_protocol::Error::from(error);
    assert_eq!(
        told.message,
        format!(
            "Port {} on 127.0.0.1 is in use by another program.",
            house.port()
        )
    );
    assert!(told.remedy.unwrap().contains("INTERPRETER_PORT"));
    engine.shutdown().await;
    house.close().await;
}

#[tokio::test]
async fn an_address_that_is_not_ours_is_named() {
    let (engine, _folder) = engine();
    let config = ServerConfig {
        host: "192.0.2.1".to_owned(),
        port: 0,
        token: TOKEN.to_owned(),
        ui: None,
    };
    let error = serve(engine.clone(), config).await.unwrap_err();
    assert!(matches!(error, Error::BadAddress { .. }), "{error:?}");
    engine.shutdown().await;
}
