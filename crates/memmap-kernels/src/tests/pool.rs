//! Sharing out pieces, tasks in the background, and who waits for whom.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use crate::exec::{for_pieces, in_order};
use crate::{Control, Error, spawn, withdraw};

const MANY_BYTES: usize = 1 << 30;

#[test]
fn each_piece_is_done_once_whoever_asks() {
    let askers = 6;
    let start = Arc::new(Barrier::new(askers));
    let handles: Vec<_> = (0..askers)
        .map(|asker| {
            let start = Arc::clone(&start);
            thread::spawn(move || {
                let control = if asker % 2 == 0 { Control::new() } else { Control::new().in_background() };
                start.wait();
                for pieces in [1, 2, 3, 17, 400] {
                    let counts: Vec<AtomicUsize> = (0..pieces).map(|_| AtomicUsize::new(0)).collect();
                    for_pieces(&control, pieces, MANY_BYTES, |piece| {
                        counts[piece].fetch_add(1, Ordering::Relaxed);
                        Ok(())
                    })
                    .expect("no piece fails");
                    assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
                    let squares =
                        in_order(&control, pieces, MANY_BYTES, |piece| piece * piece).expect("no error");
                    assert!(squares.iter().enumerate().all(|(piece, square)| *square == piece * piece));
                }
            })
        })
        .collect();
    handles.into_iter().for_each(|handle| handle.join().expect("no panic"));
}

#[test]
fn the_first_error_ends_the_rest() {
    let done = AtomicUsize::new(0);
    let result = for_pieces(&Control::new(), 1_000_000, MANY_BYTES, |piece| {
        done.fetch_add(1, Ordering::Relaxed);
        if piece == 5 { Err(Error::Cancelled) } else { Ok(()) }
    });
    assert_eq!(result, Err(Error::Cancelled));
    assert!(done.load(Ordering::Relaxed) < 1_000_000);
}

#[test]
fn a_panic_of_a_piece_reaches_the_owner_and_leaves_the_pool_usable() {
    let panicked = std::panic::catch_unwind(|| {
        for_pieces(&Control::new(), 100, MANY_BYTES, |piece| {
            assert!(piece != 50, "a piece that panics");
            Ok(())
        })
    });
    assert!(panicked.is_err());
    let sum = AtomicUsize::new(0);
    for_pieces(&Control::new(), 100, MANY_BYTES, |piece| {
        sum.fetch_add(piece, Ordering::Relaxed);
        Ok(())
    })
    .expect("no piece fails");
    assert_eq!(sum.into_inner(), 4950);
}

#[test]
fn a_thread_that_waits_does_not_wait_for_work_in_the_background() {
    let (told, ended) = channel();
    let stop = Arc::new(AtomicBool::new(false));
    // More tasks than cores, each with pieces without end.
    for _ in 0..4 {
        let (told, stop) = (told.clone(), Arc::clone(&stop));
        spawn(Box::new(move || {
            let control = Control::new().in_background();
            let result = for_pieces(&control, usize::MAX / 2, MANY_BYTES, |_| {
                thread::sleep(Duration::from_micros(100));
                if stop.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
            });
            told.send(result).expect("the test waits");
        }));
    }
    thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    for _ in 0..20 {
        for_pieces(&Control::new(), 8, MANY_BYTES, |_| Ok(())).expect("no piece fails");
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    stop.store(true, Ordering::Relaxed);
    for _ in 0..4 {
        assert_eq!(ended.recv().expect("each task ends"), Err(Error::Cancelled));
    }
}

#[test]
fn a_task_that_no_thread_has_begun_can_be_taken_back() {
    let (told, begun) = channel();
    let release = Arc::new((std::sync::Mutex::new(false), std::sync::Condvar::new()));
    let ids: Vec<_> = (0..100)
        .map(|number| {
            let (told, release) = (told.clone(), Arc::clone(&release));
            spawn(Box::new(move || {
                told.send(number).expect("the test waits");
                let mut released = release.0.lock().expect("no panic");
                while !*released {
                    released = release.1.wait(released).expect("no panic");
                }
            }))
        })
        .collect();
    thread::sleep(Duration::from_millis(20));
    let taken = ids.into_iter().filter_map(withdraw).count();
    *release.0.lock().expect("no panic") = true;
    release.1.notify_all();
    drop(told);
    assert_eq!(begun.iter().count(), 100 - taken);
    assert!(taken >= 100 - 16, "{taken}");
}
