//! Decides what a mode does to a file, before anything is touched.

use crate::{Code, Error, Mode, Result};

/// Length of an array in its file, from the offset on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// This many bytes, because the shape was given.
    Bytes(u64),
    /// Everything up to the end, in whole units, because the shape or one axis of it follows from the file.
    Fit {
        /// Bytes of one element, or of one entry of the open axis.
        unit: u64,
    },
}

/// Sizes of the array and of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Bytes of the array.
    pub length: u64,
    /// The size that the file needs.
    pub file_size: u64,
}

/// Computes the sizes; `size` is the file's, or 0 for a file that `w+` has yet to create.
///
/// # Errors
///
/// - [`Code::Size`]: too short for `r` and `c`, or not a whole number of units.
/// - [`Code::Empty`]: no bytes, and none asked for, in `r` and `c`.
/// - [`Code::Offset`]: the shape follows from the file, and the offset is past its end.
/// - [`Code::TooLarge`]: more than 2^63 - 1 bytes.
pub fn plan(mode: Mode, size: u64, offset: u64, extent: Extent) -> Result<Plan> {
    let length = match extent {
        Extent::Bytes(length) => length,
        Extent::Fit { unit } => fit(mode, size, offset, unit)?,
    };
    let needed =
        offset.checked_add(length).filter(|needed| i64::try_from(*needed).is_ok()).ok_or_else(|| {
            Error::new(
                Code::TooLarge,
                format!("offset {offset} and {length} bytes of data exceed the largest file size"),
            )
        })?;
    match mode {
        Mode::Read | Mode::Copy => {
            if size == 0 && needed == 0 {
                return Err(Error::new(
                    Code::Empty,
                    format!(
                        "the file is empty, so mode '{mode}' has nothing to map: write to it first, or open it with mode 'r+'"
                    ),
                ));
            }
            if size < needed {
                return Err(Error::new(
                    Code::Size,
                    format!(
                        "the file has {size} bytes but offset {offset} and {length} bytes of data need {needed}: \
                         give a smaller shape or offset, or let mode 'r+' grow the file"
                    ),
                )
                .with_sizes(needed, size));
            }
            Ok(Plan { length, file_size: size })
        }
        Mode::ReadWrite => Ok(Plan { length, file_size: size.max(needed) }),
        Mode::Create => Ok(Plan { length, file_size: needed }),
    }
}

fn fit(mode: Mode, size: u64, offset: u64, unit: u64) -> Result<u64> {
    if size == 0 && offset == 0 {
        // `plan` refuses this in `r` and `c`; in `r+` it is an array without elements.
        return Ok(0);
    }
    let Some(available) = size.checked_sub(offset) else {
        return Err(Error::new(
            Code::Offset,
            format!("offset {offset} is past the end of the file, which has {size} bytes: give a smaller offset{}",
                if mode == Mode::ReadWrite { ", or a shape to grow the file to" } else { "" }),
        )
        .with_sizes(offset, size));
    };
    let remainder = available.checked_rem(unit).unwrap_or(available);
    if remainder != 0 {
        return Err(Error::new(
            Code::Size,
            format!(
                "{available} bytes of data are not a whole number of items of {unit} bytes ({remainder} too many): \
                 check the dtype and offset, or give the shape"
            ),
        )
        .with_sizes(available - remainder, available));
    }
    Ok(available)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [Mode; 4] = [Mode::Read, Mode::Copy, Mode::ReadWrite, Mode::Create];

    fn outcome(mode: Mode, size: u64, offset: u64, extent: Extent) -> Result<(u64, u64), Code> {
        plan(mode, size, offset, extent).map(|plan| (plan.length, plan.file_size)).map_err(|error| error.code)
    }

    #[test]
    fn a_longer_file_is_mapped_as_a_prefix_and_w_truncates_it() {
        let outcomes = MODES.map(|mode| outcome(mode, 100, 10, Extent::Bytes(20)));
        assert_eq!(outcomes, [Ok((20, 100)), Ok((20, 100)), Ok((20, 100)), Ok((20, 30))]);
    }

    #[test]
    fn a_shorter_file_grows_in_r_plus_and_is_refused_in_r_and_c() {
        let outcomes = MODES.map(|mode| outcome(mode, 10, 10, Extent::Bytes(20)));
        assert_eq!(outcomes, [Err(Code::Size), Err(Code::Size), Ok((20, 30)), Ok((20, 30))]);
    }

    #[test]
    fn an_empty_file_without_a_length_is_refused_in_r_and_c() {
        for extent in [Extent::Bytes(0), Extent::Fit { unit: 4 }] {
            let outcomes = MODES.map(|mode| outcome(mode, 0, 0, extent));
            assert_eq!(outcomes, [Err(Code::Empty), Err(Code::Empty), Ok((0, 0)), Ok((0, 0))]);
        }
        assert_eq!(outcome(Mode::Read, 0, 5, Extent::Bytes(0)), Err(Code::Size));
        assert_eq!(outcome(Mode::ReadWrite, 0, 5, Extent::Bytes(0)), Ok((0, 5)));
    }

    #[test]
    fn fit_takes_whole_items_up_to_the_end() {
        assert_eq!(outcome(Mode::Read, 24, 8, Extent::Fit { unit: 4 }), Ok((16, 24)));
        assert_eq!(outcome(Mode::Read, 24, 24, Extent::Fit { unit: 4 }), Ok((0, 24)));
        assert_eq!(outcome(Mode::ReadWrite, 24, 24, Extent::Fit { unit: 4 }), Ok((0, 24)));
        assert_eq!(outcome(Mode::Read, 24, 7, Extent::Fit { unit: 4 }), Err(Code::Size));
        assert_eq!(outcome(Mode::Copy, 24, 25, Extent::Fit { unit: 4 }), Err(Code::Offset));
        assert_eq!(outcome(Mode::ReadWrite, 24, 25, Extent::Fit { unit: 1 }), Err(Code::Offset));
        assert_eq!(outcome(Mode::Read, 0, 1, Extent::Fit { unit: 1 }), Err(Code::Offset));
    }

    #[test]
    fn a_remainder_reports_the_sizes_that_would_fit() {
        let error = plan(Mode::Read, 27, 8, Extent::Fit { unit: 4 }).expect_err("three bytes too many");
        assert_eq!((error.expected, error.actual), (Some(16), Some(19)));
    }

    #[test]
    fn sizes_never_wrap() {
        for mode in MODES {
            assert_eq!(outcome(mode, 1, u64::MAX, Extent::Bytes(2)), Err(Code::TooLarge));
            assert_eq!(outcome(mode, 1, i64::MAX as u64, Extent::Bytes(1)), Err(Code::TooLarge));
        }
    }
}
