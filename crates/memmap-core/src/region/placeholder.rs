//! Views of a file whose pages can be replaced in place (Windows 10 1803 and later).
//!
//! ```text
//!   placeholder ──MapViewOfFile3──► view of the file ──UnmapViewOfFile2──► placeholder ──VirtualAlloc2──► reserved range
//!                                                                                        touched: one page of zeros
//! ```
//!
//! The address range is never free in between, so nothing else can be mapped there. A page is charged when it is touched
//! (`guard/windows.rs`), not the whole range at once.

use std::ffi::{CStr, c_void};
use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
use windows_sys::Win32::System::Memory as memory;
use windows_sys::w;

use super::page_size;
use super::system::this_process;
use crate::Window;

type Address = memory::MEMORY_MAPPED_VIEW_ADDRESS;
type Reserve =
    unsafe extern "system" fn(HANDLE, *const c_void, usize, u32, u32, *mut c_void, u32) -> *mut c_void;
type Map = unsafe extern "system" fn(
    HANDLE,
    HANDLE,
    *const c_void,
    u64,
    usize,
    u32,
    u32,
    *mut c_void,
    u32,
) -> Address;
type Unmap = unsafe extern "system" fn(HANDLE, Address, u32) -> i32;

/// Calls that older systems lack.
struct Calls {
    reserve: Reserve,
    map: Map,
    unmap: Unmap,
}

/// A view over a placeholder; unmapped when dropped.
pub(super) struct PlaceholderView {
    start: NonNull<c_void>,
    size: usize,
    /// Whether the view was unmapped.
    unmapped: AtomicBool,
    /// Whether pages of zeros replaced it.
    replaced: OnceLock<bool>,
}

// SAFETY: an address range, which any thread may use and unmap.
unsafe impl Send for PlaceholderView {}
// SAFETY: as above; `OnceLock` runs `replace` once.
unsafe impl Sync for PlaceholderView {}

impl PlaceholderView {
    /// Maps a window of a file with this protection (`PAGE_READWRITE`, `PAGE_WRITECOPY`); `None` where the system cannot. An
    /// ordinary mapping may work there.
    pub(super) fn new(file: &File, window: Window, protection: u32) -> Option<Self> {
        let calls = calls()?;
        let size = window.mapped_length.checked_next_multiple_of(page_size())?;
        // SAFETY: an open file, mapped as far as it reaches; no name.
        let section = unsafe {
            memory::CreateFileMappingW(
                file.as_raw_handle().cast(),
                ptr::null(),
                protection,
                0,
                0,
                ptr::null(),
            )
        };
        if section.is_null() {
            return None;
        }
        let placeholder = memory::MEM_RESERVE | memory::MEM_RESERVE_PLACEHOLDER;
        // SAFETY: reserves addresses wherever there are any.
        let start = unsafe {
            (calls.reserve)(
                this_process(),
                ptr::null(),
                size,
                placeholder,
                memory::PAGE_NOACCESS,
                ptr::null_mut(),
                0,
            )
        };
        let mapped = NonNull::new(start).and_then(|start| {
            // The file may end within the last page, where systems differ in the size of the view that they accept.
            for length in [window.mapped_length, size] {
                // SAFETY: the whole placeholder reserved above.
                let view = unsafe {
                    (calls.map)(
                        section,
                        this_process(),
                        start.as_ptr(),
                        window.start,
                        length,
                        memory::MEM_REPLACE_PLACEHOLDER,
                        protection,
                        ptr::null_mut(),
                        0,
                    )
                };
                if view.Value == start.as_ptr() {
                    return Some(PlaceholderView {
                        start,
                        size,
                        unmapped: AtomicBool::new(false),
                        replaced: OnceLock::new(),
                    });
                }
            }
            free(start);
            None
        });
        // SAFETY: created above, closed once; a view keeps the section alive.
        unsafe { CloseHandle(section) };
        mapped
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        self.start.cast()
    }

    /// Replaces the file's pages by reserved ones, which become pages of zeros when they are touched. Threads that touch the range
    /// have to wait until this returns.
    pub(super) fn replace(&self) -> bool {
        *self.replaced.get_or_init(|| {
            let Some(calls) = calls() else { return false };
            // SAFETY: a view over a placeholder, which stays; threads that touch it meanwhile wait.
            let left =
                unsafe { (calls.unmap)(this_process(), self.view(), memory::MEM_PRESERVE_PLACEHOLDER) };
            if left == 0 {
                return false;
            }
            self.unmapped.store(true, Ordering::Release);
            let over = memory::MEM_RESERVE | memory::MEM_REPLACE_PLACEHOLDER;
            // SAFETY: the whole placeholder that the view left.
            let reserved = unsafe {
                (calls.reserve)(
                    this_process(),
                    self.start.as_ptr(),
                    self.size,
                    over,
                    memory::PAGE_READWRITE,
                    ptr::null_mut(),
                    0,
                )
            };
            !reserved.is_null()
        })
    }

    /// Writes the pages that hold these bytes to the file system.
    pub(super) fn flush(&self, from: usize, length: usize) -> io::Result<()> {
        if length == 0 || self.unmapped.load(Ordering::Acquire) {
            return Ok(());
        }
        // SAFETY: `from` is inside the range.
        let start = unsafe { self.start().add(from) };
        // SAFETY: bytes of the view.
        let done = unsafe { memory::FlushViewOfFile(start.as_ptr().cast(), length) };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    fn view(&self) -> Address {
        Address { Value: self.start.as_ptr() }
    }
}

impl Drop for PlaceholderView {
    fn drop(&mut self) {
        if self.unmapped.load(Ordering::Acquire) {
            free(self.start);
        } else {
            // SAFETY: the view, to which no address is held any more.
            unsafe { memory::UnmapViewOfFile(self.view()) };
        }
    }
}

fn free(start: NonNull<c_void>) {
    // SAFETY: a whole reserved range of ours.
    unsafe { memory::VirtualFree(start.as_ptr(), 0, memory::MEM_RELEASE) };
}

fn calls() -> Option<&'static Calls> {
    static CALLS: OnceLock<Option<Calls>> = OnceLock::new();
    CALLS
        .get_or_init(|| {
            Some(Calls {
                // SAFETY: the function of this name has this signature.
                reserve: unsafe { std::mem::transmute::<Function, Reserve>(found(c"VirtualAlloc2")?) },
                // SAFETY: as above.
                map: unsafe { std::mem::transmute::<Function, Map>(found(c"MapViewOfFile3")?) },
                // SAFETY: as above.
                unmap: unsafe { std::mem::transmute::<Function, Unmap>(found(c"UnmapViewOfFile2")?) },
            })
        })
        .as_ref()
}

type Function = unsafe extern "system" fn() -> isize;

fn found(name: &CStr) -> Option<Function> {
    // SAFETY: a module that every process has loaded.
    let module = unsafe { GetModuleHandleW(w!("kernelbase.dll")) };
    if module.is_null() {
        return None;
    }
    // SAFETY: a loaded module, and a name that ends with 0.
    unsafe { GetProcAddress(module, name.as_ptr().cast()) }
}
