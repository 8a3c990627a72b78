import { constants } from 'node:buffer'
import { isDetached, movedError } from '../errors/brands.js'
import { closedError, MemmapError } from '../errors/memmap-error.js'
import { faults, unwrapNative } from '../native/native.js'
import type { Memory, NativeMapping, NativeTask } from '../native/native.js'
import type { Origin } from './origin.js'

/** The buffer behind the views while the store is closed, or before its memory is first needed. */
const EMPTY_BUFFER = new ArrayBuffer(0)

/** What computes the elements of an array that has no memory. */
export interface Recipe {
  /** The arrays in memory that it reads. */
  readonly arrays: readonly { readonly store: Store }[]
  /** The memory argument of the kernels, which holds for one call. */
  bind(): Memory
}

/** The constructors of a store's views by element type, over the whole elements in a part of a buffer. */
const VIEWS = {
  i8: (buffer: ArrayBufferLike, base: number, length: number) => new Int8Array(buffer, base, length),
  u8: (buffer: ArrayBufferLike, base: number, length: number) => new Uint8Array(buffer, base, length),
  i16: (buffer: ArrayBufferLike, base: number, length: number) => new Int16Array(buffer, base, Math.floor(length / 2)),
  u16: (buffer: ArrayBufferLike, base: number, length: number) => new Uint16Array(buffer, base, Math.floor(length / 2)),
  i32: (buffer: ArrayBufferLike, base: number, length: number) => new Int32Array(buffer, base, Math.floor(length / 4)),
  u32: (buffer: ArrayBufferLike, base: number, length: number) => new Uint32Array(buffer, base, Math.floor(length / 4)),
  i64: (buffer: ArrayBufferLike, base: number, length: number) =>
    new BigInt64Array(buffer, base, Math.floor(length / 8)),
  u64: (buffer: ArrayBufferLike, base: number, length: number) =>
    new BigUint64Array(buffer, base, Math.floor(length / 8)),
  f32: (buffer: ArrayBufferLike, base: number, length: number) =>
    new Float32Array(buffer, base, Math.floor(length / 4)),
  f64: (buffer: ArrayBufferLike, base: number, length: number) =>
    new Float64Array(buffer, base, Math.floor(length / 8)),
  view: (buffer: ArrayBufferLike, base: number, length: number) => new DataView(buffer, base, length),
}

type Views = { [Name in keyof typeof VIEWS]: ReturnType<(typeof VIEWS)[Name]> }

/** The name of one of the views of a store's bytes. */
export type ViewName = keyof Views

/** The lists of a store that has none, because most stores are small results that live for a moment. */
const NONE: readonly never[] = Object.freeze([])

const VIEW_NAMES = Object.keys(VIEWS) as ViewName[]

const EMPTY = Object.fromEntries(VIEW_NAMES.map((name) => [name, VIEWS[name](EMPTY_BUFFER, 0, 0)])) as unknown as Views

/** The store of which a buffer that callers have is a part, and where it begins. */
const OWNERS = new WeakMap<object, { readonly store: Store; readonly start: number }>()

/** The store of a mapping of which this memory is a part, and where it begins; undefined for other memory. */
export function ownerOf(memory: Memory): { readonly store: Store; readonly start: number } | undefined {
  return OWNERS.get(memory)
}

/** The largest byteLength of an ArrayBuffer of this runtime. */
export const LARGEST_BUFFER = constants.MAX_LENGTH

/** The bytes of a window. Single elements are read through windows where the range exceeds the largest buffer. */
const WINDOW = Math.min(2 ** 30, LARGEST_BUFFER)

/** The most bytes of a file whose inner buffer is created for any small operation: V8 of Node 20 counts its bytes among its own. */
const SMALL_FILE = 2 ** 16

/** A buffer over a part of a store, and the position in the store at which it starts. */
export interface Exposed {
  readonly buffer: ArrayBufferLike
  readonly start: number
  readonly length: number
}

/**
 * The bytes behind an array and all its views: a mapping, or an ArrayBuffer. Positions count from the start of the mapped
 * range, which is at a page boundary.
 *
 * Arrays read elements through views: typed arrays over the whole range. The views are fields of the store, which all arrays
 * share, so that `close()` empties them for every array. The buffer under the views never leaves the library. It is a
 * SharedArrayBuffer where the runtime can create one over a mapping, because V8 does not count its bytes and collects no
 * garbage for it; else it is an ArrayBuffer, created when the first element is read. `data` and `buffer` return other buffers,
 * which can be detached.
 */
export class Store implements Views {
  /** 0 while the views cover the whole range, else -1: then elements take the slow path, which throws if the store is closed. */
  openMask = -1
  i8 = EMPTY.i8
  u8 = EMPTY.u8
  i16 = EMPTY.i16
  u16 = EMPTY.u16
  i32 = EMPTY.i32
  u32 = EMPTY.u32
  i64 = EMPTY.i64
  u64 = EMPTY.u64
  f32 = EMPTY.f32
  f64 = EMPTY.f64
  view = EMPTY.view
  /** The position of the bytes in the view that the last call of {@link viewAt} returned. */
  at = 0
  closed = false
  /** Changes with the views, the length, and the arrays that have this store. */
  version = 0

  /** Bytes from the start of the range to the end of the array. */
  length: number
  /** Bytes of the whole range; the bytes after the array are reserved for growth. */
  private capacity: number
  /** The mapping; null for an ArrayBuffer. */
  readonly mapping: NativeMapping | null
  /** The file behind the mapping; null for an ArrayBuffer. */
  readonly origin: Origin | null
  /** The buffer under the views; null until it is created. */
  private innerBuffer: ArrayBufferLike | null
  /** The position of the store in the buffer under the views; not 0 in a slab only. */
  base: number
  /** True while other stores share the buffer. */
  private isInSlab = false
  /** The views that arrays requested before the buffer exists. */
  private pendingViews: readonly ViewName[] = NONE
  /** The windows for single elements, where the range is too large for one buffer. */
  private windows: (DataView | undefined)[] | null = null
  /** The buffers that callers have. */
  private exposed: readonly Exposed[] = NONE
  private readonly shared: boolean
  /** The tasks on the store in the thread pool, which `close()` cancels. */
  private running: Set<NativeTask> | null = null
  /** The number of tasks that read the ArrayBuffer in other threads. */
  private pins = 0
  /** True if a caller has the ArrayBuffer, and may transfer it. */
  private escaped: boolean

  /** What computes the elements, if there is no memory. */
  readonly recipe: Recipe | null

  /** The memory argument of the kernels. */
  get memory(): Memory {
    return this.mapping ?? this.innerBuffer ?? (this.recipe === null ? EMPTY_BUFFER : this.recipe.bind())
  }

  private constructor(
    length: number,
    mapping: NativeMapping | null,
    origin: Origin | null,
    innerBuffer: ArrayBufferLike | null,
    shared: boolean,
    escaped = false,
    base = 0,
    recipe: Recipe | null = null,
  ) {
    this.length = length
    this.capacity = length
    this.base = base
    this.mapping = mapping
    this.origin = origin
    this.innerBuffer = innerBuffer
    this.shared = shared
    this.escaped = escaped
    this.recipe = recipe
    if (innerBuffer !== null) this.openMask = 0
  }

  /**
   * Creates the store of a mapping whose array ends at `length` in a range of `capacity` bytes. With `shared`, {@link expose} returns
   * SharedArrayBuffers.
   */
  static ofMapping(mapping: NativeMapping, length: number, origin: Origin, shared: boolean, capacity = length): Store {
    const elements = mapping.elements()
    const store = new Store(length, mapping, origin, elements ?? (capacity === 0 ? EMPTY_BUFFER : null), shared)
    store.capacity = capacity
    return store
  }

  /** Creates a store over a buffer. `escaped` is true if code outside the library has the buffer. */
  static ofBuffer(buffer: ArrayBufferLike, escaped = false): Store {
    // An empty buffer that the caller can transfer holds nothing to lose.
    const memory = buffer.byteLength === 0 ? EMPTY_BUFFER : buffer
    return new Store(memory.byteLength, null, null, memory, false, escaped)
  }

  /** Creates a store over a part of a slab, which other stores share: no caller gets the buffer. */
  static ofSlab(slab: ArrayBuffer, base: number, length: number): Store {
    const store = new Store(length, null, null, slab, false, false, base)
    store.isInSlab = true
    return store
  }

  /** Creates a store without memory, whose `length` bytes are computed when they are read. */
  static ofRecipe(recipe: Recipe, length: number): Store {
    return new Store(length, null, null, null, false, false, 0, recipe)
  }

  /** Creates a closed store with the same origin, for closing a view while its base stays open. */
  closedCopy(): Store {
    this.version++
    const copy = new Store(0, null, this.origin, null, false)
    copy.closed = true
    return copy
  }

  /**
   * Creates the inner buffer of a file of at most `most` bytes where it is missing. Returns true if the views cover the whole range of an open
   * store.
   */
  openViews(most = SMALL_FILE): boolean {
    if (this.openMask !== 0 && !this.closed && this.mapping !== null && this.capacity <= most) this.makeInnerBuffer()
    return this.openMask === 0
  }

  /** True where the views are over a SharedArrayBuffer, in which V8 stores element by element. */
  get hasSharedViews(): boolean {
    return this.innerBuffer !== null && !(this.innerBuffer instanceof ArrayBuffer)
  }

  /** Creates a view over the range: now, or when the buffer is created. */
  ensureView(name: ViewName): void {
    if (this.innerBuffer !== null) this.makeView(name, this.innerBuffer)
    else if (!this.pendingViews.includes(name)) this.pendingViews = [...this.pendingViews, name]
  }

  /** @throws MemmapError `ERR_MEMMAP_CLOSED`, also where the buffer of an array in memory was transferred or made smaller */
  checkOpen(): void {
    if (this.closed) throw closedError()
    if (this.mapping !== null) return
    if (this.innerBuffer === null) for (const { store } of this.recipe?.arrays ?? NONE) store.checkOpen()
    // A buffer that no caller has cannot move.
    else if (this.escaped && this.innerBuffer.byteLength < this.length) throw movedError()
  }

  /**
   * Throws if a page behind the mapping could not be loaded.
   * @throws MemmapError `ERR_MEMMAP_TRUNCATED`, `ENOSPC`, `EIO`, `ENOMEM`: see `Memmap.fault`
   */
  checkFault(): void {
    const { mapping } = this
    if (faults[0] === 0 || mapping === null || this.closed) return
    unwrapNative(() => mapping.checkFault())
  }

  /**
   * Returns a view that contains these bytes, at {@link at}: the slow path to an element, for a store of any size.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`
   */
  viewAt(position: number, size: number): DataView {
    this.checkOpen()
    if (this.innerBuffer === null && this.capacity <= LARGEST_BUFFER) this.makeInnerBuffer()
    if (this.innerBuffer !== null) {
      this.ensureView('view')
      this.at = position
      return this.view
    }
    // Windows overlap by half, so that any element of up to half a window is inside one of them.
    const step = WINDOW / 2
    const index = Math.floor(position / step)
    const start = index * step
    this.at = position - start
    if (size > step) return this.viewOfRange(position, size)
    const windows = (this.windows ??= [])
    const window = windows[index]
    if (window !== undefined) return window
    const length = Math.min(WINDOW, this.length - start)
    return (windows[index] = new DataView(this.exposeInner(start, length)))
  }

  /**
   * Returns a buffer for this library that contains `length` bytes from `position`: in memory the one that no caller gets.
   * @throws MemmapError as {@link expose}
   */
  inner(position: number, length: number): Exposed {
    if (this.mapping !== null || this.innerBuffer === null) return this.expose(position, length)
    this.checkOpen()
    return { buffer: this.innerBuffer, start: -this.base, length: this.length }
  }

  /**
   * Returns a buffer for callers that contains `length` bytes from `position`: over the whole range where the runtime can.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`; `ERR_MEMMAP_NOT_VIEWABLE` where the buffer was transferred
   */
  expose(position: number, length: number): Exposed {
    this.checkOpen()
    if (this.length === 0) return this.exposeNothing()
    if (this.mapping === null) {
      if (!this.escaped && (this.pins > 0 || this.isInSlab)) this.continueInCopy()
      this.escaped = true
      return { buffer: this.innerBuffer ?? EMPTY_BUFFER, start: 0, length: this.length }
    }
    const end = position + length
    const exposed = this.exposed.find((one) => one.start <= position && end <= one.start + one.length)
    if (exposed !== undefined) {
      if (exposed.buffer.byteLength === 0) {
        throw new MemmapError(
          'ERR_MEMMAP_NOT_VIEWABLE',
          'invalid view of the elements: transfer() moved the ArrayBuffer of this array away; use the buffer that transfer() returned, ' +
            'or get and set, or open the file again',
        )
      }
      return exposed
    }
    const fitsBuffer = this.length <= LARGEST_BUFFER
    const start = fitsBuffer ? 0 : position - (position % 65536)
    const size = fitsBuffer ? this.length : end - start
    if (size > LARGEST_BUFFER) {
      throw new MemmapError(
        'ERR_MEMMAP_TOO_LARGE',
        `invalid view of ${length} bytes: a buffer of this runtime has at most ${LARGEST_BUFFER}; ` +
          'take the data of smaller views, or use get, set and the methods of the array',
        { expected: length, actual: LARGEST_BUFFER },
      )
    }
    const created = { buffer: this.exposeOuter(start, size), start, length: size }
    this.exposed = [...this.exposed, created]
    OWNERS.set(created.buffer, { store: this, start })
    return created
  }

  /**
   * Pins the ArrayBuffer for another thread that reads it, until {@link unpin}: {@link expose} then returns a copy, in which this
   * store continues. Returns a store over the same memory; null where a caller already has the buffer.
   */
  pin(): Store | null {
    if (this.escaped || this.innerBuffer === null) return null
    this.pins++
    return new Store(this.length, null, null, this.innerBuffer, false, false, this.base)
  }

  /** Ends a {@link pin}. */
  unpin(): void {
    this.pins--
  }

  /**
   * Releases the mapping: detaches every buffer that callers have, empties the views and releases the file.
   * @throws MemmapError the mapping's fault, after the release
   */
  close(): void {
    const { mapping } = this
    if (this.closed || mapping === null) return
    this.release()
    for (const task of this.running ?? NONE) task.cancel()
    unwrapNative(() => mapping.close())
  }

  /** True if a task works on the store in the thread pool. */
  get isBusy(): boolean {
    return this.running !== null && this.running.size > 0
  }

  /** Adds a task that `close()` cancels. */
  begin(task: NativeTask): void {
    ;(this.running ??= new Set()).add(task)
  }

  /** Ends a task that {@link begin} added. */
  end(task: NativeTask): void {
    this.running?.delete(task)
  }

  /** True for a buffer that no caller has. */
  get isPrivate(): boolean {
    return this.mapping === null && this.recipe === null && !this.escaped
  }

  /** Returns true if a caller has this buffer. */
  isExposed(memory: unknown): boolean {
    return this.exposed.some(({ buffer }) => buffer === memory)
  }

  /** Creates a store that takes over the mapping from this one, which closes this store for all arrays that have it. */
  successor(mapping: NativeMapping, length: number, capacity: number, origin: Origin): Store {
    this.release()
    return Store.ofMapping(mapping, length, origin, this.shared, capacity)
  }

  /**
   * Updates the size after the mapping was resized: buffers that callers have are detached, positions stay valid.
   * @param moved true if the range is at another address
   */
  resized(length: number, capacity: number, moved: boolean): void {
    this.version++
    this.length = length
    this.capacity = capacity
    this.exposed = NONE
    this.windows = null
    if (!moved) return
    const inUse = VIEW_NAMES.filter((name) => this[name] !== EMPTY[name])
    this.emptyViews()
    this.innerBuffer = this.mapping?.elements() ?? (capacity === 0 ? EMPTY_BUFFER : null)
    this.openMask = this.innerBuffer === null ? -1 : 0
    const pending = this.pendingViews
    this.pendingViews = NONE
    for (const name of [...inUse, ...pending]) this.ensureView(name)
  }

  private release(): void {
    this.version++
    this.closed = true
    this.openMask = -1
    this.emptyViews()
    this.innerBuffer = null
    this.windows = null
    this.exposed = NONE
  }

  /** Returns an empty buffer of this store's own, because a caller can transfer it. */
  private exposeNothing(): Exposed {
    const last = this.exposed[0]
    if (last !== undefined && !isDetached(last.buffer)) return last
    const created = { buffer: new ArrayBuffer(0), start: 0, length: 0 }
    this.exposed = [created]
    return created
  }

  /** Replaces the buffer by a copy, so that no caller gets the memory that another thread reads. */
  private continueInCopy(): void {
    this.version++
    const { base, length } = this
    const copy = (this.innerBuffer as ArrayBuffer).slice(base, base + length)
    this.innerBuffer = copy
    this.base = 0
    this.isInSlab = false
    for (const name of VIEW_NAMES) if (this[name].byteLength > 0) this.setView(name, VIEWS[name](copy, 0, length))
  }

  /** Creates the inner buffer, when an element is first read. */
  private makeInnerBuffer(): void {
    this.innerBuffer = this.exposeInner(0, this.capacity)
    for (const name of this.pendingViews) this.makeView(name, this.innerBuffer)
    this.pendingViews = NONE
    this.openMask = 0
  }

  private exposeOuter(start: number, length: number): ArrayBufferLike {
    const { mapping, shared } = this
    if (mapping === null) return EMPTY_BUFFER
    return unwrapNative(() => (shared ? mapping.share(start, length) : null) ?? mapping.expose(start, length, false))
  }

  private exposeInner(start: number, length: number): ArrayBufferLike {
    const { mapping } = this
    return mapping === null ? EMPTY_BUFFER : unwrapNative(() => mapping.expose(start, length, true))
  }

  /** Returns a view for an element too large for the windows. */
  private viewOfRange(position: number, size: number): DataView {
    this.at = 0
    const { buffer, start } = this.expose(position, size)
    return new DataView(buffer, position - start, size)
  }

  /** Creates a view that does not exist yet. A case for each name, because V8 takes many names in one place from a table. */
  private makeView(name: ViewName, buffer: ArrayBufferLike): void {
    const { base } = this
    // In memory the store is what the buffer has from its base; of a mapping the buffer is the store.
    const length = this.mapping === null ? Math.min(this.length, buffer.byteLength - base) : buffer.byteLength
    switch (name) {
      case 'f32':
        if (this.f32.byteLength === 0) this.f32 = VIEWS.f32(buffer, base, length)
        break
      case 'f64':
        if (this.f64.byteLength === 0) this.f64 = VIEWS.f64(buffer, base, length)
        break
      case 'i32':
        if (this.i32.byteLength === 0) this.i32 = VIEWS.i32(buffer, base, length)
        break
      case 'u8':
        if (this.u8.byteLength === 0) this.u8 = VIEWS.u8(buffer, base, length)
        break
      case 'i16':
        if (this.i16.byteLength === 0) this.i16 = VIEWS.i16(buffer, base, length)
        break
      case 'u16':
        if (this.u16.byteLength === 0) this.u16 = VIEWS.u16(buffer, base, length)
        break
      case 'i8':
        if (this.i8.byteLength === 0) this.i8 = VIEWS.i8(buffer, base, length)
        break
      case 'u32':
        if (this.u32.byteLength === 0) this.u32 = VIEWS.u32(buffer, base, length)
        break
      case 'i64':
        if (this.i64.byteLength === 0) this.i64 = VIEWS.i64(buffer, base, length)
        break
      case 'u64':
        if (this.u64.byteLength === 0) this.u64 = VIEWS.u64(buffer, base, length)
        break
      case 'view':
        if (this.view.byteLength === 0) this.view = VIEWS.view(buffer, base, length)
        break
    }
  }

  /** The view of a name; a case for each, as above. */
  viewNamed(name: ViewName): Views[ViewName] {
    switch (name) {
      case 'f32':
        return this.f32
      case 'f64':
        return this.f64
      case 'i32':
        return this.i32
      case 'u8':
        return this.u8
      case 'i16':
        return this.i16
      case 'u16':
        return this.u16
      case 'i8':
        return this.i8
      case 'u32':
        return this.u32
      case 'i64':
        return this.i64
      case 'u64':
        return this.u64
      case 'view':
        return this.view
    }
  }

  /** Empties the views in one statement each, because V8 runs that several times as fast as a loop over their names. */
  private emptyViews(): void {
    this.i8 = EMPTY.i8
    this.u8 = EMPTY.u8
    this.i16 = EMPTY.i16
    this.u16 = EMPTY.u16
    this.i32 = EMPTY.i32
    this.u32 = EMPTY.u32
    this.i64 = EMPTY.i64
    this.u64 = EMPTY.u64
    this.f32 = EMPTY.f32
    this.f64 = EMPTY.f64
    this.view = EMPTY.view
  }

  private setView(name: ViewName, value: ArrayBufferView): void {
    ;(this as Record<ViewName, ArrayBufferView>)[name] = value
  }
}
