//! Pixels of the root window, through memory shared with the server.
//!
//! The segment is kept and grows; where the server cannot share memory
//! (forwarded displays) the pixels come over the socket.

use std::ffi::c_void;
use std::os::fd::OwnedFd;

use interpreter_perception::Pixels;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use x11rb::connection::Connection as _;
use x11rb::errors::{ReplyError, ReplyOrIdError};
use x11rb::protocol::shm::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, ImageOrder};

use super::connection::X;
use crate::platform::convert::{Layout, to_rgb};
use crate::platform::{PlatformError, Rect, Result};

/// How captures are made on one connection.
pub(super) struct Capture {
    layout: Layout,
    /// Rows are padded to this many bytes.
    row_unit: usize,
    shared: Shared,
}

enum Shared {
    Untried,
    Segment(Segment),
    Impossible,
}

/// Memory the server writes and we read.
struct Segment {
    id: shm::Seg,
    at: *mut c_void,
    length: usize,
}

// SAFETY: the mapping belongs to this value alone and may be read from any thread.
unsafe impl Send for Segment {}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: `at` and `length` are those of the mapping made in `share`, unmapped only here.
        let _ = unsafe { munmap(self.at, self.length) };
    }
}

impl Capture {
    /// Looks how the root's pixels are packed.
    pub(super) fn new(x: &X) -> Result<Self> {
        let setup = x.conn.setup();
        let screen = &setup.roots[x.screen];
        let format = setup
            .pixmap_formats
            .iter()
            .find(|format| format.depth == screen.root_depth);
        let visual = screen
            .allowed_depths
            .iter()
            .flat_map(|depth| &depth.visuals)
            .find(|visual| visual.visual_id == screen.root_visual);
        let (Some(format), Some(visual)) = (format, visual) else {
            return Err(PlatformError::Unsupported(
                "the X server does not say how its pixels are packed".to_owned(),
            ));
        };
        let masks = (visual.red_mask, visual.green_mask, visual.blue_mask);
        let order = setup.image_byte_order;
        let layout = match (format.bits_per_pixel, masks) {
            (_, (0, _, _) | (_, 0, _) | (_, _, 0)) => None,
            (8..=32, _) if order != ImageOrder::LSB_FIRST => None,
            (32, (0xff_0000, 0xff00, 0xff)) => Some(Layout::Bgrx),
            (32, (0xff, 0xff00, 0xff_0000)) => Some(Layout::Rgbx),
            (bits @ (8 | 16 | 24 | 32), (red, green, blue)) => Some(Layout::Masks {
                bytes: usize::from(bits / 8),
                red,
                green,
                blue,
            }),
            _ => None,
        };
        let layout = layout.ok_or_else(|| {
            PlatformError::Unsupported(format!(
                "a screen of depth {} with {} bits a pixel cannot be read; set it to 24 bit colour",
                screen.root_depth, format.bits_per_pixel
            ))
        })?;
        let row_unit = usize::from(format.scanline_pad / 8).max(1);
        Ok(Self {
            layout,
            row_unit,
            shared: Shared::Untried,
        })
    }

    /// The pixels of `rect`, which must lie on the desktop.
    pub(super) fn take(&mut self, x: &X, rect: Rect) -> Result<Pixels> {
        let outside = || {
            PlatformError::Gone(format!(
                "the area {}x{} at ({}, {}) does not lie on the desktop",
                rect.w, rect.h, rect.x, rect.y
            ))
        };
        let (Ok(left), Ok(top), Ok(width), Ok(height)) = (
            i16::try_from(rect.x),
            i16::try_from(rect.y),
            u16::try_from(rect.w),
            u16::try_from(rect.h),
        ) else {
            return Err(outside());
        };
        if width == 0 || height == 0 {
            return Err(outside());
        }
        let area = Area {
            left,
            top,
            width,
            height,
        };
        let row = usize::from(width) * self.layout.bytes();
        let stride = row.div_ceil(self.row_unit) * self.row_unit;
        let length = stride * usize::from(height);
        self.prepare(x, length);
        let rgb = match &self.shared {
            Shared::Segment(segment) => {
                let reply = x
                    .conn
                    .shm_get_image(
                        x.root,
                        left,
                        top,
                        width,
                        height,
                        !0,
                        ImageFormat::Z_PIXMAP.into(),
                        segment.id,
                        0,
                    )?
                    .reply();
                match reply {
                    Ok(_) => {
                        // SAFETY: the segment is at least `length` long (`prepare`), and the
                        // server has finished writing, since it answered.
                        let bytes =
                            unsafe { std::slice::from_raw_parts(segment.at.cast::<u8>(), length) };
                        to_rgb(bytes, self.layout, rect.w as usize, rect.h as usize, stride)
                    }
                    Err(error) => return Err(refused(error, outside)),
                }
            }
            _ => {
                let bytes = over_the_socket(x, area).map_err(|error| refused(error, outside))?;
                to_rgb(
                    &bytes,
                    self.layout,
                    rect.w as usize,
                    rect.h as usize,
                    stride,
                )
            }
        };
        Ok(Pixels {
            width: rect.w,
            height: rect.h,
            rgb,
        })
    }

    /// Makes the shared segment large enough, if there can be one.
    fn prepare(&mut self, x: &X, length: usize) {
        match &self.shared {
            Shared::Segment(segment) if segment.length < length => {
                let _ = x.conn.shm_detach(segment.id);
            }
            Shared::Untried => {}
            Shared::Segment(_) | Shared::Impossible => return,
        }
        self.shared = match share(x, length) {
            Ok(segment) => Shared::Segment(segment),
            Err(error) => {
                tracing::debug!(%error, "no shared memory with the X server");
                Shared::Impossible
            }
        };
    }
}

#[derive(Clone, Copy)]
struct Area {
    left: i16,
    top: i16,
    width: u16,
    height: u16,
}

fn over_the_socket(x: &X, area: Area) -> std::result::Result<Vec<u8>, ReplyError> {
    let Area {
        left,
        top,
        width,
        height,
    } = area;
    let cookie = x
        .conn
        .get_image(ImageFormat::Z_PIXMAP, x.root, left, top, width, height, !0)?;
    Ok(cookie.reply()?.data)
}

fn share(x: &X, length: usize) -> Result<Segment> {
    let version = x.conn.shm_query_version()?.reply()?;
    if (version.major_version, version.minor_version) < (1, 2) {
        return Err(PlatformError::Unsupported(
            "the X server shares memory only the old way".to_owned(),
        ));
    }
    let failed = |error: rustix::io::Errno| PlatformError::Failed {
        doing: "sharing memory".to_owned(),
        reason: error.to_string(),
    };
    let fd: OwnedFd =
        rustix::fs::memfd_create("interpreter-frame", rustix::fs::MemfdFlags::CLOEXEC)
            .map_err(failed)?;
    rustix::fs::ftruncate(&fd, length as u64).map_err(failed)?;
    // SAFETY: a fresh mapping of a file that was just made this long, at an address of the
    // kernel's choice; nothing else uses it.
    let at = unsafe {
        mmap(
            std::ptr::null_mut(),
            length,
            ProtFlags::READ,
            MapFlags::SHARED,
            &fd,
            0,
        )
    }
    .map_err(failed)?;
    let id = x.conn.generate_id();
    let segment = Segment {
        id: *id.as_ref().unwrap_or(&0),
        at,
        length,
    };
    id.map_err(|error: ReplyOrIdError| PlatformError::from(error))?;
    x.conn.shm_attach_fd(segment.id, fd, false)?.check()?;
    Ok(segment)
}

fn refused(error: ReplyError, outside: impl Fn() -> PlatformError) -> PlatformError {
    match error {
        ReplyError::X11Error(error) if error.error_kind == x11rb::protocol::ErrorKind::Match => {
            outside()
        }
        other => other.into(),
    }
}
