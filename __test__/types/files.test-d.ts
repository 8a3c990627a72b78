// Compile-time assertions: this file passes when it compiles.
import { load, openMemmap, save, savez } from '../../lib/index.js'
import type { FileLike, LoadOptions, Memmap, MmapMode, NDArray, NpzFile } from '../../lib/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

declare const path: string
declare const file: FileLike
declare const mode: MmapMode
declare const options: LoadOptions

const created = openMemmap(path, { mode: 'w+', dtype: 'int64', shape: [2, 3] })
const madeByDefault = openMemmap(path, { mode: 'write', shape: 3 })
const opened = openMemmap(file)
const openedWith = openMemmap(path, { mode: 'r+', maxHeaderSize: 100 })
const read = load(path)
const mapped = load(path, { mmapMode: 'r' })
const either = load(file, options)
const array = load('a.npy')
const arrayInFile = load('a.npy', { mmapMode: mode })
const archive = load('a.npz', { mmapMode: 'r' })

export type Opened = [
  Expect<Equal<typeof created, Memmap<'int64', 2>>>,
  Expect<Equal<ReturnType<typeof created.get>, bigint>>,
  Expect<Equal<typeof madeByDefault.data, Float64Array>>,
  Expect<Equal<typeof opened, Memmap>>,
  Expect<Equal<typeof openedWith, Memmap>>,
  Expect<Equal<typeof read, NDArray | NpzFile>>,
  Expect<Equal<typeof mapped, Memmap | NpzFile>>,
  Expect<Equal<typeof either, Memmap | NDArray | NpzFile>>,
  Expect<Equal<typeof array, NDArray>>,
  Expect<Equal<typeof arrayInFile, Memmap>>,
  Expect<Equal<typeof archive, NpzFile>>,
]

archive.get('x', { mmapMode: 'c' }).flush()
archive.get('x', { mmapMode: null }) satisfies NDArray
for (const [name, one] of archive) save(`${name}.npy`, one, { version: [1, 0] })
savez(path, { a: array, b: [[1, 2]], c: new Float32Array(2) })
// @ts-expect-error load creates no file
load(path, { mmapMode: 'w+' })
// @ts-expect-error no such dtype
openMemmap(path, { mode: 'w+', dtype: 'float33', shape: 2 })
// @ts-expect-error a descriptor cannot be replaced
save(3, array)
