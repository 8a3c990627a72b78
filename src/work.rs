//! One operation: its arrays, and where it runs: in the calling thread, or in the thread pool with a promise.
//!
//! Work in the pool outlives its call, so it owns what it reads and writes: mappings stay in place for it, and the
//! ArrayBuffers are held (TypeScript passes none that JavaScript could move away meanwhile). When it is done,
//! it checks that the mapping still showed the file.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use memmap_core::{Mapped, PageWriter, RandomAccess, guard};
use memmap_kernels::{self as kernels, Computed, Control, TaskId, Value};
use napi::bindgen_prelude::{BigInt, Either, Either5, Float64ArraySlice, JsValue, ToNapiValue};
use napi::{Env, JsDeferred, sys};
use napi_derive::napi;
use smallvec::SmallVec;

use crate::computed::Refused;
use crate::error::{throw, throw_kernel};
use crate::huge_pages::is_fresh;
use crate::operand::{Memory, Operand, outside};

/// Progress and cancellation of one async operation.
#[napi]
pub struct NativeTask {
    control: Arc<Control>,
    /// Its task in the pool, once it was started.
    id: Cell<Option<TaskId>>,
}

#[napi]
impl NativeTask {
    #[napi(constructor, catch_unwind)]
    #[allow(clippy::new_without_default, reason = "for JavaScript")]
    pub fn new() -> Self {
        NativeTask { control: Arc::new(Control::new().in_background()), id: Cell::new(None) }
    }

    /// Stops the work, whose promise is then rejected with the code `ABORT_ERR`.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        stop(&self.control, self.id.get());
    }

    /// Elements, or bytes, that are done. Never goes back.
    #[napi(catch_unwind)]
    pub fn done(&self) -> f64 {
        self.control.done() as f64
    }
}

impl NativeTask {
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }
}

/// What work gives.
pub enum Done {
    Nothing,
    Value(Value),
}

impl From<()> for Done {
    fn from((): ()) -> Self {
        Done::Nothing
    }
}

/// As JavaScript has it: 64-bit integers and ticks as bigint, complex as two numbers.
pub type Answer = Either5<(), bool, f64, BigInt, Vec<f64>>;

/// The result, or a promise of it.
pub type Outcome = Either<Answer, Promise>;

/// A promise of an [`Answer`].
pub struct Promise(sys::napi_value);

impl ToNapiValue for Promise {
    unsafe fn to_napi_value(_env: sys::napi_env, promise: Self) -> napi::Result<sys::napi_value> {
        Ok(promise.0)
    }
}

impl From<Done> for Answer {
    fn from(done: Done) -> Self {
        match done {
            Done::Nothing => Either5::A(()),
            Done::Value(Value::Bool(flag)) => Either5::B(flag),
            Done::Value(Value::I64(number) | Value::Time(number)) => Either5::D(BigInt::from(number)),
            Done::Value(Value::U64(number)) => Either5::D(BigInt::from(number)),
            Done::Value(value @ (Value::C64(..) | Value::C128(..))) => {
                let (re, im) = value.to_f64();
                Either5::E(vec![re, im])
            }
            Done::Value(value) => Either5::C(value.to_f64().0),
        }
    }
}

/// Why there is no result.
pub enum Failure {
    Core(memmap_core::Error),
    Kernel(kernels::Error),
}

impl Failure {
    fn throw(self, env: &Env) -> napi::Error {
        match self {
            Failure::Core(error) => throw(env, error),
            Failure::Kernel(error) => throw_kernel(env, &error),
        }
    }
}

impl From<memmap_core::Error> for Failure {
    fn from(error: memmap_core::Error) -> Self {
        Failure::Core(error)
    }
}

impl From<kernels::Error> for Failure {
    fn from(error: kernels::Error) -> Self {
        Failure::Kernel(error)
    }
}

/// An operation before it runs.
pub struct Work<'a> {
    env: &'a Env,
    task: Option<&'a NativeTask>,
    fresh_target: bool,
    /// Work in this thread on buffers has none of it, and moving it would take longer than such work on a few elements.
    kept: Option<Box<Kept>>,
}

/// What the arrays of an operation need until it is done.
#[derive(Default)]
struct Kept {
    mapped: SmallVec<[Mapped; 2]>,
    held: SmallVec<[Held; 2]>,
    computed: SmallVec<[Arc<dyn Computed>; 1]>,
    random: Option<RandomAccess>,
    writer: Option<Arc<PageWriter>>,
}

impl<'a> Work<'a> {
    /// In the pool where there is a task.
    pub fn new(env: &'a Env, task: Option<&'a NativeTask>) -> Self {
        Work { env, task, fresh_target: false, kept: None }
    }

    /// Work on these arrays, which are in memory: in the pool where there is a task.
    pub fn of<const N: usize>(
        env: &'a Env,
        task: Option<&'a NativeTask>,
        memories: [&Memory; N],
    ) -> napi::Result<(Self, [Operand; N])> {
        refuse_computed(env, memories)?;
        Work::of_any(env, task, memories)
    }

    /// As [`Work::of`], for work that reads its arrays element by element, so that they may be computed.
    pub fn of_any<const N: usize>(
        env: &'a Env,
        task: Option<&'a NativeTask>,
        memories: [&Memory; N],
    ) -> napi::Result<(Self, [Operand; N])> {
        let mut work = Work::new(env, task);
        let mut operands = [const { Operand::NONE }; N];
        work.take_in(memories, &mut operands)?;
        Ok((work, operands))
    }

    /// Takes in arrays: the operands become those in the memories whose layouts are in the slots. They are in their place, because
    /// a move of them takes as long as work on a few elements.
    pub fn take_in<const N: usize>(
        &mut self,
        memories: [&Memory; N],
        operands: &mut [Operand; N],
    ) -> napi::Result<()> {
        for (slot, (memory, operand)) in memories.into_iter().zip(operands).enumerate() {
            self.keep(memory)?;
            operand.read(memory, slot).map_err(|refused| match refused {
                Refused::Core(error) => throw(self.env, error),
                Refused::Kernel(error) => throw_kernel(self.env, &error),
            })?;
            if let Some(computed) = operand.computed() {
                self.kept_mut().computed.push(Arc::clone(computed));
            }
        }
        Ok(())
    }

    fn kept_mut(&mut self) -> &mut Kept {
        self.kept.get_or_insert_default()
    }

    /// The mappings of the arrays, in their order.
    fn mapped(&self) -> &[Mapped] {
        self.kept.as_ref().map_or(&[], |kept| &kept.mapped)
    }

    /// Looks whether the target is memory that nobody has touched yet. Work in the pool ignores it, because its control was
    /// created before.
    pub fn with_fresh(self, target: &Memory) -> Self {
        Work { fresh_target: is_fresh(target), ..self }
    }

    /// All of the target is stored to: pages that are not in memory are written past the map. Does nothing where they are few. The
    /// target is the last array.
    pub fn past_map(mut self, target: &Memory, operand: &Operand) -> Self {
        let mapped = match target {
            Memory::Mapped(_) => self.mapped().last().filter(|_| operand.bytes() as u64 >= LITTLE),
            Memory::Heap { .. } | Memory::Computed { .. } => None,
        };
        if let Some(writer) = mapped.and_then(|mapped| mapped.page_writer(operand.first(), operand.bytes())) {
            self.kept_mut().writer = Some(Arc::new(writer));
        }
        self
    }

    /// The source is read at random, for a target of `wanted` bytes. Does nothing where most of the source is read, or little is
    /// mapped: advice takes longer than it saves. The source is the first array.
    pub fn at_random(mut self, source: &Memory, wanted: usize) -> Self {
        let mapped = match source {
            Memory::Mapped(_) => self.mapped().first().filter(|mapped| {
                mapped.length() >= LITTLE && (wanted as u64).saturating_mul(MOST) <= mapped.length()
            }),
            Memory::Heap { .. } | Memory::Computed { .. } => None,
        };
        if let Some(random) = mapped.and_then(Mapped::random_access) {
            self.kept_mut().random = Some(random);
        }
        self
    }

    /// Keeps what an array's memory needs until the work is done.
    fn keep(&mut self, memory: &Memory) -> napi::Result<()> {
        match memory {
            Memory::Mapped(mapping) => {
                let mapped = mapping.mapped().map_err(|error| throw(self.env, error))?;
                self.kept_mut().mapped.push(mapped);
            }
            Memory::Heap { value, .. } if self.task.is_some() => {
                let held = Held::new(self.env, *value)?;
                self.kept_mut().held.push(held);
            }
            Memory::Heap { .. } => {}
            Memory::Computed { memories, .. } => memories.iter().try_for_each(|memory| self.keep(memory))?,
        }
        Ok(())
    }

    /// Byte offsets of blocks like the operand's, each within its memory.
    pub fn offsets(&self, operand: &Operand, offsets: &Float64ArraySlice) -> napi::Result<Vec<isize>> {
        operand.offsets(offsets).map_err(|error| throw(self.env, error))
    }

    /// Does the work in the calling thread.
    pub fn now<T>(self, work: impl FnOnce(&Control) -> kernels::Result<T>) -> napi::Result<T> {
        let control = if self.fresh_target { Control::new().with_fresh_target() } else { Control::new() };
        let Some(kept) = self.kept else {
            return work(&control).map_err(|error| throw_kernel(self.env, &error));
        };
        let Kept { mapped, computed, random, writer, .. } = *kept;
        let random = random.map(Arc::new);
        match &random {
            None => read_ahead(&mapped, &control),
            Some(random) => {
                guard::reinstall_handlers();
                let random = Arc::clone(random);
                control.set_prefetch(Box::new(move |first, bytes| random.will_need(first, bytes)));
            }
        }
        write_past_map(writer.as_ref(), &control);
        let answer = work(&control).map_err(Failure::from);
        drop((control, random, writer));
        answer
            .and_then(|answer| settle(&mapped, &computed, answer))
            .map_err(|failure| failure.throw(self.env))
    }

    /// Does the work where it is to be done.
    pub fn run(
        self,
        work: impl FnOnce(&Control) -> kernels::Result<Done> + Send + 'static,
    ) -> napi::Result<Outcome> {
        match self.task {
            None => self.now(work).map(|done| Either::A(done.into())),
            Some(_) => self.later(move |control| work(control).map_err(Failure::from)).map(Either::B),
        }
    }

    /// Does the work in the pool.
    pub fn later(
        self,
        work: impl FnOnce(&Control) -> Result<Done, Failure> + Send + 'static,
    ) -> napi::Result<Promise> {
        let control = self.task.map_or_else(|| Arc::new(Control::new()), |task| Arc::clone(task.control()));
        let Work { env, task, kept, .. } = self;
        let Kept { mapped, held, computed, writer, .. } = kept.map_or_else(Kept::default, |kept| *kept);
        read_ahead(&mapped, &control);
        write_past_map(writer.as_ref(), &control);
        let (deferred, promise) = env.create_deferred()?;
        let deferred: JsDeferred<Answer, Resolver> = deferred;
        let promise = Promise(promise.raw());
        let begun = Begun::new();
        let its = Arc::clone(&control);
        let id = kernels::spawn(Box::new(move || {
            let _begun = begun;
            let answer = compute(work, &its, &mapped, &computed);
            // The files are free before the promise has its value.
            drop((mapped, computed, writer));
            deferred.resolve(Box::new(move |env| {
                held.into_iter().for_each(|held| held.release(&env));
                answer?.map(Answer::from).map_err(|failure| failure.throw(&env))
            }));
        }));
        if let Some(task) = task {
            task.id.set(Some(id));
        }
        RUNNING.with_borrow_mut(|running| {
            running.retain(|(control, _)| control.strong_count() > 0);
            running.push((Arc::downgrade(&control), id));
        });
        Ok(promise)
    }
}

/// Throws where an array is computed.
pub fn refuse_computed<const N: usize>(env: &Env, memories: [&Memory; N]) -> napi::Result<()> {
    if memories.iter().any(|memory| matches!(memory, Memory::Computed { .. })) {
        return Err(throw(env, outside()));
    }
    Ok(())
}

/// Gives the promise its value, in the JavaScript thread.
type Resolver = Box<dyn FnOnce(Env) -> napi::Result<Answer>>;

/// Does work of the pool.
fn compute(
    work: impl FnOnce(&Control) -> Result<Done, Failure>,
    control: &Control,
    mapped: &[Mapped],
    computed: &[Arc<dyn Computed>],
) -> napi::Result<Result<Done, Failure>> {
    if control.is_cancelled() {
        return Ok(Err(Failure::Kernel(kernels::Error::Cancelled)));
    }
    // A panic must not keep the promise from an answer.
    let answer = catch_unwind(AssertUnwindSafe(|| work(control)))
        .map_err(|_| napi::Error::from_reason("the work panicked: this is a fault of memmap"))?;
    Ok(answer.and_then(|answer| settle(mapped, computed, answer)))
}

thread_local! {
    /// The work of this JavaScript thread that is in the pool.
    static RUNNING: RefCell<Vec<(Weak<Control>, TaskId)>> = const { RefCell::new(Vec::new()) };
    /// How much of it has not ended.
    static COUNT: Arc<Count> = Arc::default();
}

#[derive(Default)]
struct Count {
    number: Mutex<usize>,
    zero: Condvar,
}

/// Counts as work of this JavaScript thread until it is dropped.
struct Begun(Arc<Count>);

impl Begun {
    fn new() -> Self {
        let count = COUNT.with(Arc::clone);
        *count.number.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Begun(count)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut number = self.0.number.lock().unwrap_or_else(PoisonError::into_inner);
        *number -= 1;
        if *number == 0 {
            self.0.zero.notify_all();
        }
    }
}

/// Stops work. Work that no thread has begun ends here, so that its promise does not wait for other work.
fn stop(control: &Control, id: Option<TaskId>) {
    control.cancel();
    if let Some(task) = id.and_then(kernels::withdraw) {
        task();
    }
}

/// Stops all work of this JavaScript thread, and waits until it has ended, because it uses the memory of buffers that the
/// environment is about to free.
pub fn cancel_all() {
    for (control, id) in RUNNING.take() {
        if let Some(control) = control.upgrade() {
            stop(&control, Some(id));
        }
    }
    let count = COUNT.with(Arc::clone);
    let mut number = count.number.lock().unwrap_or_else(PoisonError::into_inner);
    while *number > 0 {
        number = count.zero.wait(number).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Less is mapped than advice about it pays for.
const LITTLE: u64 = 4 << 20;

/// The most of the source that a selection reads at random: one part in so many.
const MOST: u64 = 4;

/// Has the kernel read pages in, each just before it is needed. Where little is mapped, asking costs more than faults do, and a look
/// at the signal handlers more than the work.
fn read_ahead(mapped: &[Mapped], control: &Control) {
    if mapped.iter().all(|mapped| mapped.length() < LITTLE) {
        return;
    }
    guard::reinstall_handlers();
    let mapped = mapped.to_vec();
    control.set_prefetch(Box::new(move |first, bytes| {
        for one in &mapped {
            one.populate(first, bytes);
        }
    }));
}

/// Has the kernel write to pages that are not in memory past the map.
fn write_past_map(writer: Option<&Arc<PageWriter>>, control: &Control) {
    if let Some(writer) = writer {
        control.set_page_writer(Box::new(OfWork(Arc::downgrade(writer))));
    }
}

/// The writer of a work. A task may outlive the work, and the descriptor must not.
struct OfWork(Weak<PageWriter>);

impl kernels::PageWriter for OfWork {
    fn takes(&self, first: *const u8, length: usize) -> bool {
        self.0.upgrade().is_some_and(|writer| writer.takes(first, length))
    }

    fn write(&self, first: *const u8, bytes: &[u8]) -> bool {
        self.0.upgrade().is_some_and(|writer| writer.write(first, bytes))
    }
}

/// Checks that everything that was read and written was the file's, and that what was computed is defined.
fn settle<T>(mapped: &[Mapped], computed: &[Arc<dyn Computed>], answer: T) -> Result<T, Failure> {
    mapped.iter().try_for_each(Mapped::check)?;
    computed.iter().try_for_each(|computed| computed.check())?;
    Ok(answer)
}

/// Keeps an ArrayBuffer from being collected.
struct Held(sys::napi_ref);

// SAFETY: a handle that the pool's thread carries and never uses; made and deleted in the JavaScript thread.
unsafe impl Send for Held {}

impl Held {
    fn new(env: &Env, value: sys::napi_value) -> napi::Result<Self> {
        let mut reference = std::ptr::null_mut();
        // SAFETY: a value of this environment; the count of 1 is strong.
        napi::check_status!(unsafe { sys::napi_create_reference(env.raw(), value, 1, &mut reference) })?;
        Ok(Held(reference))
    }

    fn release(self, env: &Env) {
        // SAFETY: made in `new`, deleted once.
        unsafe { sys::napi_delete_reference(env.raw(), self.0) };
    }
}
