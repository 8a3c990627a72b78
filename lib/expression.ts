/* oxlint-disable typescript/no-unsafe-declaration-merging -- the loop behind the class adds the methods of the merged interface */
import { inspect } from 'node:util'
import { allocateEmpty, allocateResult } from './array/allocate.js'
import { coreOf } from './array/array-base.js'
import type { ArrayBase } from './array/array-base.js'
import { asSource } from './array/as-array.js'
import type { AxesOfIndexed, ListsOf } from './array/axes.js'
import { ComputedValue, inMemory } from './array/computed.js'
import { assignKernel } from './array/kernel-calls.js'
import { arraysOf } from './array/recipe.js'
import { blocksOf } from './async/computed-blocks.js'
import type { BlockOptions, Blocks } from './async/blocks.js'
import { expressionPromises } from './async/promises.js'
import type { AsyncOptions } from './async/task.js'
import { parseDType } from './dtype/index.js'
import type {
  Canonical,
  Checked,
  DType,
  DTypeLike,
  DTypeOrName,
  NumberName,
  Scalar,
  SingleName,
} from './dtype/index.js'
import { checkOptions } from './errors/check-options.js'
import { entriesOf } from './errors/entries.js'
import { inspect as show } from './errors/inspect.js'
import { indexError, MemmapError } from './errors/memmap-error.js'
import { checkArguments, refuseSurplus } from './errors/refuse-surplus.js'
import { arrayOf } from './expr/compile.js'
import { elementsOf, ofTree } from './expr/plan.js'
import type { Elements } from './expr/plan.js'
import { concatArrays, stackArrays } from './expr/join.js'
import { cast, isComputable, leaf } from './expr/node.js'
import type { Node } from './expr/node.js'
import { parseTemplate } from './expr/parse.js'
import { selectNode, takeNode } from './expr/select.js'
import { broadcastStrides, isBroadcastable } from './layout/broadcast.js'
import { isSameShape, shapeText, sizeOf } from './layout/shape.js'
import type { IntegerArray } from './layout/shape.js'
import { sliceBetween } from './layout/slice.js'
import { parseOrder } from './layout/strides.js'
import type { OrderLike } from './layout/strides.js'
import type { AsyncReductionMethod, NDArray } from './ndarray.js'
import { castTo, copyOf } from './ops/copy.js'
import { positionsIn } from './ops/indexing/selectors.js'
import type { BasicSelector, IntegerList } from './ops/indexing/selectors.js'
import { dot } from './ops/linalg/dot.js'
import { nearest } from './ops/linalg/nearest.js'
import { reducer } from './ops/reduce/reduce.js'
import { scan } from './ops/reduce/scan.js'
import { reshape } from './ops/reshape.js'
import { bincount, minmax, unique } from './ops/stats/count.js'
import { histogram } from './ops/stats/histogram.js'
import { median, quantile } from './ops/stats/quantile.js'
import { nonzero, searchsorted, topk } from './ops/stats/select.js'
import { argsort } from './ops/stats/sort.js'
import { REDUCTIONS, SCANS } from './ops/table.js'
import type { Reduction, Scan } from './ops/table.js'

/** The methods of arrays that an expression has too, with the same options and results. */
type ArrayMethods =
  | Reduction
  | Scan
  | 'quantile'
  | 'median'
  | 'argsort'
  | 'topk'
  | 'nonzero'
  | 'searchsorted'
  | 'histogram'
  | 'unique'
  | 'bincount'
  | 'minmax'
  | 'dot'
  | 'nearest'

/** A value between the texts of {@link expr}. */
export type Operand =
  | ComputedValue
  | NDArray
  | ArrayBufferView
  | number
  | bigint
  | boolean
  | Date
  | { readonly re: number; readonly im: number }

let create: <E>(of: Elements) => E
let nodeOf: (value: unknown) => Node | null

/**
 * Elements that are computed when they are read: what {@link expr}, {@link concat} and {@link stack} create. Nothing is computed before
 * a method below asks, or `assign`, `save`, `savez` or another expression takes it; and then tile by tile, on all cores, without
 * memory for the elements.
 *
 * The arrays that it reads may change meanwhile: each use reads them again. It has the methods of an {@link NDArray} that reduce, count
 * or search (`sum`, `mean`, `quantile`, `histogram`, ...).
 *
 * @example
 * const a = array([[1, 2, 3], [4, 5, 6]])
 * const scaled = expr`(${a} - ${a.mean()}) / ${a.std()}`
 * scaled.shape // [2, 3]
 * scaled.dtype.name // 'float64'
 * scaled.argmax() // 5
 * @ts-ignore TS2636, as for NDArray. */
export class Expr<out D extends DTypeLike = DTypeLike, out N extends number = number> extends ComputedValue {
  readonly #of: Elements
  #tree: Node | null = null
  #computed: ArrayBase | null = null

  /** @internal Use {@link expr}. */
  constructor(of?: Elements) {
    super()
    if (of === undefined) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        'invalid call of new: Expr is not constructible; use expr`...`, concat() or stack()',
      )
    }
    this.#of = of
  }

  /** The tree, which few uses need. */
  get #node(): Node {
    return (this.#tree ??= this.#of.tree())
  }

  static {
    create = <E>(of: Elements) => new Expr(of) as E
    nodeOf = (value) => (typeof value === 'object' && value !== null && #of in value ? value.#node : null)
  }

  /** @internal */
  override get computed(): ArrayBase {
    return (this.#computed ??= this.#of.compute())
  }

  /** The dtype of the elements, by NumPy's rules (NEP 50), in this machine's byte order. */
  get dtype(): DType<D> {
    return this.#of.dtype as DType<D>
  }

  /** The length of each axis: what the operands broadcast to. */
  get shape(): readonly number[] {
    return this.#of.shape
  }

  /** The number of axes. */
  get ndim(): N {
    return this.#of.shape.length as N
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.#of.shape)
  }

  /**
   * Returns the same elements, each cast to another dtype when it is computed, as NumPy casts arrays.
   * @example
   * expr`${array([1.5, 2.5])} * 2`.astype('int8').evaluate().toArray() // [3, 5]
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for text, records and the other byte order: evaluate first
   */
  astype<T extends NumberName>(dtype: T): Expr<T, N>
  astype<T extends DTypeLike>(dtype: DTypeOrName<T>): Expr<T, N>
  astype<const T extends DTypeLike>(dtype: Checked<T>): Expr<Canonical<T>, N>
  astype(like: DTypeLike): never {
    const dtype = parseDType(like)
    const node = this.#node
    if (!isComputable(dtype) || !isComputable(node.dtype) || !dtype.isNative) {
      throw new MemmapError(
        'ERR_MEMMAP_DTYPE',
        `invalid dtype ${dtype.isNative ? dtype.name : `'${dtype.str}'`}: an expression is of numbers, dates or durations in this machine's byte order; ` +
          'call evaluate() first, or assign it to an array of that dtype',
      )
    }
    const isOfTimes = dtype.unit !== null && node.dtype.unit !== null
    return create(ofTree(isOfTimes ? leaf(castTo(inMemory(this.computed), dtype)) : cast(node, dtype)))
  }

  /**
   * Returns the elements that selectors select, as {@link NDArray.index}: whole numbers, slices, `'...'` and `newaxis`. Only these are
   * computed then.
   * @example
   * expr`${array([1, 2, 3])} ** 2`.index('1:').evaluate().toArray() // [4, 9]
   * @throws MemmapError `ERR_MEMMAP_INDEX`, also for lists and masks
   */
  index<const S extends readonly BasicSelector[]>(...selectors: S): Expr<D, AxesOfIndexed<N, S>> {
    return create(ofTree(selectNode(this.#node, selectors)))
  }

  /**
   * Copies the entries of an axis at these positions, in their order: NumPy's `take`. Reads only what they are computed from, of
   * joined arrays only the parts that have them.
   * @param indices a position, or (nested) positions; negative ones count from the end
   * @param options.axis 0 by default
   * @example
   * concat([array([1, 2]), array([3])]).take([2, 0]).toArray() // [3, 1]
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`
   */
  take(indices: number | bigint | IntegerList | IntegerArray | NDArray, options: { axis?: number } = {}): NDArray<D> {
    checkOptions(options, ['axis'], 'take')
    const positions = positionsIn(indices)
    if (positions === null) {
      throw indexError(
        `invalid positions ${show(indices)}: they must be a whole number or (nested) lists of whole numbers`,
      )
    }
    const node = takeNode(this.#node, positions.values, options.axis ?? 0)
    const array = arrayOf(node)
    const taken = array.store.recipe === null ? copyOf(array) : inMemory(array)
    if (positions.shape.length === 1) return taken as NDArray<D>
    const axis = (options.axis ?? 0) < 0 ? (options.axis as number) + this.ndim : (options.axis ?? 0)
    return reshape(taken, [taken.shape.toSpliced(axis, 1, ...positions.shape)]) as NDArray<D>
  }

  /**
   * Computes the elements block by block along an axis, each an array in memory, for `for` and for `for await`.
   * @param options.bytes approximate bytes of a block; 16 MiB by default. A block has at least one entry of the axis
   * @param options.axis 0 by default
   * @example
   * for (const block of expr`sqrt(${array([1, 4, 9])})`.blocks()) block.toArray() // [1, 2, 3]
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`
   */
  blocks(options: BlockOptions = {}): Blocks<NDArray<D, N>> {
    const node = this.#node
    const cut = (axis: number, from: number, to: number): ArrayBase =>
      arrayOf(selectNode(node, [...Array.from({ length: axis }, () => ':'), sliceBetween(from, to)]))
    return blocksOf(this.computed, cut, options) as Blocks<NDArray<D, N>>
  }

  /**
   * Computes all elements.
   * @param options.order of the axes in memory: `'K'`, the default, as those of the operands; `'C'`, `'F'`, or `'A'` for C
   * @returns an array in memory
   * @example
   * expr`sqrt(${array([9, 16])}) + 1`.evaluate().toArray() // [4, 5]
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`; `ERR_MEMMAP_ARGUMENT` for an integer to a negative power; the fault
   *   of a mapping
   */
  evaluate(options: { order?: OrderLike } = {}): NDArray<D, N> {
    checkOptions(options, ['order'], 'evaluate')
    const target = this.#allocate(options.order)
    if (target.size > 0) assignKernel(target, this.computed)
    return target as NDArray<D, N>
  }

  /** The methods above off the event loop, each with the options `signal` and `onProgress`, and `evaluate`. */
  get promises(): ExprPromises<D, N> {
    return expressionPromises(this.computed, (order) => this.#allocate(order)) as ExprPromises<D, N>
  }

  /**
   * Returns the elements as nested lists: `evaluate().toArray()`.
   * @example
   * expr`${array([1, 2])} + 1`.toArray() // [2, 3]
   */
  toArray(): ListsOf<Scalar<D>, N> {
    return this.evaluate().toArray() as ListsOf<Scalar<D>, N>
  }

  /**
   * The elements as nested lists, for `JSON.stringify`.
   * @example
   * JSON.stringify(expr`${array([1, 2])} * 2`) // '[2,4]'
   * @throws MemmapError as {@link evaluate}; `ERR_MEMMAP_TOO_LARGE` for a text that is too long for JavaScript
   */
  toJSON(): unknown {
    return this.evaluate().toJSON()
  }

  /**
   * Returns the shape and the dtype, which are known before anything is computed.
   * @example
   * String(expr`${array([1, 2])} + 1`) // 'Expr(shape=(2,), dtype=float64)'
   */
  override toString(): string {
    return `Expr(shape=${shapeText(this.shape)}, dtype=${this.dtype.name})`
  }

  /** @internal */
  [inspect.custom](): string {
    return this.toString()
  }

  /** Allocates the result of all elements. */
  #allocate(order: OrderLike = 'K'): ArrayBase {
    const { shape, dtype } = this.#of
    this.computed.store.checkOpen()
    if (order !== 'K' && order !== 'k') return allocateEmpty(shape, dtype, parseOrder(order))
    // One axis has one order.
    if (shape.length < 2) return allocateEmpty(shape, dtype)
    const strides: (readonly number[])[] = []
    // The parts of joined arrays have lengths of their own.
    for (const array of arraysOf(this.computed)) {
      const { shape: own, byteStrides } = coreOf(array)
      if (isSameShape(own, shape)) strides.push(byteStrides)
      else if (own.length > 0 && isBroadcastable(own, shape)) strides.push(broadcastStrides(array, shape))
    }
    return allocateResult(shape, dtype, ...strides)
  }
}

/** @ts-ignore TS2636, as for the class. */
export interface Expr<out D extends DTypeLike = DTypeLike, out N extends number = number> extends Pick<
  NDArray<D, N>,
  ArrayMethods
> {}

/**
 * An expression over arrays, with NumPy's grammar, dtypes and values. Nothing is computed yet: see {@link Expr}.
 *
 * The text has literals (`2` takes the dtype of the arrays beside it, and so do `2.0` and `1e3` beside floats), `True`, `False`, `nan`,
 * `inf`, `pi`, `e`, parentheses, `+ - * / // % **`, unary `- + ~`, `& | ^ << >>`, a comparison, and NumPy's functions: docs/computing.md
 * has the list. Operands are arrays, typed arrays, other expressions and scalars; a whole number in JavaScript is an integer.
 *
 * @example
 * const a = array([1, 2, 3], { dtype: 'float32' })
 * expr`${a} * 2 + 1`.evaluate().toArray() // [3, 5, 7]
 * expr`where(${a} > 1, ${a}, nan)`.sum({ skipNaN: true }) // 5
 * zeros(3).assign(expr`hypot(${a}, 4)`) // in one pass
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for the text, with a caret under the place; `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE`;
 *   `ERR_MEMMAP_CAST` for an integer that the dtype beside it does not hold; `ERR_MEMMAP_CLOSED`
 * @see https://numpy.org/doc/2.4/reference/ufuncs.html
 */
export function expr<D extends DTypeLike = DTypeLike>(
  strings: TemplateStringsArray,
  ...values: readonly Operand[]
): Expr<D> {
  if (!Array.isArray(strings) || !Array.isArray(strings.raw)) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid expression ${show(strings)}: expr is a tag; write expr\`...\``,
    )
  }
  if (values.length !== strings.length - 1) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid number of values ${values.length}: the template has ${strings.length - 1} places; write expr\`...\``,
    )
  }
  return create(elementsOf(parseTemplate(strings), values, nodeOf))
}

/**
 * Several arrays as one along an axis, without a copy: NumPy's `concatenate`. The dtype is the one that all cast to.
 * @param arrays arrays, typed arrays or expressions with the same lengths on all other axes
 * @param options.axis 0 by default
 * @example
 * const all = concat([array([1, 2]), array([3])])
 * all.shape // [3]
 * all.sum() // 6
 * @throws MemmapError `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_INDEX` for the axis; `ERR_MEMMAP_ARGUMENT`
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.concatenate.html
 */
export function concat<D extends NumberName, N extends number>(
  arrays: readonly (NDArray<D, N> | Expr<D, N>)[],
  options?: { axis?: number },
): Expr<SingleName<D>, N>
export function concat<D extends DTypeLike, N extends number>(
  arrays: readonly (NDArray<D, N> | Expr<D, N>)[],
  options?: { axis?: number },
): Expr<D, N>
export function concat(arrays: readonly (NDArray | Expr | ArrayBufferView)[], options?: { axis?: number }): Expr
export function concat(arrays: readonly unknown[], options: { axis?: number } = {}): never {
  checkArguments('concat', 2, arguments)
  checkOptions(options, ['axis'], 'concat')
  return create(ofTree(leaf(concatArrays(sourcesOf(arrays, 'concat'), options.axis ?? 0))))
}

/**
 * Several arrays of one shape as one with a new axis, without a copy: NumPy's `stack`.
 * @param arrays arrays, typed arrays or expressions
 * @param options.axis the place of the new axis; 0 by default
 * @example
 * stack([array([1, 2]), array([3, 4])], { axis: 1 }).evaluate().toArray() // [[1, 3], [2, 4]]
 * @throws MemmapError as {@link concat}
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.stack.html
 */
export function stack<D extends NumberName>(
  arrays: readonly (NDArray<D> | Expr<D>)[],
  options?: { axis?: number },
): Expr<SingleName<D>>
export function stack<D extends DTypeLike>(
  arrays: readonly (NDArray<D> | Expr<D>)[],
  options?: { axis?: number },
): Expr<D>
export function stack(arrays: readonly (NDArray | Expr | ArrayBufferView)[], options?: { axis?: number }): Expr
export function stack(arrays: readonly unknown[], options: { axis?: number } = {}): never {
  checkArguments('stack', 2, arguments)
  checkOptions(options, ['axis'], 'stack')
  return create(ofTree(leaf(stackArrays(sourcesOf(arrays, 'stack'), options.axis ?? 0))))
}

function sourcesOf(arrays: readonly unknown[], name: string): readonly ArrayBase[] {
  const isList = Array.isArray(arrays)
  const sources = isList ? entriesOf(arrays).map((array) => asSource(array)) : []
  const wrong = sources.indexOf(null)
  if (!isList || wrong >= 0) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid arrays ${show(isList ? arrays[wrong] : arrays)}: ${name} takes a list of arrays, typed arrays and expressions; convert lists with array()`,
    )
  }
  return sources as ArrayBase[]
}

/**
 * The methods of an expression off the event loop, each with the options `signal` and `onProgress`.
 * @ts-ignore TS2636, as for NDArray. */
export interface ExprPromises<out D extends DTypeLike, out N extends number = number>
  extends AsyncReductions<D, N>, Pick<NDArray<D, N>['promises'], Exclude<ArrayMethods, Reduction | Scan>> {
  /**
   * {@link Expr.evaluate}.
   * @param options.order `'K'` by default
   */
  evaluate(options?: { order?: OrderLike } & AsyncOptions): Promise<NDArray<D, N>>
}

/** The reductions off the event loop, each with the options `signal` and `onProgress` too. */
type AsyncReductions<D, N extends number> = { [Name in Reduction]: AsyncReductionMethod<D, Name, N> }

const METHODS: Readonly<Record<string, { most: number; run: (array: ArrayBase, ...args: never[]) => unknown }>> = {
  ...Object.fromEntries(
    (Object.keys(REDUCTIONS) as Reduction[]).map((name) => [name, { most: 1, run: reducer(name) }]),
  ),
  ...Object.fromEntries(
    (Object.keys(SCANS) as Scan[]).map((name) => [
      name,
      { most: 1, run: (array: ArrayBase, options: object | undefined) => scan(array, name, options) },
    ]),
  ),
  quantile: { most: 2, run: quantile },
  median: { most: 1, run: median },
  argsort: { most: 1, run: argsort },
  topk: { most: 2, run: topk },
  nonzero: { most: 0, run: nonzero },
  // Sorted elements are searched one by one, so that they are computed once.
  searchsorted: { most: 2, run: (array: ArrayBase, ...args: [unknown]) => searchsorted(inMemory(array), ...args) },
  histogram: { most: 1, run: histogram },
  unique: { most: 0, run: unique },
  bincount: { most: 1, run: bincount },
  minmax: { most: 0, run: minmax },
  dot: { most: 1, run: dot },
  nearest: { most: 2, run: nearest },
}

for (const [name, { run }] of Object.entries(METHODS)) {
  const method = function (this: Expr, ...args: never[]): unknown {
    return run(this.computed, ...args)
  }
  Object.defineProperty(method, 'name', { value: name })
  Object.defineProperty(Expr.prototype, name, { value: method, configurable: true, writable: true })
}

refuseSurplus(Expr.prototype, {
  astype: 1,
  take: 2,
  blocks: 1,
  evaluate: 1,
  toArray: 0,
  ...Object.fromEntries(Object.entries(METHODS).map(([name, { most }]) => [name, most])),
})
