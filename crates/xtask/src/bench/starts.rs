//! What starting a program costs: time, and memory at its highest.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::samples::Samples;

const STARTS: usize = 100;
/// Bytes a pipe holds before it makes its writer wait.
const PIPE: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// Samples of `NAME.time` and one of `NAME.memory`; false where the program
/// cannot be started.
pub fn measure(samples: &mut Samples, name: &str, program: &str, argument: &str) -> bool {
    for turn in 0..STARTS + 3 {
        let begun = Instant::now();
        match Command::new(program).arg(argument).output() {
            Ok(output) if output.status.success() && !output.stdout.is_empty() => {}
            _ => return false,
        }
        if turn >= 3 {
            let time = begun.elapsed().as_secs_f64() * 1000.0;
            samples.add(&format!("{name}.time"), time, "ms");
        }
    }
    if let Some(memory) = highest_memory(program, argument) {
        samples.add(&format!("{name}.memory"), memory, "MB");
    }
    true
}

/// The most memory a program that prints something has had, in MB. It is held
/// up at its last step, by an output that takes nothing more, and then looked
/// at; what its parent needs cannot get into the number. Linux only.
fn highest_memory(program: &str, argument: &str) -> Option<f64> {
    let (reader, mut writer) = std::io::pipe().ok()?;
    let full = writer.try_clone().ok()?;
    let (tell, filled) = channel();
    std::thread::spawn(move || tell.send(writer.write_all(&vec![0; PIPE]).is_ok()));
    // A smaller pipe would keep the thread for ever; then there is no number.
    filled
        .recv_timeout(PATIENCE)
        .ok()
        .filter(|filled| *filled)?;
    let mut child = Command::new(program)
        .arg(argument)
        .stdout(Stdio::from(full))
        .spawn()
        .ok()?;
    let about = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).ok();
    let begun = Instant::now();
    let mut memory = None;
    while begun.elapsed() < PATIENCE {
        if about("wchan").is_some_and(|place| place.contains("pipe_write")) {
            memory = about("status").and_then(|status| {
                let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
                line.split_whitespace().nth(1)?.parse::<f64>().ok()
            });
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    let _ = child.wait();
    drop(reader);
    // The kernel's kilobyte has 1024 bytes.
    memory.map(|kilobytes| kilobytes * 1024.0 / 1_000_000.0)
}
