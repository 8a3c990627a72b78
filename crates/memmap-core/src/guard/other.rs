//! Systems where a mapped page cannot be taken away.

pub(super) fn arm() {}
