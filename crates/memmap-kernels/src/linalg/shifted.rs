//! Queries of bytes as the processor multiplies them. Its instructions take an unsigned byte and a signed one, so a query that has bytes
//! of the rows' sign is shifted by 128, and its products are put right by the sum of each row.

use std::ops::RangeInclusive;

/// What is added to a query to make its numbers bytes of the sign that rows have not, which are int8 or uint8; `None` where its numbers
/// are no bytes.
pub(super) fn shift_of(is_signed: bool, query: &[f64]) -> Option<i32> {
    let are_in = |range: RangeInclusive<f64>| are_whole(query, range);
    let (is_int8, is_uint8) = (are_in(-128.0..=127.0), are_in(0.0..=255.0));
    match is_signed {
        true if is_uint8 => Some(0),
        true => is_int8.then_some(128),
        false if is_int8 => Some(0),
        false => is_uint8.then_some(-128),
    }
}

/// Whether all numbers are whole, and in a range of 32 bits.
pub(super) fn are_whole(query: &[f64], range: RangeInclusive<f64>) -> bool {
    query.iter().all(|x| range.contains(x) && f64::from(*x as i32) == *x)
}

/// The bits of a number of a query that is shifted.
pub(super) fn shifted(x: f64, shift: i32) -> u8 {
    (x as i32 + shift) as u8
}
