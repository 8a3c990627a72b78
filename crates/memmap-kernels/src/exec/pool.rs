//! The thread pool. It starts with the first large work, and threads take its pieces in order.

use super::control::Control;
use super::error::Result;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of source that one thread works through between two looks at the control, and the unit of sharing out. Unit tests
/// use small pieces, because then small arrays are cut and shared too.
pub(crate) const PIECE_BYTES: usize = if cfg!(test) { 1 << 9 } else { 1 << 20 };

/// Work on fewer bytes stays on the calling thread. Measured with `cargo run --release --example crossover`:
/// waking the pool costs 10 to 20 us, about what one core needs for this much.
pub(crate) const PARALLEL_BYTES: usize = if cfg!(test) { 1 << 10 } else { 1 << 20 };

/// The pool of [`std::thread::available_parallelism`] threads (`MEMMAP_THREADS` overrides); `None` when there is
/// only one, or when threads cannot be had.
fn pool() -> Option<&'static rayon::ThreadPool> {
    static POOL: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    POOL.get_or_init(|| {
        let threads = configured_threads();
        let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let builder = builder.thread_name(|i| format!("memmap-{i}")).start_handler(|_| yield_to_sleepers());
        if threads > 1 { builder.build().ok() } else { None }
    })
    .as_ref()
}

/// Lets a thread that wakes up, such as an event loop's, preempt this one. Linux runs a thread to the end of its time slice
/// unless the other's slice is shorter, so this thread asks for the longest slice. Its share of time stays the same. Older
/// kernels do not know the setting and favour sleepers anyway.
#[cfg(all(target_os = "linux", not(miri)))]
fn yield_to_sleepers() {
    const SLICE: u64 = 100_000_000;
    let attributes =
        SchedAttr { size: size_of::<SchedAttr>() as u32, runtime: SLICE, ..SchedAttr::default() };
    // SAFETY: the struct is as long as it says, and outlives the call; 0 is this thread.
    unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn yield_to_sleepers() {}

/// Source: `sched_setattr(2)`; policy 0 is `SCHED_OTHER`.
#[cfg(all(target_os = "linux", not(miri)))]
#[derive(Default)]
#[repr(C)]
struct SchedAttr {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

/// The number of threads that large work is shared among.
pub fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| pool().map_or(1, rayon::ThreadPool::current_num_threads))
}

fn configured_threads() -> usize {
    let asked = std::env::var("MEMMAP_THREADS").ok().and_then(|text| text.trim().parse().ok());
    let available = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.filter(|&n| n > 0).unwrap_or_else(available)
}

/// Pieces of whole large pages, for a target whose pages are created by the stores and that is written in the order of memory:
/// how many units of `size` bytes each has, and how many the first one lacks.
///
/// Two threads that touch one new page at the same time both clear a page for it, and one of the two is discarded.
pub(crate) fn by_large_pages(target: *const u8, size: usize) -> (usize, usize) {
    const LARGE_PAGE: usize = if cfg!(test) { 1 << 9 } else { 2 << 20 };
    let size = size.max(1);
    let piece = (2 * LARGE_PAGE / size).max(1);
    (piece, (target.addr() % LARGE_PAGE / size).min(piece - 1))
}

/// Runs `work(i)` for every piece `i` below `pieces`, on several threads when `bytes` (in all) are many.
///
/// Threads take pieces in ascending order, because a file is then read almost sequentially. The first error ends the
/// rest. `work` must not depend on which thread runs it.
pub(crate) fn for_pieces(
    control: &Control,
    pieces: usize,
    bytes: usize,
    work: impl Fn(usize) -> Result<()> + Sync,
) -> Result<()> {
    hand_out(control, pieces, bytes, &work)
}

/// Returns what `work` returns for each piece, in the order of the pieces.
pub(crate) fn in_order<T: Send + Sync>(
    control: &Control,
    pieces: usize,
    bytes: usize,
    work: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>> {
    let slots: Vec<OnceLock<T>> = (0..pieces).map(|_| OnceLock::new()).collect();
    for_pieces(control, pieces, bytes, |i| {
        // Each piece is done once, so its slot is free.
        let _ = slots[i].set(work(i));
        Ok(())
    })?;
    Ok(slots.into_iter().filter_map(OnceLock::into_inner).collect())
}

/// [`for_pieces`], compiled once for all kernels.
fn hand_out(
    control: &Control,
    pieces: usize,
    bytes: usize,
    work: &(dyn Fn(usize) -> Result<()> + Sync),
) -> Result<()> {
    let wanted = if bytes < PARALLEL_BYTES || pieces < 2 {
        1
    } else {
        threads().min(control.max_threads().unwrap_or(usize::MAX)).min(pieces)
    };
    match pool() {
        Some(pool) if wanted > 1 => shared_out(control, pool, wanted, pieces, work),
        _ => (0..pieces).try_for_each(|piece| {
            control.check()?;
            work(piece)
        }),
    }
}

fn shared_out(
    control: &Control,
    pool: &rayon::ThreadPool,
    wanted: usize,
    pieces: usize,
    work: &(dyn Fn(usize) -> Result<()> + Sync),
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let failure = OnceLock::new();
    let take_pieces = || {
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return;
            }
            if let Err(error) = control.check().and_then(|()| work(piece)) {
                next.store(pieces, Ordering::Relaxed);
                // The first error is returned; a second one adds nothing.
                let _ = failure.set(error);
                return;
            }
        }
    };
    if control.is_in_background() {
        pool.scope(|scope| (0..wanted).for_each(|_| scope.spawn(|_| take_pieces())));
    } else {
        pool.in_place_scope(|scope| {
            (1..wanted).for_each(|_| scope.spawn(|_| take_pieces()));
            take_pieces();
        });
    }
    failure.into_inner().map_or(Ok(()), Err)
}
