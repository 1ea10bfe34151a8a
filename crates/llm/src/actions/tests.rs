mod laws;
mod native;
mod spoken;

use super::*;

fn done(actions: Value) -> Asked {
    Asked::of(actions.as_array().cloned().unwrap_or_default())
}

/// A problem is told in words; here only that there is one.
fn is_invalid(asked: &Asked) -> bool {
    asked.actions.iter().any(|action| {
        action["action"] == "invalid" && action["problem"].as_str().is_some_and(|p| !p.is_empty())
    })
}
