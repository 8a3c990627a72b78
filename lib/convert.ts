import { assignElements } from './assign.js'
import { blank } from './create.js'
import { Code, dtype as dtypeOf } from './dtype/index.js'
import type { DTypeLike } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { calling, native } from './native.js'
import { checkWriteable, viewOf } from './ndarray.js'
import type { NDArray } from './ndarray.js'
import { operand } from './operand.js'
import { fieldOf } from './retype.js'
import { codecOf } from './scalar/index.js'
import { isContiguous, parseOrder, shapeText } from './shape.js'
import type { Order, OrderLike } from './shape.js'

/** `NDArray.copy`. */
export function copyOf(array: NDArray, order?: OrderLike): NDArray {
  return castTo(array, array.dtype, order)
}

/** `NDArray.astype`. */
export function castTo(array: NDArray, like: DTypeLike, order?: OrderLike): NDArray {
  array.store.checkOpen()
  const dtype = dtypeOf(like)
  const made = blank([...array.shape, ...dtype.shape], dtype.base, orderOf(array, order))
  // A sub-array gets the element in each of its places.
  const places = dtype.shape.reduce<NDArray>((view) => view.expandDims(view.ndim), array)
  assignElements(made, places)
  return made
}

/** `'A'` and `'K'` keep F order where the array has it. */
function orderOf({ shape, byteStrides, itemsize }: NDArray, order: OrderLike = 'C'): Order {
  if (!'AaKk'.includes(order)) return parseOrder(order)
  const onlyF = isContiguous(shape, byteStrides, itemsize, 'F') && !isContiguous(shape, byteStrides, itemsize, 'C')
  return onlyF ? 'F' : 'C'
}

/** `NDArray.byteswap`. */
export function swapBytes(array: NDArray, inplace: boolean): NDArray {
  if (inplace) checkWriteable(array)
  const target = inplace ? array : copyOf(array, 'K')
  swapElements(target)
  return target
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

function characters(array: NDArray): NDArray {
  const { shape, byteStrides, position, itemsize } = array
  const place = { shape: [...shape, itemsize / 4], byteStrides: [...byteStrides, 4], position }
  return viewOf(array, place, dtypeOf('uint32'))
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

/** `NDArray.toArray`. */
export function nestedOf(array: NDArray): unknown {
  array.store.checkOpen()
  const nested = nest(array, 0, array.position)
  array.store.checkFault()
  return nested
}

function nest(array: NDArray, axis: number, position: number): unknown {
  const { shape, byteStrides, store, dtype } = array
  if (axis === shape.length) {
    const view = store.viewAt(position, dtype.itemsize)
    return codecOf(dtype).read(view, store.at)
  }
  const length = shape[axis] as number
  const stride = byteStrides[axis] as number
  const list = new Array<unknown>(length)
  for (let index = 0; index < length; index++) list[index] = nest(array, axis + 1, position + index * stride)
  return list
}
