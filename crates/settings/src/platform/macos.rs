use super::{Folders, home};

/// The folders below `~/Library`.
pub(crate) fn folders(env: &dyn Fn(&str) -> Option<String>) -> Option<Folders> {
    let library = home(env)?.join("Library");
    let support = library.join("Application Support").join("interpreter");
    let cache = library.join("Caches").join("interpreter");
    Some(Folders {
        data: support.clone(),
        config: support.join("config"),
        runtime: cache.join("run"),
        cache,
    })
}
