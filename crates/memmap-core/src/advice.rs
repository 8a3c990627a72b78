/// Access pattern that the system is advised of.
///
/// Source: POSIX `posix_madvise` for the first five; `HugePage` is Linux's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// No special treatment.
    Normal,
    /// No order: do not read ahead.
    Random,
    /// Front to back: read far ahead.
    Sequential,
    /// Needed soon: start to read now, in the background.
    WillNeed,
    /// Not needed soon: the pages may leave the process. Stores stay in the file.
    DontNeed,
    /// Use huge pages where the file system can.
    HugePage,
    /// Read the pages in before returning.
    Populate,
}
