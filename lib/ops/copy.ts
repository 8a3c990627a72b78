import { allocateEmpty, emptyLike } from '../array/allocate.js'
import { coreOf } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { operand } from '../array/operand.js'
import { swapPlain } from '../array/plain/swap.js'
import { OPAQUE_CODE, parseDType } from '../dtype/index.js'
import type { DType, DTypeLike } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { shapeText } from '../layout/shape.js'
import { isContiguous, parseOrder } from '../layout/strides.js'
import type { OrderLike } from '../layout/strides.js'
import { checkWriteable } from '../memory/writeable.js'
import { native, unwrapNative } from '../native/native.js'
import { expandDims } from './axes.js'
import { assignElements } from './cast/assign-elements.js'
import { characters } from './cast/parts.js'
import { resolveFlexible } from './cast/resolve-flexible.js'
import { fieldOf } from './view.js'

/** `NDArray.copy`. */
export function copyOf(array: ArrayBase, order: OrderLike = 'C'): ArrayBase {
  const target = copyTarget(array, order)
  assignElements(target, array)
  return target
}

/** A copy that is ready to run: broadcasts and casts the source to the allocated target. */
export interface CopyPlan {
  readonly target: ArrayBase
  readonly source: ArrayBase
}

/** Checks a copy and allocates it. */
export function planCopy(array: ArrayBase, order: OrderLike = 'C'): CopyPlan {
  return { target: copyTarget(array, order), source: array }
}

function copyTarget(array: ArrayBase, order: OrderLike): ArrayBase {
  const core = coreOf(array)
  core.store.checkOpen()
  return allocateCopy(core, core.dtype, order)
}

function copyElements({ target, source }: CopyPlan): ArrayBase {
  assignElements(target, source)
  return target
}

/** `NDArray.astype`. */
export function castTo(array: ArrayBase, like: DTypeLike, order?: OrderLike): ArrayBase {
  return copyElements(planCast(array, like, order))
}

/** Checks a copy in another dtype and allocates it. */
export function planCast(array: ArrayBase, like: DTypeLike, order: OrderLike = 'K'): CopyPlan {
  array.store.checkOpen()
  const dtype = resolveFlexible(parseDType(like), array.dtype)
  if (dtype.shape.length === 0) return { target: allocateCopy(array, dtype, order), source: array }
  // The element broadcasts to the axes of a sub-array.
  const source = expandDims(
    array,
    dtype.shape.map((_, axis) => -1 - axis),
  )
  const layout = { shape: [...array.shape, ...dtype.shape], byteStrides: source.byteStrides }
  return { target: allocateCopy({ ...layout, dtype: array.dtype }, dtype.base, order), source }
}

/** Allocates a copy in an order. */
function allocateCopy(
  of: { readonly shape: readonly number[]; readonly byteStrides: readonly number[]; readonly dtype: DType },
  dtype: DType,
  order: unknown,
): ArrayBase {
  if (order === 'K' || order === 'k') return emptyLike(of, dtype)
  if (order !== 'A' && order !== 'a') return allocateEmpty(of.shape, dtype, parseOrder(order))
  const { shape, byteStrides } = of
  const { itemsize } = of.dtype
  const onlyF = isContiguous(shape, byteStrides, itemsize, 'F') && !isContiguous(shape, byteStrides, itemsize, 'C')
  return allocateEmpty(shape, dtype, onlyF ? 'F' : 'C')
}

/** `NDArray.byteswap`. */
export function swapBytes(array: ArrayBase, inplace: boolean): ArrayBase {
  const { dtype } = array
  // A copy from a view in the other order swaps numbers in one pass.
  if (!inplace && isNumber(dtype)) {
    array.store.checkOpen()
    const swapped = swapPlain(array)
    if (swapped !== null) return swapped
    return copyElements({
      target: allocateCopy(array, dtype, 'A'),
      source: viewOf(array, array, dtype.newByteOrder('S')),
    })
  }
  if (inplace) checkWriteable(array)
  const target = inplace ? array : copyOf(array, 'A')
  swapElements(target)
  return target
}

function isNumber({ code, kind, names }: DType): boolean {
  return names === null && code !== OPAQUE_CODE && kind !== 'U'
}

function swapElements(array: ArrayBase): void {
  const { dtype } = array
  if (dtype.names !== null) {
    for (const name of dtype.names) swapElements(fieldOf(array, name))
    return
  }
  // UCS-4 text has four bytes a character; other text and raw bytes have no byte order.
  const numbers = dtype.kind === 'U' ? characters(array) : dtype.code === OPAQUE_CODE ? null : array
  if (numbers === null) return
  unwrapNative(() => native.byteswap(operand(0, numbers)))
}

/** `NDArray.item`. */
export function itemOf(array: ArrayBase): unknown {
  array.store.checkOpen()
  if (array.size !== 1) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid item() of an array of shape ${shapeText(array.shape)}: it must have one element, and has ${array.size}; use get or toArray`,
    )
  }
  return array.getSlow(...array.shape.map(() => 0))
}
