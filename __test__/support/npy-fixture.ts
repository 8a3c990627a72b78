import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDType } from '../../lib/dtype/index.js'
import type { DType } from '../../lib/dtype/index.js'
import { reader } from '../../lib/scalar/index.js'
import type { Printable } from '../../lib/text/index.js'

/** This file runs from `.build/__test__/support`; fixtures stay where they are. */
export const FIXTURES = join(import.meta.dirname, '../../../fixtures/numpy')

export function fixtureJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(FIXTURES, name), 'utf8')) as T
}

/** An array in memory: bytes in C or F order. */
export function arrayOf(dtype: DType, shape: readonly number[], bytes: Uint8Array, order: 'C' | 'F' = 'C'): Printable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = reader(dtype)
  const strides = shape.map((_, axis) => {
    const inner = order === 'C' ? shape.slice(axis + 1) : shape.slice(0, axis)
    return inner.reduce((product, length) => product * length, dtype.itemsize)
  })
  return {
    dtype,
    shape,
    at: (indices) =>
      read(
        view,
        indices.reduce((sum, index, axis) => sum + index * (strides[axis] ?? 0), 0),
      ),
  }
}

/** Reads a `.npy` fixture whose header NumPy wrote; not a general reader. */
export function npyFixture(name: string): Printable {
  const file = readFileSync(join(FIXTURES, name))
  const wide = file[6] !== 1
  const start = wide ? 12 : 10
  const end = start + (wide ? file.readUInt32LE(8) : file.readUInt16LE(8))
  const literal = file.toString('latin1', start, end)
  const json = literal
    .replaceAll('(', '[')
    .replaceAll(')', ']')
    .replaceAll("'", '"')
    .replaceAll('False', 'false')
    .replaceAll('True', 'true')
    .replace(/,(\s*[\]}])/g, '$1')
  const header = JSON.parse(json) as { descr: unknown; fortran_order: boolean; shape: number[] }
  return arrayOf(parseDType(header.descr), header.shape, file.subarray(end), header.fortran_order ? 'F' : 'C')
}
