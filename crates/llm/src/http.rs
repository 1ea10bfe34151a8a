//! The only place that talks to the network.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Method, Response, Url, redirect};
use serde_json::Value;

use crate::ProviderError;
use crate::endpoint::is_loopback;
use crate::error::Part;
use crate::failure::refused;

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the answer's head: local servers load models and read prompts for minutes.
    pub first_byte: Duration,
    /// Between two pieces of an answer; comments count as signs of life.
    pub idle: Duration,
    /// Between two attempts, the first time; doubled each time.
    pub back_off: Duration,
    /// Attempts after the first.
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(300),
            idle: Duration::from_secs(120),
            back_off: Duration::from_millis(500),
            retries: 2,
        }
    }
}

/// One request. `secret` headers are not sent to another host.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) secret: Option<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

const HOPS: usize = 5;

/// Sends a request and waits for the answer's head. Redirects keep method and
/// body; the key goes along only within one host.
pub(crate) async fn send(
    outgoing: &Outgoing<'_>,
    first_byte: Duration,
) -> Result<Response, ProviderError> {
    let bad = |what: &str| ProviderError::Network {
        message: what.to_owned(),
        host: host(outgoing.url),
        part: Part::Answer,
    };
    let first = Url::parse(outgoing.url).map_err(|_| bad("The server's address is not valid."))?;
    let mut url = first.clone();
    for _ in 0..=HOPS {
        let mut headers = HeaderMap::new();
        for (name, value) in outgoing.headers {
            insert(&mut headers, name, value, false)?;
        }
        if let (Some((name, value)), true) = (&outgoing.secret, may_see_key(&first, &url)) {
            insert(&mut headers, name, value, true)?;
        }
        let request = client(&url)?
            .request(outgoing.method.clone(), url.clone())
            .headers(headers)
            .body(outgoing.body.clone())
            .send();
        let response = match tokio::time::timeout(first_byte, request).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(network(error, outgoing)),
            Err(_) => {
                let seconds = first_byte.as_secs();
                return Err(bad(&format!("no answer within {seconds} seconds.")));
            }
        };
        if !matches!(response.status().as_u16(), 301 | 302 | 307 | 308) {
            return Ok(response);
        }
        let to = response
            .headers()
            .get(LOCATION)
            .and_then(|to| to.to_str().ok());
        let next = to
            .and_then(|to| url.join(to).ok())
            .ok_or_else(|| bad("a redirect to nowhere."))?;
        if !matches!(next.scheme(), "http" | "https") {
            return Err(bad("a redirect to nowhere."));
        }
        // What was meant for this computer stays here.
        if is_loopback(first.as_str()) && !is_loopback(next.as_str()) {
            return Err(bad("a redirect away from this computer."));
        }
        url = next;
    }
    Err(bad("too many redirects."))
}

/// Most bytes of an answer that is read whole.
const MOST: usize = 8 << 20;

/// Asks with GET and reads the answer whole, within a limit. An answer that is
/// not a success is a failure, as it would be of a model call.
pub(crate) async fn fetch(
    url: &str,
    headers: &[(String, String)],
    secret: Option<(&'static str, String)>,
    limit: Duration,
) -> Result<Value, ProviderError> {
    let outgoing = Outgoing {
        method: Method::GET,
        url,
        headers,
        secret,
        body: Vec::new(),
    };
    ask(&outgoing, limit).await
}

/// As [`fetch`], with a request of one's own.
pub(crate) async fn ask(outgoing: &Outgoing<'_>, limit: Duration) -> Result<Value, ProviderError> {
    let asked = async {
        let mut response = send(outgoing, limit).await?;
        if !response.status().is_success() {
            let failure = refused(response, outgoing.secret.as_ref(), limit).await;
            return Err(failure.error);
        }
        let mut body = Vec::new();
        while let Ok(Some(more)) = response.chunk().await {
            body.extend_from_slice(&more);
            if body.len() > MOST {
                break;
            }
        }
        let text = String::from_utf8_lossy(&body);
        crate::json::parse(&text).ok_or_else(|| ProviderError::Malformed {
            message: "it did not answer with JSON.".to_owned(),
        })
    };
    match tokio::time::timeout(limit, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(ProviderError::Network {
            message: format!("no answer within {} seconds.", limit.as_secs()),
            host: host(outgoing.url),
            part: Part::Answer,
        }),
    }
}

/// The same host, and no step back from TLS.
fn may_see_key(first: &Url, now: &Url) -> bool {
    let same = first.host_str() == now.host_str();
    let port = first.port_or_known_default() == now.port_or_known_default();
    let upgraded = first.scheme() == "http" && now.scheme() == "https";
    same && ((port && first.scheme() == now.scheme()) || upgraded)
}

fn insert(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    secret: bool,
) -> Result<(), ProviderError> {
    let name = HeaderName::from_bytes(name.as_bytes());
    let value = HeaderValue::from_str(value);
    let (Ok(name), Ok(mut value)) = (name, value) else {
        // Most often a key with a line break in it.
        let message = "The key holds characters that cannot be sent.".to_owned();
        return Err(ProviderError::Auth {
            message,
            missing: false,
            key_end: None,
        });
    };
    value.set_sensitive(secret);
    headers.insert(name, value);
    Ok(())
}

/// A failure below HTTP, in words, without the key and the address' query.
fn network(error: reqwest::Error, outgoing: &Outgoing<'_>) -> ProviderError {
    let timeout = error.is_timeout();
    let connect = error.is_connect();
    let error = error.without_url();
    let mut words = vec![error.to_string()];
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        words.push(inner.to_string());
        source = inner.source();
    }
    // The innermost says most; the outer ones only repeat that it failed.
    let cause = words.pop().unwrap_or_default();
    let what = match (timeout, connect) {
        (true, _) => "no connection in time",
        (_, true) => "no connection",
        _ => "a broken connection",
    };
    let part = part(&error, &words, &cause, connect);
    let host = host(outgoing.url);
    let place = match &host {
        Some(host) => format!(" to {host}"),
        None => String::new(),
    };
    let message = format!("{what}{place} ({cause}).");
    ProviderError::Network {
        message: without_key(message, outgoing.secret.as_ref()),
        host,
        part,
    }
}

/// Host and port only: an address may carry more than a person should read aloud.
pub(crate) fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    Some(format!("{}{port}", url.host_str()?))
}

fn part(error: &reqwest::Error, words: &[String], cause: &str, connect: bool) -> Part {
    let all = format!("{} {cause}", words.join(" ")).to_lowercase();
    let has = |signs: &[&str]| signs.iter().any(|sign| all.contains(sign));
    if has(&[
        "dns error",
        "failed to lookup",
        "no such host",
        "name or service",
    ]) {
        Part::Name
    } else if has(&["proxy", "tunnel"]) {
        Part::Proxy
    } else if has(&["certificate", "tls", "handshake", "corrupt message"]) {
        Part::Certificate
    } else if connect || error.is_timeout() {
        Part::Connection
    } else {
        Part::Answer
    }
}

/// Text of a server or a library never brings the key along.
pub(crate) fn without_key(text: String, secret: Option<&(&'static str, String)>) -> String {
    match secret {
        Some((_, value)) => {
            let key = value.strip_prefix("Bearer ").unwrap_or(value);
            if key.len() < 4 {
                text
            } else {
                text.replace(key, "***")
            }
        }
        None => text,
    }
}

/// Clients are made when first needed: reading the system's certificates takes
/// longer than the whole start may.
fn client(url: &Url) -> Result<&'static Client, ProviderError> {
    static LOOPBACK: OnceLock<Client> = OnceLock::new();
    static PLAIN: OnceLock<Client> = OnceLock::new();
    static TLS: OnceLock<Client> = OnceLock::new();
    let tls = url.scheme() == "https";
    let local = is_loopback(url.as_str());
    let place = if tls {
        &TLS
    } else if local {
        &LOOPBACK
    } else {
        &PLAIN
    };
    if let Some(client) = place.get() {
        return Ok(client);
    }
    // Somebody else may have installed one; any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .user_agent(concat!("interpreter/", env!("CARGO_PKG_VERSION")));
    if !tls {
        // Works on a machine without any certificates, too.
        builder = builder.tls_certs_only([]);
    }
    if local {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        ProviderError::Network {
            host: host(url.as_str()),
            part: Part::Certificate,
            message: format!(
                "the system's certificates cannot be read ({}). Install the package ca-certificates.",
                cause.unwrap_or_else(|| error.to_string())
            ),
        }
    })?;
    Ok(place.get_or_init(|| client))
}
