//! Telling a person's input from ours.
//!
//! The compositor reports that there was input, not whose and not what; each
//! report is held against the ledger, in the order of the connection, so one too
//! many is always seen. Which key it was is known of the stop key alone, by its
//! binding in sway. Where the pointer is, is known when it enters a corner.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1;

use super::corners::Corners;
use super::input::{give_keymap, millis};
use super::keymap::{self, Keymap};
use super::outputs::{Output, place};
use super::reader::Hub;
use super::seat::{Reports, Seat, lock};
use super::stop_keys::{Meaning, StopKeys, meaning};
use super::sway::{Event, Sway};
use super::wire::Wire;
use super::world::Heard;
use crate::platform::{
    DeviceClass, Listener, Listening, NamedKey, OwnEvent, PhysicalEvent, PhysicalKind,
    PlatformError, Result, Sink, units,
};

/// How long the trial may take.
const TRIAL: Duration = Duration::from_secs(2);

/// Starts to listen on one seat.
pub(super) struct WaylandListener {
    seat: Arc<Seat>,
}

impl WaylandListener {
    pub(super) fn new(seat: Arc<Seat>) -> Self {
        Self { seat }
    }
}

impl Listener for WaylandListener {
    fn start(&self, sink: Sink) -> Result<Listening> {
        let seat = &self.seat;
        let Some(path) = &seat.sway else {
            return Err(PlatformError::Unsupported(
                "only sway can keep the stop key for us and tell where windows are, and this \
                 compositor is another one"
                    .to_owned(),
            ));
        };
        let reports = seat.report_activity()?;
        let sway = Sway::listen(path)?;
        let corners = Corners::open(&seat.globals, &seat.queue, &seat.hub.outputs())
            .inspect_err(|error| tracing::warn!(%error, "the corners of the screen do not stop"))
            .ok();
        let stir = seat.new_pointer()?;
        let (tell, trial) = sync_channel(1);
        seat.round_trip()?;
        seat.ledger.clear();
        seat.hub.blind.store(false, Ordering::Relaxed);
        let stream = sway.stream().try_clone().map_err(|error| failed(&error))?;
        *lock(&seat.stop_keys) = Some(StopKeys::bind(path)?);
        *lock(&seat.hub.ears) = Some(Ears {
            sink,
            stream: Arc::new(stream),
            sway,
            corners,
            stir,
            seat: Arc::downgrade(seat),
            trial: Some(Trial {
                over: None,
                activity: false,
                key: false,
                tell,
            }),
            foreign: false,
            news: News::default(),
            _reports: reports,
        });
        seat.wake();
        let ended = Arc::clone(seat);
        let listening = Listening::new(move || {
            // Taken out first: what they send while they go is not waited for under the lock.
            let ears = lock(&ended.hub.ears).take();
            drop(ears);
            let keys = lock(&ended.stop_keys).take();
            drop(keys);
            ended.wake();
            let _ = ended.round_trip();
        });
        self.try_out()?;
        let heard = trial
            .recv_timeout(TRIAL)
            .map_err(|_| not_heard("sway did not answer"))?;
        if let Some(keys) = &mut *lock(&seat.stop_keys) {
            keys.unbind_trial()?;
        }
        match heard {
            (true, true) => Ok(listening),
            (_, false) => Err(not_heard("sway did not report a key bound to us")),
            (false, true) => Err(not_heard(
                "sway reports no input while another program keeps the screen awake (a film, a \
                 call); end that first",
            )),
        }
    }
}

impl WaylandListener {
    /// A move by nothing and a key no keyboard has, from outside the ledger.
    fn try_out(&self) -> Result<()> {
        let seat = &self.seat;
        if let Some(keys) = &mut *lock(&seat.stop_keys) {
            keys.bind_trial()?;
        }
        // As another program would: with a connection of its own.
        let mut wire = Wire::connect(&seat.socket)?;
        let other = Devices::open(&wire)?;
        other.pointer.motion(millis(), 0.0, 0.0);
        other.pointer.frame();
        give_keymap(&other.keyboard, &Keymap::default())?;
        if let Some(code) = keymap::named(NamedKey::F(24)) {
            other.keyboard.key(millis(), code, 1);
            other.keyboard.key(millis(), code, 0);
        }
        wire.round_trip()?;
        other.pointer.destroy();
        other.keyboard.destroy();
        wire.round_trip()?;
        let mark = seat.mark()?;
        if let Some(trial) = lock(&seat.hub.ears)
            .as_mut()
            .and_then(|ears| ears.trial.as_mut())
        {
            trial.over = Some(mark);
        }
        // The mark may have come back before this was known.
        seat.round_trip()
    }
}

/// Mouse and keyboard outside the ledger.
struct Devices {
    pointer: ZwlrVirtualPointerV1,
    keyboard: wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1,
}

impl Devices {
    fn open(wire: &Wire) -> Result<Self> {
        use wayland_client::protocol::wl_seat::WlSeat;
        use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1;
        use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1;
        let seat: WlSeat = wire.bind(1..=7)?;
        let pointers: ZwlrVirtualPointerManagerV1 = wire.bind(1..=2)?;
        let keyboards: ZwpVirtualKeyboardManagerV1 = wire.bind(1..=1)?;
        let queue = wire.handle();
        Ok(Self {
            pointer: pointers.create_virtual_pointer(Some(&seat), &queue, ()),
            keyboard: keyboards.create_virtual_keyboard(&seat, &queue, ()),
        })
    }
}

fn not_heard(reason: &str) -> PlatformError {
    PlatformError::Failed {
        doing: "trying whether a person's input can be heard".to_owned(),
        reason: reason.to_owned(),
    }
}

fn failed(error: &std::io::Error) -> PlatformError {
    PlatformError::Failed {
        doing: "starting the listener".to_owned(),
        reason: error.to_string(),
    }
}

/// What is heard during the trial.
struct Trial {
    /// The mark behind the trial's events.
    over: Option<u64>,
    activity: bool,
    key: bool,
    tell: SyncSender<(bool, bool)>,
}

/// What has come and is not told yet.
#[derive(Default)]
struct News {
    somebody: bool,
    corner: Option<(i32, i32)>,
    stop: bool,
}

/// The listener at work, on the reader's thread.
pub(super) struct Ears {
    sink: Sink,
    sway: Sway,
    stream: Arc<UnixStream>,
    corners: Option<Corners>,
    /// Keeps the display awake.
    stir: ZwlrVirtualPointerV1,
    seat: std::sync::Weak<Seat>,
    trial: Option<Trial>,
    /// The last input was not ours.
    foreign: bool,
    news: News,
    _reports: Reports,
}

impl Drop for Ears {
    fn drop(&mut self) {
        self.stir.destroy();
    }
}

impl Ears {
    /// What is to be waited on beside the connection.
    pub(super) fn stream(&self) -> Arc<UnixStream> {
        Arc::clone(&self.stream)
    }

    /// Moves the pointer by nothing.
    pub(super) fn stir(&self) {
        let Some(seat) = self.seat.upgrade() else {
            return;
        };
        let (x, y) = lock(&seat.hub.pointer).unwrap_or_default();
        seat.send(OwnEvent::Motion { x, y }, || {
            self.stir.motion(millis(), 0.0, 0.0);
            self.stir.frame();
        });
    }

    pub(super) fn hear(&mut self, heard: &Heard, hub: &Hub, outputs: &[Output]) {
        match heard {
            Heard::Activity => {
                hub.blind.store(false, Ordering::Relaxed);
                self.foreign = !hub.ledger.settle_any();
                if !self.foreign {
                    return;
                }
                match &mut self.trial {
                    Some(trial) => trial.activity = true,
                    None => {
                        *lock(&hub.pointer) = None;
                        self.news.somebody = true;
                    }
                }
            }
            Heard::Mark(mark) => self.trial_over(*mark),
            Heard::Over { output, spot, at } => {
                let output = outputs.iter().find(|known| known.number == *output);
                // Where we moved the pointer ourselves is no wish to stop.
                if let (true, None, Some(output)) = (self.foreign, &self.trial, output) {
                    let (x, y) = spot.on_desktop(output, *at);
                    self.news.corner = Some(units::to_physical(&place(outputs), x, y));
                }
            }
            Heard::Outputs => {
                if let Some(corners) = &mut self.corners {
                    corners.renew(outputs);
                }
            }
        }
    }

    fn trial_over(&mut self, mark: u64) {
        let over = self.trial.as_ref().and_then(|trial| trial.over);
        if over.is_none_or(|over| mark < over) {
            return;
        }
        // What sway did before the mark, it has reported before it answers now.
        match self.sway.events_so_far() {
            Ok(events) => events.into_iter().for_each(|event| self.sway_says(event)),
            Err(error) => tracing::warn!(%error, "sway does not answer"),
        }
        if let Some(trial) = self.trial.take() {
            let _ = trial.tell.try_send((trial.activity, trial.key));
        }
        // The devices of the trial are gone; nothing of it is to be told.
        self.news = News::default();
        self.foreign = false;
    }

    /// There is something to read on sway's socket.
    pub(super) fn sway_speaks(&mut self, hub: &Hub) {
        match self.sway.event() {
            Ok(event) => self.sway_says(event),
            Err(error) => self.deaf(&error),
        }
        self.conclude(hub);
    }

    fn sway_says(&mut self, event: Event) {
        match event {
            Event::Binding(command) => match (meaning(&command), &mut self.trial) {
                (Some(Meaning::Stop), _) => self.news.stop = true,
                (Some(Meaning::Trial), Some(trial)) => trial.key = true,
                _ => {}
            },
            Event::Reload => {
                if let Some(seat) = self.seat.upgrade()
                    && let Some(keys) = &mut *lock(&seat.stop_keys)
                    && let Err(error) = keys.again()
                {
                    self.deaf(&error);
                }
            }
            Event::Other => {}
        }
    }

    /// Without its way to stop, nothing goes on.
    fn deaf(&mut self, error: &PlatformError) {
        tracing::error!(%error, "the stop key is not heard any more");
        self.news.stop = true;
    }

    /// Tells what has come: the strongest of it.
    pub(super) fn conclude(&mut self, hub: &Hub) {
        if self.news.somebody && !self.news.stop {
            match self.sway.events_so_far() {
                Ok(events) => events.into_iter().for_each(|event| self.sway_says(event)),
                Err(error) => self.deaf(&error),
            }
        }
        let news = std::mem::take(&mut self.news);
        if news.stop {
            *lock(&hub.pointer) = None;
            self.tell(PhysicalKind::Key {
                is_stop_key: true,
                down: true,
            });
        } else if let Some(at) = news.corner {
            self.tell(PhysicalKind::Motion { dx: 0, dy: 0, at });
        } else if news.somebody {
            self.tell(PhysicalKind::Unknown);
        }
    }

    fn tell(&self, kind: PhysicalKind) {
        (self.sink)(PhysicalEvent {
            kind,
            // Which it was is not reported.
            device: DeviceClass::Hardware,
            time: Instant::now(),
        });
    }
}
