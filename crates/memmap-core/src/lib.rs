//! Mapping a file.
