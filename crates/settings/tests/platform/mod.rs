//! What only some systems have: permissions of files, and links.

#[cfg(unix)]
mod unix;
