//! What goes wrong with portals, in words for people.

use crate::platform::PlatformError;

/// There is no portal, or it went.
pub(super) fn is_nobody(error: &zbus::Error) -> bool {
    named(error).is_some_and(|name| {
        [
            "ServiceUnknown",
            "NameHasNoOwner",
            "NoReply",
            "Disconnected",
        ]
        .iter()
        .any(|known| name.ends_with(known))
            || name.contains(".Spawn.")
    })
}

fn named(error: &zbus::Error) -> Option<String> {
    match error {
        zbus::Error::MethodError(name, ..) => Some(name.to_string()),
        zbus::Error::FDO(error) => Some(zbus::DBusError::name(&**error).to_string()),
        _ => None,
    }
}

/// Why a call to the portal failed.
pub(super) fn explain(interface: &str, error: &zbus::Error) -> PlatformError {
    if is_nobody(error) {
        return missing("nobody answers as org.freedesktop.portal.Desktop");
    }
    if matches!(error, zbus::Error::InputOutput(_)) {
        return PlatformError::Lost(format!("the session bus: {error}"));
    }
    let name = named(error).unwrap_or_default();
    if name.ends_with("UnknownMethod") || name.ends_with("UnknownInterface") {
        return lacks(interface);
    }
    if name.ends_with("AccessDenied") || name.ends_with("NotAllowed") {
        return PlatformError::NotPermitted {
            message: format!("The desktop does not allow it ({error})."),
            fix: "Allow it for Interpreter in the desktop's settings.".to_owned(),
        };
    }
    failed("asking the desktop's portal", error)
}

/// There is no portal.
pub(super) fn missing(why: &str) -> PlatformError {
    PlatformError::NoDisplay {
        message: format!(
            "This desktop shows its screen to programs only through its portal, and there is \
             none: {why}."
        ),
        fix: "Install xdg-desktop-portal and the part for your desktop \
              (xdg-desktop-portal-gnome or xdg-desktop-portal-kde), and log in again."
            .to_owned(),
    }
}

/// The portal is there, and this part of it is not.
pub(super) fn lacks(interface: &str) -> PlatformError {
    let part = interface.rsplit('.').next().unwrap_or(interface);
    PlatformError::Unsupported(format!(
        "this desktop's portal does not offer {part}; update xdg-desktop-portal and its part for \
         your desktop (GNOME, KDE Plasma), or log in to an X11 session"
    ))
}

/// The portal did not do it.
pub(super) fn failed(doing: &str, error: impl std::fmt::Display) -> PlatformError {
    PlatformError::Failed {
        doing: doing.to_owned(),
        reason: error.to_string(),
    }
}
