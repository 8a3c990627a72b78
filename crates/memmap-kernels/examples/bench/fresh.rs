//! A file that is mapped, summed once and unmapped: page faults are part of it.

use crate::operations::Bench;

/// Prints a line for the mapping touched page by page, and one for pages populated ahead.
#[cfg(target_os = "linux")]
pub fn fresh(bench: &mut Bench) {
    use crate::operations::native;
    use crate::print_row;
    use crate::timing::median;
    use memmap_kernels::{ArrayRef, Control, Kind, Params, Reduction, reduce_all};
    use std::io::Write;
    use std::os::fd::AsRawFd;

    fn populate(first: *const u8, bytes: usize) {
        const PAGE: usize = 4096;
        let start = first.addr() & !(PAGE - 1);
        let len = first.addr() + bytes - start;
        // SAFETY: the range lies inside the mapping; populating it changes nothing that can be seen.
        unsafe { libc::madvise(start as *mut libc::c_void, len, libc::MADV_POPULATE_READ) };
    }

    if !bench.settings.wants("map, sum, unmap") {
        return;
    }
    let (bytes, path) = (bench.settings.mib << 20, std::env::temp_dir().join("memmap-kernels-bench.bin"));
    let write = || -> std::io::Result<std::fs::File> {
        let mut file = std::fs::File::create(&path)?;
        let block = 1.5f32.to_ne_bytes().repeat(1 << 18);
        (0..bytes >> 20).try_for_each(|_| file.write_all(&block))?;
        std::fs::File::open(&path)
    };
    let Ok(file) = write() else {
        return println!("no room for a file of {bytes} bytes in {}", path.display());
    };
    for (name, control) in [
        ("map, sum, unmap F32", Control::new()),
        ("map, sum, unmap F32, populated", {
            let control = Control::new();
            control.set_prefetch(Box::new(populate));
            control
        }),
    ] {
        let seconds = median(bench.settings.runs, || {
            let (kind, flags, fd) = (libc::PROT_READ, libc::MAP_SHARED, file.as_raw_fd());
            // SAFETY: a new mapping, at an address of the system's choice.
            let ptr = unsafe { libc::mmap(std::ptr::null_mut(), bytes, kind, flags, fd, 0) };
            assert!(ptr != libc::MAP_FAILED, "the file must map");
            // SAFETY: the mapping is this long and stays until the array is no longer used.
            let array = unsafe { ArrayRef::contiguous(ptr.cast(), native(Kind::F32), vec![bytes / 4]) };
            let _ = std::hint::black_box(reduce_all(Reduction::Sum, &array, &Params::default(), &control));
            // SAFETY: the mapping made above, which nothing uses any more.
            unsafe { libc::munmap(ptr, bytes) };
        });
        print_row(name, bytes, seconds, bench.read);
    }
    let _ = std::fs::remove_file(&path);
}

/// Other systems have no populating hook to show.
#[cfg(not(target_os = "linux"))]
pub fn fresh(_bench: &mut Bench) {}
