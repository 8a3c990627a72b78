use crate::{Code, Error, Result, region};

/// The granularity that a mapping's offset in its file must have: the page on Unix, usually 64 KiB on Windows.
pub fn granularity() -> u64 {
    region::allocation_granularity() as u64
}

/// The part of a file that has to be mapped so that any range of its bytes can be reached.
///
/// ```text
///            |<- lead ->|<------- length ------->|
///  ----------+----------+------------------------+------ file
///         start       offset              offset + length
///    (on a page)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where the mapping begins in the file: a multiple of the granularity.
    pub start: u64,
    /// Bytes of the mapping before the first one that was asked for.
    pub lead: usize,
    /// Bytes to map: `lead` and what was asked for.
    pub span: usize,
}

impl Window {
    /// The window for `length` bytes from `offset`.
    ///
    /// # Errors
    ///
    /// [`Code::TooLarge`] where the platform has no address space for it.
    pub fn new(offset: u64, length: u64) -> Result<Self> {
        let start = offset - offset % granularity();
        let lead = offset - start;
        let too_large = || {
            let limit = isize::MAX as u64;
            Error::new(
                Code::TooLarge,
                format!("{length} bytes cannot be mapped on this platform, whose limit is {limit}: map a part of the file by offset and shape"),
            )
            .with_sizes(length, limit)
        };
        let span =
            length.checked_add(lead).filter(|span| *span <= isize::MAX as u64).ok_or_else(too_large)?;
        let span = usize::try_from(span).map_err(|_| too_large())?;
        // Smaller than the granularity, which is itself a usize.
        Ok(Window { start, lead: lead as usize, span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn covers_exactly_what_was_asked_for(offset in 0..1u64 << 53, length in 0..1u64 << 40) {
            let window = Window::new(offset, length).unwrap();
            prop_assert_eq!(window.start % granularity(), 0);
            prop_assert_eq!(window.start + window.lead as u64, offset);
            prop_assert!((window.lead as u64) < granularity());
            prop_assert_eq!((window.span - window.lead) as u64, length);
        }
    }

    #[test]
    fn refuses_what_cannot_be_addressed() {
        assert_eq!(Window::new(1, u64::MAX).unwrap_err().code, Code::TooLarge);
        assert_eq!(Window::new(1, isize::MAX as u64).unwrap_err().code, Code::TooLarge);
    }
}
