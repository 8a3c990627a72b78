import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { NODE } from './support/node.js'
import * as library from '../lib/index.js'
import { folder } from './support/files.js'
import { compiling } from './support/platform.js'

/** This file runs from `__test__/.build/__test__`. */
const ROOT = join(import.meta.dirname, '../../..')

/** Members without declarations: public in TypeScript only to be shared between files. */
const INTERNAL = `
  getSlow setSlow origin member [memmap.copy] store accessorKind position root isWriteable lastPlan moveTo become
  $$typeof toAsymmetricMatcher @@__IMMUTABLE_LIST__@@ [@jest/serializableProperties]
`

/** A change of this list is a change of the contract. */
const EXPORTS = `
  DType Expr Memmap MemmapError NDArray NpzFile arange array concat dtype expr full linspace load memmap newaxis ones openMemmap
  save savez slice stack support zeros
`

const OF_NDARRAY = `
  T [Symbol.iterator] [Symbol.toStringTag] [nodejs.util.inspect.custom] all allClose any apply argmax argmin argsort assign astype base bincount bits
  blocks broadcastTo buffer byteOffset byteStrides bytes byteswap compare copy countNonzero cumprod cumsum data diagonal dot dtype entries equals
  expandDims field fill flags flatten flip get histogram imag index item itemsize map mask max mean median min minmax moveAxis nbytes
  ndim nearest nonzero prod promises ptp quantile ravel real repr reshape rows searchsorted set shape size slice sort squeeze std strided
  strides sum swapAxes take toArray toJSON toString topk transpose unique values var view
`

const OF_MEMMAP = `
  [Symbol.asyncDispose] [Symbol.dispose] advise append close closed describe fault fileOffset filename
  flush mode offset refresh residency resize toJSON
`

const OF_EXPR = `
  [nodejs.util.inspect.custom] all any argmax argmin argsort astype bincount blocks countNonzero cumprod cumsum dot dtype evaluate histogram
  index max mean median min minmax ndim nearest nonzero prod promises ptp quantile searchsorted shape size std sum take toArray toJSON
  toString topk unique var
`

const OF_EXPR_PROMISES = `
  all any argmax argmin argsort bincount countNonzero dot evaluate histogram max mean median min minmax nearest nonzero prod ptp quantile
  searchsorted std sum topk unique var
`

const OF_NPZ = `
  [Symbol.dispose] [Symbol.iterator] close closed get has keys size
`

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}

/** The members of a class. */
function membersOf(type: { readonly prototype: object }): string[] {
  const prototypes: object[] = []
  for (let one = type.prototype; one !== Object.prototype; one = Object.getPrototypeOf(one) as object)
    prototypes.push(one)
  const own = new Set(prototypes.flatMap((prototype) => Reflect.ownKeys(prototype)))
  return (
    [...own]
      // Node 20 names some symbols differently.
      .map((name) =>
        typeof name === 'symbol' ? `[${name.description?.replace(/^nodejs\.(?=async|dispose)/, 'Symbol.')}]` : name,
      )
      .filter((name) => name !== 'constructor' && !words(INTERNAL).includes(name))
      .toSorted()
  )
}

test('the package exports the names of the contract', (t) => {
  t.deepEqual(Object.keys(library).toSorted(), words(EXPORTS))
})

test('NDArray has the members of the contract', (t) => {
  t.deepEqual(membersOf(library.NDArray), words(OF_NDARRAY))
})

test('Memmap has the members of the contract, besides those of NDArray', (t) => {
  const own = membersOf(library.Memmap).filter((name) => !words(OF_NDARRAY).includes(name))
  t.deepEqual(
    own,
    words(OF_MEMMAP).filter((name) => name !== 'toJSON'),
  )
})

test('Expr has the members of the contract', (t) => {
  t.deepEqual(
    membersOf(library.Expr).filter((name) => name !== 'computed'),
    words(OF_EXPR),
  )
  const { promises } = library.expr`1 + 1`
  t.deepEqual(
    membersOf(promises.constructor as never).filter((name) => name !== 'array'),
    words(OF_EXPR_PROMISES),
  )
})

test('NpzFile has the members of the contract', (t) => {
  t.deepEqual(membersOf(library.NpzFile), words(OF_NPZ))
})

test('index.d.ts lists exactly the exports of lib/index.ts', (t) => {
  const declared = readFileSync(join(ROOT, 'index.d.ts'), 'utf8')
  const named = (pattern: RegExp): string[] =>
    [...declared.matchAll(pattern)].flatMap((match) => (match[1] ?? '').match(/\w+/g) ?? [])
  t.deepEqual(named(/export \{([^}]*)\}/g).toSorted(), Object.keys(library).toSorted())
  const source = readFileSync(join(ROOT, 'lib/index.ts'), 'utf8')
  const types = [...source.matchAll(/export type \{([^}]*)\}/g)].flatMap(
    (match) => (match[1] ?? '').match(/\w+/g) ?? [],
  )
  t.deepEqual(named(/export type \{([^}]*)\}/g).toSorted(), types.toSorted())
})

test('no declaration has the type any', (t) => {
  const files = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.cts'),
  )
  t.true(files.includes('index.d.cts'))
  for (const file of files) {
    const code = readFileSync(join(ROOT, 'dist', file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')
    // `any` is also the name of a method.
    t.notRegex(code, /(?<!["'])\bany\b(?!["'<(:])/, file)
  }
})

compiling('the declarations compile alone, strictly, with the libraries of Node 20', (t) => {
  const path = folder(t)
  const source = join(path, 'user.ts')
  const index = join(ROOT, 'index.js').replaceAll('\\', '/')
  writeFileSync(
    source,
    `import { memmap } from '${index}'\nexport const sum: bigint = memmap('a', { dtype: 'int32' }).sum()\n`,
  )
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    types: ['node'],
    noEmit: true,
  }
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: [source] }))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  t.notThrows(() =>
    execFileSync(NODE[0], [...NODE.slice(1), tsc, '-p', path], {
      encoding: 'utf8',
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  )
})
