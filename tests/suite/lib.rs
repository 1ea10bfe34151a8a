//! Whole-product tests live in `suite/`, one module a behaviour; this library is empty.
