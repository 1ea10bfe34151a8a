//! How it ends when the system wants it to.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pretty_assertions::assert_eq;

use crate::support::House;

const SIGNALS: [(&str, i32); 2] = [("TERM", 143), ("HUP", 129)];

fn start(house: &House, arguments: &[&str]) -> Child {
    house
        .command(arguments)
        .env("INTERPRETER_PORT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The line that holds `mark`, from there on.
fn told(from: impl std::io::Read, mark: &str) -> String {
    for line in BufReader::new(from).lines() {
        if let Some((_, rest)) = line.unwrap().split_once(mark) {
            return rest.to_owned();
        }
    }
    panic!("{mark:?} did not come");
}

fn send(signal: &str, child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &pid]).status();
    assert!(sent.unwrap().success());
}

/// Waits until a process is gone, or only waits to be counted.
fn gone(pid: &str) {
    let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let start = Instant::now();
    while !stat().is_empty() && !stat().contains(") Z ") {
        assert!(
            start.elapsed() < Duration::from_secs(40),
            "{pid} is still there"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_turn_ends_and_its_programs_with_it() {
    for (signal, status) in SIGNALS {
        let house = House::new();
        let mut child = start(
            &house,
            &["-y", "run shell: sleep 1000 & echo \"pid $! .\"; wait"],
        );
        let rest = told(child.stdout.take().unwrap(), "pid ");
        let pid = rest.split_whitespace().next().unwrap().to_owned();
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(status), "{signal}");
        gone(&pid);
    }
}

#[test]
fn the_server_and_the_pipe_end() {
    for (signal, status) in SIGNALS {
        let house = House::new();
        let mut child = start(&house, &["--server"]);
        told(child.stderr.take().unwrap(), "http://");
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(status), "{signal}");

        let mut command = house.command(&["--stdio"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Waiting for a child closes its standard input, which would end it as well.
        let _held = child.stdin.take();
        told(child.stdout.take().unwrap(), "hello");
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(status), "{signal}");
    }
}

#[test]
fn without_the_app_summoning_says_so() {
    let house = House::new();
    // A copy, beside which nothing lies.
    let copy = house.path("interpreter");
    std::fs::copy(crate::support::PROGRAM, &copy).unwrap();
    let output = Command::new(&copy).arg("--summon").output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("not installed"), "{message}");
    // A stand-in that records how it was called.
    let app = house.path("interpreter-desktop");
    let called = house.path("called");
    let script = format!(
        "#!/bin/sh\necho \"$@\" > {0}.new; mv {0}.new {0}\n",
        called.display()
    );
    std::fs::write(&app, script).unwrap();
    assert!(
        Command::new("chmod")
            .arg("+x")
            .arg(&app)
            .status()
            .unwrap()
            .success()
    );
    let output = Command::new(&copy).arg("--summon").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let start = Instant::now();
    while !called.exists() {
        assert!(start.elapsed() < Duration::from_secs(40));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(std::fs::read_to_string(called).unwrap(), "--summon\n");
}
