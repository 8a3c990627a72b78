/**
 * The slow path to single elements: any rank, index and value, and the errors. The fast paths are in `accessors/`.
 * @module
 */
import type { DType } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { indexError, MemmapError } from '../errors/memmap-error.js'
import { normalizeIndex } from '../layout/axis.js'
import type { Layout } from '../layout/layout.js'
import { integerOf } from '../layout/shape.js'
import { codecOf } from '../scalar/index.js'
import type { Store } from './store.js'
import { checkWriteable } from './writeable.js'

/** The fields of an array that reading and storing one element need. */
export interface ElementSource extends Layout {
  readonly store: Store
  readonly dtype: DType
  readonly isWriteable: boolean
}

/** `NDArray.get`. */
export function elementAt(array: ElementSource, indices: readonly unknown[]): unknown {
  const { store, dtype } = array
  store.checkOpen()
  const position = positionOf(array, withoutTrailingUndefined(indices))
  const view = store.viewAt(position, dtype.itemsize)
  const element = codecOf(dtype).read(view, store.at)
  store.checkFault()
  return element
}

/** `NDArray.set`. */
export function storeAt(array: ElementSource, indicesAndValue: readonly unknown[]): void {
  const { store, dtype } = array
  store.checkOpen()
  const ndim = array.shape.length
  const rest = withoutTrailingUndefined(indicesAndValue.slice(ndim + 1))
  // The value is the last argument. The rank distinguishes a value of `undefined` from a missing one.
  const indices =
    rest.length > 0 ? [...indicesAndValue.slice(0, ndim + 1), ...rest.slice(1)] : indicesAndValue.slice(0, ndim)
  checkWriteable(array)
  const position = positionOf(array, indices)
  const storeElement = prepareValue(array, indicesAndValue[ndim])
  storeElement(store.viewAt(position, dtype.itemsize), store.at)
  store.checkFault()
}

/** Converts a value for storing; the error for undefined adds that an index may be missing. */
function prepareValue(
  { dtype, shape }: ElementSource,
  value: unknown,
): ReturnType<ReturnType<typeof codecOf>['prepare']> {
  try {
    return codecOf(dtype).prepare(value)
  } catch (error) {
    if (value !== undefined || !(error instanceof MemmapError)) throw error
    const indices = shape.length === 1 ? 'an index' : `${shape.length} indices`
    throw new MemmapError(error.code, `${error.message} (set takes ${indices} of this array, then the value)`)
  }
}

/** The position of one element. */
function positionOf(array: ElementSource, indices: readonly unknown[]): number {
  const { shape, byteStrides } = array
  if (indices.length !== shape.length) {
    throw indexError(
      indices.length > shape.length
        ? `too many indices for array: array is ${shape.length}-dimensional, but ${indices.length} were indexed`
        : `invalid indices [${indices.map(inspect).join(', ')}]: an element of this array has ${shape.length} indices, and ${indices.length} were given; ` +
            'select parts with index() or slice()',
    )
  }
  let position = array.position
  for (let axis = 0; axis < shape.length; axis++) {
    const index = indices[axis]
    const integer = integerOf(index)
    if (integer === null) {
      throw indexError(
        `invalid index ${inspect(index)}: an index of an element must be a whole number; index() takes slices and lists`,
      )
    }
    position += normalizeIndex(integer, shape, axis) * (byteStrides[axis] as number)
  }
  return position
}

/** The arguments without `undefined` at the end, which is the same as leaving them out. */
function withoutTrailingUndefined(values: readonly unknown[]): readonly unknown[] {
  let count = values.length
  while (count > 0 && values[count - 1] === undefined) count--
  return count === values.length ? values : values.slice(0, count)
}
