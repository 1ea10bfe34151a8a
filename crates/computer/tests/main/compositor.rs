//! A compositor that tells where its displays lie and nothing else, as far as programs
//! can use it: what GNOME and KDE are to them without the portal.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use interpreter_test_support::desktop::sway::Output;

/// Listens until the test ends.
pub struct Compositor {
    pub socket: PathBuf,
}

impl Compositor {
    pub fn start(folder: &Path, outputs: &[Output]) -> Self {
        let socket = folder.join("wayland-9");
        let listener = UnixListener::bind(&socket).unwrap();
        let outputs = outputs.to_vec();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let outputs = outputs.clone();
                // A client that goes ends its thread.
                std::thread::spawn(move || Client::new(stream, outputs).serve());
            }
        });
        Self { socket }
    }
}

const SEAT: u32 = 90;
const XDG: u32 = 91;

/// What an id of the client's stands for.
#[derive(Clone, Copy, PartialEq)]
enum Object {
    Display,
    Registry,
    Output(usize),
    Places,
    Other,
}

struct Client {
    stream: UnixStream,
    outputs: Vec<Output>,
    objects: HashMap<u32, Object>,
}

/// The arguments of an event.
#[derive(Default)]
struct Words(Vec<u8>);

impl Words {
    fn int(mut self, value: i32) -> Self {
        self.0.extend(value.to_ne_bytes());
        self
    }

    fn text(mut self, text: &str) -> Self {
        self.0.extend((text.len() as u32 + 1).to_ne_bytes());
        self.0.extend(text.as_bytes());
        let padded = (text.len() + 1).next_multiple_of(4);
        self.0.resize(self.0.len() + padded - text.len(), 0);
        self
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

impl Client {
    fn new(stream: UnixStream, outputs: Vec<Output>) -> Self {
        Self {
            stream,
            outputs,
            objects: HashMap::from([(1, Object::Display)]),
        }
    }

    fn serve(mut self) {
        loop {
            let mut head = [0; 8];
            if self.stream.read_exact(&mut head).is_err() {
                return;
            }
            let (id, word) = (number(&head, 0), number(&head, 4));
            let mut body = vec![0; (word >> 16) as usize - 8];
            if self.stream.read_exact(&mut body).is_err() {
                return;
            }
            self.request(id, word & 0xffff, &body);
        }
    }

    fn event(&mut self, id: u32, code: u32, words: Words) {
        let mut message = id.to_ne_bytes().to_vec();
        message.extend((((words.0.len() as u32 + 8) << 16) | code).to_ne_bytes());
        message.extend(words.0);
        let _ = self.stream.write_all(&message);
    }

    fn request(&mut self, id: u32, code: u32, body: &[u8]) {
        let object = self.objects.get(&id).copied();
        match (object, code) {
            (Some(Object::Display), 0) => {
                let callback = number(body, 0);
                self.event(callback, 0, Words::default().int(0));
                self.event(1, 1, Words::default().int(callback as i32));
            }
            (Some(Object::Display), 1) => {
                let registry = number(body, 0);
                self.objects.insert(registry, Object::Registry);
                let outputs = (0..self.outputs.len() as u32).map(|at| (at, "wl_output", 4));
                let globals: Vec<_> = outputs
                    .chain([(SEAT, "wl_seat", 7), (XDG, "zxdg_output_manager_v1", 3)])
                    .collect();
                for (name, interface, version) in globals {
                    let words = Words::default().int(name as i32).text(interface);
                    self.event(registry, 0, words.int(version));
                }
            }
            (Some(Object::Registry), 0) => {
                let (name, new) = (number(body, 0), number(body, body.len() - 4));
                let object = match name {
                    SEAT => Object::Other,
                    XDG => Object::Places,
                    output => Object::Output(output as usize),
                };
                self.objects.insert(new, object);
                if let Object::Output(at) = object {
                    self.tell_output(new, at);
                }
            }
            (Some(Object::Places), 1) => {
                let (new, output) = (number(body, 0), number(body, 4));
                let Some(Object::Output(at)) = self.objects.get(&output).copied() else {
                    return;
                };
                self.objects.insert(new, Object::Other);
                let output = self.outputs[at];
                let logical = |pixels: u32| (f64::from(pixels) / output.scale).round() as i32;
                let place = Words::default().int(output.at.0).int(output.at.1);
                self.event(new, 0, place);
                let size = Words::default()
                    .int(logical(output.pixels.0))
                    .int(logical(output.pixels.1));
                self.event(new, 1, size);
            }
            _ => {}
        }
    }

    fn tell_output(&mut self, id: u32, at: usize) {
        let output = self.outputs[at];
        let upright = (0..5).fold(Words::default(), |words, _| words.int(0));
        self.event(id, 0, upright.text("none").text("none").int(0));
        let mode = Words::default().int(1).int(output.pixels.0 as i32);
        self.event(id, 1, mode.int(output.pixels.1 as i32).int(60_000));
        self.event(id, 3, Words::default().int(output.scale.ceil() as i32));
        self.event(id, 4, Words::default().text(&format!("DP-{}", at + 1)));
        self.event(id, 2, Words::default());
    }
}
