//! The windows of an X11 desktop, front to back.
//!
//! The stacking order is that of the root's children, which is always right and
//! includes menus and other windows the window manager does not list; its
//! properties say which of them are applications' windows and which are hidden.

use std::collections::HashMap;

use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, GetPropertyReply, MapState, Window as Id,
};

use super::connection::X;
use crate::platform::{Rect, Result, Window, WindowKind};

/// All windows.
pub(super) fn windows(x: &X) -> Result<Vec<Window>> {
    let children = x.conn.query_tree(x.root)?.reply()?.children;
    let mut listed = x.values(x.root, x.atoms._NET_CLIENT_LIST_STACKING)?;
    if listed.is_empty() {
        listed = clients_by_state(x, &children)?;
    }
    let owners = top_levels(x, &listed)?;
    let active = active(x, &listed)?;
    let mut found = Vec::new();
    let mut order: Vec<(Id, Id)> = Vec::new();
    for child in children.iter().rev() {
        match owners.get(child) {
            Some(client) => order.push((*child, *client)),
            None => order.push((*child, *child)),
        }
    }
    // Minimised windows may have no frame on the root; they come last.
    for client in listed.iter().rev() {
        if !order.iter().any(|(_, known)| known == client) {
            order.push((*client, *client));
        }
    }
    let asked: Vec<Asked<'_>> = order
        .iter()
        .map(|(frame, client)| Asked::ask(x, *frame, *client))
        .collect::<Result<_>>()?;
    for (asked, (_, client)) in asked.into_iter().zip(&order) {
        let managed = listed.contains(client);
        if let Some(window) = asked.answer(x, managed, active == Some(*client)) {
            found.push(window);
        }
    }
    let (mut shown, hidden): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|window: &Window| !window.minimised);
    shown.extend(hidden);
    Ok(shown)
}

/// Without a window manager's list: the windows among the children, or right
/// below them, that carry `WM_STATE`; failing that, those that have a name.
fn clients_by_state(x: &X, children: &[Id]) -> Result<Vec<Id>> {
    let mut clients = Vec::new();
    for child in children {
        let attributes = x.conn.get_window_attributes(*child)?.reply_unchecked()?;
        let Some(attributes) = attributes else {
            continue;
        };
        if attributes.override_redirect {
            continue;
        }
        let below = x.conn.query_tree(*child)?.reply_unchecked()?;
        let below = below.map(|tree| tree.children).unwrap_or_default();
        let mut client = None;
        for candidate in std::iter::once(*child).chain(below) {
            if !x.values(candidate, x.atoms.WM_STATE)?.is_empty() {
                client = Some(candidate);
                break;
            }
        }
        if client.is_none() && attributes.map_state == MapState::VIEWABLE {
            let class = property(x, *child, AtomEnum::WM_CLASS.into())?.reply_unchecked()?;
            client = class
                .filter(|class| !class.value.is_empty())
                .map(|_| *child);
        }
        clients.extend(client);
    }
    Ok(clients)
}

/// The root's child above each client.
fn top_levels(x: &X, clients: &[Id]) -> Result<HashMap<Id, Id>> {
    let mut owners = HashMap::new();
    let mut level: Vec<(Id, Id)> = clients.iter().map(|client| (*client, *client)).collect();
    // One round trip a level, for all windows at once. Frames are one or two deep.
    for _ in 0..8 {
        let asked: Vec<_> = level
            .iter()
            .map(|(at, client)| Ok((*at, *client, x.conn.query_tree(*at)?)))
            .collect::<Result<_>>()?;
        level.clear();
        for (at, client, cookie) in asked {
            let Some(tree) = cookie.reply_unchecked()? else {
                continue;
            };
            if tree.parent == x.root {
                owners.insert(at, client);
            } else if tree.parent != x11rb::NONE {
                level.push((tree.parent, client));
            }
        }
        if level.is_empty() {
            break;
        }
    }
    Ok(owners)
}

/// The child of a client's frame, or of the root, that has the keyboard: what the
/// window manager tells lags behind.
pub(super) fn focus(x: &X) -> Result<Option<u64>> {
    let mut at = x.conn.get_input_focus()?.reply()?.focus;
    for _ in 0..16 {
        // 0 and 1 are "nowhere" and "where the pointer is".
        if at <= 1 || at == x.root {
            return Ok(None);
        }
        let Some(tree) = x.conn.query_tree(at)?.reply_unchecked()? else {
            return Ok(None);
        };
        if tree.parent == x.root {
            return Ok(Some(u64::from(at)));
        }
        at = tree.parent;
    }
    Ok(None)
}

/// The client that has the keyboard.
fn active(x: &X, clients: &[Id]) -> Result<Option<Id>> {
    let told = x.values(x.root, x.atoms._NET_ACTIVE_WINDOW)?;
    if let Some(window) = told.first().filter(|window| **window != x11rb::NONE) {
        return Ok(Some(*window));
    }
    let mut at = x.conn.get_input_focus()?.reply()?.focus;
    for _ in 0..16 {
        // 0 and 1 are "nowhere" and "where the pointer is".
        if at <= 1 || at == x.root {
            return Ok(None);
        }
        if clients.contains(&at) {
            return Ok(Some(at));
        }
        match x.conn.query_tree(at)?.reply_unchecked()? {
            Some(tree) => at = tree.parent,
            None => return Ok(None),
        }
    }
    Ok(None)
}

type Cookie<'x, R> = x11rb::cookie::Cookie<'x, x11rb::rust_connection::RustConnection, R>;

/// All questions about one window, sent before the first answer is read.
struct Asked<'x> {
    client: Id,
    own_frame: bool,
    attributes: Cookie<'x, x11rb::protocol::xproto::GetWindowAttributesReply>,
    frame: Cookie<'x, x11rb::protocol::xproto::GetGeometryReply>,
    geometry: Cookie<'x, x11rb::protocol::xproto::GetGeometryReply>,
    place: Cookie<'x, x11rb::protocol::xproto::TranslateCoordinatesReply>,
    frame_place: Cookie<'x, x11rb::protocol::xproto::TranslateCoordinatesReply>,
    name: Cookie<'x, GetPropertyReply>,
    old_name: Cookie<'x, GetPropertyReply>,
    class: Cookie<'x, GetPropertyReply>,
    pid: Cookie<'x, GetPropertyReply>,
    state: Cookie<'x, GetPropertyReply>,
    kind: Cookie<'x, GetPropertyReply>,
    extents: Cookie<'x, GetPropertyReply>,
    process: Option<Cookie<'x, x11rb::protocol::res::QueryClientIdsReply>>,
}

fn property(x: &X, window: Id, name: u32) -> Result<Cookie<'_, GetPropertyReply>> {
    Ok(x.conn
        .get_property(false, window, name, AtomEnum::ANY, 0, 1024)?)
}

impl<'x> Asked<'x> {
    fn ask(x: &'x X, frame: Id, client: Id) -> Result<Self> {
        let specs = [ClientIdSpec {
            client,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        }];
        Ok(Self {
            client,
            own_frame: frame == client,
            attributes: x.conn.get_window_attributes(client)?,
            frame: x.conn.get_geometry(frame)?,
            geometry: x.conn.get_geometry(client)?,
            place: x.conn.translate_coordinates(client, x.root, 0, 0)?,
            frame_place: x.conn.translate_coordinates(frame, x.root, 0, 0)?,
            name: property(x, client, x.atoms._NET_WM_NAME)?,
            old_name: property(x, client, AtomEnum::WM_NAME.into())?,
            class: property(x, client, AtomEnum::WM_CLASS.into())?,
            pid: property(x, client, x.atoms._NET_WM_PID)?,
            state: property(x, client, x.atoms._NET_WM_STATE)?,
            kind: property(x, client, x.atoms._NET_WM_WINDOW_TYPE)?,
            extents: property(x, client, x.atoms._NET_FRAME_EXTENTS)?,
            process: x.conn.res_query_client_ids(&specs).ok(),
        })
    }

    /// `None` for what nobody can see or reach: vanished, unmapped and unmanaged,
    /// or made only to hear events.
    fn answer(self, x: &X, managed: bool, active: bool) -> Option<Window> {
        let values = |cookie: Cookie<'_, GetPropertyReply>| -> Vec<u32> {
            let reply = cookie.reply_unchecked().ok().flatten();
            reply
                .and_then(|reply| reply.value32().map(Iterator::collect))
                .unwrap_or_default()
        };
        let bytes = |cookie: Cookie<'_, GetPropertyReply>| -> Vec<u8> {
            cookie
                .reply_unchecked()
                .ok()
                .flatten()
                .map(|reply| reply.value)
                .unwrap_or_default()
        };
        let attributes = self.attributes.reply_unchecked().ok()??;
        let geometry = self.geometry.reply_unchecked().ok()??;
        let place = self.place.reply_unchecked().ok()??;
        let frame = self.frame.reply_unchecked().ok()??;
        let frame_place = self.frame_place.reply_unchecked().ok()??;
        let state = values(self.state);
        let kinds = values(self.kind);
        let hidden = attributes.map_state != MapState::VIEWABLE
            || state.contains(&x.atoms._NET_WM_STATE_HIDDEN);
        let input_only = attributes.class == x11rb::protocol::xproto::WindowClass::INPUT_ONLY;
        if !managed && (hidden || input_only) {
            return None;
        }
        let content = Rect {
            x: i32::from(place.dst_x),
            y: i32::from(place.dst_y),
            w: u32::from(geometry.width),
            h: u32::from(geometry.height),
        };
        let beyond = content.x + content.w as i32 <= 0 || content.y + content.h as i32 <= 0;
        if !managed && (beyond || content.w <= 1 || content.h <= 1) {
            return None;
        }
        let rect = if self.own_frame {
            let extents = values(self.extents);
            match extents.as_slice() {
                [left, right, top, bottom] if managed => Rect {
                    x: content.x - *left as i32,
                    y: content.y - *top as i32,
                    w: content.w + left + right,
                    h: content.h + top + bottom,
                },
                _ => content,
            }
        } else {
            let border = u32::from(frame.border_width);
            Rect {
                x: i32::from(frame_place.dst_x) - border as i32,
                y: i32::from(frame_place.dst_y) - border as i32,
                w: u32::from(frame.width) + 2 * border,
                h: u32::from(frame.height) + 2 * border,
            }
        };
        let asked_pid = values(self.pid).first().copied();
        let pid = self
            .process
            .and_then(|cookie| cookie.reply_unchecked().ok().flatten())
            .and_then(|reply| reply.ids.first().and_then(|id| id.value.first().copied()))
            .filter(|pid| *pid != 0)
            .or(asked_pid);
        let title = Some(bytes(self.name))
            .filter(|name| !name.is_empty())
            .map(|name| String::from_utf8_lossy(&name).into_owned())
            .unwrap_or_else(|| latin1(&bytes(self.old_name)));
        let class = bytes(self.class);
        let app = class
            .split(|byte| *byte == 0)
            .nth(1)
            .map(latin1)
            .filter(|class| !class.is_empty())
            .or_else(|| pid.and_then(process_name))
            .unwrap_or_default();
        let kind = if class == super::border::CLASS {
            WindowKind::Border
        } else if kinds.contains(&x.atoms._NET_WM_WINDOW_TYPE_DOCK) {
            WindowKind::Dock
        } else if kinds.contains(&x.atoms._NET_WM_WINDOW_TYPE_DESKTOP) {
            WindowKind::Desktop
        } else if managed {
            WindowKind::Normal
        } else {
            WindowKind::Popup
        };
        Some(Window {
            id: u64::from(self.client),
            title,
            app,
            pid,
            rect,
            content,
            active,
            minimised: hidden,
            above: state.contains(&x.atoms._NET_WM_STATE_ABOVE),
            kind,
        })
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn process_name(pid: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}
