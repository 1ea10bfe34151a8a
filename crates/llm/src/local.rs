//! Model servers on this computer: which of them listens where, told apart by
//! what only one of them answers.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use interpreter_protocol::LocalServer;
use serde_json::Value;

use crate::catalogue::{Probe, ProviderEntry, providers};
use crate::endpoint::is_loopback;
use crate::http::fetch;
use crate::probe::talking;
use crate::resolve::{Lookup, Wish};
use crate::{Model, ProviderError};

/// How long a server may take where somebody waits for the first answer of a model.
const QUICK: Duration = Duration::from_millis(500);
/// How long one may take where they are looked for; all are asked at once.
const PATIENT: Duration = Duration::from_millis(1900);
/// Moves ports, as `11434=40001,8080=40002`; then no others are asked.
const PORTS: &str = "INTERPRETER_LOCAL_PORTS";

/// Where the ports of local servers really are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ports(Option<BTreeMap<u16, u16>>);

impl Ports {
    pub(crate) fn of(lookup: &dyn Lookup) -> Self {
        let Some(text) = lookup.env(PORTS) else {
            return Self(None);
        };
        let pair = |pair: &str| {
            let (from, to) = pair.split_once('=')?;
            Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
        };
        Self(Some(text.split(',').filter_map(pair).collect()))
    }

    fn real(&self, port: u16) -> Option<u16> {
        match &self.0 {
            Some(moved) => moved.get(&port).copied(),
            None => Some(port),
        }
    }

    /// An address with its port moved.
    pub(crate) fn moved(&self, base: &str) -> String {
        let moved = self.0.iter().flatten();
        let mut found = moved.filter_map(|(from, to)| {
            let from = format!(":{from}/");
            base.contains(&from)
                .then(|| base.replacen(&from, &format!(":{to}/"), 1))
        });
        found.next().unwrap_or_else(|| base.to_owned())
    }
}

/// The servers that answer on this computer, in the order they are preferred;
/// takes at most two seconds. Only loopback is asked, and no key is sent.
pub async fn local_servers(lookup: &dyn Lookup) -> Vec<LocalServer> {
    all(lookup, PATIENT).await
}

/// As [`local_servers`], for somebody who waits.
pub(crate) async fn quickly(lookup: &dyn Lookup) -> Vec<LocalServer> {
    all(lookup, QUICK).await
}

async fn all(lookup: &dyn Lookup, limit: Duration) -> Vec<LocalServer> {
    let ports = Ports::of(lookup);
    let asked = providers().iter().filter_map(|entry| {
        let probe = entry.probe.as_ref()?;
        Some(one(
            entry,
            probe,
            roots(entry, probe, lookup, &ports),
            limit,
        ))
    });
    let found = join_all(asked).await;
    let mut servers: Vec<LocalServer> = Vec::new();
    for server in found.into_iter().flatten() {
        let place = |server: &LocalServer| crate::http::host(&server.base);
        // One server may show the signs of two; the first one is the more particular.
        if servers.iter().all(|known| place(known) != place(&server)) {
            servers.push(server);
        }
    }
    servers
}

/// Where a server may listen: what its variable says, else its ports.
fn roots(entry: &ProviderEntry, probe: &Probe, lookup: &dyn Lookup, ports: &Ports) -> Vec<String> {
    let own = entry.base_from.iter().find_map(|name| lookup.env(name));
    if let Some(own) = own {
        // Another machine is not asked.
        return crate::resolve::base_of(entry, &own)
            .ok()
            .filter(|base| is_loopback(base))
            .and_then(|base| root(&base))
            .into_iter()
            .collect();
    }
    let real = probe.ports.iter().filter_map(|port| ports.real(*port));
    real.map(|port| format!("http://127.0.0.1:{port}"))
        .collect()
}

/// `http://127.0.0.1:8080` of `http://127.0.0.1:8080/v1`.
fn root(base: &str) -> Option<String> {
    let (scheme, rest) = base.split_once("://")?;
    let host = rest.split('/').next()?;
    Some(format!("{scheme}://{host}"))
}

async fn one(
    entry: &ProviderEntry,
    probe: &Probe,
    roots: Vec<String>,
    limit: Duration,
) -> Option<LocalServer> {
    let asked = roots.iter().map(|root| async move {
        let asked = tokio::time::timeout(limit, signed(probe, root));
        Some((root, asked.await.ok()??))
    });
    let (root, models) = join_all(asked).await.into_iter().flatten().next()?;
    let path = entry
        .base
        .split_once("://")
        .and_then(|(_, rest)| Some(rest.split_once('/')?.1))
        .unwrap_or("v1");
    Some(LocalServer {
        provider: entry.name.clone(),
        title: entry.title.clone(),
        base: format!("{root}/{path}"),
        models: models
            .iter()
            .map(|id| format!("{}/{id}", entry.name))
            .collect(),
    })
}

/// The models of a server that shows its sign.
async fn signed(probe: &Probe, root: &str) -> Option<Vec<String>> {
    let get = |path: String| async move { fetch(&path, &[], None, PATIENT).await };
    let mut known = false;
    for sign in &probe.signs {
        match get(format!("{root}{}", sign.path)).await {
            Ok(answer) => {
                let value = answer.get(&sign.key);
                known = value.is_some_and(|value| {
                    let wanted = sign.value.as_deref();
                    wanted.is_none_or(|wanted| value.as_str() == Some(wanted))
                });
            }
            // It is there, and tells nothing before it has a key.
            Err(ProviderError::Auth { .. }) if probe.wants_key => return Some(Vec::new()),
            // Nothing listens: the other signs need no asking.
            Err(ProviderError::Network { .. }) => return None,
            Err(_) => {}
        }
        if known {
            break;
        }
    }
    if !known {
        return None;
    }
    let models = get(format!("{root}{}", probe.models)).await.ok()?;
    let is_list = [models.get("data"), models.get("models"), Some(&models)]
        .into_iter()
        .flatten()
        .any(Value::is_array);
    if !is_list {
        return None;
    }
    if let Some(owner) = &probe.owned_by {
        let told = models.pointer("/data/0/owned_by").and_then(Value::as_str);
        // A server without a model names no owner, and cannot be told apart.
        if told != Some(owner) {
            return None;
        }
    }
    Some(talking(&models))
}

/// Some servers listen at one of two ports: takes the one where it shows its sign.
pub(crate) async fn settle(model: &mut Model, wish: &Wish, lookup: &dyn Lookup) {
    let Some(entry) = crate::catalogue::provider(&model.info.provider) else {
        return;
    };
    let Some(probe) = entry.probe.as_ref().filter(|probe| probe.ports.len() > 1) else {
        return;
    };
    let own = entry
        .base_from
        .iter()
        .any(|name| lookup.env(name).is_some());
    if own || wish.api_base.is_some() {
        return;
    }
    let places = roots(entry, probe, lookup, &Ports::of(lookup));
    if let Some(found) = one(entry, probe, places, QUICK).await {
        model.endpoint.base = found.base;
    }
}
