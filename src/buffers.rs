//! ArrayBuffers over a mapping, without a copy. `close()` detaches them; the address range stays for as long as anything
//! may hold an address in it.
//!
//! Who keeps the range (each arrow is a [`Lease`]):
//!
//! ```text
//!   Region ◄── Mapping                     until close(), or until JavaScript forgets the array
//!          ◄── backing store of the buffer until V8 frees it: at detach, or when the buffer that it was moved to by
//!                                          transfer() is collected
//!          ◄── the ArrayBuffer object      until it is collected: work in the thread pool (crypto, zlib, fs) keeps the
//!                                          object, but uses the bare address even after a detach
//! ```
//!
//! When an environment ends (a Worker), the finalizers of its backing stores run although another thread may use the memory:
//! `transfer()` moves it to another ArrayBuffer, which can be posted. So the range stays until the process ends, unless no
//! other buffer can have it. Node finalizes external buffers in the reverse order of their creation, so the finalizer of
//! the last one looks at the others: a buffer that still has its memory has it alone. In a Worker, each buffer is therefore
//! followed by a small one, this [`Sentinel`].
//!
//! A finalizer reports the object's collection; it runs in a later turn of the event loop. A program that opens and
//! closes in one long turn would pile up ranges, so [`Waiting`] asks the weak references itself once there are many.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memmap_core::{Code, Error, Lease};
use napi::sys;

use crate::environment;

/// One ArrayBuffer that JavaScript was given.
pub struct Exposure {
    object: Rc<Watched>,
    ours: Arc<AtomicBool>,
}

/// An ArrayBuffer object that is watched for its collection.
struct Watched {
    /// Weak; deleted by the finalizer.
    reference: RefCell<sys::napi_ref>,
    /// Dropped when the object is collected.
    lease: RefCell<Option<Lease>>,
}

/// The data of a backing store.
struct Backing {
    lease: Lease,
    /// Whether no `transfer()` can have moved the memory elsewhere: `close()` took it back, or the runtime has none.
    ours: Arc<AtomicBool>,
}

/// Makes an ArrayBuffer of `length` bytes from `start` on, inside the range of `lease`, without a copy.
///
/// # Errors
///
/// `ERR_MEMMAP_EXTERNAL_BUFFERS` where the runtime allows no memory of others in an ArrayBuffer (Electron);
/// [`Code::TooLarge`] where it refuses the length.
pub fn expose(
    env: sys::napi_env,
    lease: Lease,
    start: usize,
    length: usize,
) -> Result<(sys::napi_value, Exposure), Failure> {
    // SAFETY: the caller keeps `start` within the range.
    let data = unsafe { lease.start().add(start) }.as_ptr().cast::<c_void>();
    let ours = Arc::new(AtomicBool::new(!environment::buffers_can_move()));
    let backing = Box::into_raw(Box::new(Backing { lease: lease.clone(), ours: Arc::clone(&ours) }));
    let mut value = ptr::null_mut();
    // SAFETY: `length` bytes from `data` are mapped for as long as the lease in `backing` lives.
    let status = unsafe {
        sys::napi_create_external_arraybuffer(
            env,
            data,
            length,
            Some(drop_backing),
            backing.cast(),
            &mut value,
        )
    };
    if status != sys::Status::napi_ok {
        // Node 20 has run the finalizer already when it refuses a length, others have not: the count shows which.
        if Arc::strong_count(&ours) > 1 {
            // SAFETY: not freed by the finalizer, as the count says, and not known to the runtime any more.
            drop(unsafe { Box::from_raw(backing) });
        }
        clear_exception(env);
        return Err(if status == sys::Status::napi_no_external_buffers_allowed {
            Failure::Forbidden
        } else {
            Failure::TooLarge(length)
        });
    }
    let object =
        Rc::new(Watched { reference: RefCell::new(ptr::null_mut()), lease: RefCell::new(Some(lease)) });
    let watcher = Rc::into_raw(Rc::clone(&object)).cast_mut().cast::<c_void>();
    let mut reference = ptr::null_mut();
    // SAFETY: `value` is an object of this environment; `watcher` is freed by `drop_watched` alone.
    let status = unsafe {
        sys::napi_add_finalizer(env, value, watcher, Some(drop_watched), ptr::null_mut(), &mut reference)
    };
    if status == sys::Status::napi_ok {
        *object.reference.borrow_mut() = reference;
    } else {
        // Without a watch the range stays until the process ends: `object` keeps its lease and is never freed.
        clear_exception(env);
    }
    if environment::is_worker() && environment::buffers_can_move() {
        SENTINEL.with_borrow_mut(|sentinel| sentinel.renew(env));
    }
    LIVE.with_borrow_mut(|live| {
        live.insert(Rc::as_ptr(&object), Live { object: Rc::clone(&object), ours: Arc::clone(&ours) })
    });
    Ok((value, Exposure { object, ours }))
}

/// Why a buffer could not be created.
pub enum Failure {
    /// The runtime allows no memory of others in an ArrayBuffer.
    Forbidden,
    /// It refuses a buffer of so many bytes.
    TooLarge(usize),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Forbidden => Error::new(
                Code::ExternalBuffers,
                "this runtime allows no ArrayBuffer over mapped memory (Electron's memory cage), and a copy would lose what is \
                 stored in it: use methods that need none (copy, assign, fill, sum and the like), or a plain Node process",
            ),
            Failure::TooLarge(length) => Error::new(
                Code::TooLarge,
                format!(
                    "this runtime makes no ArrayBuffer of {length} bytes: take the data of a smaller view, or use get, set and \
                     the methods of the array"
                ),
            ),
        }
    }
}

/// The backing store is gone: no ArrayBuffer has this memory any more, unless the environment is ending.
unsafe extern "C" fn drop_backing(env: sys::napi_env, _data: *mut c_void, hint: *mut c_void) {
    // SAFETY: the box made in `expose`, passed to its finalizer once.
    let backing = unsafe { Box::from_raw(hint.cast::<Backing>()) };
    // A Worker that moved its buffer to another thread and ends: the other thread goes on reading it.
    if !backing.ours.load(Ordering::Acquire) && environment::is_ending(env) {
        std::mem::forget(backing.lease);
    }
}

/// The ArrayBuffer object is collected.
unsafe extern "C" fn drop_watched(env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: the count that `expose` gave away, taken back once.
    let object = unsafe { Rc::from_raw(data.cast_const().cast::<Watched>()) };
    object.forget(env);
}

impl Watched {
    /// Whether the object has been collected.
    fn is_collected(&self, env: sys::napi_env) -> bool {
        self.value(env).is_none()
    }

    fn value(&self, env: sys::napi_env) -> Option<sys::napi_value> {
        let reference = *self.reference.borrow();
        if reference.is_null() {
            return None;
        }
        let mut value = ptr::null_mut();
        // SAFETY: a reference of this environment, deleted only in `forget`, which sets it to null.
        let status = unsafe { sys::napi_get_reference_value(env, reference, &mut value) };
        (status == sys::Status::napi_ok && !value.is_null()).then_some(value)
    }

    /// Lets go of the range and of the weak reference.
    fn forget(&self, env: sys::napi_env) {
        LIVE.with_borrow_mut(|live| live.remove(&ptr::from_ref(self)));
        self.lease.borrow_mut().take();
        let reference = self.reference.replace(ptr::null_mut());
        if !reference.is_null() {
            // SAFETY: made in `expose`, deleted once.
            unsafe { sys::napi_delete_reference(env, reference) };
        }
    }
}

impl Exposure {
    /// Takes the memory back from the buffer, whose views then have length 0. A buffer that was moved away by
    /// `transfer()`, or collected, is left alone.
    pub fn detach(self, env: sys::napi_env) {
        if let Some(value) = self.object.value(env)
            && !is_detached(env, value)
        {
            self.ours.store(true, Ordering::Release);
            // SAFETY: an ArrayBuffer of this environment that is not detached.
            let status = unsafe { sys::napi_detach_arraybuffer(env, value) };
            if status != sys::Status::napi_ok {
                self.ours.store(false, Ordering::Release);
                clear_exception(env);
            }
        }
        LIVE.with_borrow_mut(|live| live.remove(&Rc::as_ptr(&self.object)));
        WAITING.with_borrow_mut(|waiting| waiting.add(env, self.object));
    }
}

fn is_detached(env: sys::napi_env, value: sys::napi_value) -> bool {
    let mut detached = false;
    // SAFETY: a value of this environment.
    let status = unsafe { sys::napi_is_detached_arraybuffer(env, value, &mut detached) };
    status != sys::Status::napi_ok || detached
}

/// A refusal may leave an exception behind, which would be thrown in place of our error.
fn clear_exception(env: sys::napi_env) {
    let mut pending = false;
    // SAFETY: asks a live environment.
    let status = unsafe { sys::napi_is_exception_pending(env, &mut pending) };
    if status == sys::Status::napi_ok && pending {
        let mut ignored = ptr::null_mut();
        // SAFETY: an exception is pending.
        unsafe { sys::napi_get_and_clear_last_exception(env, &mut ignored) };
    }
}

/// A buffer that has not been taken back or collected.
struct Live {
    object: Rc<Watched>,
    ours: Arc<AtomicBool>,
}

/// The newest external buffer of the environment, which goes first.
struct Sentinel {
    /// Keeps it from being collected before its time.
    reference: sys::napi_ref,
}

impl Sentinel {
    /// Makes a new one in place of the one before. Without it nothing is lost but the range, at the end of the environment.
    fn renew(&mut self, env: sys::napi_env) {
        static BYTE: AtomicBool = AtomicBool::new(false);
        let mut value = ptr::null_mut();
        let data = ptr::from_ref(&BYTE).cast_mut().cast::<c_void>();
        // SAFETY: a static of one byte, which never leaves this module.
        let status = unsafe {
            sys::napi_create_external_arraybuffer(env, data, 1, Some(look), ptr::null_mut(), &mut value)
        };
        if status != sys::Status::napi_ok {
            clear_exception(env);
            return;
        }
        if !self.reference.is_null() {
            // SAFETY: made below, deleted once.
            unsafe { sys::napi_delete_reference(env, self.reference) };
            self.reference = ptr::null_mut();
        }
        // SAFETY: a value of this environment; strong, with a count of 1.
        let status = unsafe { sys::napi_create_reference(env, value, 1, &mut self.reference) };
        if status != sys::Status::napi_ok {
            self.reference = ptr::null_mut();
        }
    }
}

/// A sentinel goes: because there is a newer one, or because the environment ends.
unsafe extern "C" fn look(env: sys::napi_env, _data: *mut c_void, _hint: *mut c_void) {
    if !environment::is_ending(env) {
        return;
    }
    LIVE.with_borrow(|live| {
        for Live { object, ours } in live.values() {
            if object.value(env).is_some_and(|value| !is_detached(env, value)) {
                ours.store(true, Ordering::Release);
            }
        }
    });
}

thread_local! {
    /// Of this JavaScript thread.
    static LIVE: RefCell<HashMap<*const Watched, Live>> = RefCell::new(HashMap::new());

    /// Of this JavaScript thread.
    static SENTINEL: RefCell<Sentinel> = const { RefCell::new(Sentinel { reference: ptr::null_mut() }) };

    /// Of this JavaScript thread.
    static WAITING: RefCell<Waiting> = const { RefCell::new(Waiting { objects: Vec::new(), enough: Waiting::FIRST_LOOK }) };
}

/// Closed buffers whose objects may still be in use, and with them their address ranges.
struct Waiting {
    objects: Vec<Rc<Watched>>,
    /// At how many to look through them again.
    enough: usize,
}

impl Waiting {
    const FIRST_LOOK: usize = 1024;

    fn add(&mut self, env: sys::napi_env, object: Rc<Watched>) {
        self.objects.push(object);
        if self.objects.len() >= self.enough {
            self.sweep(env);
            // In proportion to what stays, so that looking costs the same per close however many are kept.
            self.enough = (self.objects.len() * 2).max(Self::FIRST_LOOK);
        }
    }

    fn sweep(&mut self, env: sys::napi_env) {
        self.objects.retain(|object| {
            let collected = object.lease.borrow().is_none() || object.is_collected(env);
            if collected {
                object.lease.borrow_mut().take();
            }
            !collected
        });
    }
}

/// Looks through the closed buffers that wait for their collection. Returns how many no longer do.
pub fn sweep(env: sys::napi_env) -> usize {
    WAITING.with_borrow_mut(|waiting| {
        let before = waiting.objects.len();
        waiting.sweep(env);
        before - waiting.objects.len()
    })
}

/// How many closed buffers wait for their collection, after looking through them.
pub fn waiting(env: sys::napi_env) -> usize {
    WAITING.with_borrow_mut(|waiting| {
        waiting.sweep(env);
        waiting.objects.len()
    })
}

/// Makes a SharedArrayBuffer over the range, if the runtime can; `None` if it cannot or refuses the length.
///
/// With a lease users may have it. Without one it must not leave the library, which drops it at `close()`: it is then
/// the cheap way to elements, because V8 does not count its bytes and collects no garbage for them.
pub fn share(
    env: sys::napi_env,
    data: *mut c_void,
    length: usize,
    lease: Option<Lease>,
) -> Option<sys::napi_value> {
    let create = environment::create_external_shared_array_buffer()?;
    let hint = lease.map_or(ptr::null_mut(), |lease| Box::into_raw(Box::new(lease)));
    let mut value = ptr::null_mut();
    // SAFETY: `length` bytes from `data` are mapped for as long as the lease lives, or the caller sees to it that the
    // buffer is not used after they are gone.
    let status = unsafe { create(env, data, length, Some(drop_shared), hint.cast(), &mut value) };
    if status == sys::Status::napi_ok {
        return Some(value);
    }
    // The lease is leaked with the buffer that failed: the finalizer may have run, and a range too many does less harm
    // than one too few.
    clear_exception(env);
    None
}

unsafe extern "C" fn drop_shared(_data: *mut c_void, hint: *mut c_void) {
    if !hint.is_null() {
        // SAFETY: the box made in `share`, passed to its finalizer once, on whichever thread.
        drop(unsafe { Box::from_raw(hint.cast::<Lease>()) });
    }
}
