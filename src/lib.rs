//! The Node-API binding: converts arguments, hands out buffers and turns errors into JavaScript's.
//!
//! Rules about files are in `memmap-core`, loops over elements in `memmap-kernels`, checks of arguments in `lib/`
//! (TypeScript). Every export is marked `catch_unwind`, or catches panics itself (`direct.rs`), because a panic that reaches Node ends
//! the process.

#![allow(clippy::too_many_arguments, reason = "plain arguments cross to native code faster than objects do")]

mod buffers;
mod computed;
mod direct;
mod environment;
mod error;
mod huge_pages;
mod kernels;
mod layouts;
mod linalg;
mod mapping;
mod notifier;
mod operand;
mod order;
mod support;
mod tables;
mod trim;
mod work;
mod young;
