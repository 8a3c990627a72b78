// Compile-time assertions: this file passes when it compiles.
import { array, concat, expr, memmap, newaxis, save, savez, stack, zeros } from '../../lib/index.js'
import type { Complex, DTypeLike, Expr, NDArray, Operand } from '../../lib/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Expect<T extends true> = T

declare const single: NDArray<'float32', 2>
declare const list: NDArray<'float32'>[]
const map = memmap('a.bin', { dtype: 'int64', shape: [2, 3] })

// The dtype of a template is known at run time, or said.
const any = expr`${single} + 1`
const said = expr<'float64'>`${single} + ${map}`

export type Templates = [
  Expect<Equal<typeof any, Expr<DTypeLike>>>,
  Expect<Equal<typeof said, Expr<'float64'>>>,
  Expect<Equal<ReturnType<typeof said.evaluate>, NDArray<'float64'>>>,
  Expect<Equal<ReturnType<ReturnType<typeof said.evaluate>['get']>, number>>,
]

// Casting says it too.
const cast = expr`${map} / 2`.astype('float32')
const long = expr`${map}`.astype('<i8')

export type Casts = [
  Expect<Equal<typeof cast, Expr<'float32'>>>,
  Expect<Equal<ReturnType<typeof cast.evaluate>, NDArray<'float32'>>>,
  Expect<Equal<ReturnType<ReturnType<typeof long.evaluate>['get']>, bigint>>,
]

// Joined arrays keep dtype and axes.
const rows = concat([single, single])
const many = concat(list)
const mixed = concat([single, new Float64Array(2), zeros(3)])
const tower = stack(list, { axis: 1 })

export type Joined = [
  Expect<Equal<typeof rows, Expr<'float32', 2>>>,
  Expect<Equal<typeof many, Expr<'float32'>>>,
  Expect<Equal<typeof tower, Expr<'float32'>>>,
  Expect<Equal<typeof mixed, Expr>>,
  Expect<Equal<ReturnType<typeof rows.evaluate>, NDArray<'float32', 2>>>,
  Expect<Equal<ReturnType<typeof rows.toArray>, number[][]>>,
]

// Selections count the axes.
const row = rows.index(0)
const column = rows.index(':', newaxis, 0)
export type Selected = [Expect<Equal<typeof row, Expr<'float32', 1>>>, Expect<Equal<typeof column, Expr<'float32', 2>>>]

// Reductions are those of arrays.
const total = cast.sum()
const means = rows.mean({ axis: 0 })
const ofArray = single.mean({ axis: 0 })
const sumsOfArray = single.cumsum({ axis: 0 })
const longs = long.sum()
const largest = rows.argmax()
const taken = rows.take([0, 1])
const sums = rows.cumsum({ axis: 0 })
const ends = rows.minmax()
const middle = rows.median()
const best = rows.topk(3)
const counted = rows.histogram()
const bestOfArray = single.topk(3)
const countedOfArray = single.histogram()

export type Reduced = [
  Expect<Equal<typeof total, number>>,
  Expect<Equal<typeof means, typeof ofArray>>,
  Expect<Equal<typeof longs, bigint>>,
  Expect<Equal<typeof largest, number>>,
  Expect<Equal<typeof taken, NDArray<'float32'>>>,
  Expect<Equal<typeof sums, typeof sumsOfArray>>,
  Expect<Equal<typeof ends, ReturnType<typeof single.minmax>>>,
  Expect<Equal<typeof middle, number>>,
  Expect<Equal<typeof best, typeof bestOfArray>>,
  Expect<Equal<typeof counted, typeof countedOfArray>>,
]

// Promises.
const later = rows.promises.evaluate({ signal: AbortSignal.timeout(1), onProgress: (part: number) => void part })
const sum = cast.promises.sum()
export type Promised = [
  Expect<Equal<Awaited<typeof later>, NDArray<'float32', 2>>>,
  Expect<Equal<Awaited<typeof sum>, number>>,
]

// Blocks.
for (const block of rows.blocks({ bytes: 1 << 20 })) block satisfies NDArray<'float32', 2>

// Values of assignments, of files and of other expressions.
single.assign(expr`${single} * 2`).assign(rows, ['1:'])
zeros(3).fill(expr`${1} + ${2}`)
void single.promises.assign(said)
save('a.npy', said)
savez('a.npz', { said, rows })
expr`${said} + ${rows} + ${1} + ${2n} + ${true} + ${new Date(0)} + ${{ re: 1, im: 2 }} + ${new Uint8Array(2)} + ${map}` satisfies Expr
const operands: Operand[] = [1, 2n, single, said]
void operands
array([1]) satisfies NDArray
const wide: Expr = said
void wide

// @ts-expect-error -- lists are converted first
void expr`${[1, 2]} + 1`
// @ts-expect-error -- text is no number
void expr`${'a'} + 1`
// @ts-expect-error -- it is a tag
void expr('a + b')
// @ts-expect-error -- lists are for take()
void rows.index([0, 1])
// @ts-expect-error -- an expression has no elements to change
void rows.set(0, 0, 1)
// @ts-expect-error -- concat takes a list
void concat(single)

// The common dtype of two is that of NumPy, which types do not compute.
const met = concat([zeros(1, { dtype: 'uint64' }), zeros(1, { dtype: 'int64' })])
  .evaluate()
  .get(0)
met satisfies number | bigint | boolean | Complex
// @ts-expect-error it is float64 here
met satisfies bigint
concat([zeros(1, { dtype: 'int64' }), zeros(1, { dtype: 'int64' })])
  .evaluate()
  .get(0) satisfies bigint
