import { parseDType } from '../dtype/index.js'
import { viewOf } from '../make.js'
import type { NDArray } from '../ndarray.js'
import { runAssign, runClear } from './run.js'

/** The characters of text as numbers, on one more axis: bytes of `S`, code points of `U`. */
export function characters(text: NDArray): NDArray {
  const { shape, byteStrides, position, dtype, itemsize } = text
  const code = parseDType(dtype.kind === 'U' ? `${dtype.str[0]}u4` : 'u1')
  const place = {
    shape: [...shape, itemsize / code.itemsize],
    byteStrides: [...byteStrides, code.itemsize],
    position,
  }
  return viewOf(text, place, code)
}

/** The bytes of elements, on one more axis. */
export function bytesOfEach(array: NDArray): NDArray {
  const { shape, byteStrides, position, itemsize } = array
  return viewOf(array, { shape: [...shape, itemsize], byteStrides: [...byteStrides, 1], position }, parseDType('u1'))
}

/** Copies lists of numbers on the last axis to longer or shorter ones: what is too much is cut off, what is missing is 0. */
export function cutOrPad(target: NDArray, source: NDArray): void {
  const room = target.shape.at(-1) as number
  const length = Math.min(room, source.shape.at(-1) as number)
  runAssign(lastAxis(target, 0, length), lastAxis(source, 0, length))
  if (room > length) runClear(lastAxis(target, length, room))
}

function lastAxis(array: NDArray, start: number, stop: number): NDArray {
  const { shape, byteStrides, position } = array
  const stride = byteStrides.at(-1) as number
  return viewOf(array, {
    shape: [...shape.slice(0, -1), stop - start],
    byteStrides,
    position: position + start * stride,
  })
}
