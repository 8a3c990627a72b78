//! Gives memory that the C library keeps for what comes next back to the system.

use napi_derive::napi;

/// Gives back the free pages between what is in use, where the C library is glibc: it keeps them although none of them was used for long.
#[napi(catch_unwind)]
pub fn trim_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// Bytes to keep at the end of the heap.
        const KEPT: usize = 1 << 25;
        // SAFETY: gives back what nobody uses.
        unsafe { libc::malloc_trim(KEPT) };
    }
}
