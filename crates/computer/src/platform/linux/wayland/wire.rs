//! A connection to the compositor.

use std::ops::RangeInclusive;
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wayland_client::backend::WaylandError;
use wayland_client::globals::{BindError, GlobalError, GlobalList, registry_queue_init};
use wayland_client::protocol::wl_output::WlOutput;
use wayland_client::{Connection, Dispatch, DispatchError, EventQueue, Proxy, QueueHandle};
use wayland_protocols::xdg::xdg_output::zv1::client::zxdg_output_manager_v1::ZxdgOutputManagerV1;

use super::world::World;
use crate::platform::{PlatformError, Result};

/// One connection, read by whoever holds this.
pub(super) struct Wire {
    pub(super) conn: Connection,
    pub(super) globals: GlobalList,
    pub(super) queue: EventQueue<World>,
    pub(super) world: World,
}

impl Wire {
    /// Connects, and learns the outputs.
    pub(super) fn connect(socket: &Path) -> Result<Self> {
        let no_display = |reason: String| PlatformError::NoDisplay {
            message: format!(
                "The compositor at WAYLAND_DISPLAY={} cannot be reached ({reason}).",
                socket.display()
            ),
            fix: "Start Interpreter inside the desktop session, as its user.".to_owned(),
        };
        let stream = UnixStream::connect(socket).map_err(|error| no_display(error.to_string()))?;
        let conn =
            Connection::from_socket(stream).map_err(|error| no_display(error.to_string()))?;
        let (globals, queue) =
            registry_queue_init::<World>(&conn).map_err(|error| no_display(error.to_string()))?;
        let mut wire = Self {
            conn,
            globals,
            queue,
            world: World::default(),
        };
        let xdg = wire.bind::<ZxdgOutputManagerV1>(1..=3)?;
        wire.world.xdg = Some(xdg);
        let outputs: Vec<(u32, u32)> = wire.globals.contents().with_list(|all| {
            let outputs = all
                .iter()
                .filter(|global| global.interface == WlOutput::interface().name);
            outputs
                .map(|global| (global.name, global.version))
                .collect()
        });
        let handle = wire.queue.handle();
        for (number, version) in outputs {
            let registry = wire.globals.registry();
            wire.world.add_output(registry, number, version, &handle);
        }
        wire.round_trip()?;
        Ok(wire)
    }

    pub(super) fn handle(&self) -> QueueHandle<World> {
        self.queue.handle()
    }

    /// A global of the compositor.
    ///
    /// # Errors
    /// `Unsupported` where it has none.
    pub(super) fn bind<I>(&self, version: RangeInclusive<u32>) -> Result<I>
    where
        I: Proxy + 'static,
        World: Dispatch<I, ()>,
    {
        bind(&self.globals, &self.queue.handle(), version)
    }

    /// Sends everything and returns when it has been processed and answered.
    pub(super) fn round_trip(&mut self) -> Result<()> {
        self.queue.roundtrip(&mut self.world)?;
        Ok(())
    }

    /// Dispatches until `done`, no longer than until `deadline`; whether it was done.
    pub(super) fn until(
        &mut self,
        deadline: Instant,
        mut done: impl FnMut(&mut World) -> bool,
    ) -> Result<bool> {
        loop {
            self.queue.dispatch_pending(&mut self.world)?;
            if done(&mut self.world) {
                return Ok(true);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            self.conn.flush()?;
            if let Some(guard) = self.conn.prepare_read()
                && wait_readable(&[guard.connection_fd()], Some(left))?[0]
            {
                read(guard)?;
            }
        }
    }
}

/// Reads what has come, if anything has.
pub(super) fn read(guard: wayland_client::backend::ReadEventsGuard) -> Result<()> {
    match guard.read() {
        Ok(_) => Ok(()),
        Err(WaylandError::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn bind<I>(
    globals: &GlobalList,
    queue: &QueueHandle<World>,
    version: RangeInclusive<u32>,
) -> Result<I>
where
    I: Proxy + 'static,
    World: Dispatch<I, ()>,
{
    globals.bind(queue, version, ()).map_err(|error| {
        let name = I::interface().name;
        PlatformError::Unsupported(match error {
            BindError::NotPresent => format!("this compositor does not offer {name}"),
            BindError::UnsupportedVersion => {
                format!("this compositor offers only an old version of {name}")
            }
        })
    })
}

/// Waits until one can be read (or has ended), or the time is over; which those are.
pub(super) fn wait_readable(fds: &[BorrowedFd<'_>], time: Option<Duration>) -> Result<Vec<bool>> {
    let mut polled: Vec<PollFd<'_>> = fds
        .iter()
        .map(|fd| PollFd::new(fd, PollFlags::IN))
        .collect();
    let time = time.map(|time| Timespec {
        tv_sec: time.as_secs() as i64,
        tv_nsec: i64::from(time.subsec_nanos()),
    });
    match poll(&mut polled, time.as_ref()) {
        Ok(_) => Ok(polled.iter().map(|fd| !fd.revents().is_empty()).collect()),
        Err(rustix::io::Errno::INTR) => Ok(vec![false; fds.len()]),
        Err(error) => Err(PlatformError::Lost(error.to_string())),
    }
}

impl From<WaylandError> for PlatformError {
    fn from(error: WaylandError) -> Self {
        PlatformError::Lost(error.to_string())
    }
}

impl From<DispatchError> for PlatformError {
    fn from(error: DispatchError) -> Self {
        PlatformError::Lost(error.to_string())
    }
}

impl From<GlobalError> for PlatformError {
    fn from(error: GlobalError) -> Self {
        PlatformError::Lost(error.to_string())
    }
}
