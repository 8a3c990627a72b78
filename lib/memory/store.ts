import { constants } from 'node:buffer'
import { closedError, MemmapError } from '../errors/memmap-error.js'
import { faults, unwrapNative } from '../native/native.js'
import type { NativeMapping, NativeTask } from '../native/native.js'
import type { Origin } from './origin.js'

/** The buffer behind the views while the store is closed, or before its memory is first needed. */
const EMPTY_BUFFER = new ArrayBuffer(0)

/** The views of a store's bytes, as elements of one type or byte by byte, and how each is made. */
const VIEWS = {
  i8: (buffer: ArrayBufferLike) => new Int8Array(buffer),
  u8: (buffer: ArrayBufferLike) => new Uint8Array(buffer),
  i16: (buffer: ArrayBufferLike) => new Int16Array(buffer, 0, Math.floor(buffer.byteLength / 2)),
  u16: (buffer: ArrayBufferLike) => new Uint16Array(buffer, 0, Math.floor(buffer.byteLength / 2)),
  i32: (buffer: ArrayBufferLike) => new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4)),
  u32: (buffer: ArrayBufferLike) => new Uint32Array(buffer, 0, Math.floor(buffer.byteLength / 4)),
  i64: (buffer: ArrayBufferLike) => new BigInt64Array(buffer, 0, Math.floor(buffer.byteLength / 8)),
  u64: (buffer: ArrayBufferLike) => new BigUint64Array(buffer, 0, Math.floor(buffer.byteLength / 8)),
  f32: (buffer: ArrayBufferLike) => new Float32Array(buffer, 0, Math.floor(buffer.byteLength / 4)),
  f64: (buffer: ArrayBufferLike) => new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8)),
  view: (buffer: ArrayBufferLike) => new DataView(buffer),
}

type Views = { [Name in keyof typeof VIEWS]: ReturnType<(typeof VIEWS)[Name]> }

/** The name of one of the views of a store's bytes. */
export type ViewName = keyof Views

const VIEW_NAMES = Object.keys(VIEWS) as ViewName[]

const EMPTY = Object.fromEntries(VIEW_NAMES.map((name) => [name, VIEWS[name](EMPTY_BUFFER)])) as unknown as Views

/** The bytes that an ArrayBuffer of this runtime can have. */
export const LARGEST_BUFFER = constants.MAX_LENGTH

/** Bytes of the windows through which single elements are read where one buffer cannot hold the whole range. */
const WINDOW = Math.min(2 ** 30, LARGEST_BUFFER)

/** A buffer over a part of a store, and the position in the store at which it begins. */
export interface Exposed {
  readonly buffer: ArrayBufferLike
  readonly start: number
  readonly length: number
}

/**
 * An object with a property that throws when it is read. `structuredClone` and `postMessage` read every property, and would
 * otherwise silently copy the memory. Every store has this one as a field, because a getter of its own makes opening slower.
 */
const UNCLONEABLE = Object.freeze({
  get array(): never {
    throw new MemmapError(
      'ERR_MEMMAP_UNSUPPORTED',
      'invalid clone of an array: cloning would copy all of its memory; send what describe() returns and open it with ' +
        'Memmap.attach(), or send a copy of the elements (copy().data)',
    )
  },
})

/**
 * The bytes behind an array and all its views: a mapping, or memory of its own. Positions count from the start of the mapped
 * range, which is on a page.
 *
 * Elements are read through views: typed arrays over the whole range, in fields of one object that all arrays share, so that
 * `close()` reaches every array by emptying them. They are over a buffer that never leaves the library: a SharedArrayBuffer
 * where the runtime can make one over a mapping (V8 does not count its bytes and collects no garbage for it), else an
 * ArrayBuffer made when the first element is read. `data` and `buffer` return other buffers, which can be detached.
 */
export class Store implements Views {
  /** First, so that it is the first to be read. */
  readonly uncloneable = UNCLONEABLE
  /** 0 while the views show the whole range, else -1: then elements are read by the slow path, which throws if it is closed. */
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
  /** The position of the bytes in the view that {@link viewAt} returned last. */
  at = 0
  closed = false

  /** Bytes from the start of the range to the end of the array. */
  length: number
  /** Bytes of the whole range; those behind the array are reserved for growth. */
  private capacity: number
  /** The mapping; null for memory of its own. */
  readonly mapping: NativeMapping | null
  /** The file behind the mapping; null for memory of its own. */
  readonly origin: Origin | null
  /** The buffer under the views, once there is one. */
  private innerBuffer: ArrayBufferLike | null
  /** Views that arrays asked for before there was a buffer. */
  private pendingViews: ViewName[] = []
  /** The parts through which single elements are read, where the whole is too large for one buffer. */
  private windows: (DataView | undefined)[] = []
  /** The buffers that were handed out. */
  private exposed: Exposed[] = []
  private readonly shared: boolean
  /** Work on it in the thread pool, which `close()` cancels. */
  readonly running = new Set<NativeTask>()
  /** How many tasks read memory of its own in other threads. */
  private pins = 0
  /** Whether a caller has the buffer of memory of its own, and may transfer it. */
  private escaped: boolean

  /** The memory as the kernels take it. */
  get memory(): NativeMapping | ArrayBufferLike {
    return this.mapping ?? this.innerBuffer ?? EMPTY_BUFFER
  }

  private constructor(
    length: number,
    mapping: NativeMapping | null,
    origin: Origin | null,
    innerBuffer: ArrayBufferLike | null,
    shared: boolean,
    escaped = false,
  ) {
    this.length = length
    this.capacity = length
    this.mapping = mapping
    this.origin = origin
    this.innerBuffer = innerBuffer
    this.shared = shared
    this.escaped = escaped
    if (innerBuffer !== null) this.openMask = 0
  }

  /** The store of a mapping whose range has `length` bytes. With `shared` it hands out SharedArrayBuffers. */
  static ofMapping(mapping: NativeMapping, length: number, origin: Origin, shared: boolean): Store {
    const elements = mapping.elements()
    return new Store(length, mapping, origin, elements ?? (length === 0 ? EMPTY_BUFFER : null), shared)
  }

  /** A store over a buffer. `escaped` says that code outside of the library has the buffer. */
  static ofBuffer(buffer: ArrayBufferLike, escaped = false): Store {
    return new Store(buffer.byteLength, null, null, buffer, false, escaped)
  }

  /** A closed store with the same origin, for a view that is closed while its base stays open. */
  closedCopy(): Store {
    const copy = new Store(0, null, this.origin, null, false)
    copy.closed = true
    return copy
  }

  /** Makes a view over the range: now, or as soon as there is a buffer. */
  ensureView(name: ViewName): void {
    if (this.innerBuffer !== null) this.makeView(name, this.innerBuffer)
    else if (!this.pendingViews.includes(name)) this.pendingViews.push(name)
  }

  /** @throws MemmapError `ERR_MEMMAP_CLOSED` */
  checkOpen(): void {
    if (this.closed) throw closedError()
  }

  /**
   * Throws if a page behind the mapping could not be loaded.
   * @throws MemmapError `ERR_MEMMAP_TRUNCATED`, `ENOSPC`, `EIO`: see `Memmap.fault`
   */
  checkFault(): void {
    const { mapping } = this
    if (faults[0] === 0 || mapping === null || this.closed) return
    unwrapNative(() => mapping.checkFault())
  }

  /**
   * A view that holds these bytes, at {@link at} in it: the slow path to an element, which works for any size of store.
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
    // Windows overlap by half, so that one of them holds any element that is not larger than that.
    const step = WINDOW / 2
    const index = Math.floor(position / step)
    const start = index * step
    this.at = position - start
    if (size > step) return this.viewOfRange(position, size)
    const window = this.windows[index]
    if (window !== undefined) return window
    const length = Math.min(WINDOW, this.length - start)
    return (this.windows[index] = new DataView(this.exposeInner(start, length)))
  }

  /**
   * A buffer to hand out that holds `length` bytes from `position`: over the whole range where the runtime can.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`; `ERR_MEMMAP_NOT_VIEWABLE` where the buffer was transferred
   */
  expose(position: number, length: number): Exposed {
    this.checkOpen()
    if (this.mapping === null || this.length === 0) {
      if (this.pins > 0 && !this.escaped) this.continueInCopy()
      this.escaped = true
      return { buffer: this.innerBuffer ?? EMPTY_BUFFER, start: 0, length: this.length }
    }
    const end = position + length
    const exposed = this.exposed.find((one) => one.start <= position && end <= one.start + one.length)
    if (exposed !== undefined) {
      if (exposed.buffer.byteLength === 0) {
        throw new MemmapError(
          'ERR_MEMMAP_NOT_VIEWABLE',
          'invalid view of the elements: transfer() moved the ArrayBuffer of this array away; use the buffer where it was moved ' +
            'to, or get and set, or open the file again',
        )
      }
      return exposed
    }
    const whole = this.length <= LARGEST_BUFFER
    const start = whole ? 0 : position - (position % 65536)
    const size = whole ? this.length : end - start
    if (size > LARGEST_BUFFER) {
      throw new MemmapError(
        'ERR_MEMMAP_TOO_LARGE',
        `invalid view of ${length} bytes: a buffer of this runtime has at most ${LARGEST_BUFFER}; ` +
          'take the data of smaller views, or use get, set and the methods of the array',
        { expected: length, actual: LARGEST_BUFFER },
      )
    }
    const made = { buffer: this.exposeOuter(start, size), start, length: size }
    this.exposed.push(made)
    return made
  }

  /**
   * Pins memory of its own for another thread that reads it, until {@link unpin}: a caller that asks for the buffer meanwhile
   * gets a copy, in which this store continues. Null where a caller has the buffer already.
   */
  pin(): ArrayBufferLike | null {
    if (this.escaped || this.innerBuffer === null) return null
    this.pins++
    return this.innerBuffer
  }

  /** See {@link pin}. */
  unpin(): void {
    this.pins--
  }

  /**
   * Releases the mapping: every buffer that was handed out is detached, the views are emptied, the file is free.
   * @throws MemmapError the mapping's fault, after all that
   */
  close(): void {
    const { mapping } = this
    if (this.closed || mapping === null) return
    this.release()
    for (const task of this.running) task.cancel()
    unwrapNative(() => mapping.close())
  }

  /** Whether this is the memory of a buffer that was handed out. */
  isExposed(memory: unknown): boolean {
    return this.exposed.some(({ buffer }) => buffer === memory)
  }

  /** A store that takes the mapping over from this one, which is closed for all arrays that have it. */
  successor(mapping: NativeMapping, length: number, origin: Origin): Store {
    this.release()
    return Store.ofMapping(mapping, length, origin, this.shared)
  }

  /**
   * Takes over the new size of the mapping: buffers that were handed out are detached, positions stay valid.
   * @param moved whether the range is at another address
   */
  resized(length: number, capacity: number, moved: boolean): void {
    this.length = length
    this.capacity = capacity
    this.exposed = []
    this.windows = []
    if (!moved) return
    const inUse = VIEW_NAMES.filter((name) => this[name] !== EMPTY[name])
    this.emptyViews()
    this.innerBuffer = this.mapping?.elements() ?? (length === 0 ? EMPTY_BUFFER : null)
    this.openMask = this.innerBuffer === null ? -1 : 0
    for (const name of [...inUse, ...this.pendingViews.splice(0)]) this.ensureView(name)
  }

  private release(): void {
    this.closed = true
    this.openMask = -1
    this.emptyViews()
    this.innerBuffer = null
    this.windows = []
    this.exposed = []
  }

  /** Continues in a copy, so that no caller gets the memory that another thread reads. */
  private continueInCopy(): void {
    const copy = (this.innerBuffer as ArrayBuffer).slice(0)
    this.innerBuffer = copy
    for (const name of VIEW_NAMES) if (this[name].byteLength > 0) this.setView(name, VIEWS[name](copy))
  }

  /** Makes the inner buffer, which is put off until an element is read. */
  private makeInnerBuffer(): void {
    this.innerBuffer = this.exposeInner(0, this.capacity)
    for (const name of this.pendingViews) this.makeView(name, this.innerBuffer)
    this.pendingViews = []
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

  /** A view of exactly these bytes, for an element too large for the windows. */
  private viewOfRange(position: number, size: number): DataView {
    this.at = 0
    const { buffer, start } = this.expose(position, size)
    return new DataView(buffer, position - start, size)
  }

  private makeView(name: ViewName, buffer: ArrayBufferLike): void {
    if (this[name].byteLength === 0) this.setView(name, VIEWS[name](buffer))
  }

  /** Empties the views one by one, because V8 does that several times as fast as by their names. */
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
