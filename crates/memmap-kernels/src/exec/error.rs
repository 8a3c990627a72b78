//! Errors of the kernels.

use crate::dtype::Kind;
use std::fmt;

/// Why a kernel did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// [`crate::Control::cancel`] was called; the destination is partly written.
    Cancelled,
    /// `min`, `max`, `ptp`, `argmin` or `argmax` over no element at all.
    Empty,
    /// `nanargmin` or `nanargmax` over a slice that holds nothing but NaN.
    AllNan,
    /// The operation is not defined for this kind.
    Unsupported {
        /// NumPy's name of the operation.
        operation: &'static str,
        /// The kind it was asked for.
        kind: Kind,
    },
    /// Two arrays do not fit together.
    Mismatch {
        /// The rule that was broken.
        rule: &'static str,
    },
    /// An integer was to be raised to a negative power, which is no integer; the destination is partly written.
    NegativePower,
    /// A temporary could not be allocated.
    Memory {
        /// Bytes asked for.
        bytes: usize,
    },
}

/// The result of a kernel.
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Cancelled => f.write_str("the operation was cancelled"),
            Error::Empty => {
                f.write_str("an empty array has no smallest or largest element: give it elements first")
            }
            Error::AllNan => f.write_str("a slice holds nothing but NaN, so no position can be given"),
            Error::Unsupported { operation, kind } => {
                write!(f, "{operation} is not defined for {} elements: convert them first", kind.name())
            }
            Error::NegativePower => f.write_str(
                "invalid exponent: an integer to a negative power is no integer; convert the base to a float dtype first",
            ),
            Error::Mismatch { rule } => f.write_str(rule),
            Error::Memory { bytes } => write!(f, "no memory for a temporary of {bytes} bytes"),
        }
    }
}

impl std::error::Error for Error {}
