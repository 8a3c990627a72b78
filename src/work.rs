//! One operation: its arrays, and where it runs: in the calling thread, or in the thread pool with a promise.
//!
//! Work in the pool outlives its call, so it owns what it reads and writes: mappings stay in place for it, and the
//! ArrayBuffers are held (TypeScript passes none that JavaScript could move away meanwhile). When it is done,
//! it checks that the mapping still showed the file.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use memmap_core::Mapped;
use memmap_kernels::{self as kernels, Control, Value};
use napi::bindgen_prelude::{AsyncTask, BigInt, Either, Either5, Float64ArraySlice};
use napi::{Env, Task, sys};
use napi_derive::napi;

use crate::error::{throw, throw_kernel};
use crate::huge_pages::is_fresh;
use crate::operand::{Memory, Operand};

/// Progress and cancellation of one async operation.
#[napi]
pub struct NativeTask {
    control: Arc<Control>,
}

#[napi]
impl NativeTask {
    #[napi(constructor, catch_unwind)]
    #[allow(clippy::new_without_default, reason = "for JavaScript")]
    pub fn new() -> Self {
        NativeTask { control: Arc::new(Control::new().in_background()) }
    }

    /// Stops the work, whose promise is then rejected with the code `ABORT_ERR`.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.control.cancel();
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
pub type Outcome = Either<Answer, AsyncTask<Job>>;

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
    mapped: Vec<Mapped>,
    held: Vec<Held>,
    fresh_target: bool,
}

impl<'a> Work<'a> {
    /// In the pool where there is a task.
    pub fn new(env: &'a Env, task: Option<&'a NativeTask>) -> Self {
        Work { env, task, mapped: Vec::new(), held: Vec::new(), fresh_target: false }
    }

    /// Work on these arrays: in the pool where there is a task.
    pub fn of<const N: usize>(
        env: &'a Env,
        task: Option<&'a NativeTask>,
        arrays: [(&Memory, &Float64ArraySlice); N],
    ) -> napi::Result<(Self, [Operand; N])> {
        let mut work = Work::new(env, task);
        let mut failure = None;
        let operands = arrays
            .map(|(memory, layout)| work.operand(memory, layout).map_err(|error| failure = Some(error)).ok());
        match failure {
            Some(error) => Err(error),
            None => Ok((work, operands.map(|operand| operand.expect("an operand that did not fail")))),
        }
    }

    /// Looks whether the target is memory that nobody has touched yet. Work in the pool ignores it, because its control was
    /// created before.
    pub fn with_fresh(self, target: &Memory) -> Self {
        Work { fresh_target: is_fresh(target), ..self }
    }

    /// One of its arrays.
    fn operand(&mut self, memory: &Memory, layout: &Float64ArraySlice) -> napi::Result<Operand> {
        match memory {
            Memory::Mapped(mapping) => {
                self.mapped.push(mapping.mapped().map_err(|error| throw(self.env, error))?);
            }
            Memory::Heap { value, .. } if self.task.is_some() => self.held.push(Held::new(self.env, *value)?),
            Memory::Heap { .. } => {}
        }
        Operand::new(memory, layout).map_err(|error| throw(self.env, error))
    }

    /// Byte offsets of blocks like the operand's, each within its memory.
    pub fn offsets(&self, operand: &Operand, offsets: &Float64ArraySlice) -> napi::Result<Vec<isize>> {
        operand.offsets(offsets).map_err(|error| throw(self.env, error))
    }

    /// Does the work in the calling thread.
    pub fn now<T>(self, work: impl FnOnce(&Control) -> kernels::Result<T>) -> napi::Result<T> {
        let control = if self.fresh_target { Control::new().with_fresh_target() } else { Control::new() };
        read_ahead(&self.mapped, &control);
        let answer = work(&control).map_err(Failure::from);
        answer.and_then(|answer| settle(&self.mapped, answer)).map_err(|failure| failure.throw(self.env))
    }

    /// Does the work where it is to be done.
    pub fn run(
        self,
        work: impl FnOnce(&Control) -> kernels::Result<Done> + Send + 'static,
    ) -> napi::Result<Outcome> {
        match self.task {
            None => self.now(work).map(|done| Either::A(done.into())),
            Some(_) => Ok(Either::B(self.later(move |control| work(control).map_err(Failure::from)))),
        }
    }

    /// Does the work in the pool.
    pub fn later(
        self,
        work: impl FnOnce(&Control) -> Result<Done, Failure> + Send + 'static,
    ) -> AsyncTask<Job> {
        let control = self.task.map_or_else(|| Arc::new(Control::new()), |task| Arc::clone(task.control()));
        read_ahead(&self.mapped, &control);
        RUNNING.with_borrow_mut(|running| {
            running.retain(|control| control.strong_count() > 0);
            running.push(Arc::downgrade(&control));
        });
        AsyncTask::new(Job { work: Some(Box::new(work)), control, mapped: self.mapped, held: self.held })
    }
}

thread_local! {
    /// Of this JavaScript thread.
    static RUNNING: RefCell<Vec<Weak<Control>>> = const { RefCell::new(Vec::new()) };
}

/// Stops all work of this JavaScript thread, which waits for it at its end.
pub fn cancel_all() {
    RUNNING
        .with_borrow(|running| running.iter().filter_map(Weak::upgrade).for_each(|control| control.cancel()));
}

/// Has the kernel read pages in, each just before it is needed. Where little is mapped, asking costs more than faults do.
fn read_ahead(mapped: &[Mapped], control: &Control) {
    const LITTLE: u64 = 4 << 20;
    if mapped.iter().all(|mapped| mapped.length() < LITTLE) {
        return;
    }
    let mapped = mapped.to_vec();
    control.set_prefetch(Box::new(move |first, bytes| {
        for one in &mapped {
            one.populate(first, bytes);
        }
    }));
}

/// Checks that everything that was read and written was the file's.
fn settle<T>(mapped: &[Mapped], answer: T) -> Result<T, Failure> {
    mapped.iter().try_for_each(Mapped::check)?;
    Ok(answer)
}

/// The work itself.
type Rest = Box<dyn FnOnce(&Control) -> Result<Done, Failure> + Send>;

/// Work for the thread pool.
pub struct Job {
    work: Option<Rest>,
    control: Arc<Control>,
    mapped: Vec<Mapped>,
    held: Vec<Held>,
}

impl Task for Job {
    type Output = Result<Done, Failure>;
    type JsValue = Answer;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Some(work) = self.work.take() else { return Ok(Err(Failure::Kernel(kernels::Error::Cancelled))) };
        // A panic must not leave the pool's thread.
        let answer = catch_unwind(AssertUnwindSafe(|| work(&self.control)))
            .map_err(|_| napi::Error::from_reason("the work panicked: this is a fault of memmap"))?;
        Ok(answer.and_then(|answer| settle(&self.mapped, answer)))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<Self::JsValue> {
        output.map(Answer::from).map_err(|failure| failure.throw(&env))
    }

    fn finally(self, env: Env) -> napi::Result<()> {
        self.held.into_iter().for_each(|held| held.release(&env));
        Ok(())
    }
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
