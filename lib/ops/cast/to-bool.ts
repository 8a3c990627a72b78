import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { reduceKernel } from '../../array/kernel-calls.js'
import { innerDataOf } from '../../array/typed-views.js'
import { OPAQUE_CODE, parseDType } from '../../dtype/index.js'
import { unwrapNative } from '../../native/native.js'
import { REDUCTIONS } from '../table.js'
import { fieldOf } from '../view.js'
import { bytesOfEach, characters, nativeCopy } from './parts.js'

/**
 * Casts elements that no kernel reads to bool. Text that is not empty, raw bytes that are not all 0, and records with a true
 * field are true.
 */
export function toBool(array: ArrayBase): ArrayBase {
  const { dtype } = array
  if (dtype.names !== null) return recordsToBool(array, dtype.names)
  return anyOfEach(dtype.kind === 'V' ? bytesOfEach(array) : characters(array), array.ndim)
}

function recordsToBool(array: ArrayBase, names: readonly string[]): ArrayBase {
  const result = allocate(array.shape, parseDType('bool'))
  const flags = innerDataOf(result) as Uint8Array
  for (const name of names) {
    const field = fieldOf(array, name)
    const bools = field.dtype.code === OPAQUE_CODE ? toBool(field) : field
    const fieldFlags = innerDataOf(nativeCopy(anyOfEach(bools, array.ndim))) as Uint8Array
    fieldFlags.forEach((flag, index) => (flags[index] = (flags[index] as number) | flag))
  }
  return result
}

/** Reduces the axes from `ndim` on with `any`. */
function anyOfEach(array: ArrayBase, ndim: number): ArrayBase {
  return reduceInner(REDUCTIONS.any.code, array, ndim)
}

/** Reduces the axes from `ndim` on with `all`. */
export function allOfEach(array: ArrayBase, ndim: number): ArrayBase {
  return reduceInner(REDUCTIONS.all.code, array, ndim)
}

function reduceInner(op: number, array: ArrayBase, ndim: number): ArrayBase {
  const result = allocate(array.shape.slice(0, ndim), parseDType('bool'))
  const axes = Uint8Array.from(array.shape, (_, axis) => (axis < ndim ? 0 : 1))
  unwrapNative(() => reduceKernel(op, result, array, axes))
  return result
}
