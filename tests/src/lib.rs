//! Whole-product tests live in `suite/`.
