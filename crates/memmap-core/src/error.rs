use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The result of every function of this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure an [`Error`] is; [`Code::name`] is the stable name that users see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The file does not have the size that was asked for.
    Size,
    /// The file is empty and no length was given, so there is nothing to map.
    Empty,
    /// The offset is past the end of the file.
    Offset,
    /// More than this platform can address.
    TooLarge,
    /// The file is shorter than its mapping by now.
    Truncated,
    /// The mapping was closed.
    Closed,
    /// The kind of file, or the system, does not allow this.
    Unsupported,
    /// The runtime allows no buffers over mapped memory.
    ExternalBuffers,
    /// Another process or array holds the lock.
    Locked,
    /// An error of the system, by its number.
    System(i32),
}

impl Code {
    /// The name that ends up in `error.code`.
    pub fn name(self) -> &'static str {
        match self {
            Code::Size => "ERR_MEMMAP_SIZE",
            Code::Empty => "ERR_MEMMAP_EMPTY",
            Code::Offset => "ERR_MEMMAP_OFFSET",
            Code::TooLarge => "ERR_MEMMAP_TOO_LARGE",
            Code::Truncated => "ERR_MEMMAP_TRUNCATED",
            Code::Closed => "ERR_MEMMAP_CLOSED",
            Code::Unsupported => "ERR_MEMMAP_UNSUPPORTED",
            Code::ExternalBuffers => "ERR_MEMMAP_EXTERNAL_BUFFERS",
            Code::Locked => "ERR_MEMMAP_LOCKED",
            Code::System(number) => crate::file::error_name(number),
        }
    }
}

/// A failure, with the details that a caller needs to act on it.
#[derive(Clone, Debug)]
pub struct Error {
    /// What kind of failure.
    pub code: Code,
    /// What was given, the rule that it breaks, and a way out.
    pub message: String,
    /// The file, where it was opened by a path.
    pub path: Option<PathBuf>,
    /// The system call, for errors of the system.
    pub syscall: Option<&'static str>,
    /// Bytes that were needed.
    pub expected: Option<u64>,
    /// Bytes that were there.
    pub actual: Option<u64>,
}

impl Error {
    /// A failure without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error { code, message: message.into(), path: None, syscall: None, expected: None, actual: None }
    }

    /// An error of the system in Node's words: `ENOENT: No such file or directory, open 'a.bin'`.
    pub fn system(error: &io::Error, syscall: &'static str, path: Option<&Path>) -> Self {
        let number = error.raw_os_error().unwrap_or(0);
        let code = Code::System(number);
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        let mut message = format!("{}: {text}, {syscall}", code.name());
        if let Some(path) = path {
            message.push_str(&format!(" '{}'", path.display()));
        }
        Error { syscall: Some(syscall), path: path.map(Path::to_path_buf), ..Error::new(code, message) }
    }

    /// Whether the system ran out of memory, address space or mappings.
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self.code, Code::System(_)) && self.code.name() == "ENOMEM"
    }

    /// Adds the bytes that were needed and those that were there.
    pub fn with_sizes(mut self, expected: u64, actual: u64) -> Self {
        self.expected = Some(expected);
        self.actual = Some(actual);
        self
    }

    /// Adds the path of the file, unless the failure has one.
    pub fn with_path(mut self, path: Option<&Path>) -> Self {
        if self.path.is_none() {
            self.path = path.map(Path::to_path_buf);
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
