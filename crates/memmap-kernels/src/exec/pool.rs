//! The thread pool. It starts with the first large work.
//!
//! Two kinds of threads do two kinds of work:
//!
//! - *Helpers*, one less than the processor has cores, take pieces of work that another thread owns ([`shared_out`]). Work of a
//!   thread that waits comes first: a helper leaves background work for it after a piece, and background work pauses.
//! - *Drivers* run whole tasks in the background ([`spawn`]), each the owner of the work that its task shares out. No more of them
//!   do pieces at a time than there are cores, with the helpers among them, because a thread that wakes up, such as an event
//!   loop's, would wait behind them all: they take turns.
//!
//! No thread waits for the work of another owner.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::control::Control;
use super::error::Result;
use super::shared_work::SharedWork;

/// Tasks that run at a time; others wait.
const MAX_DRIVERS: usize = 16;

/// How long background work pauses for work of a thread that waits, before it does another piece.
const PAUSE: Duration = Duration::from_millis(5);

/// How long a driver does pieces before another has its turn.
const TURN: Duration = Duration::from_millis(2);

/// A task in the background.
pub type Task = Box<dyn FnOnce() + Send>;

/// Names a task that [`spawn`] took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskId(u64);

struct Pool {
    /// Threads that share one work, its owner included.
    threads: usize,
    queue: Mutex<Queue>,
    /// There may be work for a helper.
    work: Condvar,
    /// There may be a task for a driver.
    task: Condvar,
    /// No thread waits for its work any more.
    calm: Condvar,
    /// A driver may have its turn.
    turn: Condvar,
    /// Drivers that wait for their turn, to be read without the lock.
    waiting: AtomicUsize,
    /// The number of works in `urgent`, to be read without the lock.
    urgent: AtomicUsize,
    /// The number of works in `background`, to be read without the lock.
    background: AtomicUsize,
}

#[derive(Default)]
struct Queue {
    /// Works of threads that wait.
    urgent: Vec<Arc<SharedWork>>,
    /// Works of drivers; the first has waited longest for a helper.
    background: VecDeque<Arc<SharedWork>>,
    /// Tasks that no driver has begun.
    tasks: VecDeque<(TaskId, Task)>,
    last_task: u64,
    drivers: usize,
    idle_drivers: usize,
    /// Drivers and helpers that do pieces of background work.
    in_background: usize,
    /// The drivers that wait for their turn, the one that has waited longest first.
    waiting: VecDeque<u64>,
    last_wait: u64,
}

/// The pool, with as many threads as [`thread::available_parallelism`] says (`MEMMAP_THREADS` overrides).
fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(|| Pool {
        threads: configured_threads(),
        queue: Mutex::default(),
        work: Condvar::new(),
        task: Condvar::new(),
        calm: Condvar::new(),
        turn: Condvar::new(),
        waiting: AtomicUsize::new(0),
        urgent: AtomicUsize::new(0),
        background: AtomicUsize::new(0),
    })
}

/// The number of threads that large work is shared among.
pub fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| {
        let pool = pool();
        let start = |number: usize| {
            let builder = thread::Builder::new().name(format!("memmap-{number}"));
            builder.spawn(|| pool.help()).is_ok()
        };
        1 + (1..pool.threads).take_while(|number| start(*number)).count()
    })
}

fn configured_threads() -> usize {
    let asked = std::env::var("MEMMAP_THREADS").ok().and_then(|text| text.trim().parse().ok());
    let available = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.filter(|&n| n > 0).unwrap_or_else(available)
}

/// Does the pieces in this thread and in helpers, `wanted` threads in all.
pub(super) fn shared_out(
    control: &Control,
    wanted: usize,
    pieces: usize,
    work: &(dyn Fn(usize) -> Result<()> + Sync),
) -> Result<()> {
    let pool = pool();
    let is_background = control.is_in_background();
    // SAFETY: `Open` closes it when this function returns or unwinds, before the borrows end.
    let shared = Arc::new(unsafe { SharedWork::new(control, wanted - 1, pieces, work) });
    let open = Open::new(pool, &shared, is_background);
    if is_background {
        pool.take_turns(&shared, control);
    } else {
        while shared.do_piece() {}
    }
    drop(open);
    shared.outcome()
}

/// A work that helpers find, until this is dropped.
struct Open<'a> {
    pool: &'static Pool,
    shared: &'a Arc<SharedWork>,
    is_background: bool,
}

impl<'a> Open<'a> {
    fn new(pool: &'static Pool, shared: &'a Arc<SharedWork>, is_background: bool) -> Self {
        let mut queue = pool.lock();
        if is_background {
            queue.background.push_back(Arc::clone(shared));
            pool.background.store(queue.background.len(), Ordering::Relaxed);
        } else {
            queue.urgent.push(Arc::clone(shared));
            pool.urgent.store(queue.urgent.len(), Ordering::Relaxed);
        }
        drop(queue);
        pool.work.notify_all();
        Open { pool, shared, is_background }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut queue = self.pool.lock();
        let is_other = |one: &Arc<SharedWork>| !Arc::ptr_eq(one, self.shared);
        if self.is_background {
            queue.background.retain(is_other);
            self.pool.background.store(queue.background.len(), Ordering::Relaxed);
        } else {
            queue.urgent.retain(is_other);
            self.pool.urgent.store(queue.urgent.len(), Ordering::Relaxed);
            if queue.urgent.is_empty() && !queue.background.is_empty() {
                self.pool.calm.notify_all();
                self.pool.work.notify_all();
            }
        }
        drop(queue);
        self.shared.close();
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a helper does.
    fn help(&self) {
        yield_to_sleepers();
        let mut queue = self.lock();
        loop {
            if let Some(work) = queue.urgent_work() {
                drop(queue);
                while work.do_piece() {}
                work.leave();
                queue = self.lock();
            } else if let Some(work) = queue.background_work(self.threads) {
                drop(queue);
                // Leaves for other works as soon as there are any.
                while self.urgent.load(Ordering::Relaxed) == 0 && work.do_piece() {
                    if self.background.load(Ordering::Relaxed) > 1 {
                        break;
                    }
                }
                work.leave();
                queue = self.lock();
                queue.in_background -= 1;
                self.turn.notify_all();
            } else {
                queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// A driver does the pieces of its work, a turn at a time.
    fn take_turns(&self, work: &SharedWork, control: &Control) {
        let mut queue = self.wait_for_turn(self.lock(), control);
        loop {
            drop(queue);
            let start = Instant::now();
            let mut is_done = false;
            while !is_done && self.urgent.load(Ordering::Relaxed) == 0 {
                is_done = !work.do_piece();
                if self.waiting.load(Ordering::Relaxed) > 0 && start.elapsed() > TURN {
                    break;
                }
            }
            queue = self.lock();
            queue.in_background -= 1;
            self.turn.notify_all();
            self.work.notify_all();
            if is_done {
                return;
            }
            drop(queue);
            self.give_way();
            queue = self.wait_for_turn(self.lock(), control);
        }
    }

    /// Waits until fewer threads do background work than there are cores, behind the drivers that wait already, or until the work
    /// is cancelled; then counts this one among them.
    fn wait_for_turn<'a>(
        &self,
        mut queue: MutexGuard<'a, Queue>,
        control: &Control,
    ) -> MutexGuard<'a, Queue> {
        if queue.waiting.is_empty() && queue.in_background < self.threads {
            queue.in_background += 1;
            return queue;
        }
        queue.last_wait += 1;
        let own = queue.last_wait;
        queue.waiting.push_back(own);
        self.waiting.store(queue.waiting.len(), Ordering::Relaxed);
        while !control.is_cancelled()
            && (queue.waiting.front() != Some(&own) || queue.in_background >= self.threads)
        {
            queue = self.turn.wait_timeout(queue, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
        }
        queue.waiting.retain(|one| *one != own);
        self.waiting.store(queue.waiting.len(), Ordering::Relaxed);
        queue.in_background += 1;
        self.turn.notify_all();
        queue
    }

    /// A driver helps threads that wait for their work, or pauses, before it goes on with its own.
    fn give_way(&self) {
        if self.urgent.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut queue = self.lock();
        if let Some(work) = queue.urgent_work() {
            drop(queue);
            while work.do_piece() {}
            work.leave();
            queue = self.lock();
        }
        if !queue.urgent.is_empty() {
            drop(self.calm.wait_timeout(queue, PAUSE));
        }
    }

    /// What a driver does.
    fn drive(&self) {
        yield_to_sleepers();
        let mut queue = self.lock();
        loop {
            if let Some((_, task)) = queue.tasks.pop_front() {
                drop(queue);
                // A panic must not end the thread; the task has told its caller.
                let _ = catch_unwind(AssertUnwindSafe(task));
                queue = self.lock();
            } else {
                queue.idle_drivers += 1;
                queue = self.task.wait(queue).unwrap_or_else(PoisonError::into_inner);
                queue.idle_drivers -= 1;
            }
        }
    }
}

impl Queue {
    /// A work of a thread that waits; the caller has begun it.
    fn urgent_work(&self) -> Option<Arc<SharedWork>> {
        self.urgent.iter().find(|work| work.begin()).map(Arc::clone)
    }

    /// A background work, unless as many threads do such work as there are cores, or a driver waits for its turn; the caller has
    /// begun it.
    fn background_work(&mut self, threads: usize) -> Option<Arc<SharedWork>> {
        let is_paused = !self.urgent.is_empty();
        if is_paused || !self.waiting.is_empty() || self.in_background >= threads {
            return None;
        }
        let place = self.background.iter().position(|work| work.begin())?;
        let work = self.background.remove(place)?;
        self.background.push_back(Arc::clone(&work));
        self.in_background += 1;
        Some(work)
    }
}

/// Runs a task in a thread of the pool, or here where no thread can be had.
pub fn spawn(task: Task) -> TaskId {
    let pool = pool();
    let mut queue = pool.lock();
    queue.last_task += 1;
    let id = TaskId(queue.last_task);
    queue.tasks.push_back((id, task));
    if queue.idle_drivers >= queue.tasks.len() {
        pool.task.notify_one();
    } else if queue.drivers < MAX_DRIVERS {
        let builder = thread::Builder::new().name(format!("memmap-task-{}", queue.drivers));
        if builder.spawn(|| pool.drive()).is_ok() {
            queue.drivers += 1;
        } else if queue.drivers == 0 {
            let task = queue.tasks.pop_back();
            drop(queue);
            task.into_iter().for_each(|(_, task)| task());
        }
    }
    id
}

/// Takes back a task that no thread has begun.
pub fn withdraw(id: TaskId) -> Option<Task> {
    let mut queue = pool().lock();
    let place = queue.tasks.iter().position(|(one, _)| *one == id)?;
    queue.tasks.remove(place).map(|(_, task)| task)
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
