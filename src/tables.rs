//! The kernels' tables as enums of TypeScript, which name what the exports take as numbers. Every row comes from the
//! kernels, so there is no second list to keep in step.

use memmap_kernels::{
    for_each_comparison, for_each_kind, for_each_operation, for_each_reduction, for_each_scan,
};
use napi_derive::napi;

macro_rules! reductions {
    ($($variant:ident $name:literal $rule:ident $loops:ident;)*) => {
        /// Reductions, by NumPy's name.
        #[napi]
        pub enum Reduction {
            $(#[doc = $name] $variant,)*
        }
    };
}
for_each_reduction!(reductions);

macro_rules! scans {
    ($($variant:ident $name:literal $rule:ident $product:literal;)*) => {
        /// Running reductions, by NumPy's name.
        #[napi]
        pub enum Scan {
            $(#[doc = $name] $variant,)*
        }
    };
}
for_each_scan!(scans);

macro_rules! comparisons {
    ($($variant:ident $name:literal $test:ident $exchanged:literal $negated:literal;)*) => {
        /// Comparisons, by NumPy's name.
        #[napi]
        pub enum Comparison {
            $(#[doc = $name] $variant,)*
        }
    };
}
for_each_comparison!(comparisons);

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $number:literal $name:literal $size:literal $class:ident $type:ty;)*) => {
        /// Kinds of elements, by NumPy's name.
        #[napi]
        pub enum Kind {
            $(#[doc = $name] $kind = $number,)*
            /// Strings, void, records: bytes that are only moved or compared.
            Opaque = 15,
        }
    };
}
for_each_kind!(kinds);

macro_rules! operations {
    ($($variant:ident $name:literal $args:tt $kinds:tt => $how:tt;)*) => {
        /// Operations of expressions, by NumPy's name.
        #[napi]
        pub enum Operation {
            $(#[doc = $name] $variant,)*
        }
    };
}
for_each_operation!(operations);
