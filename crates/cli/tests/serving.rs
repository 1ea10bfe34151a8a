use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::House;

#[test]
fn the_protocol_is_spoken_over_pipes() {
    let input = "{\"id\":1,\"subscribe\":{}}\n{\"id\":2,\"query\":{\"query\":\"about\"}}\n";
    let ran = House::new().run(&["--stdio"], input.as_bytes());
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{ran:?}");
    let frames: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(frames[0]["hello"]["protocol"], 1);
    assert!(
        frames.iter().any(|frame| frame["subscribed"]["id"] == 1),
        "{ran:?}"
    );
    assert!(
        frames.iter().any(|frame| frame["answer"]["id"] == 2),
        "{ran:?}"
    );
}

#[test]
fn the_server_prints_its_address_with_the_token_and_answers() {
    let house = House::new();
    let mut child = house
        .command(&["--server"])
        .env("INTERPRETER_PORT", "0")
        .env("INTERPRETER_API_KEY", "s3cret")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    let address = loop {
        line.clear();
        assert_ne!(err.read_line(&mut line).unwrap(), 0, "the server ended");
        if let Some((_, rest)) = line.split_once("http://") {
            break rest.trim().to_owned();
        }
    };
    let (place, token) = address.split_once("/#token=").unwrap();
    assert_eq!(token, "s3cret");
    let mut stream = TcpStream::connect(place).unwrap();
    write!(
        stream,
        "GET /heartbeat HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("{\"status\":\"alive\"}"), "{answer}");

    let port = place.rsplit(':').next().unwrap();
    let second = House::new()
        .command(&["--server"])
        .env("INTERPRETER_PORT", port)
        .output()
        .unwrap();
    let message = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{message}");
    assert!(message.contains("in use by another program"), "{message}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_port_that_is_none_is_named() {
    let output = House::new()
        .command(&["--server"])
        .env("INTERPRETER_PORT", "many")
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("INTERPRETER_PORT"), "{message}");
}
