//! Who may come in: our own host name, no foreign web page, the right token.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header};
use interpreter_protocol::{Error, ErrorCode};

use crate::TOKEN_SUBPROTOCOL;

/// A fresh token: 256 random bits, in hex.
///
/// # Errors
/// [`crate::Error::NoRandom`] where the system gives no random numbers.
pub fn new_token() -> Result<String, crate::Error> {
    use std::fmt::Write as _;
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| crate::Error::NoRandom(error.to_string()))?;
    let mut token = String::with_capacity(64);
    for byte in bytes {
        let _ = write!(token, "{byte:02x}");
    }
    Ok(token)
}

/// The rules of one server.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// What was asked for as host.
    pub(crate) host: String,
    /// Where it really listens.
    pub(crate) ip: IpAddr,
    pub(crate) port: u16,
    pub(crate) token: String,
}

impl Access {
    /// Whether `authority` (`name`, `name:port`, `[v6]:port`) names this server.
    ///
    /// A page of a foreign site can make its own name point at 127.0.0.1; its
    /// requests then still carry that name here. Where we listen on every
    /// address, any literal address is ours, since a literal cannot be rebound.
    fn names_us(&self, authority: &str) -> bool {
        let (name, port) = split_authority(authority);
        // Without a port it is 80, which a browser leaves out.
        if port.unwrap_or(80) != self.port {
            return false;
        }
        if name.eq_ignore_ascii_case("localhost") || name.eq_ignore_ascii_case(&self.host) {
            return true;
        }
        match name.parse::<IpAddr>() {
            Ok(ip) => ip == self.ip || ip.is_loopback() || self.ip.is_unspecified(),
            Err(_) => false,
        }
    }

    /// Refuses a request that does not name us, or that a foreign page makes.
    pub(crate) fn check_place(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Error> {
        let host = uri
            .authority()
            .map(|authority| authority.as_str())
            .or_else(|| {
                headers
                    .get(header::HOST)
                    .and_then(|value| value.to_str().ok())
            });
        if !host.is_some_and(|host| self.names_us(host)) {
            return Err(Error::new(
                ErrorCode::Unauthorized,
                "The request names another host than this server.",
            )
            .remedy("Open the address that the server printed when it started."));
        }
        // Non-browsers send no Origin; `null` (a file, a sandboxed frame) is foreign.
        for origin in headers.get_all(header::ORIGIN) {
            let own = origin
                .to_str()
                .ok()
                .and_then(|origin| origin.strip_prefix("http://"))
                .is_some_and(|authority| self.names_us(authority));
            if !own {
                return Err(Error::new(
                    ErrorCode::Unauthorized,
                    "The request comes from a web page that is not this server's.",
                )
                .remedy("Use the page that this server itself serves."));
            }
        }
        Ok(())
    }

    /// Refuses a request without the right token.
    pub(crate) fn check_token(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Error> {
        let mut given = offered_tokens(uri, headers).peekable();
        if given.peek().is_none() {
            return Err(
                Error::new(ErrorCode::Unauthorized, "The request carries no token.").remedy(
                    "Open the address that the server printed, with its `#token=` part, or send \
                 `Authorization: Bearer TOKEN`.",
                ),
            );
        }
        // All are compared, so that the time tells nothing about which came close.
        let right = given.fold(false, |right, token| same(&token, &self.token) | right);
        if right {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::Unauthorized, "The token is not this server's.").remedy(
                "Servers make a new token at each start unless INTERPRETER_API_KEY is set; open \
                 the address that this one printed.",
            ))
        }
    }
}

/// Splits `name:port`; the brackets of an IPv6 address are taken off.
fn split_authority(authority: &str) -> (&str, Option<u16>) {
    // A port that is no number must not pass as a missing one.
    let port = |text: &str| text.parse().unwrap_or(0);
    if let Some(rest) = authority.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((name, "")) => (name, None),
            Some((name, tail)) => (name, Some(tail.strip_prefix(':').map_or(0, port))),
            None => (authority, Some(0)),
        };
    }
    match authority.rsplit_once(':') {
        Some((name, text)) => (name, Some(port(text))),
        None => (authority, None),
    }
}

/// Every token a request offers: subprotocol, bearer, query.
fn offered_tokens<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> impl Iterator<Item = String> + 'a {
    let protocols = headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().strip_prefix(TOKEN_SUBPROTOCOL))
        .map(str::to_owned);
    let bearer = headers
        .get_all(header::AUTHORIZATION)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .filter_map(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned());
    let query = uri
        .query()
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter_map(|pair| pair.strip_prefix("token="))
        .map(percent_decoded);
    protocols.chain(bearer).chain(query)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = &tail[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// Compares in a time that depends on the length of `given` alone.
fn same(given: &str, wanted: &str) -> bool {
    let wanted = wanted.as_bytes();
    if wanted.is_empty() {
        return false;
    }
    let mut difference = given.len() ^ wanted.len();
    for (index, byte) in given.bytes().enumerate() {
        difference |= usize::from(byte ^ wanted[index % wanted.len()]);
    }
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn access() -> Access {
        Access {
            host: "127.0.0.1".to_owned(),
            ip: IpAddr::from([127, 0, 0, 1]),
            port: 8000,
            token: "s3cret/+".to_owned(),
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        map
    }

    #[test]
    fn only_our_own_host_and_pages_are_let_in() {
        let check = |pairs: &[(&'static str, &str)], expected: bool| {
            let result = access().check_place(&Uri::from_static("/api/events"), &headers(pairs));
            assert_eq!(result.is_ok(), expected, "{pairs:?}: {result:?}");
        };
        check(&[("host", "127.0.0.1:8000")], true);
        check(&[("host", "localhost:8000")], true);
        check(&[("host", "LOCALHOST:8000")], true);
        check(&[("host", "[::1]:8000")], true);
        check(&[], false);
        check(&[("host", "")], false);
        check(&[("host", "127.0.0.1")], false);
        check(&[("host", "127.0.0.1:8001")], false);
        check(&[("host", "127.0.0.1:8000x")], false);
        check(&[("host", "[::1")], false);
        check(&[("host", "evil.example:8000")], false);
        check(&[("host", "192.168.1.2:8000")], false);
        check(&[("host", "localhost.evil.example:8000")], false);
        let here = ("host", "127.0.0.1:8000");
        check(&[here, ("origin", "http://127.0.0.1:8000")], true);
        check(&[here, ("origin", "http://localhost:8000")], true);
        check(&[here, ("origin", "http://[::1]:8000")], true);
        check(&[here, ("origin", "null")], false);
        check(&[here, ("origin", "")], false);
        check(&[here, ("origin", "https://127.0.0.1:8000")], false);
        check(&[here, ("origin", "http://127.0.0.1:3000")], false);
        check(&[here, ("origin", "http://evil.example")], false);
        check(
            &[here, ("origin", "http://127.0.0.1:8000@evil.example")],
            false,
        );
    }

    #[test]
    fn listening_everywhere_lets_literal_addresses_in_but_no_names() {
        let access = Access {
            host: "0.0.0.0".to_owned(),
            ip: IpAddr::from([0, 0, 0, 0]),
            ..access()
        };
        let check =
            |host: &str, expected: bool| assert_eq!(access.names_us(host), expected, "{host}");
        check("192.168.1.2:8000", true);
        check("[fe80::1]:8000", true);
        check("localhost:8000", true);
        check("evil.example:8000", false);
    }

    #[test]
    fn the_token_is_taken_from_three_places() {
        let check = |uri: &'static str, pairs: &[(&'static str, &str)], expected: bool| {
            let result = access().check_token(&Uri::from_static(uri), &headers(pairs));
            assert_eq!(result.is_ok(), expected, "{uri} {pairs:?}: {result:?}");
        };
        check("/", &[], false);
        check("/?token=s3cret%2f%2B", &[], true);
        check("/?a=b&token=s3cret%2F%2B", &[], true);
        check("/?token=", &[], false);
        check("/?token=s3cret", &[], false);
        check("/?token=s3cret%2f%2Bs3cret%2f%2B", &[], false);
        check("/", &[("authorization", "Bearer s3cret/+")], true);
        check("/", &[("authorization", "bearer s3cret/+")], true);
        check("/", &[("authorization", "Basic s3cret/+")], false);
        check(
            "/",
            &[(
                "sec-websocket-protocol",
                "interpreter.v1, interpreter.token.s3cret/+",
            )],
            true,
        );
        check(
            "/",
            &[(
                "sec-websocket-protocol",
                "interpreter.v1, interpreter.token.wrong",
            )],
            false,
        );
        check(
            "/?token=wrong",
            &[("authorization", "Bearer s3cret/+")],
            true,
        );
    }

    #[test]
    fn an_empty_token_lets_nobody_in() {
        let access = Access {
            token: String::new(),
            ..access()
        };
        assert!(
            access
                .check_token(&Uri::from_static("/?token="), &HeaderMap::new())
                .is_err()
        );
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (a, b) = (new_token().unwrap(), new_token().unwrap());
        assert_eq!(a.len(), 64);
        assert_ne!(a, b);
    }
}
