//! Pictures of conversations, for the page: `interpreter-blob://localhost/sha256:...`.

use interpreter_engine::Engine;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager as _, Runtime, UriSchemeContext, UriSchemeResponder};

/// The scheme. Not `blob`: that one belongs to the browser.
pub const SCHEME: &str = "interpreter-blob";

/// Answers one request.
pub fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let engine = context.app_handle().state::<Engine>().inner().clone();
    let hash = request
        .uri()
        .path()
        .trim_start_matches('/')
        .replace("%3A", ":");
    tauri::async_runtime::spawn_blocking(move || {
        let response = match engine.blob(&hash) {
            Ok((media_type, bytes)) => Response::builder()
                .header(header::CONTENT_TYPE, media_type)
                .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
                .header(
                    header::CACHE_CONTROL,
                    "private, max-age=31536000, immutable",
                )
                .body(bytes),
            Err(error) => Response::builder()
                .status(StatusCode::NOT_FOUND)
                .body(error.to_string().into_bytes()),
        };
        match response {
            Ok(response) => responder.respond(response),
            Err(error) => tracing::error!(%error, "a picture could not be served"),
        }
    });
}
