//! Sum and mean of times.

use super::fold::{At, Fold, Out};
use crate::dtype::{Kind, Native, Tick};
use crate::exec::Result;
use crate::loops::{RawSlice, update};

/// Time ticks: NaT if any of them is; the mean is cut to whole ticks.
pub(crate) struct TimedeltaSum {
    pub mean: bool,
}

/// A sum of ticks, and whether one of them was NaT.
#[derive(Clone, Copy)]
pub(crate) struct Ticks {
    sum: i64,
    nat: bool,
}

impl Fold for TimedeltaSum {
    type In = Tick;
    type State = Ticks;

    fn start(&self) -> Ticks {
        Ticks { sum: 0, nat: false }
    }

    fn feed(&self, state: &mut Ticks, run: RawSlice<Tick>, _at: At) {
        for tick in run.iter() {
            self.join(state, Ticks { sum: tick.0, nat: tick.is_nan() });
        }
    }

    fn feed_each(&self, states: &mut [Ticks], row: RawSlice<Tick>, _at: usize) {
        update(states, row, |state, tick| self.join(state, Ticks { sum: tick.0, nat: tick.is_nan() }))
    }

    fn join(&self, state: &mut Ticks, later: Ticks) {
        *state = Ticks { sum: state.sum.wrapping_add(later.sum), nat: state.nat | later.nat };
    }

    fn result(&self) -> Kind {
        Kind::Time
    }

    fn finish(&self, state: Ticks, count: usize, out: Out) -> Result<()> {
        out.put(match (state.nat, self.mean) {
            (true, _) => Tick::NAT,
            (false, true) if count == 0 => Tick::NAT,
            (false, true) => Tick(state.sum.wrapping_div(count as i64)),
            (false, false) => Tick(state.sum),
        })
    }
}
