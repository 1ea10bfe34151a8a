//! The reference for the app's window: an empty Tauri window, with some words and
//! one field, and nothing else. An example of the root package, which alone may
//! name Tauri.
#![allow(missing_docs)]

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &[u8] = b"<!doctype html><h1>An empty window</h1>\
    <p>Some words, so that something is painted.</p>\
    <textarea rows=5 cols=80 autofocus></textarea>";

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .register_uri_scheme_protocol("page", |_, _| {
            let mut response = Response::new(PAGE);
            let html = tauri::http::HeaderValue::from_static("text/html");
            response.headers_mut().insert("content-type", html);
            response
        })
        .setup(|app| {
            let page = WebviewUrl::CustomProtocol("page://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "empty", page)
                .title("empty")
                .inner_size(1280.0, 800.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
