use std::fmt;

/// Mode of a mapping, named as in NumPy.
///
/// Source: `numpy.memmap`, parameter `mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `r`: read-only. Pages are private, so that a stray store does not reach the file.
    Read,
    /// `r+`: read and write; grows a file that is too short.
    ReadWrite,
    /// `w+`: the file is created, or truncated to zeros, at exactly the size that is needed; then as `r+`.
    Create,
    /// `c`: copy on write. Only this mapping sees its stores.
    Copy,
}

impl Mode {
    /// Whether stores through the mapping reach the file.
    pub fn writes_file(self) -> bool {
        matches!(self, Mode::ReadWrite | Mode::Create)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Read => "r",
            Mode::ReadWrite => "r+",
            Mode::Create => "w+",
            Mode::Copy => "c",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn modes_print_as_numpy_names_them_and_two_write_the_file() {
        let modes = [Mode::Read, Mode::ReadWrite, Mode::Create, Mode::Copy];
        assert_eq!(modes.map(|mode| mode.to_string()), ["r", "r+", "w+", "c"]);
        assert_eq!(modes.map(Mode::writes_file), [false, true, true, false]);
    }
}
