/**
 * TypeScript: small projects that use the package, compiled by the oldest compiler that is supported, the newest and some between, in
 * every module mode, with and without a check of the declarations themselves. docs/typescript.md has the table.
 */
import { join } from 'node:path'
import { Project } from './project.mjs'

/** The oldest that is supported comes first. */
const VERSIONS = ['5.0.4', '5.4.5', '5.9.3', '7.0.2']
const NODE_TYPES = ['20.19.43', '26.6.7']

const USE = `import { array, memmap, zeros } from 'memmap'
import type { Memmap, NDArray, Scalar, DTypeLike } from 'memmap'

export function open<T extends 'float32' | 'float64'>(path: string, dtype: T): Memmap<T> {
  return memmap(path, { dtype })
}
export function first<D extends DTypeLike>(a: NDArray<D>): Scalar<D> {
  return a.get(0)
}
export function doubled<D extends 'float32' | 'float64'>(a: NDArray<D>): NDArray<D> {
  return a.map((value) => 2 * value)
}
const floats = open('a.bin', 'float32')
export const data: Float32Array = floats.data
export const value: number = first(floats)
export const total: bigint = zeros(3, { dtype: 'int32' }).sum()
const grid = memmap('a.bin', { dtype: '>f4', shape: [2, 3] })
export const lists: number[][] = zeros([2, 3]).toArray()
export const row: number[] = grid.index(0).toArray()
export const means: number[] = grid.mean({ axis: 0 }).toArray()
export const twice: NDArray<'float32'> = doubled(grid)
export const rows: bigint[] = [...array([[BigInt(1)]]).rows()].map((one) => one.sum())

// A declaration has to name what the package infers.
export const listsOf = <N extends number>(a: NDArray<'float32', N>) => a.toArray()
export const firstOf = <N extends number>(a: NDArray<'float32', N>) => a.index(0)
export const rowsOf = <N extends number>(a: Memmap<'float32', N>) => [...a.rows()]
export const entriesOf = <N extends number>(a: NDArray<'float32', N>) => [...a]
export const sumsOf = <N extends number>(a: NDArray<'float32', N>) => a.sum({ axis: 0 })
export const totalOf = <D extends DTypeLike>(a: NDArray<D>) => a.sum()
export const zerosOf = <const S extends readonly number[]>(shape: S) => zeros(shape)
export const arrayOf = <const V extends number[][]>(values: V) => array(values)
export const methodOf = <D extends DTypeLike>(a: NDArray<D>) => a.sum
`

const WRONG = `import { zeros } from 'memmap'
import type { NDArray } from 'memmap'
// @ts-expect-error no such dtype
zeros(3, { dtype: 'flaot32' })
// @ts-expect-error an element is a bigint
export const one: number = zeros(3, { dtype: 'int64' }).get(0)
// @ts-expect-error two axes
export const line: NDArray<'float64', 1> = zeros([2, 3])
`

const FILES = {
  'use.mts': USE,
  'use.cts': USE,
  'wrong.mts': WRONG,
  'use.ts': USE,
  'wrong.ts': WRONG,
}

/** Files of both kinds, because a project may have both. */
const BOTH = ['use.mts', 'use.cts', 'wrong.mts']
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' }

/** What continuous integration compiles. */
const SAMPLE = [
  { name: 'node16, ES modules and CommonJS', files: BOTH, options: { module: 'node16' } },
  { name: 'nodenext, ES modules and CommonJS', files: BOTH, options: { module: 'nodenext' } },
  { name: 'esnext, bundler', options: BUNDLER },
]

function configurations(version) {
  const [major, minor] = version.split('.').map(Number)
  const node10 = { name: 'commonjs, node10', options: { module: 'commonjs', moduleResolution: 'node' } }
  const preserve = { name: 'preserve', options: { module: 'preserve' } }
  return [
    ...SAMPLE,
    ...(major < 7 ? [node10] : []),
    ...(major > 5 || minor >= 4 ? [preserve] : []),
    { name: 'not strict', options: { ...BUNDLER, strict: false } },
    {
      name: 'declarations checked, without a target and @types/node',
      options: { ...BUNDLER, skipLibCheck: false, target: undefined, downlevelIteration: version < '7' || undefined },
    },
    ...NODE_TYPES.map((number) => ({
      name: `declarations checked, @types/node ${number}`,
      options: { ...BUNDLER, skipLibCheck: false, exactOptionalPropertyTypes: true, types: [typesName(number)] },
    })),
  ]
}

function typesName(number) {
  return `node-types-${number.replaceAll('.', '-')}`
}

export function typescript({ main, folder, check, sample }) {
  const versions = sample ? [VERSIONS[0], VERSIONS.at(-1)] : VERSIONS
  const types = sample ? [] : NODE_TYPES.map((number) => `${typesName(number)}@npm:@types/node@${number}`)
  for (const version of versions) {
    const packages = [`typescript@${version}`, ...types]
    const project = new Project(join(folder, version), FILES, { packages, tarballs: [main] })
    for (const { name, files = ['use.ts', 'wrong.ts'], options } of sample ? SAMPLE : configurations(version)) {
      check(`TypeScript ${version}: ${name}`, () => {
        const compilerOptions = {
          noEmit: true,
          declaration: true,
          strict: true,
          target: 'es2022',
          lib: ['es2022'],
          types: [],
          skipLibCheck: true,
          ...options,
        }
        project.write({ 'tsconfig.json': JSON.stringify({ compilerOptions, files }) })
        const { text } = project.run(process.execPath, [project.bin('typescript/bin/tsc'), '--pretty', 'false'])
        // Old compilers do not know all that other packages declare.
        const errors = text
          .split('\n')
          .filter((line) => /error TS/.test(line) && !/^node_modules\/(?!memmap)/.test(line))
        if (errors.length > 0) throw new Error(errors.join('\n'))
      })
    }
  }
}
