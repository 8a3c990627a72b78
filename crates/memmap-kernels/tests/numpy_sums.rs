//! Sums, means and small variances, bit by bit as NumPy 2.4.6 has them: `numpy_sums.txt`, written by `numpy_sums.py`.

use half::f16;
use memmap_kernels::{ArrayMut, ArrayRef, Control, Element, Kind, Params, Reduction, reduce};

/// The numbers of `numpy_sums.py`.
fn numbers(count: usize) -> Vec<f64> {
    let mut state = 42u64;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 37) as f64 - f64::from(1 << 26)) / f64::from(1 << 20)
        })
        .collect()
}

/// The elements of an array of a kind, as its bytes.
fn elements(kind: Kind, base: &[f64]) -> Vec<u8> {
    let pairs = || base.iter().zip(base.iter().rev()).flat_map(|(&re, &im)| [re, im]);
    match kind {
        Kind::F16 => base.iter().flat_map(|&x| f16::from_f64(x).to_ne_bytes()).collect(),
        Kind::F32 => base.iter().flat_map(|&x| (x as f32).to_ne_bytes()).collect(),
        Kind::F64 => base.iter().flat_map(|&x| x.to_ne_bytes()).collect(),
        Kind::C64 => pairs().flat_map(|x| (x as f32).to_ne_bytes()).collect(),
        _ => pairs().flat_map(f64::to_ne_bytes).collect(),
    }
}

/// The results as the table has them: words in hexadecimal.
fn words(kind: Kind, bytes: &[u8]) -> Vec<String> {
    let word = kind.real().size().expect("a number");
    let value = |bytes: &[u8]| match word {
        2 => u16::from_ne_bytes(bytes.try_into().expect("two bytes")).into(),
        4 => u32::from_ne_bytes(bytes.try_into().expect("four bytes")).into(),
        _ => u64::from_ne_bytes(bytes.try_into().expect("eight bytes")),
    };
    bytes.chunks(word).map(|bytes| format!("{:x}", value(bytes))).collect()
}

fn kind_of(name: &str) -> Kind {
    Kind::ALL.into_iter().find(|kind| format!("{kind:?}") == name).expect("a kind")
}

#[test]
#[cfg_attr(miri, ignore = "a million elements take too long")]
fn results_are_numpys_bit_by_bit() {
    let base = numbers(1 << 20);
    let mut checked = 0;
    for line in include_str!("numpy_sums.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(' ').collect();
        let [kind, operation, rows, columns, gap, axis, expected @ ..] = fields.as_slice() else {
            panic!("not a line of the table: {line}");
        };
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let (kind, rows, columns, gap) = (kind_of(kind), number(rows), number(columns), number(gap));
        let reduction = match *operation {
            "sum" => Reduction::Sum,
            "mean" => Reduction::Mean,
            "var" => Reduction::Var,
            _ => Reduction::Std,
        };
        let element = Element::native(kind).expect("a number");
        let (size, data) = (element.size as isize, elements(kind, &base[..rows * (columns + gap)]));
        let strides = vec![(columns + gap) as isize * size, size];
        // SAFETY: the rows lie inside the data, which outlives the array.
        let source = unsafe { ArrayRef::new(data.as_ptr(), element, vec![rows, columns], strides) };
        let (axes, shape) = match *axis {
            "-" => ([true, true], vec![]),
            "0" => ([true, false], vec![columns]),
            _ => ([false, true], vec![rows]),
        };
        for threads in [1, usize::MAX] {
            let mut result = vec![0u8; shape.iter().product::<usize>() * element.size];
            // SAFETY: the result holds as many elements, and outlives the array.
            let target = unsafe { ArrayMut::contiguous(result.as_mut_ptr(), element, shape.clone()) };
            let control = Control::new().with_max_threads(threads);
            reduce(reduction, &source, &axes, &Params::default(), &target, &control).expect("a result");
            assert_eq!(words(kind, &result), *expected, "{line}");
        }
        checked += 1;
    }
    assert!(checked > 300, "only {checked} lines");
}
