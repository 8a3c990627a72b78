//! The operations of the table.

use crate::print_row;
use crate::timing::{Settings, median, rate};
use memmap_kernels::{
    ArrayMut, ArrayRef, Control, Element, Kind, Params, Reduction, assign, byteswap_in_place, c_strides,
    fill, limits, mask_gather, reduce, reduce_all, take,
};
use std::hint::black_box;

/// Memory to work on, and the machine's limits in GB/s of traffic.
pub struct Bench {
    pub settings: Settings,
    source: Vec<u64>,
    target: Vec<u64>,
    pub read: f64,
    copy: f64,
    store: f64,
}

/// A side of the largest square of `f32` in so many bytes.
fn side(bytes: usize) -> usize {
    ((bytes / 4) as f64).sqrt() as usize / 64 * 64
}

impl Bench {
    pub fn new(settings: Settings) -> Bench {
        let words = (settings.mib << 20) / 8;
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let source = (0..words)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                // Two floats between 1 and 2: harmless as any kind.
                (state & 0x007f_ffff_007f_ffff) | 0x3f80_0000_3f80_0000
            })
            .collect();
        Bench { settings, source, target: vec![1; words * 2], read: 0.0, copy: 0.0, store: 0.0 }
    }

    fn bytes(&self) -> usize {
        self.source.len() * 8
    }

    fn source(&self, element: Element, shape: Vec<usize>, strides: Option<Vec<isize>>) -> ArrayRef {
        let strides = strides.unwrap_or_else(|| c_strides(&shape, element.size));
        // SAFETY: all shapes and strides below stay inside the source, which lives as long as the bench.
        unsafe { ArrayRef::new(self.source.as_ptr().cast(), element, shape, strides) }
    }

    fn target(&mut self, kind: Kind, shape: Vec<usize>) -> ArrayMut {
        // SAFETY: all shapes below fit the target, which lives as long as the bench.
        unsafe { ArrayMut::contiguous(self.target.as_mut_ptr().cast(), native(kind), shape) }
    }

    pub fn limits(&mut self) {
        let (bytes, runs, control) = (self.bytes(), self.settings.runs, Control::new());
        let (from, to) = (self.source.as_ptr().cast::<u8>(), self.target.as_mut_ptr().cast::<u8>());
        for threads in [1, memmap_kernels::threads()] {
            let bounded = Control::new().with_max_threads(threads);
            let read = median(runs, || {
                // SAFETY: the source is this many bytes long.
                _ = black_box(unsafe { limits::parallel_read(from, bytes, &bounded) });
            });
            let copy = median(runs, || {
                // SAFETY: the target is longer than the source.
                _ = black_box(unsafe { limits::parallel_copy(from, to, bytes, &bounded) });
            });
            let store = median(runs, || {
                // SAFETY: the target is longer than that.
                _ = black_box(unsafe { limits::parallel_stream_store(to, bytes, &bounded) });
            });
            (self.read, self.copy, self.store) =
                (rate(bytes, read), rate(2 * bytes, copy), rate(bytes, store));
            println!(
                "limits of {threads} thread(s): read {:.1}, copy {:.1} (read and written), streaming store {:.1} GB/s",
                self.read, self.copy, self.store
            );
        }
        let mut streamed = |name: &str| {
            let (source, target) =
                (self.source(native(Kind::U8), vec![bytes], None), self.target(Kind::U8, vec![bytes]));
            let seconds = median(runs, || assign(&source, &target, &control).expect(name));
            println!("copy with streaming stores: {:.1} GB/s (read and written)", rate(2 * bytes, seconds));
        };
        streamed("copy");
    }

    fn reduction(&self, name: &str, reduction: Reduction, source: &ArrayRef, bytes: usize) {
        if self.settings.wants(name) {
            let control = Control::new();
            let seconds = median(self.settings.runs, || {
                _ = black_box(reduce_all(reduction, source, &Params::default(), &control));
            });
            print_row(name, bytes, seconds, self.read);
        }
    }

    pub fn reductions(&mut self) {
        use Reduction::*;
        let bytes = self.bytes();
        let line = |kind: Kind| vec![bytes / kind.size().unwrap_or(1)];
        let cases: [(Reduction, &[Kind]); 8] = [
            (
                Sum,
                &[
                    Kind::F32,
                    Kind::F64,
                    Kind::I16,
                    Kind::U8,
                    Kind::I32,
                    Kind::I64,
                    Kind::F16,
                    Kind::C64,
                    Kind::Bool,
                ],
            ),
            (Mean, &[Kind::F32, Kind::F64, Kind::I16, Kind::U8, Kind::I64]),
            (Min, &[Kind::F32, Kind::F64, Kind::I16, Kind::U8, Kind::I64, Kind::F16]),
            (Max, &[Kind::F32, Kind::I32]),
            (Var, &[Kind::F32, Kind::F64, Kind::I16, Kind::U8]),
            (Std, &[Kind::F32]),
            (ArgMin, &[Kind::F32]),
            (ArgMax, &[Kind::F32, Kind::F64, Kind::I16, Kind::U8, Kind::I64]),
        ];
        for (reduction, kinds) in cases {
            for &kind in kinds {
                let name = format!("{} {kind:?}", reduction.name());
                self.reduction(&name, reduction, &self.source(native(kind), line(kind), None), bytes);
            }
        }
        for (reduction, kind) in
            [(All, Kind::U8), (CountNonzero, Kind::U8), (CountNonzero, Kind::F32), (Prod, Kind::F32)]
        {
            let name = format!("{} {kind:?}", reduction.name());
            self.reduction(&name, reduction, &self.source(native(kind), line(kind), None), bytes);
        }
        for kind in [Kind::F32, Kind::I16, Kind::F64] {
            let element = Element::swapped(kind).expect("a number");
            let name = format!("sum {kind:?} big-endian");
            self.reduction(&name, Sum, &self.source(element, line(kind), None), bytes);
        }
        let thirds = self.source(native(Kind::F32), vec![bytes / 12], Some(vec![12]));
        self.reduction("sum F32 every third", Sum, &thirds, bytes);
        let n = side(bytes);
        for (order, strides) in [("C", vec![4 * n as isize, 4]), ("F", vec![4, 4 * n as isize])] {
            for axis in 0..2 {
                for reduction in [Sum, Max, Mean, Var, ArgMax] {
                    let name = format!("{} F32 axis {axis} {order}", reduction.name());
                    if !self.settings.wants(&name) {
                        continue;
                    }
                    let source = self.source(native(Kind::F32), vec![n, n], Some(strides.clone()));
                    let kind = if reduction == ArgMax { Kind::I64 } else { Kind::F32 };
                    let target = self.target(kind, vec![n]);
                    let (axes, control) = ([axis == 0, axis == 1], Control::new());
                    let seconds = median(self.settings.runs, || {
                        reduce(reduction, &source, &axes, &Params::default(), &target, &control)
                            .expect("a reduction");
                    });
                    print_row(&name, 4 * n * n, seconds, self.read);
                }
            }
        }
        for (rows, columns) in [(bytes / 12, 3), (3, bytes / 12), (bytes / 400, 100)] {
            for axis in 0..2 {
                let name = format!("sum F32 ({rows}, {columns}) axis {axis}");
                if self.settings.wants(&name) {
                    let source = self.source(native(Kind::F32), vec![rows, columns], None);
                    let target = self.target(Kind::F32, vec![if axis == 0 { columns } else { rows }]);
                    let (axes, control) = ([axis == 0, axis == 1], Control::new());
                    let seconds = median(self.settings.runs, || {
                        reduce(Sum, &source, &axes, &Params::default(), &target, &control).expect("a sum");
                    });
                    print_row(&name, 4 * rows * columns, seconds, self.read);
                }
            }
        }
    }

    fn copying(&mut self, name: &str, source: &ArrayRef, target: &ArrayMut) {
        if self.settings.wants(name) {
            let control = Control::new();
            let bytes = source.len() * (source.element().size + target.element().size);
            let seconds = median(self.settings.runs, || assign(source, target, &control).expect("a copy"));
            print_row(name, bytes, seconds, self.copy);
        }
    }

    pub fn copies(&mut self) {
        let bytes = self.bytes();
        let pairs = [
            (Kind::F32, Kind::F32),
            (Kind::F32, Kind::F64),
            (Kind::F64, Kind::F32),
            (Kind::I16, Kind::F32),
            (Kind::F32, Kind::I16),
            (Kind::F32, Kind::F16),
            (Kind::F16, Kind::F32),
            (Kind::F64, Kind::I64),
            (Kind::U8, Kind::Bool),
        ];
        for (from, to) in pairs {
            let count = (bytes / from.size().unwrap_or(1)).min(2 * bytes / to.size().unwrap_or(1));
            let (source, target) =
                (self.source(native(from), vec![count], None), self.target(to, vec![count]));
            self.copying(&format!("copy {from:?} to {to:?}"), &source, &target);
        }
        for kind in [Kind::I16, Kind::F32, Kind::F64] {
            let count = bytes / kind.size().unwrap_or(1);
            let source = self.source(Element::swapped(kind).expect("a number"), vec![count], None);
            let target = self.target(kind, vec![count]);
            self.copying(&format!("copy {kind:?} byte-swapped"), &source, &target);
        }
        if self.settings.wants("byteswap in place F32") {
            let target = self.target(Kind::F32, vec![bytes / 4]);
            let seconds = median(self.settings.runs, || {
                byteswap_in_place(&target, &Control::new()).expect("a byteswap")
            });
            print_row("byteswap in place F32", 2 * bytes, seconds, self.copy);
        }
        let n = side(bytes);
        for kind in [Kind::U8, Kind::I16, Kind::F32, Kind::F64, Kind::C128] {
            let size = kind.size().unwrap_or(1);
            let n = if size > 4 { side(bytes * 4 / size) } else { n };
            let strides = vec![size as isize, (size * n) as isize];
            let source = self.source(native(kind), vec![n, n], Some(strides));
            let target = self.target(kind, vec![n, n]);
            self.copying(&format!("copy {kind:?} transposed {n} x {n}"), &source, &target);
        }
        let source = self.source(native(Kind::F32), vec![n, n], Some(vec![4, 4 * n as isize]));
        let target = self.target(Kind::F64, vec![n, n]);
        self.copying(&format!("copy F32 to F64 transposed {n} x {n}"), &source, &target);
        if self.settings.wants("fill F32") {
            let target = self.target(Kind::F32, vec![bytes / 4]);
            let value = 1.5f32.to_ne_bytes();
            let seconds =
                median(self.settings.runs, || fill(&target, &value, &Control::new()).expect("a fill"));
            print_row("fill F32", bytes, seconds, self.store);
        }
    }

    pub fn selections(&mut self) {
        let bytes = self.bytes();
        for columns in [1, 16, 256] {
            let rows = bytes / 4 / columns;
            let name = format!("take random rows of {columns} F32");
            if !self.settings.wants(&name) {
                continue;
            }
            let wanted = (rows / 4).max(1);
            let mut state = 1u64;
            let indices: Vec<i64> = (0..wanted)
                .map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    ((state >> 33) as usize % rows) as i64
                })
                .collect();
            let source = self.source(native(Kind::F32), vec![rows, columns], None);
            let target = self.target(Kind::F32, vec![wanted, columns]);
            let seconds = median(self.settings.runs, || {
                take(&source, 0, &indices, &target, &Control::new()).expect("a selection");
            });
            print_row(&name, 8 * wanted * columns, seconds, 0.0);
        }
        if self.settings.wants("mask half of F32") {
            let count = bytes / 4;
            let mask: Vec<u8> =
                self.source.iter().flat_map(|word| [*word as u8 & 1, (*word >> 32) as u8 & 1]).collect();
            let chosen = mask.iter().filter(|&&byte| byte != 0).count();
            // SAFETY: the mask has this many bytes and outlives the array.
            let mask_array = unsafe { ArrayRef::contiguous(mask.as_ptr(), native(Kind::Bool), vec![count]) };
            let source = self.source(native(Kind::F32), vec![count], None);
            let target = self.target(Kind::F32, vec![chosen]);
            let seconds = median(self.settings.runs, || {
                mask_gather(&source, &mask_array, &target, &Control::new()).expect("a selection");
            });
            print_row("mask half of F32", bytes + count + 4 * chosen, seconds, 0.0);
        }
    }
}

/// The element of a numeric kind in this machine's byte order.
pub fn native(kind: Kind) -> Element {
    Element::native(kind).expect("a number")
}
