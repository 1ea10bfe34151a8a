//! What the compositor has told on one connection.

use std::collections::HashMap;

use wayland_client::globals::GlobalListContents;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_output::{self, WlOutput};
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::{self, WlSeat};
use wayland_client::protocol::wl_shm::{Format, WlShm};
use wayland_client::protocol::wl_shm_pool::WlShmPool;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, Dispatch, Proxy as _, QueueHandle, WEnum, delegate_noop};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notification_v1::{
    self, ExtIdleNotificationV1,
};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notifier_v1::ExtIdleNotifierV1;
use wayland_protocols::wp::viewporter::client::wp_viewport::WpViewport;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;
use wayland_protocols::xdg::xdg_output::zv1::client::zxdg_output_manager_v1::ZxdgOutputManagerV1;
use wayland_protocols::xdg::xdg_output::zv1::client::zxdg_output_v1::{self, ZxdgOutputV1};
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1;
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;
use wayland_protocols_plasma::idle::client::org_kde_kwin_idle::OrgKdeKwinIdle;
use wayland_protocols_plasma::idle::client::org_kde_kwin_idle_timeout::{
    self, OrgKdeKwinIdleTimeout,
};
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_shell_v1::ZwlrLayerShellV1;
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_surface_v1::{
    self, ZwlrLayerSurfaceV1,
};
use wayland_protocols_wlr::screencopy::v1::client::zwlr_screencopy_frame_v1::{
    self, ZwlrScreencopyFrameV1,
};
use wayland_protocols_wlr::screencopy::v1::client::zwlr_screencopy_manager_v1::ZwlrScreencopyManagerV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1;

use super::outputs::Output;
use super::overlay::Spot;
use crate::platform::Rect;

/// All of it.
#[derive(Default)]
pub(super) struct World {
    pub(super) outputs: Vec<Output>,
    pub(super) xdg: Option<ZxdgOutputManagerV1>,
    /// Pictures asked for, by our number.
    pub(super) pictures: HashMap<u32, Picture>,
    pub(super) pointer: Option<WlPointer>,
    /// What is to be answered in the order it came.
    pub(super) heard: Vec<Heard>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    /// There was input, ours or not.
    Activity,
    /// Everything sent before this mark has been processed.
    Mark(u64),
    /// The pointer is over a surface of ours, at a place of the output it lies on.
    Over {
        output: u32,
        spot: Spot,
        at: (f64, f64),
    },
    /// Outputs came, went or changed.
    Outputs,
}

/// A picture on its way.
#[derive(Debug, Clone, Default)]
pub(super) struct Picture {
    /// Width, height, stride, format of the memory it wants.
    pub(super) wants: Option<(u32, u32, u32, Format)>,
    /// All kinds of memory were offered.
    pub(super) offered: bool,
    pub(super) upside_down: bool,
    pub(super) damage: Rect,
    pub(super) state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum State {
    #[default]
    Waiting,
    Ready,
    Failed,
}

impl World {
    fn output(&mut self, number: u32) -> Option<&mut Output> {
        self.outputs
            .iter_mut()
            .find(|output| output.number == number)
    }

    /// Takes an output in.
    pub(super) fn add_output(
        &mut self,
        registry: &WlRegistry,
        number: u32,
        version: u32,
        queue: &QueueHandle<Self>,
    ) {
        let proxy = registry.bind::<WlOutput, _, _>(number, version.min(4), queue, number);
        if let Some(xdg) = &self.xdg {
            xdg.get_xdg_output(&proxy, queue, number);
        }
        self.outputs.push(Output::new(number, Some(proxy)));
    }
}

impl Dispatch<WlRegistry, GlobalListContents> for World {
    fn event(
        world: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        match event {
            wl_registry::Event::Global {
                name,
                interface,
                version,
            } if interface == WlOutput::interface().name => {
                world.add_output(registry, name, version, queue);
            }
            wl_registry::Event::GlobalRemove { name } => {
                let before = world.outputs.len();
                world.outputs.retain(|output| {
                    let stays = output.number != name;
                    if let (false, Some(proxy)) = (stays, &output.proxy)
                        && proxy.version() >= 3
                    {
                        proxy.release();
                    }
                    stays
                });
                if world.outputs.len() != before {
                    world.heard.push(Heard::Outputs);
                }
            }
            _ => {}
        }
    }
}

impl Dispatch<WlOutput, u32> for World {
    fn event(
        world: &mut Self,
        _: &WlOutput,
        event: wl_output::Event,
        number: &u32,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(output) = world.output(*number) else {
            return;
        };
        match event {
            wl_output::Event::Geometry { transform, .. } => {
                output.transform = transform
                    .into_result()
                    .unwrap_or(wl_output::Transform::Normal);
            }
            wl_output::Event::Mode {
                flags,
                width,
                height,
                ..
            } => {
                if let WEnum::Value(flags) = flags
                    && flags.contains(wl_output::Mode::Current)
                {
                    output.mode = (width, height);
                }
            }
            wl_output::Event::Scale { factor } => output.scale = factor.max(1),
            wl_output::Event::Name { name } => output.name = name,
            wl_output::Event::Done => world.heard.push(Heard::Outputs),
            _ => {}
        }
    }
}

impl Dispatch<ZxdgOutputV1, u32> for World {
    fn event(
        world: &mut Self,
        _: &ZxdgOutputV1,
        event: zxdg_output_v1::Event,
        number: &u32,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(output) = world.output(*number) else {
            return;
        };
        match event {
            zxdg_output_v1::Event::LogicalPosition { x, y } => output.at = (x, y),
            zxdg_output_v1::Event::LogicalSize { width, height } => output.size = (width, height),
            zxdg_output_v1::Event::Name { name } => output.name = name,
            _ => {}
        }
    }
}

impl Dispatch<ZwlrScreencopyFrameV1, u32> for World {
    fn event(
        world: &mut Self,
        frame: &ZwlrScreencopyFrameV1,
        event: zwlr_screencopy_frame_v1::Event,
        number: &u32,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        use zwlr_screencopy_frame_v1::{Event, Flags};
        let Some(picture) = world.pictures.get_mut(number) else {
            return;
        };
        match event {
            Event::Buffer {
                format: WEnum::Value(format),
                width,
                height,
                stride,
            } => {
                picture.wants = Some((width, height, stride, format));
                picture.offered |= frame.version() < 3;
            }
            Event::BufferDone => picture.offered = true,
            Event::Flags {
                flags: WEnum::Value(flags),
            } => picture.upside_down = flags.contains(Flags::YInvert),
            Event::Damage {
                x,
                y,
                width,
                height,
            } => {
                picture.damage = picture.damage.union(Rect {
                    x: x as i32,
                    y: y as i32,
                    w: width,
                    h: height,
                });
            }
            Event::Ready { .. } => picture.state = State::Ready,
            Event::Failed => picture.state = State::Failed,
            _ => {}
        }
    }
}

impl Dispatch<WlCallback, u64> for World {
    fn event(
        world: &mut Self,
        _: &WlCallback,
        event: wl_callback::Event,
        mark: &u64,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_callback::Event::Done { .. } = event {
            world.heard.push(Heard::Mark(*mark));
        }
    }
}

impl Dispatch<WlSeat, ()> for World {
    fn event(
        world: &mut Self,
        seat: &WlSeat,
        event: wl_seat::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        let wl_seat::Event::Capabilities {
            capabilities: WEnum::Value(capabilities),
        } = event
        else {
            return;
        };
        let has = capabilities.contains(wl_seat::Capability::Pointer);
        match &world.pointer {
            None if has => world.pointer = Some(seat.get_pointer(queue, ())),
            Some(pointer) if !has => {
                if pointer.version() >= 3 {
                    pointer.release();
                }
                world.pointer = None;
            }
            _ => {}
        }
    }
}

impl Dispatch<WlPointer, ()> for World {
    fn event(
        world: &mut Self,
        _: &WlPointer,
        event: wl_pointer::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_pointer::Event::Enter {
            surface,
            surface_x,
            surface_y,
            ..
        } = event
            && let Some((output, spot)) = surface.data::<(u32, Spot)>()
        {
            world.heard.push(Heard::Over {
                output: *output,
                spot: *spot,
                at: (surface_x, surface_y),
            });
        }
    }
}

impl Dispatch<ZwlrLayerSurfaceV1, (WlSurface, WpViewport, WlBuffer)> for World {
    fn event(
        _: &mut Self,
        layer: &ZwlrLayerSurfaceV1,
        event: zwlr_layer_surface_v1::Event,
        (surface, viewport, buffer): &(WlSurface, WpViewport, WlBuffer),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let zwlr_layer_surface_v1::Event::Configure {
            serial,
            width,
            height,
        } = event
        {
            layer.ack_configure(serial);
            if width > 0 && height > 0 {
                viewport.set_destination(width as i32, height as i32);
            }
            surface.attach(Some(buffer), 0, 0);
            surface.commit();
        }
    }
}

impl Dispatch<OrgKdeKwinIdleTimeout, ()> for World {
    fn event(
        world: &mut Self,
        _: &OrgKdeKwinIdleTimeout,
        event: org_kde_kwin_idle_timeout::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if matches!(event, org_kde_kwin_idle_timeout::Event::Resumed) {
            world.heard.push(Heard::Activity);
        }
    }
}

impl Dispatch<ExtIdleNotificationV1, ()> for World {
    fn event(
        world: &mut Self,
        _: &ExtIdleNotificationV1,
        event: ext_idle_notification_v1::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if matches!(event, ext_idle_notification_v1::Event::Resumed) {
            world.heard.push(Heard::Activity);
        }
    }
}

impl Dispatch<WlSurface, (u32, Spot)> for World {
    fn event(
        _: &mut Self,
        _: &WlSurface,
        _: wayland_client::protocol::wl_surface::Event,
        _: &(u32, Spot),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

delegate_noop!(World: ignore WlShm);
delegate_noop!(World: ignore WlBuffer);
delegate_noop!(World: WlShmPool);
delegate_noop!(World: WlCompositor);
delegate_noop!(World: wayland_client::protocol::wl_region::WlRegion);
delegate_noop!(World: WpViewporter);
delegate_noop!(World: WpViewport);
delegate_noop!(World: ZxdgOutputManagerV1);
delegate_noop!(World: ZwlrLayerShellV1);
delegate_noop!(World: ZwlrScreencopyManagerV1);
delegate_noop!(World: ZwlrVirtualPointerManagerV1);
delegate_noop!(World: ZwlrVirtualPointerV1);
delegate_noop!(World: ZwpVirtualKeyboardManagerV1);
delegate_noop!(World: ZwpVirtualKeyboardV1);
delegate_noop!(World: OrgKdeKwinIdle);
delegate_noop!(World: ExtIdleNotifierV1);
