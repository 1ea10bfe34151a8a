//! Whether a server can be reached, and which part of the way does not work.

use std::time::Duration;

use interpreter_protocol::Error;
use reqwest::{Method, Url};
use tokio::net::{TcpStream, lookup_host};

use crate::error::Part;
use crate::http::{Outgoing, host, send};
use crate::{Model, ProviderError, classify, listing};

/// How long a name or a connection may take when the way is looked at part by part.
const PART: Duration = Duration::from_secs(5);

/// Says which server answered.
pub(super) async fn reach(model: &Model, limit: Duration) -> Result<String, Error> {
    let url = listing::url(model);
    let outgoing = Outgoing {
        method: Method::GET,
        url: &url,
        headers: &model.endpoint.headers,
        secret: None,
        body: Vec::new(),
    };
    // Half of the time is for finding out why.
    match send(&outgoing, limit / 2).await {
        // Any answer is one: without a key it says no.
        Ok(_) => {
            let host = host(&url).unwrap_or_else(|| model.endpoint.base.clone());
            let safe = match url.starts_with("https") {
                true => ", over a safe connection",
                false => "",
            };
            Ok(format!("{host} answers{safe}."))
        }
        Err(error) => Err(classify(&looked_at(error, &url).await, &model.info)),
    }
}

/// The same failure, with the part that fails when the way is gone step by step.
async fn looked_at(error: ProviderError, url: &str) -> ProviderError {
    let ProviderError::Network {
        message,
        host,
        part,
    } = error
    else {
        return error;
    };
    // Behind a proxy the way from here says nothing.
    let found = if part == Part::Proxy {
        None
    } else {
        walk(url).await
    };
    let (part, message) = match found {
        Some((part, what)) => (part, format!("{what} {message}")),
        None => (part, message),
    };
    ProviderError::Network {
        message,
        host,
        part,
    }
}

async fn walk(url: &str) -> Option<(Part, String)> {
    let url = Url::parse(url).ok()?;
    let name = url.host_str()?.to_owned();
    let bare = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let port = url.port_or_known_default()?;
    let looked = tokio::time::timeout(PART, lookup_host((bare.as_str(), port))).await;
    let addresses: Vec<_> = match looked {
        Ok(Ok(addresses)) => addresses.collect(),
        _ => Vec::new(),
    };
    if addresses.is_empty() {
        return Some((Part::Name, format!("the name {name} is not known;")));
    }
    for address in &addresses {
        if let Ok(Ok(_)) = tokio::time::timeout(PART, TcpStream::connect(address)).await {
            let safe = url.scheme() == "https";
            return safe.then(|| {
                (
                    Part::Certificate,
                    format!("{name} is there, but there is no safe connection to it;"),
                )
            });
        }
    }
    Some((
        Part::Connection,
        format!("{name} is known, but nothing answers at port {port};"),
    ))
}
