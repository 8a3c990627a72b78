//! The kernels that small arrays are for, as callbacks of Node-API written by hand: what `#[napi]` makes of a function, with scopes of
//! what it borrows in allocated memory and a call for each number, takes longer than the work on a few elements.
//!
//! They do their work in the calling thread. Arguments are memories only; numbers are in `layouts.rs`. `lib/native/direct.ts` has their
//! types.

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use memmap_kernels::{self as kernels, Comparison, Value};
use napi::bindgen_prelude::{JsValue, Object, ToNapiValue, panic_to_error};
use napi::{Env, JsError, sys};
use napi_derive::napi;

use crate::kernels::{kind_of, params, reduction, scan_of};
use crate::layouts;
use crate::operand::{Memory, Operand};
use crate::work::{Work, refuse_computed};

type Callback = extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// The name and the function of each kernel here.
const KERNELS: [(&CStr, Callback); 10] = [
    (c"assignNow", assign),
    (c"byteswap", byteswap),
    (c"takeAt", take_at),
    (c"maskCount", mask_count),
    (c"maskGather", mask_gather),
    (c"compare", compare),
    (c"equals", equals),
    (c"reduceAllNow", reduce_all),
    (c"reduceNow", reduce),
    (c"scan", scan),
];

/// Adds the kernels to the exports.
#[napi(module_exports)]
pub fn add_kernels(exports: Object, env: Env) -> napi::Result<()> {
    for (name, callback) in KERNELS {
        let mut function = ptr::null_mut();
        let callback: sys::napi_callback = Some(callback);
        let (length, none) = (name.count_bytes() as isize, ptr::null_mut());
        // SAFETY: a name of this length, and a callback that asks for no data.
        napi::check_status!(unsafe {
            sys::napi_create_function(env.raw(), name.as_ptr(), length, callback, none, &mut function)
        })?;
        // SAFETY: values of this environment, and a name with its NUL.
        napi::check_status!(unsafe {
            sys::napi_set_named_property(env.raw(), exports.raw(), name.as_ptr(), function)
        })?;
    }
    Ok(())
}

/// Copies the elements of one array to those of another of the same shape, cast as NumPy casts arrays.
extern "C" fn assign(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Any, |work, [_, target], [from, to]| {
        work.with_fresh(target)
            .past_map(target, to)
            .now(|control| kernels::assign(&from.array(), &to.array_mut(), control))
    })
}

/// Reverses the bytes of every number in place.
extern "C" fn byteswap(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Memory, |work, _, [to]| {
        work.now(|control| kernels::byteswap_in_place(&to.array_mut(), control))
    })
}

/// Copies the entries of an axis at the positions in an array of integers, which may count from the end, to an array with
/// as many in their place. Number 0 is the axis. Returns the place of the first position that is outside, and then copies nothing; -1
/// without one.
extern "C" fn take_at(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Memory, |work, [source, _, target], [from, at, to]| {
        let axis = layouts::number(0) as usize;
        work.with_fresh(target).at_random(source, to.bytes()).now(|control| {
            let from = from.array();
            let len = from.shape().get(axis).copied().unwrap_or(0);
            match kernels::indices_of(&at.array(), len, control)? {
                Ok(indices) => kernels::take(&from, axis, &indices, &to.array_mut(), control).map(|()| -1.0),
                Err(place) => Ok(place as f64),
            }
        })
    })
}

/// How many elements of a boolean array are true.
extern "C" fn mask_count(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Any, |work, _, [flags]| {
        work.now(|control| kernels::mask_count(&flags.array(), control)).map(|count| count as f64)
    })
}

/// Copies the elements where the mask is true, in C order.
extern "C" fn mask_gather(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Memory, |work, [source, _, _], [from, flags, to]| {
        work.at_random(source, to.bytes())
            .now(|control| kernels::mask_gather(&from.array(), &flags.array(), &to.array_mut(), control))
    })
}

/// Compares elements with the same index. Number 0 is a `Comparison`.
extern "C" fn compare(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Memory, |work, _, [left, right, to]| {
        let op = Comparison::ALL[layouts::number(0) as usize % Comparison::ALL.len()];
        work.now(|control| kernels::compare(op, &left.array(), &right.array(), &to.array_mut(), control))
    })
}

/// Whether all elements are equal.
extern "C" fn equals(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Memory, |work, _, [left, right]| {
        work.now(|control| kernels::equals(&left.array(), &right.array(), control))
    })
}

/// Reduces all axes to one value. The numbers are a `Reduction`, the `Kind` of the result, negative for NumPy's choice, the delta
/// degrees of freedom, and whether NaN are skipped.
extern "C" fn reduce_all(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Any, |work, _, [from]| {
        let (op, params) = the_reduction();
        work.now(|control| kernels::reduce_all(op, &from.array(), &params, control))
    })
}

/// Reduces the axes whose number among `axes` in `layouts.rs` is not 0. The other numbers are those of [`reduce_all`].
extern "C" fn reduce(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Any, |work, _, [from, to]| {
        let (op, params) = the_reduction();
        let axes = layouts::axes(from.ndim());
        work.now(|control| kernels::reduce(op, &from.array(), &axes, &params, &to.array_mut(), control))
    })
}

fn the_reduction() -> (kernels::Reduction, kernels::Params) {
    let [op, dtype, ddof, skip_nan] = [0, 1, 2, 3].map(layouts::number);
    (reduction(op as u32), params(dtype as i32, ddof, skip_nan != 0.0))
}

/// Stores the sum, or product, of all elements so far along an axis. The numbers are whether it is the product, the axis, negative for
/// all elements in C order, and the `Kind` of the result, as in [`reduce_all`].
extern "C" fn scan(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    answer(env, info, Of::Any, |work, _, [from, to]| {
        let [product, axis, dtype] = [0, 1, 2].map(layouts::number);
        let (scan, dtype) = (scan_of(product != 0.0), kind_of(dtype as i32));
        let axis = usize::try_from(axis as i64).ok();
        work.now(|control| kernels::scan(scan, &from.array(), axis, dtype, &to.array_mut(), control))
    })
}

/// Which arrays a kernel takes.
enum Of {
    /// Those in memory.
    Memory,
    /// Computed ones too.
    Any,
}

/// Has `work` done on the arrays that a call has as its arguments, and returns what it gives to JavaScript, or throws.
fn answer<const N: usize, T: Give>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    of: Of,
    work: impl FnOnce(Work, &[Memory; N], &[Operand; N]) -> napi::Result<T>,
) -> sys::napi_value {
    let given = catch_unwind(AssertUnwindSafe(|| {
        let memories = memories::<N>(env, info)?;
        let env = Env::from(env);
        if let Of::Memory = of {
            refuse_computed(&env, memories.each_ref())?;
        }
        let mut its = Work::new(&env, None);
        let mut operands = [const { Operand::NONE }; N];
        its.take_in(memories.each_ref(), &mut operands)?;
        work(its, &memories, &operands)?.give(env.raw())
    }));
    match given.map_err(panic_to_error) {
        Ok(Ok(value)) => value,
        Ok(Err(error)) | Err(error) => {
            // SAFETY: the environment of this call.
            unsafe { JsError::from(error).throw_into(env) };
            ptr::null_mut()
        }
    }
}

/// The first arguments of a call.
fn memories<const N: usize>(env: sys::napi_env, info: sys::napi_callback_info) -> napi::Result<[Memory; N]> {
    let (mut values, mut count) = ([ptr::null_mut(); N], N);
    let none = ptr::null_mut();
    // SAFETY: the list has room for as many values as the count says; others of the call are left out, and missing ones undefined.
    napi::check_status!(unsafe {
        sys::napi_get_cb_info(env, info, &mut count, values.as_mut_ptr(), none, ptr::null_mut())
    })?;
    let mut memories = [const { Memory::NONE }; N];
    for (memory, value) in memories.iter_mut().zip(values) {
        *memory = Memory::of(env, value)?;
    }
    Ok(memories)
}

/// A result of a kernel that JavaScript gets.
trait Give {
    fn give(self, env: sys::napi_env) -> napi::Result<sys::napi_value>;
}

macro_rules! give {
    ($type:ty, $value:pat => $($function:ident($($argument:expr)?))?) => {
        impl Give for $type {
            fn give(self, env: sys::napi_env) -> napi::Result<sys::napi_value> {
                let $value = self;
                let mut value = ptr::null_mut();
                // SAFETY: makes a value in this environment.
                $(napi::check_status!(unsafe { sys::$function(env, $($argument,)? &mut value) })?;)?
                Ok(value)
            }
        }
    };
}

give!((), () => napi_get_undefined());
give!(bool, flag => napi_get_boolean(flag));
give!(f64, number => napi_create_double(number));
give!(i64, number => napi_create_bigint_int64(number));
give!(u64, number => napi_create_bigint_uint64(number));

/// As JavaScript has it: 64-bit integers and ticks as bigint, complex as two numbers.
impl Give for Value {
    fn give(self, env: sys::napi_env) -> napi::Result<sys::napi_value> {
        match self {
            Value::Bool(flag) => flag.give(env),
            Value::I64(number) | Value::Time(number) => number.give(env),
            Value::U64(number) => number.give(env),
            Value::C64(..) | Value::C128(..) => {
                let (re, im) = self.to_f64();
                // SAFETY: makes a list in this environment.
                unsafe { ToNapiValue::to_napi_value(env, vec![re, im]) }
            }
            value => value.to_f64().0.give(env),
        }
    }
}
