//! The system's keychain, asked in a thread of its own.

use std::sync::mpsc;
use std::time::Duration;

use crate::Secret;

/// The name under which the system keeps the secrets.
const SERVICE: &str = "dev.interpreter.desktop";
/// The person may have to unlock it; after that long nobody is there.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no keychain, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unavailable(pub(crate) String);

/// Somewhere to keep secrets.
pub(crate) trait Keychain: Send + Sync + std::fmt::Debug {
    fn read(&self, name: &str) -> Result<Option<Secret>, Unavailable>;
    fn write(&self, name: &str, value: &str) -> Result<(), Unavailable>;
    fn delete(&self, name: &str) -> Result<(), Unavailable>;
}

/// Keychain Services, Credential Manager, or the Secret Service.
#[derive(Debug)]
pub(crate) struct System;

impl Keychain for System {
    fn read(&self, name: &str) -> Result<Option<Secret>, Unavailable> {
        let name = name.to_owned();
        ask(move || match entry(&name)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(keyring::v1::Error::NoEntry) => Ok(None),
            Err(reason) => Err(reason),
        })
    }

    fn write(&self, name: &str, value: &str) -> Result<(), Unavailable> {
        let (name, value) = (name.to_owned(), Secret::new(value));
        ask(move || entry(&name)?.set_password(value.expose()))
    }

    fn delete(&self, name: &str) -> Result<(), Unavailable> {
        let name = name.to_owned();
        ask(move || match entry(&name)?.delete_credential() {
            Err(keyring::v1::Error::NoEntry) => Ok(()),
            other => other,
        })
    }
}

fn entry(name: &str) -> keyring::v1::Result<keyring::v1::Entry> {
    keyring::v1::Entry::new(SERVICE, name)
}

/// In a thread of its own: the caller may be inside an async runtime, which the
/// bus library must not block, and a service that hangs must not hang us.
fn ask<T: Send + 'static>(
    act: impl FnOnce() -> keyring::v1::Result<T> + Send + 'static,
) -> Result<T, Unavailable> {
    let (answer, wait) = mpsc::sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            let _ = answer.send(act());
        });
    if let Err(reason) = thread {
        return Err(Unavailable(reason.to_string()));
    }
    match wait.recv_timeout(PATIENCE) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(keyring::v1::Error::NoDefaultStore)) => {
            let status = keyring::v1::Entry::store_status();
            let reason = status.as_ref().err().map(ToString::to_string);
            Err(Unavailable(
                reason.unwrap_or_else(|| "there is none".to_owned()),
            ))
        }
        Ok(Err(reason)) => Err(Unavailable(reason.to_string())),
        Err(_) => Err(Unavailable("it gave no answer".to_owned())),
    }
}
