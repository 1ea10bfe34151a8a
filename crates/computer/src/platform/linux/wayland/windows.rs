//! The windows of a sway desktop, front to back, out of its tree.

use serde_json::Value;

use super::outputs::{Output, to_physical};
use crate::platform::{Rect, Window, WindowKind};

/// All windows; those that are not shown come last.
pub(super) fn windows(tree: &Value, outputs: &[Output]) -> Vec<Window> {
    let mut found = Vec::new();
    for output in children(tree, "nodes") {
        for workspace in children(output, "nodes") {
            let mut here = Vec::new();
            // Drawn later, and so in front, is what comes later in the list.
            for window in children(workspace, "floating_nodes").iter().rev() {
                collect(window, true, outputs, &mut here);
            }
            collect_below(workspace, outputs, &mut here);
            // What fills the screen lies over everything, windows that float included.
            here.sort_by_key(|(fullscreen, _)| !*fullscreen);
            found.extend(here.into_iter().map(|(_, window)| window));
        }
    }
    found.sort_by_key(|window: &Window| window.minimised);
    found
}

fn children<'v>(node: &'v Value, name: &str) -> &'v [Value] {
    node[name].as_array().map_or(&[], Vec::as_slice)
}

fn collect_below(node: &Value, outputs: &[Output], found: &mut Vec<(bool, Window)>) {
    for child in children(node, "nodes") {
        collect(child, false, outputs, found);
    }
}

fn collect(node: &Value, floats: bool, outputs: &[Output], found: &mut Vec<(bool, Window)>) {
    if node["pid"].is_number() {
        found.push((
            node["fullscreen_mode"].as_u64().unwrap_or(0) > 0,
            window(node, floats, outputs),
        ));
    }
    for child in children(node, "nodes") {
        collect(child, floats, outputs, found);
    }
}

fn window(node: &Value, floats: bool, outputs: &[Output]) -> Window {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let rect = rect(&node["rect"]);
    let inner = self::rect(&node["window_rect"]);
    let bar = self::rect(&node["deco_rect"]).3;
    let app = text(&node["app_id"])
        .or_else(|| text(&node["window_properties"]["class"]))
        .unwrap_or_default();
    let content = if inner.2 > 0 && inner.3 > 0 {
        (rect.0 + inner.0, rect.1 + inner.1, inner.2, inner.3)
    } else {
        rect
    };
    let shown = node["visible"] == Value::Bool(true);
    let place = |logical| {
        if shown {
            to_physical(outputs, logical)
        } else {
            Rect::default()
        }
    };
    Window {
        id: node["id"].as_u64().unwrap_or_default(),
        title: text(&node["name"]).unwrap_or_default(),
        app,
        pid: node["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()),
        // The title bar lies above.
        rect: place((rect.0, rect.1 - bar, rect.2, rect.3 + bar)),
        content: place(content),
        active: node["focused"] == Value::Bool(true),
        minimised: !shown,
        above: floats,
        kind: WindowKind::Normal,
    }
}

fn rect(value: &Value) -> (i32, i32, i32, i32) {
    let number = |name: &str| value[name].as_i64().unwrap_or(0) as i32;
    (number("x"), number("y"), number("width"), number("height"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    fn node(id: u64, rect: [i32; 4], visible: bool, extra: &[(&str, Value)]) -> Value {
        let mut node = json!({
            "id": id, "pid": 100 + id, "name": format!("window {id}"), "app_id": "app",
            "rect": {"x": rect[0], "y": rect[1], "width": rect[2], "height": rect[3]},
            "window_rect": {"x": 2, "y": 0, "width": rect[2] - 4, "height": rect[3] - 2},
            "deco_rect": {"x": 0, "y": 0, "width": rect[2], "height": 20},
            "visible": visible, "focused": id == 1, "nodes": [], "floating_nodes": [],
            "fullscreen_mode": 0,
        });
        for (name, value) in extra {
            node[name] = value.clone();
        }
        node
    }

    #[test]
    fn windows_lie_as_they_are_drawn() {
        let output = Output {
            mode: (1280, 800),
            at: (-640, 0),
            size: (640, 400),
            ..Output::new(7, None)
        };
        let class = [
            ("app_id", Value::Null),
            ("window_properties", json!({"class": "Xterm"})),
        ];
        let full = [("fullscreen_mode", json!(1))];
        let tree = json!({"nodes": [
            {"nodes": [{
                "floating_nodes": [
                    node(3, [-500, 60, 200, 100], true, &class),
                    node(4, [-500, 60, 200, 100], true, &[]),
                ],
                "nodes": [{"nodes": [
                    node(1, [-640, 20, 320, 380], true, &[]),
                    node(2, [-320, 20, 320, 380], false, &[]),
                ]}],
            }]},
            {"nodes": [{"floating_nodes": [node(6, [0, 0, 10, 10], false, &[])],
                        "nodes": [node(5, [-640, 0, 640, 400], true, &full)]}]},
        ]});
        let windows = windows(&tree, &[output]);
        let order: Vec<(u64, &str, bool, bool)> = windows
            .iter()
            .map(|w| (w.id, w.app.as_str(), w.active, w.minimised))
            .collect();
        assert_eq!(
            order,
            [
                (4, "app", false, false),
                (3, "Xterm", false, false),
                (1, "app", true, false),
                (5, "app", false, false),
                (2, "app", false, true),
                (6, "app", false, true),
            ]
        );
        let rect = |x, y, w, h| Rect { x, y, w, h };
        assert_eq!(windows[2].rect, rect(-1280, 0, 640, 800));
        assert_eq!(windows[2].content, rect(-1276, 40, 632, 756));
        assert_eq!(windows[2].pid, Some(101));
        assert_eq!(windows[4].rect, Rect::default());
    }
}
