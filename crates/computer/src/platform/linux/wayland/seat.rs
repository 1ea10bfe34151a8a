//! The connection for input and listening.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wayland_client::globals::GlobalList;
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notification_v1::ExtIdleNotificationV1;
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notifier_v1::ExtIdleNotifierV1;
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1;
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;
use wayland_protocols_plasma::idle::client::org_kde_kwin_idle::OrgKdeKwinIdle;
use wayland_protocols_plasma::idle::client::org_kde_kwin_idle_timeout::OrgKdeKwinIdleTimeout;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1;

use super::outputs::Output;
use super::reader::{self, Hub};
use super::stop_keys::StopKeys;
use super::sway;
use super::wire::{self, Wire};
use super::world::World;
use crate::platform::{Ledger, OwnEvent, PlatformError, Result};

/// Shared by input, listener and screen.
pub(super) struct Seat {
    pub(super) socket: PathBuf,
    /// sway's own socket, where it is sway.
    pub(super) sway: Option<PathBuf>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) hub: Arc<Hub>,
    pub(super) queue: QueueHandle<World>,
    pub(super) globals: GlobalList,
    pub(super) stop_keys: Mutex<Option<StopKeys>>,
    conn: Connection,
    seat: WlSeat,
    /// One event is noted and sent at a time, so that both have one order.
    sending: Mutex<()>,
    marks: AtomicU64,
    /// Ends the reader when it is closed.
    wake: OwnedFd,
}

impl Seat {
    /// Connects; makes no device yet.
    pub(super) fn connect(socket: &Path, ledger: Arc<Ledger>) -> Result<Arc<Self>> {
        let Wire {
            conn,
            globals,
            queue,
            world,
        } = Wire::connect(socket)?;
        let handle = queue.handle();
        let seat = wire::bind::<WlSeat>(&globals, &handle, 1..=7)?;
        let hub = Arc::new(Hub::new(Arc::clone(&ledger), world.outputs.clone()));
        let (wake, woken) = reader::pipe()?;
        reader::start(&conn, queue, world, Arc::clone(&hub), woken)?;
        Ok(Arc::new(Self {
            socket: socket.to_owned(),
            sway: sway::socket_of(socket),
            ledger,
            hub,
            queue: handle,
            globals,
            stop_keys: Mutex::new(None),
            conn,
            seat,
            sending: Mutex::new(()),
            marks: AtomicU64::new(1),
            wake,
        }))
    }

    fn bind<I>(&self, version: std::ops::RangeInclusive<u32>) -> Result<I>
    where
        I: Proxy + 'static,
        World: Dispatch<I, ()>,
    {
        wire::bind(&self.globals, &self.queue, version)
    }

    /// A pointer of our own.
    pub(super) fn new_pointer(&self) -> Result<ZwlrVirtualPointerV1> {
        let pointers: ZwlrVirtualPointerManagerV1 = self.bind(1..=2)?;
        Ok(pointers.create_virtual_pointer(Some(&self.seat), &self.queue, ()))
    }

    /// A keyboard of our own. It needs a map before its first key.
    pub(super) fn new_keyboard(&self) -> Result<ZwpVirtualKeyboardV1> {
        let keyboards: ZwpVirtualKeyboardManagerV1 = self.bind(1..=1)?;
        Ok(keyboards.create_virtual_keyboard(&self.seat, &self.queue, ()))
    }

    /// From now on each input, anyone's, is reported.
    pub(super) fn report_activity(&self) -> Result<Reports> {
        // Without any time to become idle in, each input is the end of idleness.
        if let Ok(notifier) = self.bind::<ExtIdleNotifierV1>(1..=2) {
            return Ok(Reports::Standard(if notifier.version() >= 2 {
                notifier.get_input_idle_notification(0, &self.seat, &self.queue, ())
            } else {
                notifier.get_idle_notification(0, &self.seat, &self.queue, ())
            }));
        }
        let idle: OrgKdeKwinIdle = self.bind(1..=1).map_err(|_| {
            PlatformError::Unsupported(
                "this compositor does not report input (ext-idle-notify)".to_owned(),
            )
        })?;
        Ok(Reports::Old(idle.get_idle_timeout(
            &self.seat,
            0,
            &self.queue,
            (),
        )))
    }

    /// Notes an event and sends it. Each is reported once.
    pub(super) fn send(&self, event: OwnEvent, request: impl FnOnce()) {
        let _one = lock(&self.sending);
        self.ledger.note(event);
        request();
    }

    /// Marks what was sent so far; the mark comes back once that was processed.
    pub(super) fn mark(&self) -> Result<u64> {
        let _one = lock(&self.sending);
        let mark = self.marks.fetch_add(1, Ordering::Relaxed);
        self.ledger.note(OwnEvent::Mark(mark));
        self.conn.display().sync(&self.queue, mark);
        self.push()?;
        Ok(mark)
    }

    /// Returns when everything sent so far was processed.
    pub(super) fn round_trip(&self) -> Result<()> {
        let mark = self.mark()?;
        self.hub.wait(mark)
    }

    /// Sends what waits to be sent.
    pub(super) fn push(&self) -> Result<()> {
        match self.conn.flush() {
            Ok(()) => Ok(()),
            Err(wayland_client::backend::WaylandError::Io(error))
                if error.kind() == std::io::ErrorKind::WouldBlock =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The outputs as they are now.
    pub(super) fn outputs(&self) -> Result<Vec<Output>> {
        self.round_trip()?;
        Ok(self.hub.outputs())
    }

    /// Makes the reader look at what it listens to.
    pub(super) fn wake(&self) {
        let _ = rustix::io::write(&self.wake, &[0]);
    }
}

/// Reports of input, as long as this lives.
pub(super) enum Reports {
    Standard(ExtIdleNotificationV1),
    Old(OrgKdeKwinIdleTimeout),
}

impl Drop for Reports {
    fn drop(&mut self) {
        match self {
            Self::Standard(reports) => reports.destroy(),
            Self::Old(reports) => reports.release(),
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
