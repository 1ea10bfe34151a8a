//! Links the compiler's runtime into the program on Linux, so that it needs
//! nothing but the C library.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    if of("CARGO_CFG_TARGET_OS") != "linux" || of("CARGO_CFG_TARGET_ENV") != "gnu" {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-static-libgcc");
    // The standard library asks for `gcc_s` by name, so the flag alone does not
    // help: in a folder that is searched first, that name means the archives.
    let folder = of("OUT_DIR");
    let script = Path::new(&folder).join("libgcc_s.so");
    match std::fs::write(&script, "INPUT(-l:libgcc_eh.a -l:libgcc.a)\n") {
        Ok(()) => println!("cargo:rustc-link-arg-bins=-L{folder}"),
        Err(error) => println!("cargo:warning=the program will need libgcc_s.so: {error}"),
    }
}
