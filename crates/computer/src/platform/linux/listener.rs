//! Hearing every key, button and movement, through raw XInput2 events.
//!
//! Raw events come before grabs and focus. A real device is never ours; an
//! XTEST event is, when the ledger holds it. Another program that uses XTEST
//! counts as a person.

use std::collections::HashSet;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{
    ConnectionExt as _, Device, EventMask, RawButtonPressEvent, RawKeyPressEvent, XIEventMask,
};
use x11rb::protocol::xkb::{ConnectionExt as _, EventType, MapPart, SelectEventsAux};
use x11rb::protocol::xproto::{ConnectionExt as _, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;

use super::connection::{X, wait_readable};
use super::keymap::{CORE, Keymap};
use super::keysyms::{CHORD, ESCAPE};
use crate::platform::{
    DeviceClass, Ledger, Listener, Listening, OwnEvent, PhysicalEvent, PhysicalKind, PlatformError,
    Result, Sink,
};

/// How long the trial may take.
const TRIAL: Duration = Duration::from_secs(2);

/// Starts listeners on one X server.
pub(super) struct X11Listener {
    display: Option<String>,
    ledger: Arc<Ledger>,
}

impl X11Listener {
    pub(super) fn new(display: Option<String>, ledger: Arc<Ledger>) -> Self {
        Self { display, ledger }
    }
}

impl Listener for X11Listener {
    fn start(&self, sink: Sink) -> Result<Listening> {
        let x = X::connect(self.display.as_deref())?;
        let version = x.conn.xinput_xi_query_version(2, 2)?.reply()?;
        // From 2.1 on raw events also come while a program has grabbed the device.
        if (version.major_version, version.minor_version) < (2, 1) {
            return Err(PlatformError::Unsupported(
                "the X server cannot report input to us (XInput 2.1 is needed)".to_owned(),
            ));
        }
        x.conn.xkb_use_extension(1, 0)?.reply()?;
        self.ledger.clear();
        let mask = XIEventMask::RAW_KEY_PRESS
            | XIEventMask::RAW_KEY_RELEASE
            | XIEventMask::RAW_BUTTON_PRESS
            | XIEventMask::RAW_BUTTON_RELEASE
            | XIEventMask::RAW_MOTION
            | XIEventMask::RAW_TOUCH_BEGIN;
        let masks = [EventMask {
            deviceid: Device::ALL_MASTER.into(),
            mask: vec![mask],
        }];
        x.conn.xinput_xi_select_events(x.root, &masks)?.check()?;
        // Devices come and go, and layouts change: both are asked again then.
        let hierarchy = [EventMask {
            deviceid: Device::ALL.into(),
            mask: vec![XIEventMask::HIERARCHY],
        }];
        x.conn
            .xinput_xi_select_events(x.root, &hierarchy)?
            .check()?;
        let parts = MapPart::KEY_SYMS;
        x.conn.xkb_select_events(
            CORE,
            EventType::from(0u16),
            EventType::MAP_NOTIFY | EventType::NEW_KEYBOARD_NOTIFY,
            parts,
            parts,
            &SelectEventsAux::new(),
        )?;
        let pointer = x.conn.query_pointer(x.root)?.reply()?;
        let (end, ended) = pipe()?;
        let (heard, trial) = mpsc::sync_channel(1);
        let ears = Ears {
            synthetic: synthetic_devices(&x)?,
            stops: Stops::read(&x)?,
            pressed: HashSet::new(),
            x,
            ledger: Arc::clone(&self.ledger),
            sink,
            at: (i32::from(pointer.root_x), i32::from(pointer.root_y)),
            trial: Some(heard),
        };
        let thread = thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || {
                if let Err(error) = ears.listen(&ended) {
                    tracing::warn!(%error, "listening for the person's input ended");
                }
            })
            .map_err(|error| PlatformError::Failed {
                doing: "starting the listener".to_owned(),
                reason: error.to_string(),
            })?;
        let listening = Listening::new(move || {
            drop(end);
            let _ = thread.join();
        });
        // The trial: a move by nothing, from outside the ledger, must be heard.
        let other = X::connect(self.display.as_deref())?;
        let relative = 1;
        other
            .conn
            .xtest_fake_input(MOTION_NOTIFY_EVENT, relative, 0, other.root, 0, 0, 0)?;
        other.round_trip()?;
        trial
            .recv_timeout(TRIAL)
            .map_err(|_| PlatformError::Failed {
                doing: "trying whether a person's input can be heard".to_owned(),
                reason: "an event that was sent did not arrive".to_owned(),
            })?;
        Ok(listening)
    }
}

fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    let (read, write) =
        rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(|error| {
            PlatformError::Failed {
                doing: "starting the listener".to_owned(),
                reason: error.to_string(),
            }
        })?;
    Ok((write, read))
}

/// The devices whose events programs make.
fn synthetic_devices(x: &X) -> Result<Vec<u16>> {
    let devices = x.conn.xinput_xi_query_device(Device::ALL)?.reply()?.infos;
    let made = devices
        .iter()
        .filter(|device| String::from_utf8_lossy(&device.name).contains("XTEST"));
    Ok(made.map(|device| device.deviceid).collect())
}

/// The keys that stop everything, as codes of the present layout.
struct Stops {
    escape: Vec<u8>,
    /// One key of each list together: the panic chord. The last list ends it.
    chord: [Vec<u8>; 3],
}

impl Stops {
    fn read(x: &X) -> Result<Self> {
        let keymap = Keymap::read(x)?;
        let codes = |symbols: &[u32]| {
            symbols
                .iter()
                .flat_map(|symbol| keymap.codes(*symbol))
                .collect()
        };
        Ok(Self {
            escape: keymap.codes(ESCAPE),
            chord: CHORD.map(codes),
        })
    }

    fn include(&self, code: u32, pressed: &HashSet<u32>) -> bool {
        let among = |codes: &[u8], code: u32| codes.iter().any(|known| u32::from(*known) == code);
        let held = |codes: &Vec<u8>| pressed.iter().any(|code| among(codes, *code));
        let [first, second, last] = &self.chord;
        among(&self.escape, code) || (among(last, code) && held(first) && held(second))
    }
}

struct Ears {
    x: X,
    ledger: Arc<Ledger>,
    sink: Sink,
    synthetic: Vec<u16>,
    stops: Stops,
    /// Keys a person holds.
    pressed: HashSet<u32>,
    /// Where the pointer was last known to be.
    at: (i32, i32),
    trial: Option<mpsc::SyncSender<()>>,
}

impl Ears {
    fn listen(mut self, ended: &OwnedFd) -> Result<()> {
        loop {
            let mut moved = None;
            while let Some(event) = self.x.conn.poll_for_event()? {
                self.hear(event, &mut moved)?;
            }
            // Movements that came together are told once, after one look at the pointer.
            if let Some(device) = moved.take() {
                self.tell_motion(device)?;
                continue;
            }
            wait_readable(&[self.x.conn.stream().as_fd(), ended.as_fd()], None)?;
            if hung_up(ended) {
                return Ok(());
            }
        }
    }

    fn hear(&mut self, event: Event, moved: &mut Option<DeviceClass>) -> Result<()> {
        match event {
            Event::XinputRawKeyPress(event) => self.key(&event, true),
            Event::XinputRawKeyRelease(event) => self.key(&event, false),
            Event::XinputRawButtonPress(event) => self.button(&event, true),
            Event::XinputRawButtonRelease(event) => self.button(&event, false),
            Event::XinputRawMotion(event) => {
                let device = self.class(event.sourceid);
                let heard = OwnEvent::Motion { x: 0, y: 0 };
                if device == DeviceClass::Synthetic {
                    if let Some(OwnEvent::Motion { x, y }) = self.ledger.settle(&heard) {
                        self.at = (x, y);
                        return Ok(());
                    }
                    if let Some(trial) = self.trial.take() {
                        let _ = trial.send(());
                        return Ok(());
                    }
                }
                *moved = Some(device);
            }
            Event::XinputRawTouchBegin(event) => {
                let device = self.class(event.sourceid);
                self.tell(PhysicalKind::Button { down: true }, device);
            }
            Event::XinputHierarchy(_) => self.synthetic = synthetic_devices(&self.x)?,
            Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_) => {
                self.stops = Stops::read(&self.x)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn class(&self, source: u16) -> DeviceClass {
        if self.synthetic.contains(&source) {
            DeviceClass::Synthetic
        } else {
            DeviceClass::Hardware
        }
    }

    /// Whether an event that programs can make is ours.
    fn ours(&self, device: DeviceClass, event: &OwnEvent) -> bool {
        device == DeviceClass::Synthetic && self.ledger.settle(event).is_some()
    }

    fn key(&mut self, event: &RawKeyPressEvent, down: bool) {
        let device = self.class(event.sourceid);
        if self.ours(
            device,
            &OwnEvent::Key {
                code: event.detail,
                down,
            },
        ) {
            return;
        }
        if down {
            self.pressed.insert(event.detail);
        } else {
            self.pressed.remove(&event.detail);
        }
        let is_stop_key = self.stops.include(event.detail, &self.pressed);
        self.tell(PhysicalKind::Key { is_stop_key, down }, device);
    }

    fn button(&mut self, event: &RawButtonPressEvent, down: bool) {
        let device = self.class(event.sourceid);
        if self.ours(
            device,
            &OwnEvent::Button {
                code: event.detail,
                down,
            },
        ) {
            return;
        }
        self.tell(PhysicalKind::Button { down }, device);
    }

    fn tell_motion(&mut self, device: DeviceClass) -> Result<()> {
        let pointer = self.x.conn.query_pointer(self.x.root)?.reply()?;
        let at = (i32::from(pointer.root_x), i32::from(pointer.root_y));
        let (dx, dy) = (at.0 - self.at.0, at.1 - self.at.1);
        self.at = at;
        self.tell(PhysicalKind::Motion { dx, dy, at }, device);
        Ok(())
    }

    fn tell(&self, kind: PhysicalKind, device: DeviceClass) {
        (self.sink)(PhysicalEvent {
            kind,
            device,
            time: Instant::now(),
        });
    }
}

/// Whether the other end of the pipe was closed.
fn hung_up(pipe: &OwnedFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut polled = [PollFd::new(pipe, PollFlags::IN)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    poll(&mut polled, Some(&now)).is_ok() && polled[0].revents().contains(PollFlags::HUP)
}
