import { constants } from 'node:buffer'
import { MemmapError } from './errors.js'
import { calling, faults } from './native.js'
import type { NativeMapping, NativeTask } from './native.js'
import type { OpenOptions } from './open.js'

/** What the lenses of a store show while its bytes cannot be reached. */
const NOTHING = new ArrayBuffer(0)

/** The ways to look at a store's bytes, as elements of one kind or byte by byte, and how each is made. */
const LENSES = {
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

type Lenses = { [Name in keyof typeof LENSES]: ReturnType<(typeof LENSES)[Name]> }

/** One of the ways to look at a store's bytes. */
export type Lens = keyof Lenses

const NAMES = Object.keys(LENSES) as Lens[]

const EMPTY = Object.fromEntries(NAMES.map((name) => [name, LENSES[name](NOTHING)])) as unknown as Lenses

/** The bytes that an ArrayBuffer of this runtime can have. */
export const LARGEST_BUFFER = constants.MAX_LENGTH

/** Bytes of the windows through which single elements are reached where one buffer cannot hold the whole range. */
const WINDOW = Math.min(2 ** 30, LARGEST_BUFFER)

/** Where the bytes of a mapping come from. */
export interface Origin {
  /** The absolute path; null for a file that was opened by a descriptor. */
  readonly filename: string | null
  /** Where the array that was opened begins in the file, in bytes. */
  readonly offset: number
  readonly mode: 'r' | 'r+' | 'w+' | 'c'
  /** Where the mapped range begins in the file, in bytes. */
  readonly start: number
  /** Where in that range the bytes begin that were mapped, from which the binding counts. */
  readonly lead: number
  /** How it was opened, where it can be given another size. */
  readonly options?: OpenOptions
  /** Whether it is the data of a `.npy` file, whose header tells the shape. */
  readonly npy?: boolean
}

/** A buffer over a part of a store, and where in the store it begins. */
export interface Exposed {
  readonly buffer: ArrayBufferLike
  readonly start: number
  readonly length: number
}

/**
 * An object with a property that cannot be read: `structuredClone` and `postMessage` read every one, and would otherwise copy
 * the memory without a word. Every store has this one, as a field, which costs an opening less than a getter of its own.
 */
const UNCLONEABLE = Object.freeze({
  get array(): never {
    throw new MemmapError(
      'ERR_MEMMAP_UNSUPPORTED',
      'an array is not cloned, which would copy all of its memory: send what describe() gives and open that with ' +
        'Memmap.attach(), or send a copy of the elements (copy().data)',
    )
  },
})

/**
 * The bytes behind an array and all its views: a mapping, or memory of our own. Positions in it are counted from the start of
 * the mapped range, which lies on a page.
 *
 * Element access goes through the lenses: typed arrays over the whole range, in fields of one object that all views share, so
 * that `close()` reaches every view by emptying them. They look at a buffer that never leaves the library: a
 * SharedArrayBuffer where the runtime can make one over a mapping (V8 does not count its bytes and collects no garbage for
 * it), else an ArrayBuffer made when the first element is read. `data` and `buffer` hand out others, which can be detached.
 */
export class Store implements Lenses {
  /** First, so that it is the first to be read. */
  readonly uncloneable = UNCLONEABLE
  /** 0 while the lenses show the whole range, else -1: elements take the slow way, which finds out why. */
  state = -1
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
  /** Where {@link viewAt} found its bytes, in the view that it gave. */
  at = 0
  closed = false

  /** Bytes from the start of the range to the end of the array. */
  length: number
  /** Bytes of the whole range: those behind the array are room to grow. */
  private room: number
  /** The mapping; null for memory of our own. */
  readonly mapping: NativeMapping | null
  /** Where they come from; null for memory of our own. */
  readonly origin: Origin | null
  /** What the lenses look at, once it is there. */
  private inside: ArrayBufferLike | null
  /** Lenses that arrays asked for before that. */
  private wanted: Lens[] = []
  /** Pieces that single elements are reached through, where the whole is too large for one buffer. */
  private windows: (DataView | undefined)[] = []
  /** What was handed out. */
  private exposed: Exposed[] = []
  private readonly shared: boolean
  /** Work on it in the thread pool, which ends with `close()`. */
  readonly running = new Set<NativeTask>()
  /** How many pieces of work read memory of our own in other threads. */
  private pins = 0
  /** Whether somebody else has the buffer of memory of our own, and may move it away. */
  private known: boolean

  /** The memory as the kernels take it. */
  get memory(): NativeMapping | ArrayBufferLike {
    return this.mapping ?? this.inside ?? NOTHING
  }

  private constructor(
    length: number,
    mapping: NativeMapping | null,
    origin: Origin | null,
    inside: ArrayBufferLike | null,
    shared: boolean,
    known = false,
  ) {
    this.length = length
    this.room = length
    this.mapping = mapping
    this.origin = origin
    this.inside = inside
    this.shared = shared
    this.known = known
    if (inside !== null) this.state = 0
  }

  /** The store of a mapping whose range has `length` bytes. With `shared` it hands out SharedArrayBuffers. */
  static ofMapping(mapping: NativeMapping, length: number, origin: Origin, shared: boolean): Store {
    const inside = mapping.elements()
    return new Store(length, mapping, origin, inside ?? (length === 0 ? NOTHING : null), shared)
  }

  /** A store over memory of our own, or over a buffer that others know. */
  static ofBuffer(buffer: ArrayBufferLike, known = false): Store {
    return new Store(buffer.byteLength, null, null, buffer, false, known)
  }

  /** A store that is closed, and remembers where this one comes from: what is left to a view that was closed. */
  closedTwin(): Store {
    const twin = new Store(0, null, this.origin, null, false)
    twin.closed = true
    return twin
  }

  /** Makes sure that the lens shows the range as soon as it can be reached. */
  want(lens: Lens): void {
    if (this.inside !== null) this.focus(lens, this.inside)
    else if (!this.wanted.includes(lens)) this.wanted.push(lens)
  }

  /** @throws MemmapError `ERR_MEMMAP_CLOSED` */
  checkOpen(): void {
    if (this.closed) throw closedError()
  }

  /**
   * Whether everything that was read so far was the file's.
   * @throws MemmapError `ERR_MEMMAP_TRUNCATED`, `ENOSPC`, `EIO`: see `Memmap.fault`
   */
  checkFault(): void {
    const { mapping } = this
    if (faults[0] === 0 || mapping === null || this.closed) return
    calling(() => mapping.checkFault())
  }

  /**
   * A view that holds these bytes, at {@link at} in it: the slow way to an element, which always works.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`
   */
  viewAt(position: number, size: number): DataView {
    this.checkOpen()
    if (this.inside === null && this.room <= LARGEST_BUFFER) this.reach()
    if (this.inside !== null) {
      this.want('view')
      this.at = position
      return this.view
    }
    // Windows overlap by half, so that one of them holds any element that is not larger than that.
    const step = WINDOW / 2
    const index = Math.floor(position / step)
    const start = index * step
    this.at = position - start
    if (size > step) return this.exactly(position, size)
    const known = this.windows[index]
    if (known !== undefined) return known
    const length = Math.min(WINDOW, this.length - start)
    return (this.windows[index] = new DataView(this.makeInside(start, length)))
  }

  /**
   * A buffer to hand out that holds `length` bytes from `position`: of the whole range where the runtime can.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`; `ERR_MEMMAP_NOT_VIEWABLE` where the buffer was moved away
   */
  expose(position: number, length: number): Exposed {
    this.checkOpen()
    if (this.mapping === null || this.length === 0) {
      if (this.pins > 0 && !this.known) this.move()
      this.known = true
      return { buffer: this.inside ?? NOTHING, start: 0, length: this.length }
    }
    const end = position + length
    const known = this.exposed.find((one) => one.start <= position && end <= one.start + one.length)
    if (known !== undefined) {
      if (known.buffer.byteLength === 0) {
        throw new MemmapError(
          'ERR_MEMMAP_NOT_VIEWABLE',
          'the ArrayBuffer of this array was moved away by transfer(), so there is none to look at: ' +
            'use the buffer where it was moved to, or get and set, or open the file again',
        )
      }
      return known
    }
    const whole = this.length <= LARGEST_BUFFER
    const start = whole ? 0 : position - (position % 65536)
    const size = whole ? this.length : end - start
    if (size > LARGEST_BUFFER) {
      throw new MemmapError(
        'ERR_MEMMAP_TOO_LARGE',
        `this runtime's buffers end at ${LARGEST_BUFFER} bytes, and this array has ${length}: ` +
          'take the data of smaller views, or use get, set and the methods of the array',
        { expected: length, actual: LARGEST_BUFFER },
      )
    }
    const made = { buffer: this.make(start, size, this.shared), start, length: size }
    this.exposed.push(made)
    return made
  }

  /**
   * Keeps memory of our own in place for another thread that reads it, until {@link unpin}: whoever asks for the buffer
   * meanwhile gets a copy, in which this store goes on. Null where others know the buffer already.
   */
  pin(): ArrayBufferLike | null {
    if (this.known || this.inside === null) return null
    this.pins++
    return this.inside
  }

  /** See {@link pin}. */
  unpin(): void {
    this.pins--
  }

  /**
   * Lets go of the mapping: every buffer that was handed out is detached, the lenses are emptied, the file is free.
   * @throws MemmapError the mapping's fault, after all that
   */
  close(): void {
    const { mapping } = this
    if (this.closed || mapping === null) return
    this.empty()
    for (const task of this.running) task.cancel()
    calling(() => mapping.close())
  }

  /** Whether this is the memory of a buffer that was handed out. */
  handedOut(memory: unknown): boolean {
    return this.exposed.some(({ buffer }) => buffer === memory)
  }

  private empty(): void {
    this.closed = true
    this.state = -1
    this.blank()
    this.inside = null
    this.windows = []
    this.exposed = []
  }

  /** A store in the place of this one, which is closed for all who have it: the mapping goes on. */
  successor(mapping: NativeMapping, length: number, origin: Origin): Store {
    this.empty()
    return Store.ofMapping(mapping, length, origin, this.shared)
  }

  /**
   * After the mapping has grown: what was handed out is dead, and positions mean what they meant.
   * @param moved whether the range is another one
   */
  renew(length: number, room: number, moved: boolean): void {
    this.length = length
    this.room = room
    this.exposed = []
    this.windows = []
    if (!moved) return
    const inUse = NAMES.filter((name) => this[name] !== EMPTY[name])
    this.blank()
    this.inside = this.mapping?.elements() ?? (length === 0 ? NOTHING : null)
    this.state = this.inside === null ? -1 : 0
    for (const name of [...inUse, ...this.wanted.splice(0)]) this.want(name)
  }

  /** Goes on in a copy, so that the memory that another thread reads stays unknown. */
  private move(): void {
    const inside = (this.inside as ArrayBuffer).slice(0)
    this.inside = inside
    for (const name of NAMES) if (this[name].byteLength > 0) this.put(name, LENSES[name](inside))
  }

  /** Makes the buffer inside, where it was put off until an element is read. */
  private reach(): void {
    this.inside = this.makeInside(0, this.room)
    for (const lens of this.wanted) this.focus(lens, this.inside)
    this.wanted = []
    this.state = 0
  }

  private make(start: number, length: number, shared = false): ArrayBufferLike {
    const { mapping } = this
    if (mapping === null) return NOTHING
    return calling(() => (shared ? mapping.share(start, length) : null) ?? mapping.expose(start, length, false))
  }

  private makeInside(start: number, length: number): ArrayBufferLike {
    const { mapping } = this
    return mapping === null ? NOTHING : calling(() => mapping.expose(start, length, true))
  }

  /** A view of exactly these bytes, for an element too large for the windows. */
  private exactly(position: number, size: number): DataView {
    this.at = 0
    const { buffer, start } = this.expose(position, size)
    return new DataView(buffer, position - start, size)
  }

  private focus(lens: Lens, buffer: ArrayBufferLike): void {
    if (this[lens].byteLength === 0) this.put(lens, LENSES[lens](buffer))
  }

  /** Empties the lenses: one by one, which V8 does several times as fast as by their names. */
  private blank(): void {
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

  private put(lens: Lens, value: ArrayBufferView): void {
    ;(this as Record<Lens, ArrayBufferView>)[lens] = value
  }
}

/** The error of every use after `close()`. */
export function closedError(): MemmapError {
  return new MemmapError('ERR_MEMMAP_CLOSED', 'the array is closed: open the file again')
}
