import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { memmap } from '../lib/index.js'
import { FIXTURES, fixtureJson } from './support/npy-fixture.js'
import { valuesOf } from './support/numpy-json.js'

interface FileCase {
  readonly file: string
  readonly kind: string
  readonly dtype: never
  readonly dtype_str: string
  readonly itemsize: number
  readonly shape: number[]
  readonly order: 'C' | 'F'
  readonly offset: number
  readonly strides: number[]
  readonly sha256: string
  readonly values: unknown
}

const { files } = fixtureJson<{ files: FileCase[] }>('manifest.json')

for (const item of files) {
  test(`${item.file} as raw elements, in modes r and c`, (t) => {
    const path = join(FIXTURES, item.file)
    const hash = (): string => createHash('sha256').update(readFileSync(path)).digest('hex')
    t.is(hash(), item.sha256)
    if (item.shape.includes(0) && item.offset === 0) return
    for (const mode of ['r', 'c'] as const) {
      const { dtype, shape, order, offset } = item
      const array = memmap(path, { dtype, shape, order, offset, mode })
      t.is(array.dtype.str, item.dtype_str)
      t.is(array.itemsize, item.itemsize)
      t.deepEqual(array.shape, item.shape)
      t.deepEqual(array.byteStrides, item.strides)
      t.deepEqual(valuesOf(array), item.values)
      array.close()
    }
    t.is(hash(), item.sha256)
  })
}
