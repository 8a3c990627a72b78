//! The files that this process created and whose folders were not written to the device since. After a power cut such a file may be
//! missing although it was flushed itself.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::Identity;

/// More are not remembered one by one: from then on any file may be one of them.
const MOST: usize = 1 << 16;

struct Created {
    identities: Option<HashSet<Identity>>,
    too_many: bool,
}

static CREATED: Mutex<Created> = Mutex::new(Created { identities: None, too_many: false });

/// Remembers a file that was created.
pub(crate) fn remember_created(identity: Identity) {
    let mut created = CREATED.lock().unwrap_or_else(PoisonError::into_inner);
    let identities = created.identities.get_or_insert_default();
    if identities.len() < MOST {
        identities.insert(identity);
    } else {
        created.too_many = true;
    }
}

/// Whether the folder of this file has to be written to the device; not again after that.
pub(crate) fn take_created(identity: Identity) -> bool {
    let mut created = CREATED.lock().unwrap_or_else(PoisonError::into_inner);
    created.identities.as_mut().is_some_and(|all| all.remove(&identity)) || created.too_many
}
