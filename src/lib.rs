//! The Node-API binding: converts arguments, hands out buffers and turns errors into JavaScript's.
//!
//! What is decided is decided elsewhere: rules about files in `memmap-core`, loops over elements in `memmap-kernels`,
//! arguments in `lib/` (TypeScript). Every export is marked `catch_unwind`, because a panic that reaches Node ends the
//! process.

mod buffers;
mod environment;
mod error;
mod mapping;
mod support;
