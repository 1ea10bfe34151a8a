//! What only some systems have: permissions of files.

#[cfg(unix)]
mod unix;
