use crate::{Code, Error, Result, region};

/// What the offset of a mapping in its file must be a multiple of: the page size on Unix, usually 64 KiB on Windows.
pub fn granularity() -> u64 {
    region::allocation_granularity() as u64
}

/// The part of a file to map so that bytes at any offset are in it.
///
/// ```text
///            |<- page_offset ->|<------- length ------->|
///            |<------------ mapped_length ------------->|
///  ----------+-----------------+------------------------+------ file
///          start             offset              offset + length
///     (on a page)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Position of the mapping in the file: a multiple of the granularity.
    pub start: u64,
    /// Bytes of the mapping before `offset`.
    pub page_offset: usize,
    /// Bytes to map: `page_offset + length`.
    pub mapped_length: usize,
}

impl Window {
    /// The window for `length` bytes from `offset`.
    ///
    /// # Errors
    ///
    /// [`Code::TooLarge`] where the platform has no address space for it.
    pub fn new(offset: u64, length: u64) -> Result<Self> {
        let start = offset - offset % granularity();
        let page_offset = offset - start;
        let too_large = || {
            let limit = isize::MAX as u64;
            Error::new(
                Code::TooLarge,
                format!("{length} bytes cannot be mapped on this platform, whose limit is {limit}: map a part of the file by offset and shape"),
            )
            .with_sizes(length, limit)
        };
        let mapped_length = length
            .checked_add(page_offset)
            .filter(|mapped_length| *mapped_length <= isize::MAX as u64)
            .ok_or_else(too_large)?;
        let mapped_length = usize::try_from(mapped_length).map_err(|_| too_large())?;
        // Smaller than the granularity, which is itself a usize.
        Ok(Window { start, page_offset: page_offset as usize, mapped_length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn covers_exactly_the_given_bytes(offset in 0..1u64 << 53, length in 0..1u64 << 40) {
            let window = Window::new(offset, length).unwrap();
            prop_assert_eq!(window.start % granularity(), 0);
            prop_assert_eq!(window.start + window.page_offset as u64, offset);
            prop_assert!((window.page_offset as u64) < granularity());
            prop_assert_eq!((window.mapped_length - window.page_offset) as u64, length);
        }
    }

    #[test]
    fn refuses_what_cannot_be_addressed() {
        assert_eq!(Window::new(1, u64::MAX).unwrap_err().code, Code::TooLarge);
        assert_eq!(Window::new(1, isize::MAX as u64).unwrap_err().code, Code::TooLarge);
    }
}
