//! The Computer API: one type per method, registered by name.
//!
//! From this list come the `computer` object inside runs, `interpreter computer`,
//! the text for the system message and the reference.

mod clipboard;
mod display;
mod keyboard;
mod mouse;
mod os;
mod text;

use std::future::Future;
use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Acted, Computer, ComputerError, SessionKey};

pub use text::{describe, reference};

/// A method, as it is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// `module.name`.
    pub name: &'static str,
    /// What it does, one sentence or two.
    pub doc: &'static str,
    /// In the order of positional arguments.
    pub params: &'static [Param],
    /// What comes back.
    pub returns: &'static str,
    /// It uses mouse or keyboard, so the gate must be open.
    pub acts: bool,
}

/// A parameter of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// `str`, `int`, `float`, `bool`; with a leading `*` it takes all positional arguments.
    pub kind: &'static str,
    /// As Python writes it; empty where it must be given.
    pub default: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// Who calls, and on what.
pub(crate) struct Context {
    pub(crate) computer: Computer,
    pub(crate) session: SessionKey,
}

/// The type of one method.
pub(crate) trait Spec: DeserializeOwned + Send + 'static {
    const METHOD: Method;
}

/// What one method does.
pub(crate) trait Run: Spec {
    fn run(self, context: &Context) -> impl Future<Output = Result<Value, ComputerError>> + Send;
}

/// Defines the type of a method, its defaults and its description in one place.
macro_rules! method {
    ($(#[doc = $doc:literal])+ $type:ident = $name:literal, acts: $acts:literal, $returns:literal;
     $($(#[doc = $about:literal])+ $field:ident: $kind:ty = $default:expr, $shown:literal, $python:literal;)*) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $type {
            $($(#[doc = $about])+ pub(crate) $field: $kind,)*
        }

        impl Default for $type {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::api::Spec for $type {
            const METHOD: $crate::api::Method = $crate::api::Method {
                name: $name,
                doc: concat!($($doc),+).trim_ascii(),
                params: &[$($crate::api::Param {
                    name: stringify!($field),
                    kind: $shown,
                    default: $python,
                    doc: concat!($($about),+).trim_ascii(),
                }),*],
                returns: $returns,
                acts: $acts,
            };
        }
    };
}
pub(crate) use method;

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Value, ComputerError>> + Send + 'a>>;

/// A registered method.
struct Entry {
    method: Method,
    call: for<'a> fn(Value, &'a Context) -> Answer<'a>,
}

const fn entry<M: Run>() -> Entry {
    Entry {
        method: M::METHOD,
        call: |params, context| Box::pin(run::<M>(params, context)),
    }
}

async fn run<M: Run>(params: Value, context: &Context) -> Result<Value, ComputerError> {
    let params = named(&M::METHOD, params)?;
    let method: M = serde_json::from_value(params).map_err(|error| {
        ComputerError::bad(
            format!(
                "{} does not take these parameters: {error}.",
                M::METHOD.name
            ),
            format!("It is called as {}.", text::signature(&M::METHOD)),
        )
    })?;
    method.run(context).await
}

macro_rules! registry {
    ($($type:path,)+) => {
        static ENTRIES: &[Entry] = &[$(entry::<$type>()),+];
        static METHODS: &[Method] = &[$(<$type as Spec>::METHOD),+];
    };
}

registry! {
    display::View,
    display::Screenshot,
    display::Size,
    display::Center,
    display::Width,
    display::Height,
    display::Info,
    display::Find,
    display::FindText,
    display::ReadText,
    mouse::Move,
    mouse::Click,
    mouse::DoubleClick,
    mouse::TripleClick,
    mouse::RightClick,
    mouse::Down,
    mouse::Up,
    mouse::Scroll,
    mouse::Position,
    keyboard::Write,
    keyboard::WriteSecret,
    keyboard::Press,
    keyboard::PressAndRelease,
    keyboard::Hotkey,
    keyboard::Down,
    keyboard::Up,
    clipboard::View,
    clipboard::Copy,
    clipboard::Paste,
    os::Open,
    os::SelectedText,
    os::Notify,
}

/// Every method, in the order of the reference.
pub(crate) fn methods() -> &'static [Method] {
    METHODS
}

pub(crate) async fn call(
    context: &Context,
    name: &str,
    params: Value,
) -> Result<Value, ComputerError> {
    let plain = name.strip_prefix("computer.").unwrap_or(name);
    match ENTRIES.iter().find(|entry| entry.method.name == plain) {
        Some(entry) => {
            let secrets = context.computer.secrets();
            match (entry.call)(params, context).await {
                Ok(mut value) => {
                    secrets.redact_value(&mut value);
                    Ok(value)
                }
                Err(error) => Err(secrets.redact_error(error)),
            }
        }
        None => {
            let names = METHODS.iter().map(|method| method.name);
            let closest = crate::find::closest(plain, names).unwrap_or("display.view");
            Err(ComputerError::UnknownMethod {
                name: name.to_owned(),
                closest: closest.to_owned(),
            })
        }
    }
}

/// Gives positional arguments (`args`) their names, and drops nulls, so that defaults hold.
fn named(method: &Method, params: Value) -> Result<Value, ComputerError> {
    let wrong = |message: String| {
        ComputerError::bad(
            message,
            format!("It is called as {}.", text::signature(method)),
        )
    };
    let mut params = match params {
        Value::Null => Map::new(),
        Value::Object(map) => map,
        other => {
            return Err(wrong(format!(
                "{} takes an object, not {other}.",
                method.name
            )));
        }
    };
    let args = match params.remove("args") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(args)) => args,
        Some(other) => {
            return Err(wrong(format!(
                "args of {} is {other}, not a list.",
                method.name
            )));
        }
    };
    params.retain(|_, value| !value.is_null());
    if args.is_empty() {
        return Ok(Value::Object(params));
    }
    let variadic = method
        .params
        .first()
        .filter(|param| param.kind.starts_with('*'));
    if let Some(first) = variadic {
        // `hotkey("ctrl", "c")` and `hotkey(["ctrl", "c"])` are the same.
        let all = args
            .into_iter()
            .flat_map(|arg| match arg {
                Value::Array(list) => list,
                one => vec![one],
            })
            .collect();
        params.insert(first.name.to_owned(), Value::Array(all));
        return Ok(Value::Object(params));
    }
    if args.len() > method.params.len() {
        return Err(wrong(format!(
            "{} takes at most {} arguments, not {}.",
            method.name,
            method.params.len(),
            args.len()
        )));
    }
    for (param, arg) in method.params.iter().zip(args) {
        if arg.is_null() {
            continue;
        }
        if params.insert(param.name.to_owned(), arg).is_some() {
            return Err(wrong(format!("{} got {} twice.", method.name, param.name)));
        }
    }
    Ok(Value::Object(params))
}

/// The text on the clipboard.
pub(crate) async fn clipboard_text(computer: &Computer) -> Result<String, ComputerError> {
    clipboard::with(computer, |clipboard| clipboard.get_text()).await
}

/// The result of a method that acted.
fn effect(acted: &Acted) -> Value {
    serde_json::to_value(&acted.effect).unwrap_or_default()
}

#[cfg(test)]
mod tests;
