use std::fmt;

/// How a file is opened, by NumPy's four letters.
///
/// Source: `numpy.memmap`, parameter `mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `r`: the file is read and never changed. Its pages are private, so that a stray store reaches nobody.
    Read,
    /// `r+`: the file is read and written; a file that is too short grows.
    ReadWrite,
    /// `w+`: the file is made, or cleared, at exactly the size that is needed; then as `r+`.
    Create,
    /// `c`: copy on write. Stores are seen in this mapping alone and never reach the file.
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
    fn modes_have_the_letters_of_numpy_and_two_reach_the_file() {
        let modes = [Mode::Read, Mode::ReadWrite, Mode::Create, Mode::Copy];
        assert_eq!(modes.map(|mode| mode.to_string()), ["r", "r+", "w+", "c"]);
        assert_eq!(modes.map(Mode::writes_file), [false, true, true, false]);
    }
}
