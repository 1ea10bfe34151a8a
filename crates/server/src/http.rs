//! The listener, its routes, and who guards them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use interpreter_engine::Engine;
use interpreter_protocol::ErrorCode;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::access::Access;
use crate::{Error, socket, ui};

/// Where and for whom to serve.
#[derive(Clone)]
pub struct ServerConfig {
    /// Address or name to listen on; loopback unless the person says otherwise.
    pub host: String,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// The secret every request for data must carry. Never empty.
    pub token: String,
    /// Folder of the built user interface; see [`crate::find_ui`].
    pub ui: Option<PathBuf>,
}

impl std::fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerConfig({}:{})", self.host, self.port)
    }
}

/// A server that runs. Dropping it leaves it running; see [`Serving::stop`].
#[derive(Debug)]
pub struct Serving {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What to open in a browser; the token is its fragment, which is never sent.
    pub url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Serving {
    /// Whether others than this computer can reach it.
    pub fn is_exposed(&self) -> bool {
        !self.addr.ip().is_loopback()
    }

    /// Waits until the listener fails; normally forever.
    ///
    /// # Errors
    /// [`Error::Broken`] with the system's words.
    pub async fn finished(&mut self) -> Result<(), Error> {
        Ok((&mut self.task).await.unwrap_or(Ok(()))?)
    }

    /// Takes no new connection and cuts the open ones.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        self.task.abort();
        let _ = self.task.await;
    }
}

struct House {
    engine: Engine,
    access: Access,
}

/// Listens, and serves the engine to whoever has the token.
///
/// # Errors
/// [`Error::PortInUse`] and [`Error::BadAddress`].
pub async fn serve(engine: Engine, config: ServerConfig) -> Result<Serving, Error> {
    let listener = listen(&config.host, config.port).await?;
    let addr = listener.local_addr()?;
    let access = Access {
        host: config.host.clone(),
        ip: addr.ip(),
        port: addr.port(),
        token: config.token.clone(),
    };
    let house = Arc::new(House { engine, access });
    let router = Router::new()
        .route("/api/events", get(events))
        .route("/api/blob/{hash}", get(blob))
        .route("/heartbeat", get(async || Json(json!({"status": "alive"}))))
        .merge(ui::routes(config.ui.as_deref(), addr.port()))
        .layer(middleware::from_fn_with_state(Arc::clone(&house), guard))
        .with_state(house);
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        // A dropped sender means the handle is gone, not that we shall stop.
        let stopped = async move {
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        axum::serve(listener, router)
            .with_graceful_shutdown(stopped)
            .await
    });
    let url = format!("http://{}/#token={}", shown(addr), config.token);
    Ok(Serving {
        addr,
        url,
        stop,
        task,
    })
}

async fn listen(host: &str, port: u16) -> Result<TcpListener, Error> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    TcpListener::bind((bare, port))
        .await
        .map_err(|cause| match cause.kind() {
            io::ErrorKind::AddrInUse => Error::PortInUse {
                host: host.to_owned(),
                port,
            },
            _ => Error::BadAddress {
                host: host.to_owned(),
                port,
                cause,
            },
        })
}

/// The address as a browser on this computer would open it.
fn shown(addr: SocketAddr) -> SocketAddr {
    let ip = match addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ip => ip,
    };
    SocketAddr::new(ip, addr.port())
}

/// Before everything else: the request is meant for us and comes from no foreign page.
async fn guard(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    match house.access.check_place(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => refusal(StatusCode::FORBIDDEN, error),
    }
}

fn refusal(status: StatusCode, error: interpreter_protocol::Error) -> Response {
    let mut response = (status, Json(error)).into_response();
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

async fn events(
    State(house): State<Arc<House>>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Err(error) = house.access.check_token(&uri, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, error);
    }
    match upgrade {
        Ok(upgrade) => socket::upgrade(house.engine.clone(), upgrade),
        Err(rejection) => refusal(
            rejection.status(),
            interpreter_protocol::Error::new(
                ErrorCode::BadInput,
                "This address speaks WebSocket only.",
            ),
        ),
    }
}

async fn blob(
    State(house): State<Arc<House>>,
    uri: Uri,
    headers: HeaderMap,
    Path(hash): Path<String>,
) -> Response {
    if let Err(error) = house.access.check_token(&uri, &headers) {
        return refusal(StatusCode::UNAUTHORIZED, error);
    }
    let engine = house.engine.clone();
    let found = tokio::task::spawn_blocking(move || engine.blob(&hash)).await;
    let (media_type, bytes) = match found {
        Ok(Ok(found)) => found,
        Ok(Err(error)) if error.code == ErrorCode::UnknownItem => {
            return refusal(StatusCode::NOT_FOUND, error);
        }
        Ok(Err(error)) if error.code == ErrorCode::BadInput => {
            return refusal(StatusCode::BAD_REQUEST, error);
        }
        Ok(Err(error)) => return refusal(StatusCode::INTERNAL_SERVER_ERROR, error),
        Err(_) => {
            let error = interpreter_protocol::Error::new(
                ErrorCode::Internal,
                "Reading the picture failed.",
            );
            return refusal(StatusCode::INTERNAL_SERVER_ERROR, error);
        }
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_str(&media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, media_type);
    // The name is the hash of the content, so it never changes. Opened on its
    // own it is a dead picture: no script, no form, no link out.
    for (name, value) in [
        (
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
