import { assignElements } from './assign.js'
import { adapted } from './cast/adapt.js'
import { characters } from './cast/parts.js'
import { blank } from './create.js'
import { Code, parseDType } from './dtype/index.js'
import type { DType, DTypeLike } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { blankLike } from './keep-order.js'
import { calling, native } from './native.js'
import { viewOf } from './make.js'
import type { NDArray } from './ndarray.js'
import { operand } from './operand.js'
import { fieldOf } from './retype.js'
import { isContiguous, parseOrder, shapeText } from './shape.js'
import type { OrderLike } from './shape.js'
import { checkWriteable } from './writeable.js'

/** `NDArray.copy`. */
export function copyOf(array: NDArray, order?: OrderLike): NDArray {
  return made(planCopy(array, order))
}

/** A copy that is about to be made: what is to be stored, broadcast and cast, where. */
export interface CopyPlan {
  readonly target: NDArray
  readonly source: NDArray
}

/** Checks all that can be wrong with a copy, and makes room for it. */
export function planCopy(array: NDArray, order: OrderLike = 'C'): CopyPlan {
  array.store.checkOpen()
  return { target: room(array, array.dtype, order), source: array }
}

function made({ target, source }: CopyPlan): NDArray {
  assignElements(target, source)
  return target
}

/** `NDArray.astype`. */
export function castTo(array: NDArray, like: DTypeLike, order?: OrderLike): NDArray {
  return made(planCast(array, like, order))
}

/** As {@link planCopy}, in another dtype. */
export function planCast(array: NDArray, like: DTypeLike, order: OrderLike = 'K'): CopyPlan {
  array.store.checkOpen()
  const dtype = adapted(parseDType(like), array)
  // A sub-array gets the element in each of its places.
  const repeated = dtype.shape.length === 0 ? array : array.expandDims(dtype.shape.map((_, axis) => -1 - axis))
  const places = { shape: [...array.shape, ...dtype.shape], byteStrides: repeated.byteStrides }
  return { target: room({ ...places, itemsize: array.itemsize }, dtype.base, order), source: repeated }
}

/** Room for a copy in an order. */
function room(of: Pick<NDArray, 'shape' | 'byteStrides' | 'itemsize'>, dtype: DType, order: unknown): NDArray {
  if (order === 'K' || order === 'k') return blankLike(of, dtype)
  if (order !== 'A' && order !== 'a') return blank(of.shape, dtype, parseOrder(order))
  const { shape, byteStrides, itemsize } = of
  const onlyF = isContiguous(shape, byteStrides, itemsize, 'F') && !isContiguous(shape, byteStrides, itemsize, 'C')
  return blank(shape, dtype, onlyF ? 'F' : 'C')
}

/** `NDArray.byteswap`. */
export function swapBytes(array: NDArray, inplace: boolean): NDArray {
  const { dtype } = array
  // Numbers are swapped on the way: copied as if they were in the other order.
  if (!inplace && isNumber(dtype)) {
    array.store.checkOpen()
    return made({ target: room(array, dtype, 'A'), source: viewOf(array, array, dtype.newByteOrder('S')) })
  }
  if (inplace) checkWriteable(array)
  const target = inplace ? array : copyOf(array, 'A')
  swapElements(target)
  return target
}

function isNumber({ code, kind, names }: DType): boolean {
  return names === null && code !== Code.Opaque && kind !== 'U'
}

function swapElements(array: NDArray): void {
  const { dtype } = array
  if (dtype.names !== null) {
    for (const name of dtype.names) swapElements(fieldOf(array, name))
    return
  }
  // Text in UCS-4 is four bytes a character; other text and raw bytes have no order.
  const numbers = dtype.kind === 'U' ? characters(array) : dtype.code === Code.Opaque ? null : array
  if (numbers === null) return
  const { memory, layout } = operand(numbers)
  calling(() => native.byteswap(memory, layout))
}

/** `NDArray.item`. */
export function itemOf(array: NDArray): unknown {
  array.store.checkOpen()
  if (array.size !== 1) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `item() is the only element of an array, and one of shape ${shapeText(array.shape)} has ${array.size}: use get or toArray`,
    )
  }
  return array.getAnyhow(...array.shape.map(() => 0))
}
