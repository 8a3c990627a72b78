/**
 * The state of an array, and the accessors of aligned `float32` elements in native order: the template from which
 * `scripts/generate-accessors.mjs` generates the accessors of every dtype.
 *
 * The state is private, because test runners, loggers and debuggers walk every other property: they would print it, compare it
 * instead of the elements, and copy the memory behind it. It is an object, the one private field, initialised once, as its fields are: V8
 * hoists the load of a field that was stored to once out of a loop, and in Node 20 no other. The field takes it from a variable of this
 * module, because every constructor between `new` and the field takes time where a process has arrays of many classes.
 *
 * Each kind and rank has its own functions, because V8 specialises each load in the code for one kind of typed array. Their
 * shape brings a loop over `get(i, j)` close to a loop over the typed array itself:
 *
 * - The fast path has no branch. The sign of an integer combines the checks that each index is a whole number within its axis
 *   and that the array is open; a bounds check of {@link GATE} tests the sign. V8 can then hoist the loads of the array's fields
 *   out of a loop, which an exit would prevent.
 * - The last index has its own gate, so that V8 hoists the other gate, which is invariant, out of a loop over the last index.
 *   The first gate also reads the last step, with either sign, so that V8 loads it as an integer before the loop. Otherwise the
 *   index 0 of the first iteration would not need the step, and V8 would reload it in every iteration.
 * - The first gate checks that the array is open. In Node 20, whose V8 reloads fields that can change in every iteration anyway,
 *   the last gate does, so that the first gate stays invariant and V8 hoists it.
 * - The view is only read at valid positions, so that it always returns a number. After one `undefined`, V8 would have to check
 *   all later reads of this kind for it.
 * - A store reads the old element first, because a store to memory that was moved away has no effect; V8 turns the test into the
 *   bounds check that the store needs anyway.
 * - After the element, {@link FAULTS} shows a fault of a page behind any open mapping.
 * @module
 */
import type { DType } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { elementsForWalkers } from '../elements-for-walkers.js'
import type { Store } from '../store.js'
import { gate, openFaults, rereads } from './access.js'
import type { AccessorKind, Accessors, Fields, Walk } from './access.js'

/** The state of the array that is being created. It stays no longer, because it would keep the memory of the last array. */
let created: Core | null = null

/**
 * Where the elements of an array lie and what they are. One class for all arrays, because V8 reads the fields of objects of many classes
 * through a table: arrays have a class for each kind of element and rank.
 */
export class Core {
  readonly store: Store
  readonly accessorKind: AccessorKind
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  readonly position: number
  readonly root: Fields | null
  /** 0 if elements can be stored, else -1. */
  readonly writeableMask: number
  /** The position of the first element, in units of the view: elements, or bytes for `view`. */
  readonly first: number
  /** The last valid index of each of the first three axes; all -1 where positions exceed 2^31. */
  readonly last0: number
  readonly last1: number
  readonly last2: number
  /** The stride of each axis, in the unit of the first position. */
  readonly step0: number
  readonly step1: number
  readonly step2: number
  /** What an operation that is called again uses again. */
  lastPlan: unknown

  constructor(
    kind: AccessorKind,
    store: Store,
    dtype: DType,
    shape: readonly number[],
    byteStrides: readonly number[],
    position: number,
    root: Fields | null,
    isWriteable: boolean,
  ) {
    const { unit } = kind
    const ndim = shape.length
    // The number of axes whose positions fit 32 bits, for the accessors; where they do not fit, elements take the slow path.
    const fits =
      ndim <= 3 && (store.length <= 2 ** 31 * unit || end(shape, byteStrides, position) < 2 ** 31 * unit) ? ndim : 0
    this.store = store
    this.accessorKind = kind
    this.dtype = dtype
    this.shape = shape
    this.byteStrides = byteStrides
    this.position = position
    this.root = root
    this.writeableMask = isWriteable ? 0 : -1
    this.first = (position / unit) | 0
    this.last0 = fits > 0 ? ((shape[0] as number) - 1) | 0 : -1
    this.last1 = fits > 1 ? ((shape[1] as number) - 1) | 0 : -1
    this.last2 = fits > 2 ? ((shape[2] as number) - 1) | 0 : -1
    this.step0 = fits > 0 ? ((byteStrides[0] as number) / unit) | 0 : 0
    this.step1 = fits > 1 ? ((byteStrides[1] as number) / unit) | 0 : 0
    this.step2 = fits > 2 ? ((byteStrides[2] as number) / unit) | 0 : 0
    this.lastPlan = null
  }
}

/** Takes the state of the array that is being created. */
function taken(): Core {
  const core = created
  if (core === null) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      'invalid call of new: NDArray and Memmap are not constructible; use array(), zeros() or memmap()',
    )
  }
  created = null
  return core
}

/** The position of the element with the highest one. */
function end(shape: readonly number[], byteStrides: readonly number[], position: number): number {
  let highest = position
  for (let axis = 0; axis < shape.length; axis++)
    highest += Math.max(0, ((shape[axis] as number) - 1) * (byteStrides[axis] as number))
  return highest
}

/** A step of an iteration that the fast path does not take: it reads the element by the slow path, or throws the error. */
function slowStep(array: ArrayState, index: number): IteratorResult<unknown> {
  return { value: array.getSlow(index), done: false }
}

/** By the dtype's name, followed by `-little` or `-big` for elements that are not aligned or in the other byte order. */
export const ACCESSORS: Readonly<Record<string, Accessors<ArrayState>>> = {}

/**
 * The state of an array: where its elements lie and what they are. `ArrayBase` extends it.
 */
export abstract class ArrayState implements Fields {
  #core = taken()
  /** The only property that walkers of objects see; see {@link elementsForWalkers}. */
  declare readonly elements: object

  constructor() {
    // Beside an initialiser of this one, the compiler would store the private field twice: first undefined, then the state.
    this.elements = elementsForWalkers(this)
  }

  /** Creates an array of a class, with this state. */
  static create<A extends ArrayState>(of: new () => A, core: Core): A {
    created = core
    return new of()
  }

  get store(): Store {
    return this.#core.store
  }

  get accessorKind(): AccessorKind {
    return this.#core.accessorKind
  }

  get dtype(): DType {
    return this.#core.dtype
  }

  get shape(): readonly number[] {
    return this.#core.shape
  }

  get byteStrides(): readonly number[] {
    return this.#core.byteStrides
  }

  get position(): number {
    return this.#core.position
  }

  get root(): Fields | null {
    return this.#core.root
  }

  get isWriteable(): boolean {
    return this.#core.writeableMask === 0
  }

  get lastPlan(): unknown {
    return this.#core.lastPlan
  }

  set lastPlan(plan: unknown) {
    this.#core.lastPlan = plan
  }

  /** Replaces the memory, for closing a view while its base stays open. */
  moveTo(store: Store): void {
    const { accessorKind, dtype, shape, byteStrides, position, root, writeableMask } = this.#core
    this.#core = new Core(accessorKind, store, dtype, shape, byteStrides, position, root, writeableMask === 0)
  }

  /** Takes over the state of another array of the same class. */
  become(other: ArrayState): void {
    this.#core = other.#core
  }

  /** The state of an array, in one step: operations that read several fields take it. */
  static coreOf(array: ArrayState): Core {
    return array.#core
  }

  static isStateOf(value: object): boolean {
    return #core in value
  }

  /** The slow path: any rank, negative indices, any value, and the errors. */
  abstract getSlow(...indices: unknown[]): unknown
  abstract setSlow(...indicesAndValue: unknown[]): void

  static {
    // Constants of this block, because V8 looks up imports at each use, and bundlers make variables of a module's constants.
    const GATE = gate
    const FAULTS = openFaults
    const FIRST = rereads ? 0 : -1
    const LAST = ~FIRST
    // V8 stores a longer preallocated list as a hash table.
    const LONGEST = 2 ** 25
    Object.assign(ACCESSORS, {
      float32: {
        // One object literal, so that V8 creates no object where the loop around is compiled.
        next1(this: Walk<ArrayState>): IteratorResult<unknown> {
          const { array, at: i } = this
          const done = i === this.length
          let value
          if (!done) {
            this.at = i + 1
            if (array.#core.store.openMask !== 0) return slowStep(array, i)
            const element = array.#core.store.f32[(array.#core.first + Math.imul(i, array.#core.step0)) | 0]
            if (element === undefined || GATE[FAULTS[0]] === undefined) return slowStep(array, i)
            value = element
          }
          return { value, done }
        },

        row(this: ArrayState, i: number, j: number): unknown[] | null {
          const ndim = this.#core.shape.length
          const last = ndim === 1 ? this.#core.last0 : ndim === 2 ? this.#core.last1 : this.#core.last2
          const step = ndim === 1 ? this.#core.step0 : ndim === 2 ? this.#core.step1 : this.#core.step2
          if (this.#core.store.openMask !== 0 || last < 0 || last >= LONGEST) return null
          const result = new Array<unknown>(last + 1)
          let at = this.#core.first
          if (ndim > 1) at += Math.imul(i, this.#core.step0)
          if (ndim > 2) at += Math.imul(j, this.#core.step1)
          for (let k = 0; k <= last; k++) {
            const element = this.#core.store.f32[at]
            if (element === undefined) return null
            result[k] = element
            at = (at + step) | 0
          }
          return GATE[FAULTS[0]] === undefined ? null : result
        },

        get1(this: ArrayState, i?: unknown, extra?: unknown): unknown {
          const a = typeof i === 'number' && (i | 0) === i && extra === undefined ? i : -1
          const step = this.#core.step0
          const open = this.#core.store.openMask
          if (
            GATE[((open & FIRST) | (step ^ (step >> 31))) >>> 31] === undefined ||
            GATE[(a | (this.#core.last0 - a) | (open & LAST)) >>> 31] === undefined
          ) {
            return this.getSlow(i, extra)
          }
          const element = this.#core.store.f32[(this.#core.first + Math.imul(a, step)) | 0]
          if (element === undefined || GATE[FAULTS[0]] === undefined) return this.getSlow(i)
          return element
        },

        get2(this: ArrayState, i?: unknown, j?: unknown, extra?: unknown): unknown {
          const a = typeof i === 'number' && (i | 0) === i ? i : -1
          const b = typeof j === 'number' && (j | 0) === j && extra === undefined ? j : -1
          const step = this.#core.step1
          const open = this.#core.store.openMask
          if (
            GATE[(a | (this.#core.last0 - a) | (open & FIRST) | (step ^ (step >> 31))) >>> 31] === undefined ||
            GATE[(b | (this.#core.last1 - b) | (open & LAST)) >>> 31] === undefined
          ) {
            return this.getSlow(i, j, extra)
          }
          const element =
            this.#core.store.f32[(this.#core.first + Math.imul(a, this.#core.step0) + Math.imul(b, step)) | 0]
          if (element === undefined || GATE[FAULTS[0]] === undefined) return this.getSlow(i, j)
          return element
        },

        get3(this: ArrayState, i?: unknown, j?: unknown, k?: unknown, extra?: unknown): unknown {
          const a = typeof i === 'number' && (i | 0) === i ? i : -1
          const b = typeof j === 'number' && (j | 0) === j ? j : -1
          const c = typeof k === 'number' && (k | 0) === k && extra === undefined ? k : -1
          const step = this.#core.step2
          const open = this.#core.store.openMask
          const within = a | b | (this.#core.last0 - a) | (this.#core.last1 - b)
          if (
            GATE[(within | (open & FIRST) | (step ^ (step >> 31))) >>> 31] === undefined ||
            GATE[(c | (this.#core.last2 - c) | (open & LAST)) >>> 31] === undefined
          ) {
            return this.getSlow(i, j, k, extra)
          }
          const at =
            (this.#core.first + Math.imul(a, this.#core.step0) + Math.imul(b, this.#core.step1) + Math.imul(c, step)) |
            0
          const element = this.#core.store.f32[at]
          if (element === undefined || GATE[FAULTS[0]] === undefined) return this.getSlow(i, j, k)
          return element
        },

        set1(this: ArrayState, i?: unknown, value?: unknown, extra?: unknown): void {
          const a = typeof i === 'number' && (i | 0) === i && extra === undefined ? i : -1
          const fits = typeof value === 'number' ? 0 : -1
          const step = this.#core.step0
          const open = this.#core.store.openMask
          if (
            GATE[((open & FIRST) | this.#core.writeableMask | (step ^ (step >> 31))) >>> 31] === undefined ||
            GATE[(a | (this.#core.last0 - a) | fits | (open & LAST)) >>> 31] === undefined
          ) {
            this.setSlow(i, value, extra)
          } else {
            const at = (this.#core.first + Math.imul(a, step)) | 0
            if (this.#core.store.f32[at] === undefined) return this.setSlow(i, value)
            this.#core.store.f32[at] = value as number
            if (GATE[FAULTS[0]] === undefined) this.#core.store.checkFault()
          }
        },

        set2(this: ArrayState, i?: unknown, j?: unknown, value?: unknown, extra?: unknown): void {
          const a = typeof i === 'number' && (i | 0) === i ? i : -1
          const b = typeof j === 'number' && (j | 0) === j && extra === undefined ? j : -1
          const fits = typeof value === 'number' ? 0 : -1
          const step = this.#core.step1
          const open = this.#core.store.openMask
          if (
            GATE[
              (a | (this.#core.last0 - a) | (open & FIRST) | this.#core.writeableMask | (step ^ (step >> 31))) >>> 31
            ] === undefined ||
            GATE[(b | (this.#core.last1 - b) | fits | (open & LAST)) >>> 31] === undefined
          ) {
            this.setSlow(i, j, value, extra)
          } else {
            const at = (this.#core.first + Math.imul(a, this.#core.step0) + Math.imul(b, step)) | 0
            if (this.#core.store.f32[at] === undefined) return this.setSlow(i, j, value)
            this.#core.store.f32[at] = value as number
            if (GATE[FAULTS[0]] === undefined) this.#core.store.checkFault()
          }
        },

        set3(this: ArrayState, i?: unknown, j?: unknown, k?: unknown, value?: unknown, extra?: unknown): void {
          const a = typeof i === 'number' && (i | 0) === i ? i : -1
          const b = typeof j === 'number' && (j | 0) === j ? j : -1
          const c = typeof k === 'number' && (k | 0) === k && extra === undefined ? k : -1
          const fits = typeof value === 'number' ? 0 : -1
          const step = this.#core.step2
          const open = this.#core.store.openMask
          const within = a | b | (this.#core.last0 - a) | (this.#core.last1 - b)
          if (
            GATE[(within | (open & FIRST) | this.#core.writeableMask | (step ^ (step >> 31))) >>> 31] === undefined ||
            GATE[(c | (this.#core.last2 - c) | fits | (open & LAST)) >>> 31] === undefined
          ) {
            this.setSlow(i, j, k, value, extra)
          } else {
            const at =
              (this.#core.first +
                Math.imul(a, this.#core.step0) +
                Math.imul(b, this.#core.step1) +
                Math.imul(c, step)) |
              0
            if (this.#core.store.f32[at] === undefined) return this.setSlow(i, j, k, value)
            this.#core.store.f32[at] = value as number
            if (GATE[FAULTS[0]] === undefined) this.#core.store.checkFault()
          }
        },
      },
    })
  }
}
