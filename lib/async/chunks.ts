import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'

/** Bytes of a chunk, the work of one turn of the event loop. */
const CHUNK_BYTES = 2 ** 20

/** Splits arrays of one shape into the same chunks, which cover them: about {@link CHUNK_BYTES} bytes of the first array each. */
export function* chunksOf(arrays: readonly ArrayBase[]): Generator<ArrayBase[]> {
  const [array] = arrays as [ArrayBase]
  const length = array.shape[0]
  if (array.nbytes <= CHUNK_BYTES || length === undefined) {
    yield [...arrays]
    return
  }
  const rows = Math.floor(CHUNK_BYTES / (array.nbytes / length))
  if (rows === 0) {
    for (let row = 0; row < length; row++) yield* chunksOf(arrays.map((one) => rowOf(one, row)))
    return
  }
  for (let from = 0; from < length; from += rows) {
    const count = Math.min(rows, length - from)
    yield arrays.map((one) => sliceAxis(one, 0, from, count))
  }
}

/** A view of `count` entries of an axis. */
export function sliceAxis<A extends ArrayBase>(array: A, axis: number, from: number, count: number): A {
  const { byteStrides, position } = array
  const shape = array.shape.with(axis, count)
  return viewOf(array, { shape, byteStrides, position: position + from * (byteStrides[axis] as number) }) as A
}

function rowOf(array: ArrayBase, row: number): ArrayBase {
  const [stride = 0, ...byteStrides] = array.byteStrides
  return viewOf(array, { shape: array.shape.slice(1), byteStrides, position: array.position + row * stride })
}
