//! `interpreter-eyes`: reads the text of images for [`interpreter_perception::Eyes`].
//!
//! Requests are JSON lines on standard input, answers JSON lines on standard
//! output (see [`interpreter_perception::wire`]). It ends when its input closes.

mod engine;
mod reader;

use std::io::{BufRead as _, Read as _};

use interpreter_perception::Pixels;
use interpreter_perception::wire::{Answer, Hello, Request, VERSION};

fn main() -> std::process::ExitCode {
    let mut output = std::io::stdout().lock();
    let mut reader = match reader::Reader::new() {
        Ok(reader) => reader,
        Err(missing) => {
            say(
                &mut output,
                &Hello {
                    eyes: VERSION,
                    missing: Some(missing),
                },
            );
            return std::process::ExitCode::FAILURE;
        }
    };
    say(
        &mut output,
        &Hello {
            eyes: VERSION,
            missing: None,
        },
    );
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let request: Request = match serde_json::from_str(&line) {
            Ok(request) => request,
            Err(error) => {
                eprintln!("interpreter-eyes: not a request: {error}");
                return std::process::ExitCode::FAILURE;
            }
        };
        let answer = match load(&request) {
            Ok(pixels) => reader.read(request.id, &pixels),
            Err(error) => Answer {
                id: request.id,
                words: Vec::new(),
                error: Some(error),
                lines: (0, 0),
            },
        };
        if !say(&mut output, &answer) {
            break;
        }
    }
    std::process::ExitCode::SUCCESS
}

fn say(output: &mut impl std::io::Write, what: &impl serde::Serialize) -> bool {
    let Ok(mut line) = serde_json::to_vec(what) else {
        return false;
    };
    line.push(b'\n');
    output
        .write_all(&line)
        .and_then(|()| output.flush())
        .is_ok()
}

fn load(request: &Request) -> Result<Pixels, String> {
    let length = request.width as usize * request.height as usize * 3;
    let mut rgb = Vec::with_capacity(length);
    let file = std::fs::File::open(&request.path).map_err(|error| error.to_string())?;
    file.take(length as u64)
        .read_to_end(&mut rgb)
        .map_err(|error| error.to_string())?;
    if rgb.len() != length {
        return Err("the frame is shorter than its size says".to_owned());
    }
    Ok(Pixels {
        width: request.width,
        height: request.height,
        rgb,
    })
}
