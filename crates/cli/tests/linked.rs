use std::process::Command;

use crate::support::PROGRAM;

/// The command starts in milliseconds on any Linux because it needs nothing
/// but the C library.
#[test]
fn only_the_c_library_is_needed() {
    if std::env::consts::OS != "linux" {
        return;
    }
    let output = Command::new("ldd")
        .arg(PROGRAM)
        .output()
        .expect("ldd is part of the C library");
    let text = String::from_utf8(output.stdout).unwrap();
    let foreign: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(|path| path.rsplit('/').next().unwrap_or(path))
        .filter(|name| {
            let known = [
                "linux-vdso.so",
                "libc.so.6",
                "libm.so.6",
                "libpthread.so.0",
                "libdl.so.2",
                "ld-linux",
            ];
            !known.iter().any(|known| name.starts_with(known))
        })
        .collect();
    assert!(text.contains("libc.so.6"), "{text}");
    assert!(
        foreign.is_empty(),
        "the program also needs {foreign:?}:\n{text}"
    );
}
