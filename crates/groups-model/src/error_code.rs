//! Generated from spec/errors.yaml by `cargo xtask regen`; do not edit.

use crate::error_entry::{ErrorEntry, TextEntry};

/// Every code that a source names.
pub const CODES: &[ErrorEntry] = &[];

/// Every error that is told by a text alone.
pub const TEXTS: &[TextEntry] = &[];
