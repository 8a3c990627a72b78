//! What this machine can do at best, measured on demand: `npm run bench` asks on standard input, a line a time, and gets
//! seconds as answers.
//!
//! - `read PATH BYTES`: reads a mapped file on all threads.
//! - `copy PATH BYTES`: copies that many bytes of it to memory that was touched before, with `memcpy` on all threads.
//! - `store BYTES`: writes that many bytes with streaming stores on all threads.

#[cfg(unix)]
fn main() {
    use memmap_kernels::{Control, limits};
    use std::collections::HashMap;
    use std::io::BufRead;
    use std::time::Instant;

    let mut maps: HashMap<String, *const u8> = HashMap::new();
    let mut target: Vec<u8> = Vec::new();
    let control = Control::new();
    println!("{}", memmap_kernels::threads());
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let words: Vec<&str> = line.split('\t').collect();
        let bytes: usize = words.last().and_then(|word| word.parse().ok()).expect("a number of bytes");
        if words[0] != "read" && target.len() < bytes {
            target = vec![1; bytes];
        }
        let source = (words[0] != "store").then(|| {
            *maps.entry(format!("{}\t{bytes}", words[1])).or_insert_with(|| mapped(words[1], bytes))
        });
        let start = Instant::now();
        let done = match source {
            // SAFETY: the file is mapped with this many bytes, for good.
            Some(source) if words[0] == "read" => unsafe {
                limits::parallel_read(source, bytes, &control).map(|sum| _ = std::hint::black_box(sum))
            },
            // SAFETY: both are this long, and the target is memory of our own.
            Some(source) => unsafe { limits::parallel_copy(source, target.as_mut_ptr(), bytes, &control) },
            // SAFETY: the target is this long.
            None => unsafe { limits::parallel_stream_store(target.as_mut_ptr(), bytes, &control) },
        };
        done.expect("nobody cancels");
        println!("{}", start.elapsed().as_secs_f64());
    }
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
    for page in (0..bytes).step_by(4096) {
        let address = start.wrapping_add(page);
        // SAFETY: inside the mapping.
        unsafe { address.read_volatile() };
    }
    start
}

/// The benchmark goes without limits elsewhere.
#[cfg(not(unix))]
fn main() {}
