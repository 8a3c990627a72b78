//! Strided loops over typed memory: copy, cast, fill, compare, reduce.
