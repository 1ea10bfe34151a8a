//! Prepares the shell: a place for the UI, so that a fresh clone can be checked
//! before the UI is built, and Tauri's own generated code.

use std::path::Path;

const WAITING: &str = "<!doctype html><html lang=\"en\"><title>Interpreter</title><body>The UI is not built yet. Run <code>cargo xtask run</code>.</body></html>\n";

fn main() {
    let page = Path::new("ui/dist/index.html");
    if !page.exists() {
        let written =
            std::fs::create_dir_all("ui/dist").and_then(|()| std::fs::write(page, WAITING));
        if let Err(error) = written {
            println!("cargo::warning=ui/dist could not be made: {error}");
        }
    }
    println!("cargo::rerun-if-changed=src-tauri/capabilities");
    println!("cargo::rerun-if-changed=ui/dist");
    let attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
