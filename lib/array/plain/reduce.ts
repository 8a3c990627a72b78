import type { DType } from '../../dtype/index.js'
import { sizeOf } from '../../layout/shape.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import { firstOf, isNumbers, smallView } from './view.js'
import type { View } from './view.js'

/** Fewer elements are summed in order, in the precision of floats; NumPy adds more of them in another order. */
const FEW = 8

/** The most elements that are searched for an extreme. */
const SOME = 64

/**
 * Reduces a few elements of a plain array as the kernels do: sums, and extremes and their positions, which are those of the first NaN;
 * undefined for others.
 * @throws MemmapError the fault of a mapping
 */
export function reducePlain(array: ArrayBase, name: string): number | bigint | undefined {
  const core = coreOf(array)
  const { dtype } = core
  const size = sizeOf(core.shape)
  if (size > SOME || (size >= FEW && name === 'sum') || !isNumbers(dtype)) return undefined
  const view = smallView(core)
  if (view === null) return undefined
  const first = firstOf(core)
  let result: number | bigint | undefined
  if (name === 'sum') result = sumOf(view, first, size, dtype)
  else if (name === 'max' || name === 'argmax') result = extremeOf(view, first, size, 1, name === 'argmax')
  else if (name === 'min' || name === 'argmin') result = extremeOf(view, first, size, -1, name === 'argmin')
  else return undefined
  core.store.checkFault()
  return result
}

function sumOf(view: View, first: number, size: number, { kind, itemsize }: DType): number | bigint {
  const isSingle = kind === 'f' && itemsize === 4
  // From 0, because NumPy's sum of negative zeros is 0.
  let sum = 0
  for (let i = 0; i < size; i++) {
    sum += view[first + i] as number
    if (isSingle) sum = Math.fround(sum)
  }
  return kind === 'f' ? sum : BigInt(sum)
}

function extremeOf(view: View, first: number, size: number, sign: 1 | -1, isPosition: boolean): number {
  let at = 0
  let most = view[first] as number
  for (let i = 1; i < size && !Number.isNaN(most); i++) {
    const value = view[first + i] as number
    if (sign * (value - most) > 0 || Number.isNaN(value)) {
      most = value
      at = i
    }
  }
  return isPosition ? at : most
}
