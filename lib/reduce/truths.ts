import { bytesOfEach, characters } from '../cast/parts.js'
import { blank } from '../create.js'
import { Code, parseDType } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import type { NDArray } from '../ndarray.js'
import { fieldOf } from '../retype.js'

/**
 * Which elements are true, where no kernel knows: text that is not empty, raw bytes that are not all 0, records with a field
 * that is true.
 */
export function truthsOf(array: NDArray): NDArray {
  const { dtype } = array
  if (dtype.names !== null) return ofRecords(array, dtype.names)
  return anyOfEach(dtype.kind === 'V' ? bytesOfEach(array) : characters(array), array.ndim)
}

function ofRecords(array: NDArray, names: readonly string[]): NDArray {
  const made = blank(array.shape, parseDType('bool'))
  const flags = made.data as Uint8Array
  for (const name of names) {
    const field = fieldOf(array, name)
    const truths = field.dtype.code === Code.Opaque ? truthsOf(field) : field
    const whole = anyOfEach(truths, array.ndim).copy({ order: 'C' }).data as Uint8Array
    whole.forEach((flag, index) => (flags[index] = (flags[index] as number) | flag))
  }
  return made
}

/** Whether any entry on the axes from `ndim` on is true, for each element of those before. */
function anyOfEach(array: NDArray, ndim: number): NDArray {
  if (array.ndim === ndim) return array.astype('bool') as unknown as NDArray
  const inner = array.shape.slice(ndim).map((_, axis) => ndim + axis)
  const found = array.any({ axis: inner }) as NDArray | boolean
  if (typeof found !== 'boolean') return found
  return blank([], parseDType('bool')).fill(found)
}

/** Refuses reductions that records have not: NumPy counts all that are true, and that is all. */
export function checkRecords(array: NDArray, name: string, hasAxis: boolean): void {
  if (array.dtype.names === null || (name === 'countNonzero' && !hasAxis)) return
  throw new MemmapError('ERR_MEMMAP_DTYPE', `${name} is not defined for records: take one of their fields with field()`)
}
