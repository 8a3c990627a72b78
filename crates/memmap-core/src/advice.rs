/// How the program will go through the pages, told to the system.
///
/// Source: POSIX `posix_madvise` for the first five; `HugePage` is Linux's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// No special treatment.
    Normal,
    /// No order: do not read ahead.
    Random,
    /// From front to back: read far ahead.
    Sequential,
    /// Soon: start to read now, in the background.
    WillNeed,
    /// Not soon: the pages may leave the process. What was written stays in the file.
    DontNeed,
    /// Use large pages where the file system can.
    HugePage,
    /// Now: read the pages in before returning.
    Populate,
}
