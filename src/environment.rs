//! The abilities of a JavaScript environment, detected at run time.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use napi::sys;

/// `node_api_create_external_sharedarraybuffer`, which runtimes export since Node 22.23, 24.16 and 26.1.
///
/// The finalizer gets no environment and runs on any thread, after the last reference in any of them.
pub type CreateExternalSharedArrayBuffer = unsafe extern "C" fn(
    env: sys::napi_env,
    data: *mut c_void,
    length: usize,
    finalize: Option<unsafe extern "C" fn(data: *mut c_void, hint: *mut c_void)>,
    hint: *mut c_void,
    result: *mut sys::napi_value,
) -> sys::napi_status;

/// The function, if this runtime has it and `MEMMAP_SHARED_BUFFERS=off` does not forbid it.
pub fn create_external_shared_array_buffer() -> Option<CreateExternalSharedArrayBuffer> {
    static FOUND: OnceLock<Option<CreateExternalSharedArrayBuffer>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        if std::env::var_os("MEMMAP_SHARED_BUFFERS").is_some_and(|value| value == "off") {
            return None;
        }
        let address = host_symbol(c"node_api_create_external_sharedarraybuffer");
        // SAFETY: the runtime exports a function of this signature under this name.
        (!address.is_null())
            .then(|| unsafe { std::mem::transmute::<*mut c_void, CreateExternalSharedArrayBuffer>(address) })
    })
}

/// A function that the runtime exports; null if it does not.
#[cfg(unix)]
pub fn host_symbol(name: &std::ffi::CStr) -> *mut c_void {
    // SAFETY: a name with its NUL, looked up among what the process has loaded.
    unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }
}

/// A function that the runtime exports; null if it does not.
#[cfg(windows)]
pub fn host_symbol(name: &std::ffi::CStr) -> *mut c_void {
    use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
    // SAFETY: null asks for the program's own module.
    let host = unsafe { GetModuleHandleW(ptr::null()) };
    // SAFETY: a module that stays loaded, and a name with its NUL.
    let found = unsafe { GetProcAddress(host, name.as_ptr().cast()) };
    found.map_or(ptr::null_mut(), |function| function as *mut c_void)
}

/// Whether `ArrayBuffer.prototype.transfer` exists, as passed to `initialize`.
static BUFFERS_CAN_MOVE: AtomicBool = AtomicBool::new(true);

/// Whether JavaScript can move the memory of a buffer to another one, and so to another thread.
pub fn buffers_can_move() -> bool {
    BUFFERS_CAN_MOVE.load(Ordering::Relaxed)
}

/// Remembers what TypeScript found.
pub fn set_buffers_can_move(can: bool) {
    BUFFERS_CAN_MOVE.store(can, Ordering::Relaxed);
}

thread_local! {
    static WORKER: Cell<bool> = const { Cell::new(false) };
}

/// A number of its own for each environment: one lives in one thread.
pub fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

/// Whether it is called for the first time in this thread.
pub fn is_first_call() -> bool {
    thread_local! {
        static CALLED: Cell<bool> = const { Cell::new(false) };
    }
    !CALLED.replace(true)
}

/// Keeps this module loaded until the process ends. A Worker that is the only one to load it unloads it otherwise, while other threads
/// may still have buffers whose finalizers are in it, the pool its threads, and the system its signal handlers.
#[cfg(windows)]
pub fn keep_loaded() {
    use windows_sys::Win32::System::LibraryLoader as loader;
    let pin = loader::GET_MODULE_HANDLE_EX_FLAG_PIN | loader::GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    let mut module = ptr::null_mut();
    // SAFETY: an address in this module; the handle is not used.
    unsafe { loader::GetModuleHandleExW(pin, (keep_loaded as *const ()).cast(), &mut module) };
}

/// As on Windows.
#[cfg(unix)]
pub fn keep_loaded() {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: an address in this module, and memory of the right type.
    let found = unsafe { libc::dladdr((keep_loaded as *const ()).cast(), info.as_mut_ptr()) };
    if found != 0 {
        // SAFETY: filled in, since the call succeeded.
        let name = unsafe { info.assume_init() }.dli_fname;
        let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
        // SAFETY: the name of a loaded module. The handle is kept, and with it a count.
        unsafe { libc::dlopen(name, flags) };
    }
}

/// Whether this thread is a Worker, which may end before the process does.
pub fn is_worker() -> bool {
    WORKER.get()
}

/// Remembers what TypeScript found.
pub fn set_worker(worker: bool) {
    WORKER.set(worker);
}

/// Whether the environment is ending, for finalizers. Another environment may then use memory that `transfer()` moved, so
/// it must stay in place.
///
/// Deno moves nothing between threads and panics on these calls while it ends.
pub fn is_ending(env: sys::napi_env) -> bool {
    if env.is_null() || is_deno(env, false) {
        return false;
    }
    let mut global = ptr::null_mut();
    // SAFETY: asks for a value; fails without harm while the environment is taken down.
    let status = unsafe { sys::napi_get_global(env, &mut global) };
    if status != sys::Status::napi_ok {
        return true;
    }
    let mut has = false;
    // SAFETY: a value of this environment and a name with its NUL; fails without harm as above.
    let status = unsafe { sys::napi_has_named_property(env, global, c"Object".as_ptr(), &mut has) };
    status != sys::Status::napi_ok
}

/// Whether the runtime is Deno. Found out when the first environment loads the binding (`ask`), remembered for later.
pub fn is_deno(env: sys::napi_env, ask: bool) -> bool {
    static DENO: OnceLock<bool> = OnceLock::new();
    if !ask {
        return DENO.get().copied().unwrap_or(false);
    }
    *DENO.get_or_init(|| {
        let mut global = ptr::null_mut();
        // SAFETY: asks for a value of a live environment.
        let status = unsafe { sys::napi_get_global(env, &mut global) };
        let mut has = false;
        status == sys::Status::napi_ok
            && {
                // SAFETY: a value of this environment and a name with its NUL.
                let status = unsafe { sys::napi_has_named_property(env, global, c"Deno".as_ptr(), &mut has) };
                status == sys::Status::napi_ok
            }
            && has
    })
}
