//! The table of reductions. A row is all that there is to name one: the enum, its names, the kinds of its results, the
//! way to its loop and the enum of the binding follow from it.

use super::dispatch::{self, Job};
use super::{Params, accumulator_kind};
use crate::dtype::Kind;
use crate::exec::{Error, Result};

/// Calls a macro with the rows: variant, NumPy's name, rule for the kind of the result, function of `dispatch`.
///
/// New rows come last, because the numbers of the variants are part of the contract with TypeScript.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_reduction {
    ($callback:ident) => {
        $callback! {
            Sum "sum" accumulated sum;
            Prod "prod" multiplied prod;
            Mean "mean" averaged mean;
            Var "var" deviation var;
            Std "std" deviation std;
            Min "min" same min;
            Max "max" same max;
            ArgMin "argmin" index argmin;
            ArgMax "argmax" index argmax;
            Any "any" truth any;
            All "all" truth all;
            CountNonzero "count_nonzero" index count_nonzero;
            Ptp "ptp" subtracted ptp;
        }
    };
}

macro_rules! define {
    ($($variant:ident $name:literal $rule:ident $loops:ident;)*) => {
        /// A reduction, by NumPy's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reduction {
            $(#[doc = concat!("`", $name, "`; with [`Params::skip_nan`], `nan", $name, "`.")] $variant,)*
        }

        impl Reduction {
            /// All reductions, in the order of their numbers.
            pub const ALL: &[Reduction] = &[$(Reduction::$variant),*];

            /// NumPy's name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Reduction::$variant => $name,)*
                }
            }

            /// The kind of the result; `None` where NumPy refuses.
            fn rule(self, kind: Kind, dtype: Option<Kind>) -> Option<Kind> {
                match self {
                    $(Reduction::$variant => $rule(kind, dtype),)*
                }
            }

            pub(super) fn run(self, job: &Job) -> Result<()> {
                match self {
                    $(Reduction::$variant => dispatch::$loops(job),)*
                }
            }
        }
    };
}
for_each_reduction!(define);

/// The kind of a reduction's result over elements of `kind`.
///
/// # Errors
/// [`Error::Unsupported`] where NumPy refuses too: opaque kinds, and products and variances of times.
///
/// ```
/// use memmap_kernels::{Kind, Params, Reduction, result_kind};
/// assert_eq!(result_kind(Reduction::Sum, Kind::U8, &Params::default()), Ok(Kind::U64));
/// assert_eq!(result_kind(Reduction::Var, Kind::C64, &Params::default()), Ok(Kind::F32));
/// ```
pub fn result_kind(reduction: Reduction, kind: Kind, params: &Params) -> Result<Kind> {
    apply(|kind, dtype| reduction.rule(kind, dtype), reduction.name(), kind, params.dtype)
}

/// The kind that a rule gives; opaque elements have none, and times go with times only.
pub(super) fn apply(
    rule: impl Fn(Kind, Option<Kind>) -> Option<Kind>,
    operation: &'static str,
    kind: Kind,
    dtype: Option<Kind>,
) -> Result<Kind> {
    let fits = dtype.is_none_or(|dtype| (dtype == Kind::Time) == (kind == Kind::Time));
    let known = kind != Kind::Opaque && dtype != Some(Kind::Opaque) && fits;
    known.then(|| rule(kind, dtype)).flatten().ok_or(Error::Unsupported { operation, kind })
}

/// NumPy sums bools and integers in 64 bits.
pub(super) fn accumulated(kind: Kind, dtype: Option<Kind>) -> Option<Kind> {
    Some(dtype.unwrap_or(accumulator_kind(kind)))
}

pub(super) fn multiplied(kind: Kind, dtype: Option<Kind>) -> Option<Kind> {
    accumulated(kind, dtype).filter(|_| kind != Kind::Time)
}

/// Integers and bools become `F64`.
fn averaged(kind: Kind, dtype: Option<Kind>) -> Option<Kind> {
    let whole = kind == Kind::Bool || kind.is_integer();
    Some(dtype.unwrap_or(if whole { Kind::F64 } else { kind }))
}

/// The variance of complex numbers is real.
fn deviation(kind: Kind, dtype: Option<Kind>) -> Option<Kind> {
    let result = dtype.or(averaged(kind, None).map(Kind::real));
    result.filter(|_| kind != Kind::Time)
}

fn same(kind: Kind, _dtype: Option<Kind>) -> Option<Kind> {
    Some(kind)
}

/// NumPy refuses to subtract bools.
fn subtracted(kind: Kind, _dtype: Option<Kind>) -> Option<Kind> {
    Some(kind).filter(|&kind| kind != Kind::Bool)
}

fn index(_kind: Kind, _dtype: Option<Kind>) -> Option<Kind> {
    Some(Kind::I64)
}

fn truth(_kind: Kind, _dtype: Option<Kind>) -> Option<Kind> {
    Some(Kind::Bool)
}
