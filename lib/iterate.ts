import { positions } from './create.js'
import { viewOf } from './ndarray.js'
import type { NDArray } from './ndarray.js'
import { codecOf } from './scalar/index.js'
import { indexError } from './slice.js'

/** The entries of axis 0. */
export function* rowsOf(array: NDArray): Generator<unknown> {
  const { shape, byteStrides } = array
  array.store.checkOpen()
  if (shape.length === 0) throw indexError('an array without axes cannot be iterated over: item() is its element')
  const length = shape[0] as number
  for (let index = 0; index < length; index++) {
    if (shape.length === 1) {
      yield array.getAnyhow(index)
    } else {
      const position = array.position + index * (byteStrides[0] as number)
      yield viewOf(array, { shape: shape.slice(1), byteStrides: byteStrides.slice(1), position })
    }
  }
}

/** Every element in C order. */
export function* elementsOf(array: NDArray): Generator<unknown> {
  const { store, dtype } = array
  store.checkOpen()
  const codec = codecOf(dtype)
  for (const position of positions(array)) {
    const view = store.viewAt(position, dtype.itemsize)
    const element = codec.read(view, store.at)
    store.checkFault()
    yield element
  }
}

/** Every element with its indices, in C order. */
export function* entriesOf(array: NDArray): Generator<[number[], unknown]> {
  const { shape } = array
  let index = 0
  for (const value of elementsOf(array)) {
    const indices = new Array<number>(shape.length)
    let rest = index++
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number
      indices[axis] = rest % length
      rest = Math.floor(rest / length)
    }
    yield [indices, value]
  }
}
