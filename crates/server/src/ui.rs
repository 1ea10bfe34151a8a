//! Where the built user interface lies, and how it is handed out.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Html;
use axum::routing::get;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// Finds the built user interface: the folder named by `INTERPRETER_UI`, `ui`
/// beside the program, `../share/interpreter/ui` (Linux), `../Resources/ui` (macOS),
/// or in a development build the checkout's own `ui/dist`. The working folder is never looked at: whoever
/// could put a page there would be handed the token.
pub fn find_ui(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = env("INTERPRETER_UI")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    if named.is_some() {
        return named;
    }
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let places = ["ui", "../share/interpreter/ui", "../Resources/ui"];
    let installed = beside
        .into_iter()
        .flat_map(|folder| places.map(|place| folder.join(place)));
    let checkout =
        cfg!(debug_assertions).then(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist"));
    installed
        .chain(checkout)
        .find(|folder| folder.join("index.html").is_file())
}

const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Interpreter</title><h1>Interpreter is running</h1>\
    <p>The user interface is not installed beside this program. Build it with \
    <code>cargo xtask setup</code>, or set <code>INTERPRETER_UI</code> to its folder. \
    The protocol is served at <code>/api/events</code> all the same.</p></html>";

/// The pages. Unknown paths without a file name are the app's own routes.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(
    folder: Option<&Path>,
    port: u16,
) -> Router<S> {
    let router = match folder {
        Some(folder) => {
            let index = ServeFile::new(folder.join("index.html"));
            Router::new().fallback_service(ServeDir::new(folder).fallback(index))
        }
        None => Router::new().route("/", get(async || Html(MISSING))),
    };
    security_headers(port)
        .into_iter()
        .fold(router, |router, (name, value)| {
            router.layer(SetResponseHeaderLayer::overriding(name, value))
        })
}

/// Scripts only from our own files; styles may be inline, since components
/// place them. No frame may hold us, and nothing may be sent elsewhere.
fn security_headers(port: u16) -> Vec<(HeaderName, HeaderValue)> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; \
         connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}; \
         worker-src 'self' blob:; frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    );
    let mut headers = vec![
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.push((header::CONTENT_SECURITY_POLICY, policy));
    }
    headers
}
