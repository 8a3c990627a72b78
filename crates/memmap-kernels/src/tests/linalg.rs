//! Products, and the nearest rows, at each level of instructions.

use super::arrays::{Layout, NUMERIC, Owned, layouts, random};
use super::config;
use super::number::Number;
use crate::{Control, Element, Error, Kind, Metric, Nearest, Search, dot};
use proptest::prelude::*;

/// Runs `work` in this thread with the instructions of each level that this processor has.
fn at_each_level(work: impl Fn(&Control)) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    for level in 0..3 {
        crate::loops::ALLOWED.set(level);
        work(&Control::new().with_max_threads(1));
    }
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    crate::loops::ALLOWED.set(u8::MAX);
    work(&Control::new());
}

fn element(kind: Kind, swapped: bool) -> Element {
    Element { swapped, ..Element::native(kind).expect("a number") }
}

/// Small whole numbers, or numbers of any size in the range of singles, NaN and infinities among them.
fn values(seed: u64, whole: bool) -> impl FnMut(usize) -> Number {
    let mut next = random(seed);
    move |_| {
        let (choice, bits) = (next() % 64, next());
        if whole || choice < 30 {
            return Number::Int(i128::from(bits % 9) - 4);
        }
        Number::Real(match choice {
            30 => f64::NAN,
            31 => f64::INFINITY,
            32..34 => f64::from(f32::from_bits(bits as u32)),
            34..36 => (bits as i32) as f64 * 1e-46,
            36..38 => (bits as i32) as f64 * 1e25,
            _ => (bits as i32) as f64 * 1e-9,
        })
    }
}

/// The key of a row, and how far a sum in another order may be off.
fn oracle(metric: Metric, row: &[f64], query: &[f64]) -> Option<(f64, f64)> {
    let pairs = || row.iter().zip(query);
    let product: f64 = pairs().map(|(x, q)| x * q).sum();
    let size: f64 = pairs().map(|(x, q)| (x * q).abs()).sum();
    let squares: f64 = pairs().map(|(x, q)| (x - q).powi(2)).sum();
    let norm = |of: &[f64]| of.iter().map(|x| x * x).sum::<f64>().sqrt();
    let (key, size) = match metric {
        Metric::Cosine if norm(row) == 0.0 || norm(query) == 0.0 => return None,
        Metric::Cosine => (1.0 - product / (norm(row) * norm(query)), 1.0),
        Metric::Euclidean => (squares.sqrt(), squares.sqrt()),
        Metric::SqEuclidean => (squares, squares),
        Metric::CityBlock => {
            let sum: f64 = pairs().map(|(x, q)| (x - q).abs()).sum();
            (sum, sum)
        }
        Metric::Dot => (-product, size),
        Metric::Hamming => (pairs().map(|(&x, &q)| f64::from((x as u8 ^ q as u8).count_ones())).sum(), 0.0),
    };
    (!key.is_nan()).then_some((key, if size.is_finite() { 1e-13 * size } else { 0.0 }))
}

#[derive(Clone, Debug)]
struct Case {
    element: Element,
    shape: [usize; 2],
    layout: Layout,
    metric: Metric,
    count: usize,
    k: usize,
    seed: u64,
    whole: bool,
    masked: bool,
    excluded: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let real: Vec<Kind> =
        NUMERIC.into_iter().filter(|kind| !kind.is_complex() && *kind != Kind::Time).collect();
    let some = prop::sample::select(vec![Kind::F32, Kind::F16, Kind::I8, Kind::U8, Kind::F64]);
    let kind = prop_oneof![3 => some, 1 => prop::sample::select(real)];
    let rows = prop_oneof![0usize..5, 5usize..120];
    let columns = prop_oneof![4 => 0usize..40, 1 => 40usize..200];
    let count = prop_oneof![2 => Just(1usize), 3 => 0usize..40, 1 => 60usize..70];
    let flags = (any::<u64>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let metric = prop::sample::select(Metric::ALL.to_vec());
    (kind, rows, columns, layouts(false), metric, count, 1usize..20, flags).prop_map(
        |(kind, rows, columns, layout, metric, count, k, (seed, swapped, whole, masked, excluded))| Case {
            element: element(if metric == Metric::Hamming { Kind::U8 } else { kind }, swapped),
            shape: [rows, columns],
            layout,
            metric,
            count,
            k,
            seed,
            whole: whole || metric == Metric::Hamming,
            masked,
            excluded,
        },
    )
}

fn check(case: &Case) {
    let Case { element, shape: [rows, columns], metric, count, k, seed, .. } = *case;
    let mut next = random(seed ^ 1);
    let mut own = values(seed, case.whole);
    let mut previous: Vec<Number> = Vec::new();
    let mut source = Owned::new(element, &case.shape, &case.layout, &mut own);
    // Some rows are equal.
    for row in 0..rows {
        let numbers: Vec<Number> = (0..columns).map(|column| source.get(&[row, column])).collect();
        if row > 0 && next().is_multiple_of(8) {
            (0..columns).for_each(|column| source.set(&[row, column], previous[column]));
        } else {
            previous = numbers;
        }
    }
    let query = |i: usize| -> Vec<f64> {
        let mut value = values(seed.wrapping_add(7 + i as u64), case.whole);
        let number = |column: usize| match value(column) {
            Number::Int(x) if metric == Metric::Hamming => (x + 4) as f64,
            number => number.re(),
        };
        (0..columns).map(number).collect()
    };
    let queries: Vec<Vec<f64>> = (0..count).map(query).collect();
    let bools = self::element(Kind::Bool, false);
    let mask = Owned::packed(bools, &[rows], |_| Number::Int(i128::from(!next().is_multiple_of(3))));
    let excluded: Vec<Vec<usize>> = if case.excluded { vec![(0..rows).step_by(5).collect()] } else { vec![] };
    at_each_level(|control| {
        let search =
            Search { metric, k, columns, count, queries: queries.concat(), excluded: excluded.clone() };
        let nearest = Nearest::new(search).expect("queries of the right length");
        // The rows come in two parts.
        let middle = rows / 3;
        let (array, flags) = (source.array(), mask.array());
        for (first, len) in [(0, middle), (middle, rows - middle)] {
            let (mut part, mut its) = (array.clone(), flags.clone());
            part.ptr = part.ptr.wrapping_offset(part.strides[0] * first as isize);
            part.shape[0] = len;
            its.ptr = its.ptr.wrapping_add(first);
            its.shape[0] = len;
            assert_eq!(nearest.feed(&part, case.masked.then_some(&its), first, control), Ok(()));
        }
        for (i, found) in nearest.finish().expect("memory").iter().enumerate() {
            let mut expected: Vec<(f64, usize, f64)> = Vec::new();
            let mut keys = vec![None; rows];
            for (row, own) in keys.iter_mut().enumerate() {
                let numbers: Vec<f64> = (0..columns).map(|column| source.get(&[row, column]).re()).collect();
                *own = oracle(metric, &numbers, &queries[i]);
                let is_wanted = !case.masked || mask.get(&[row]) == Number::Int(1);
                if let (Some((key, error)), true) =
                    (*own, is_wanted && !excluded.iter().flatten().any(|&x| x == row))
                {
                    expected.push((key, row, error));
                }
            }
            expected.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
            assert_eq!(found.len(), k.min(expected.len()));
            let mut seen = std::collections::HashSet::new();
            for (&(row, distance), &(key, at, error)) in found.iter().zip(&expected) {
                let (own, its_error) = keys[row].expect("a row that is near");
                assert!(seen.insert(row));
                let is_close = own == key || (own - key).abs() <= error + its_error;
                assert!(row == at || is_close, "row {row} at {own} instead of {at} at {key}");
                let expected = if metric == Metric::Dot { -own } else { own };
                let is_close = distance == expected || (distance - expected).abs() <= 1e-12 + its_error;
                assert!(is_close, "{distance} instead of {expected}");
                // The lower of equal rows comes first.
                let is_exact = case.whole && (!element.kind.is_unsigned() || metric == Metric::Hamming);
                assert!(!is_exact || metric == Metric::Cosine || row == at);
            }
        }
    });
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn finds_the_nearest_rows_of_any_layout(case in cases()) {
        check(&case);
    }

    #[test]
    fn multiplies_matrices_of_any_kind_and_layout(
        kinds in prop::array::uniform2(prop::sample::select(NUMERIC[..14].to_vec())),
        swapped in prop::array::uniform3(any::<bool>()),
        (m, k, n) in (side(), side(), side()),
        layouts in [layouts(true), layouts(true), layouts(false)],
        seed in any::<u64>(),
    ) {
        let kind = kinds[0].promote(kinds[1]).expect("numbers");
        let number = |seed| {
            let mut next = random(seed);
            move |_| Number::Complex((next() % 17) as f64 / 2.0 - 4.0, (next() % 5) as f64 - 2.0)
        };
        let a = Owned::new(element(kinds[0], swapped[0]), &[m, k], &layouts[0], number(seed));
        let b = Owned::new(element(kinds[1], swapped[1]), &[k, n], &layouts[1], number(!seed));
        at_each_level(|control| {
            let mut out = Owned::new(element(kind, swapped[2]), &[m, n], &layouts[2], |_| Number::Int(1));
            assert_eq!(dot(&a.array(), &b.array(), &out.target(), control), Ok(()));
            if k > 0 {
                assert_eq!(control.done(), (m * n * k) as u64);
            }
            for i in 0..m {
                for j in 0..n {
                    let pairs = || (0..k).map(|p| (a.get(&[i, p]), b.get(&[p, j])));
                    let found = out.get(&[i, j]);
                    if kind == Kind::Bool {
                        let any = pairs().any(|(x, y)| x.is_true() && y.is_true());
                        assert_eq!(found, Number::Int(any.into()));
                    } else if kind.is_integer() {
                        let whole = |x| if let Number::Int(x) = x { x } else { 0i128 };
                        let exact = pairs().fold(0i128, |sum, (x, y)| sum.wrapping_add(whole(x).wrapping_mul(whole(y))));
                        let wrapped = super::number::decode(kind, &super::number::encode(kind, Number::Int(exact)));
                        assert_eq!(found, wrapped);
                    } else {
                        let re: f64 = pairs().map(|(x, y)| x.re() * y.re() - x.im() * y.im()).sum();
                        let im: f64 = pairs().map(|(x, y)| x.re() * y.im() + x.im() * y.re()).sum();
                        let rounding = if kind == Kind::F16 { 1e-3 } else { 1e-5 };
                        let size = |x: Number| x.re().abs() + x.im().abs();
                        let scale: f64 = pairs().map(|(x, y)| size(x) * size(y)).sum();
                        let close = |a: f64, b: f64| (a - b).abs() <= rounding * scale;
                        assert!(close(found.re(), re) && close(found.im(), im), "{found:?} instead of {re} {im}");
                    }
                }
            }
        });
    }
}

fn side() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0usize), 3 => Just(1), 6 => 2usize..20, 2 => 20usize..60]
}

#[test]
fn long_vectors_are_shared_out_and_added_up_in_order() {
    let (float32, len) = (element(Kind::F32, false), 30_000);
    let mut number = values(3, true);
    let a = Owned::packed(float32, &[1, len], &mut number);
    let b = Owned::packed(float32, &[len, 1], &mut number);
    let expected: f64 = (0..len).map(|i| a.get(&[0, i]).re() * b.get(&[i, 0]).re()).sum();
    for _ in 0..20 {
        let mut out = Owned::packed(float32, &[1, 1], |_| Number::Int(0));
        assert_eq!(dot(&a.array(), &b.array(), &out.target(), &Control::new()), Ok(()));
        assert_eq!(out.get(&[0, 0]), Number::Real(expected));
    }
}

#[test]
fn refuses_what_does_not_fit() {
    let times = Owned::packed(element(Kind::Time, false), &[2, 2], |_| Number::Int(0));
    let mut out = Owned::packed(element(Kind::Time, false), &[2, 2], |_| Number::Int(0));
    let unsupported = Err(Error::Unsupported { operation: "dot", kind: Kind::Time });
    assert_eq!(dot(&times.array(), &times.array(), &out.target(), &Control::new()), unsupported);
    let search = Search {
        metric: Metric::Cosine,
        k: 1,
        columns: 3,
        count: 1,
        queries: vec![1.0; 3],
        excluded: vec![],
    };
    let nearest = Nearest::new(search.clone()).expect("a query");
    assert!(matches!(nearest.feed(&times.array(), None, 0, &Control::new()), Err(Error::Unsupported { .. })));
    let floats = Owned::packed(element(Kind::F32, false), &[2, 2], |_| Number::Int(0));
    assert!(matches!(nearest.feed(&floats.array(), None, 0, &Control::new()), Err(Error::Mismatch { .. })));
    assert!(Nearest::new(Search { count: 2, ..search }).is_err());
}

#[test]
fn stops_where_it_is_cancelled() {
    let floats = Owned::packed(element(Kind::F32, false), &[2000, 8], |_| Number::Int(1));
    let search = Search {
        metric: Metric::Cosine,
        k: 1,
        columns: 8,
        count: 1,
        queries: vec![1.0; 8],
        excluded: vec![],
    };
    let control = Control::new();
    control.cancel();
    let nearest = Nearest::new(search).expect("a query");
    assert_eq!(nearest.feed(&floats.array(), None, 0, &control), Err(Error::Cancelled));
}

/// The cosine distance and the length of the difference, in which each row is divided by its largest magnitude first.
fn scaled_oracle(metric: Metric, row: &[f64], query: &[f64]) -> Option<f64> {
    let scaled = |of: &[f64]| -> (f64, Vec<f64>) {
        let largest = of.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
        (largest, of.iter().map(|x| if largest == 0.0 { 0.0 } else { x / largest }).collect())
    };
    let norm = |of: &[f64]| of.iter().map(|x| x * x).sum::<f64>().sqrt();
    if metric == Metric::Euclidean {
        let (largest, of) = scaled(&row.iter().zip(query).map(|(x, q)| x - q).collect::<Vec<_>>());
        return Some(largest * norm(&of));
    }
    let ((_, row), (_, query)) = (scaled(row), scaled(query));
    let product: f64 = row.iter().zip(&query).map(|(x, q)| x * q).sum();
    let norms = norm(&row) * norm(&query);
    (norms > 0.0).then(|| 1.0 - product / norms)
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn squares_that_leave_the_range_change_no_distance(
        kind in prop::sample::select(vec![Kind::F64, Kind::F64, Kind::F32]),
        (rows, columns) in (1usize..30, 1usize..70),
        count in prop_oneof![Just(1usize), 1usize..40],
        is_cosine: bool,
        seed: u64,
    ) {
        let mut next = random(seed);
        // Each row has a size of its own; a few rows are zero.
        let mut row = |least: i32, most: i32| -> Vec<f64> {
            let exponent = least + (next() % (most - least) as u64) as i32;
            let size = if next().is_multiple_of(12) { 0.0 } else { 2f64.powi(exponent) };
            (0..columns).map(|_| (next() as i32) as f64 * 2f64.powi(-31) * size).collect()
        };
        let (least, most) = if kind == Kind::F32 { (-120, 120) } else { (-1060, 1010) };
        let matrix: Vec<Vec<f64>> = (0..rows).map(|_| row(least, most)).collect();
        let queries: Vec<Vec<f64>> = (0..count).map(|_| row(-1060, 1010)).collect();
        let metric = if is_cosine { Metric::Cosine } else { Metric::Euclidean };
        let source = Owned::packed(element(kind, false), &[rows, columns], |i| Number::Real(matrix[i / columns][i % columns]));
        at_each_level(|control| {
            let search = Search { metric, k: rows, columns, count, queries: queries.concat(), excluded: vec![] };
            let nearest = Nearest::new(search).expect("queries of the right length");
            assert_eq!(nearest.feed(&source.array(), None, 0, control), Ok(()));
            for (found, query) in nearest.finish().expect("memory").iter().zip(&queries) {
                let mut seen = vec![false; rows];
                for &(row, distance) in found {
                    let own: Vec<f64> = (0..columns).map(|column| source.get(&[row, column]).re()).collect();
                    let expected = scaled_oracle(metric, &own, query).expect("a row that is near");
                    let tolerance = 1e-12 * if is_cosine { 1.0 } else { expected };
                    assert!((distance - expected).abs() <= tolerance, "{distance} instead of {expected}");
                    seen[row] = true;
                }
                assert!(found.is_sorted_by(|a, b| a.1 <= b.1));
                for (row, seen) in seen.into_iter().enumerate() {
                    let own: Vec<f64> = (0..columns).map(|column| source.get(&[row, column]).re()).collect();
                    assert_eq!(seen, scaled_oracle(metric, &own, query).is_some());
                }
            }
        });
    }
}

#[test]
fn equal_rows_tie_at_0_and_infinite_ones_are_never_near_at_any_size() {
    for size in [5e-324, 1e-310, 1e-200, 1e-80, 1e80, 1e200, 1.7e308] {
        let rows = [[1.0, -1.0], [f64::NAN, 1.0], [0.0, 0.0], [f64::INFINITY, 1.0], [-1.0, 1.0], [1.0, -1.0]];
        let source =
            Owned::packed(element(Kind::F64, false), &[6, 2], |i| Number::Real(rows[i / 2][i % 2] * size));
        for count in [1, 2] {
            let search = Search {
                metric: Metric::Cosine,
                k: 6,
                columns: 2,
                count,
                queries: [size, -size].repeat(count),
                excluded: vec![],
            };
            let nearest = Nearest::new(search).expect("queries of the right length");
            assert_eq!(nearest.feed(&source.array(), None, 0, &Control::new()), Ok(()));
            let near = [(0, 0.0), (5, 0.0), (4, 2.0)];
            for found in nearest.finish().expect("memory") {
                assert_eq!(found, near, "{size}");
            }
        }
    }
}

#[test]
fn a_row_whose_product_leaves_the_range_halfway_is_found() {
    for (columns, kind) in [(4, Kind::F32), (64, Kind::F32), (64, Kind::F16), (100, Kind::F64)] {
        let half = columns / 2;
        // The last row's product is the greatest, and the sum of its first half below all singles.
        let source =
            Owned::packed(element(kind, false), &[40, columns], |i| match (i / columns, i % columns) {
                (39, column) => Number::Real(if column < half { -1.0 } else { 1.5 }),
                _ => Number::Real(1e-3),
            });
        for size in [127, 200, 515].map(|power| 2f64.powi(power)) {
            for count in [1, 2, 9] {
                let queries = vec![size; columns * count];
                let search = Search { metric: Metric::Dot, k: 1, columns, count, queries, excluded: vec![] };
                let nearest = Nearest::new(search).expect("queries of the right length");
                assert_eq!(nearest.feed(&source.array(), None, 0, &Control::new()), Ok(()));
                for found in nearest.finish().expect("memory") {
                    assert_eq!(found, [(39, size * 0.5 * half as f64)], "{kind:?} {columns} {size} {count}");
                }
            }
        }
    }
}

/// Searches rows of bytes for queries of whole numbers, and compares with sums in integers.
fn check_bytes(kind: Kind, metric: Metric, rows: &[Vec<i64>], queries: &[Vec<i64>]) {
    let columns = rows[0].len();
    let source = Owned::packed(element(kind, false), &[rows.len(), columns], |i| {
        Number::Int(rows[i / columns][i % columns].into())
    });
    at_each_level(|control| {
        let numbers = queries.iter().flatten().map(|&x| x as f64).collect();
        let search =
            Search { metric, k: 5, columns, count: queries.len(), queries: numbers, excluded: vec![] };
        let nearest = Nearest::new(search).expect("queries of the right length");
        assert_eq!(nearest.feed(&source.array(), None, 0, control), Ok(()));
        for (found, query) in nearest.finish().expect("memory").iter().zip(queries) {
            let product = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(x, q)| x * q).sum::<i64>();
            let key = |row: &Vec<i64>| -> f64 {
                let (total, own, its) = (product(row, query), product(row, row), product(query, query));
                match metric {
                    Metric::Dot => -total as f64,
                    Metric::SqEuclidean => (own - 2 * total + its) as f64,
                    _ => 1.0 - total as f64 / ((own * its) as f64).sqrt(),
                }
            };
            let mut expected: Vec<(f64, usize)> =
                rows.iter().map(key).zip(0..).filter(|(key, _)| !key.is_nan()).collect();
            expected.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
            expected.truncate(5);
            let distances = expected.iter().map(|&(key, row)| {
                (
                    row,
                    match metric {
                        Metric::Dot => 0.0 - key,
                        Metric::Cosine => key.max(0.0),
                        _ => key,
                    },
                )
            });
            assert_eq!(found[..], distances.collect::<Vec<_>>());
        }
    });
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn products_of_bytes_are_exact(
        is_signed: bool,
        metric in prop::sample::select(vec![Metric::Dot, Metric::SqEuclidean, Metric::Cosine]),
        (rows, columns) in (1usize..60, 1usize..140),
        count in prop_oneof![Just(1usize), 2usize..70],
        is_wide: bool,
        seed: u64,
    ) {
        let mut next = random(seed);
        let mut bytes = |is_signed: bool| -> Vec<i64> {
            let least = if is_signed { -128 } else { 0 };
            (0..columns).map(|_| least + (next() % 256) as i64).collect()
        };
        let matrix: Vec<_> = (0..rows).map(|_| bytes(is_signed)).collect();
        let mut queries: Vec<_> = (0..count).map(|i| bytes((i as u64 ^ seed).is_multiple_of(2))).collect();
        if is_wide {
            // Not of bytes: several are compared in singles, and one as numbers of 16 bits.
            queries[count / 2][0] = -200;
        }
        check_bytes(if is_signed { Kind::I8 } else { Kind::U8 }, metric, &matrix, &queries);
    }
}

#[test]
fn the_largest_sums_of_bytes_do_not_wrap() {
    for columns in [8192, 8193, 16385] {
        let queries: Vec<_> = [-128, 127, 255, 0].map(|x| vec![x; columns]).into();
        for (kind, [least, most]) in [(Kind::I8, [-128, 127]), (Kind::U8, [0, 255])] {
            // More rows than are found, and those that may be nearest last.
            let rows: Vec<_> = [1, 2, 3, 4, 5, 6, least, most].map(|x| vec![x; columns]).into();
            for metric in [Metric::Dot, Metric::SqEuclidean] {
                check_bytes(kind, metric, &rows, &queries);
                for query in queries.chunks(1) {
                    check_bytes(kind, metric, &rows, query);
                }
            }
        }
    }
}
