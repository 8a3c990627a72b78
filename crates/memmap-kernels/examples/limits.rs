//! What this machine can do at best, measured on demand: `npm run bench` writes questions to standard input, one a line,
//! and reads seconds.
//!
//! - `read PATH BYTES`: reads a mapped file on all threads.
//! - `copy PATH BYTES`: copies so many bytes of it to memory that was touched before, with `memcpy` on all threads.
//! - `store BYTES`: writes so many bytes with streaming stores on all threads.

#[cfg(unix)]
fn main() {
    use std::collections::HashMap;
    use std::io::BufRead;
    use std::time::Instant;

    let threads = memmap_kernels::threads();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let mut maps: HashMap<String, usize> = HashMap::new();
    let mut target: Vec<u8> = Vec::new();
    println!("{threads}");
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let words: Vec<&str> = line.split('\t').collect();
        let bytes: usize = words.last().and_then(|word| word.parse().ok()).expect("a number of bytes");
        if words[0] != "read" && target.len() < bytes {
            target = vec![1; bytes];
        }
        let from = if words[0] == "store" {
            0
        } else {
            *maps.entry(format!("{}\t{bytes}", words[1])).or_insert_with(|| mapped(words[1], bytes).addr())
        };
        let to = target.as_mut_ptr().addr();
        let work: fn(usize, usize, usize) = match words[0] {
            "read" => read,
            "copy" => copy,
            _ => store,
        };
        let start = Instant::now();
        in_pieces(&pool, bytes, |at, len| work(from + at, to + at, len));
        println!("{}", start.elapsed().as_secs_f64());
    }
}

/// Calls `work(first byte, bytes)` for pieces of 1 MiB, in order, on all threads.
#[cfg(unix)]
fn in_pieces(pool: &rayon::ThreadPool, bytes: usize, work: impl Fn(usize, usize) + Sync) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    const PIECE: usize = 1 << 20;
    let next = AtomicUsize::new(0);
    pool.broadcast(|_| {
        loop {
            let at = next.fetch_add(PIECE, Ordering::Relaxed);
            if at >= bytes {
                return;
            }
            work(at, PIECE.min(bytes - at));
        }
    });
}

/// Combines all bytes, so that none can be left out.
#[cfg(unix)]
fn read(from: usize, _to: usize, len: usize) {
    const LANES: usize = 32;
    let mut lanes = [0u64; LANES];
    // SAFETY: the file is mapped with this many bytes for good, and nobody writes to it.
    let bytes = unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance::<u8>(from), len) };
    for chunk in bytes.as_chunks::<{ LANES * 8 }>().0 {
        for (lane, bytes) in lanes.iter_mut().zip(chunk.as_chunks::<8>().0) {
            *lane ^= u64::from_ne_bytes(*bytes);
        }
    }
    std::hint::black_box(lanes);
}

#[cfg(unix)]
fn copy(from: usize, to: usize, len: usize) {
    let from = std::ptr::with_exposed_provenance::<u8>(from);
    let to = std::ptr::with_exposed_provenance_mut::<u8>(to);
    // SAFETY: both are this long and do not overlap; each piece is copied by one thread.
    unsafe { std::ptr::copy_nonoverlapping(from, to, len) };
}

#[cfg(unix)]
fn store(_from: usize, to: usize, len: usize) {
    let to = std::ptr::with_exposed_provenance_mut::<u8>(to);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 processor has SSE2.
    unsafe {
        stream(to, len)
    };
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the target is this long; each piece is written by one thread.
    unsafe {
        to.write_bytes(7, len)
    };
}

#[cfg(all(unix, target_arch = "x86_64"))]
#[target_feature(enable = "sse2")]
fn stream(to: *mut u8, len: usize) {
    use std::arch::x86_64::{__m128i, _mm_set1_epi8, _mm_sfence, _mm_stream_si128};
    let (value, head) = (_mm_set1_epi8(7), to.align_offset(16));
    for at in (head..len.saturating_sub(15)).step_by(16) {
        // SAFETY: 16 bytes of the piece, aligned by the head.
        unsafe { _mm_stream_si128(to.wrapping_add(at).cast::<__m128i>(), value) };
    }
    _mm_sfence();
}

/// The first bytes of a file, all pages in.
#[cfg(unix)]
fn mapped(path: &str, bytes: usize) -> *const u8 {
    use std::os::fd::AsRawFd;

    let file = std::fs::File::open(path).expect("the file of the benchmark");
    let (protection, flags, fd) = (libc::PROT_READ, libc::MAP_SHARED, file.as_raw_fd());
    // SAFETY: a new mapping, at an address of the system's choice.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), bytes, protection, flags, fd, 0) };
    assert!(start != libc::MAP_FAILED, "the file must map");
    let start: *const u8 = start.cast_const().cast();
    start.expose_provenance();
    for page in (0..bytes).step_by(4096) {
        let address = start.wrapping_add(page);
        // SAFETY: inside the mapping.
        unsafe { address.read_volatile() };
    }
    start
}

/// The benchmark has no limits elsewhere.
#[cfg(not(unix))]
fn main() {}
