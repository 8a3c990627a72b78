import { allocate } from '../array/allocate.js'
import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { innerDataOf } from '../array/typed-views.js'
import { parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { sizeOf } from '../layout/shape.js'
import { stridesOf } from '../layout/strides.js'
import { strPieces } from '../text/index.js'
import type { PrintOptions, ShownAxis } from '../text/index.js'
import { assignElements } from './cast/assign-elements.js'
import { elementsOf } from './iterate.js'

/** Elements to read at a time. */
const CHUNK_ELEMENTS = 2 ** 15

/** The text of an array with axes as NumPy's `str`, in pieces: its memory does not grow with the array. */
export function piecesOf(array: ArrayBase, options: PrintOptions): Generator<string> {
  const { dtype, shape } = array
  return strPieces({ dtype, shape, chunks: (axes) => valuesShown(array, axes) }, options)
}

function* valuesShown(array: ArrayBase, axes: readonly ShownAxis[]): Generator<ArrayLike<unknown>> {
  const read = readerOf(array.dtype)
  for (const chunk of shownChunks(array, axes)) {
    yield read(chunk)
    array.store.checkFault()
  }
}

/**
 * Reads the elements of a chunk in C order. Numbers come in a typed array, which is quicker than one by one, and which the next call
 * overwrites.
 */
function readerOf({ kind, name }: DType): (chunk: ArrayBase) => ArrayLike<unknown> {
  if (kind !== 'f' && kind !== 'i' && kind !== 'u') return (chunk) => [...elementsOf(chunk)]
  // Doubles hold all floats.
  const dtype = parseDType(kind === 'f' ? 'float64' : name)
  const buffer = allocate([CHUNK_ELEMENTS], dtype)
  return (chunk) => {
    const { shape } = chunk
    const copy = viewOf(buffer, {
      shape,
      byteStrides: stridesOf(shape, dtype.itemsize, 'C'),
      position: buffer.position,
    })
    assignElements(copy, chunk)
    return innerDataOf(copy) as Float64Array | BigInt64Array
  }
}

/** Views of the elements shown, in C order. */
function* shownChunks(array: ArrayBase, axes: readonly ShownAxis[]): Generator<ArrayBase> {
  const cut = axes.findLastIndex(({ cutAfter }) => cutAfter !== undefined)
  if (cut < 0) return yield* chunksOf(array)
  for (const [from, count] of rangesOf(axes[0] as ShownAxis, array.shape[0] as number)) {
    if (cut === 0) yield* chunksOf(rowsOf(array, from, count))
    else for (let row = from; row < from + count; row++) yield* shownChunks(rowOf(array, row), axes.slice(1))
  }
}

/** Both ends of an axis that is cut, or all of it. */
function rangesOf({ length, cutAfter }: ShownAxis, whole: number): [from: number, count: number][] {
  if (cutAfter === undefined) return [[0, whole]]
  const after = length - cutAfter
  return [
    [0, cutAfter],
    [whole - after, after],
  ]
}

/** Splits an array along its first axes. */
function* chunksOf(array: ArrayBase): Generator<ArrayBase> {
  const [length, ...inner] = array.shape
  if (length === undefined || array.size <= CHUNK_ELEMENTS) {
    if (array.size > 0) yield array
    return
  }
  const rows = Math.floor(CHUNK_ELEMENTS / sizeOf(inner))
  for (let from = 0; from < length; from += Math.max(rows, 1)) {
    if (rows === 0) yield* chunksOf(rowOf(array, from))
    else yield rowsOf(array, from, Math.min(rows, length - from))
  }
}

function rowsOf(array: ArrayBase, from: number, count: number): ArrayBase {
  const { shape, byteStrides, position } = array
  return viewOf(array, {
    shape: shape.with(0, count),
    byteStrides,
    position: position + from * (byteStrides[0] as number),
  })
}

function rowOf(array: ArrayBase, row: number): ArrayBase {
  const [stride = 0, ...byteStrides] = array.byteStrides
  return viewOf(array, { shape: array.shape.slice(1), byteStrides, position: array.position + row * stride })
}
