/**
 * Single elements by the slow path: any rank, any index, any value, and the error that fits. The fast paths are in `accessors/`.
 * @module
 */
import { DType } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { indexError, MemmapError } from '../errors/memmap-error.js'
import { normalizeIndex } from '../layout/axis.js'
import type { Layout } from '../layout/layout.js'
import { integerOf } from '../layout/shape.js'
import { codecOf } from '../scalar/index.js'
import type { Store } from './store.js'
import { checkWriteable } from './writeable.js'

/** What reading and storing one element needs of an array. */
export interface ElementSource extends Layout {
  readonly store: Store
  readonly dtype: DType
  /** 0 if elements can be stored, else -1. */
  readonly writeableMask: number
}

/** `NDArray.get`. */
export function elementAt(array: ElementSource, indices: readonly unknown[]): unknown {
  const { store, dtype } = array
  store.checkOpen()
  const at = locate(array, withoutLeftOut(indices))
  const view = store.viewAt(at, dtype.itemsize)
  const element = codecOf(dtype).read(view, store.at)
  store.checkFault()
  return element
}

/** `NDArray.set`. */
export function storeAt(array: ElementSource, indicesAndValue: readonly unknown[]): void {
  const { store, dtype } = array
  store.checkOpen()
  const ndim = array.shape.length
  const rest = withoutLeftOut(indicesAndValue.slice(ndim + 1))
  // The value is the last argument; `undefined` for one is told from a value left out by the rank.
  const indices =
    rest.length > 0 ? [...indicesAndValue.slice(0, ndim + 1), ...rest.slice(1)] : indicesAndValue.slice(0, ndim)
  checkWriteable(array)
  const at = locate(array, indices)
  const put = prepareValue(array, indicesAndValue[ndim])
  put(store.viewAt(at, dtype.itemsize), store.at)
  store.checkFault()
}

/** Converts a value to be stored; if it is undefined, the error says that an index may be missing. */
function prepareValue(
  { dtype, shape }: ElementSource,
  value: unknown,
): ReturnType<ReturnType<typeof codecOf>['prepare']> {
  try {
    return codecOf(dtype).prepare(value)
  } catch (error) {
    if (value !== undefined || !(error instanceof MemmapError)) throw error
    const indices = shape.length === 1 ? 'an index' : `${shape.length} indices`
    throw new MemmapError(error.code, `${error.message} (set takes ${indices} of this array, and then the value)`)
  }
}

/** The position of one element. */
function locate(array: ElementSource, indices: readonly unknown[]): number {
  const { shape, byteStrides } = array
  if (indices.length !== shape.length) {
    throw indexError(
      indices.length > shape.length
        ? `too many indices for array: array is ${shape.length}-dimensional, but ${indices.length} were indexed`
        : `an element of this array has ${shape.length} indices, and ${indices.length} were given: index() and slice() select parts`,
    )
  }
  let position = array.position
  for (let axis = 0; axis < shape.length; axis++) {
    const index = indices[axis]
    const whole = integerOf(index)
    if (whole === null) {
      throw indexError(
        `an index of an element is a whole number (got ${inspect(index)}): index() takes slices and lists`,
      )
    }
    position += normalizeIndex(whole, shape, axis) * (byteStrides[axis] as number)
  }
  return position
}

/** The arguments that were given: without those left out at the end. */
function withoutLeftOut(values: readonly unknown[]): readonly unknown[] {
  let count = values.length
  while (count > 0 && values[count - 1] === undefined) count--
  return count === values.length ? values : values.slice(0, count)
}
