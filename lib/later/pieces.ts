import { viewOf } from '../make.js'
import type { NDArray } from '../ndarray.js'

/** Bytes of a piece that is worked on in one step of the event loop. */
const STEP = 2 ** 20

/** Views of the same parts of arrays of one shape, which cover them all, with some {@link STEP} bytes of the first in each. */
export function* piecesOf(arrays: readonly NDArray[]): Generator<NDArray[]> {
  const [array] = arrays as [NDArray]
  const length = array.shape[0]
  if (array.nbytes <= STEP || length === undefined) {
    yield [...arrays]
    return
  }
  const rows = Math.floor(STEP / (array.nbytes / length))
  if (rows === 0) {
    for (let row = 0; row < length; row++) yield* piecesOf(arrays.map((one) => entry(one, row)))
    return
  }
  for (let from = 0; from < length; from += rows) {
    const count = Math.min(rows, length - from)
    yield arrays.map((one) => part(one, 0, from, count))
  }
}

/** `count` entries of an axis. */
export function part<A extends NDArray>(array: A, axis: number, from: number, count: number): A {
  const { byteStrides, position } = array
  const shape = array.shape.with(axis, count)
  return viewOf(array, { shape, byteStrides, position: position + from * (byteStrides[axis] as number) }) as A
}

function entry(array: NDArray, row: number): NDArray {
  const [stride = 0, ...byteStrides] = array.byteStrides
  return viewOf(array, { shape: array.shape.slice(1), byteStrides, position: array.position + row * stride })
}
