import { arrayOperations, fieldsInOrder, isArrayValue } from '../dtype/index.js'
import type { AnyRecord, AnyScalar, DType, Nested } from '../dtype/index.js'
import { checkHeap, checkList } from '../errors/check-size.js'
import { isDate, isUint8Array, refuseOtherCopy, typedArrayTag } from '../errors/brands.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { bytesStore, castError } from './codec.js'
import type { Codec, StoreElement } from './codec.js'
import { isRecordList } from './record-list.js'

/**
 * The values of one record by the position of its fields: of an object by names, of a list by position; a scalar for each field, as
 * in NumPy.
 * @throws MemmapError `ERR_MEMMAP_CAST` for other fields or values
 */
export function recordValues(dtype: DType, value: unknown): readonly unknown[] {
  const names = dtype.names ?? []
  if (isScalar(value)) return names.map(() => value)
  if (isList(value)) {
    if (value.length === names.length) return Array.from(value)
    throw castError(
      value,
      dtype,
      `it has ${count(names.length, 'field')}, the list ${count(value.length, 'value')}`,
      fieldsHint(names),
    )
  }
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || isDate(value)) {
    throw castError(value, dtype, 'a structured element takes an object or a list', fieldsHint(names))
  }
  refuseOtherCopy(value)
  for (const key of Object.keys(value)) {
    if (!names.includes(key)) throw castError(value, dtype, `it has no field ${inspect(key)}`, fieldsHint(names))
  }
  return names.map((name) => {
    if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name]
    throw castError(value, dtype, `the value of field ${inspect(name)} is missing`, fieldsHint(names))
  })
}

/** A structured dtype. Checks all fields before it stores the first. */
export function recordCodec(dtype: DType, codecOf: (dtype: DType) => Codec): Codec {
  const fields = fieldsInOrder(dtype).map(({ name, offset, dtype: type }) => ({ name, offset, codec: codecOf(type) }))

  const prepare = (value: unknown): StoreElement => {
    if (isArrayValue(value)) return fieldsStore(dtype, arrayOperations.castElement(value, dtype))
    const values = recordValues(dtype, value)
    const stores = fields.map(({ name, codec }, i) => inField(name, () => codec.prepare(values[i])))
    return (view, position) => fields.forEach(({ offset }, i) => stores[i]?.(view, position + offset))
  }

  return {
    read(view, position) {
      const record: AnyRecord = {}
      for (const { name, offset, codec } of fields) setOwn(record, name, codec.read(view, position + offset))
      return record
    },
    prepare,
    write: (view, position, value) => prepare(value)(view, position),
  }
}

/** Where a sub-array has more elements than JavaScript holds in lists. */
const WAY_OUT = 'read it as an array, by field() of the whole array'

/** A sub-array. Reads nested lists; writes lists of the shape or of one that broadcasts to it. */
export function subArrayCodec(dtype: DType, base: Codec): Codec {
  const { shape, base: element } = dtype
  const size = shape.reduce((product, length) => product * length, 1)

  const readAxis = (view: DataView, position: number, axis: number, bytes: number): Nested<AnyScalar> => {
    const length = shape[axis]
    if (length === undefined) return base.read(view, position)
    const step = bytes / Math.max(length, 1)
    checkList(length, WAY_OUT)
    return Array.from({ length }, (_, i) => readAxis(view, position + i * step, axis + 1, step))
  }

  const prepare = (value: unknown): StoreElement => {
    const stores = subArrayItems(value, dtype).map((item) => base.prepare(item))
    return (view, position) => stores.forEach((store, i) => store(view, position + i * element.itemsize))
  }

  return {
    read(view, position) {
      checkHeap(16 * size, `lists of ${size} elements`, WAY_OUT)
      // AnyScalar has no nested lists, because arrays take over the axes of a sub-array and their elements have none.
      return readAxis(view, position, 0, size * element.itemsize) as AnyScalar
    },
    prepare,
    write: (view, position, value) => prepare(value)(view, position),
  }
}

/** The values of a sub-array's elements in C order. Missing axes and axes of length 1 broadcast, as in NumPy. */
export function subArrayItems(value: unknown, dtype: DType): unknown[] {
  const { shape, base } = dtype
  /** The entries of a list or array; null for an element. */
  const entriesOf = (item: unknown): ArrayLike<unknown> | null => {
    if (isArrayValue(item)) return item.ndim > 0 ? arrayOperations.rowsOf(item) : null
    const isElement =
      !isList(item) ||
      (isUint8Array(item) && 'SUV'.includes(base.kind) && !base.names) ||
      (Array.isArray(item) && isRecordList(item, base))
    return isElement ? null : item
  }
  const lengths: number[] = []
  for (let level = entriesOf(value); lengths.length < shape.length && level !== null; level = entriesOf(level[0]))
    lengths.push(level.length)

  const missing = shape.length - lengths.length
  const mismatch = (): MemmapError =>
    castError(
      value,
      dtype,
      `its shape (${lengths.join(', ')}) does not broadcast to (${shape.join(', ')})`,
      'pass nested lists of that shape',
    )
  if (lengths.some((length, i) => length !== 1 && length !== shape[missing + i])) throw mismatch()

  const items: unknown[] = []
  const collect = (level: unknown, axis: number): void => {
    const length = shape[axis]
    if (length === undefined) items.push(level)
    else if (axis < missing) for (let i = 0; i < length; i++) collect(level, axis + 1)
    else {
      const entries = entriesOf(level)
      if (entries === null || entries.length !== lengths[axis - missing]) throw mismatch()
      for (let i = 0; i < length; i++) collect(entries[entries.length === 1 ? 0 : i], axis + 1)
    }
  }
  collect(value, 0)
  return items
}

/** Stores the bytes of the fields, without those between them. */
function fieldsStore(dtype: DType, bytes: Uint8Array): StoreElement {
  const stores = fieldsInOrder(dtype).flatMap(({ offset, dtype: { base, itemsize } }) => {
    const isPlain = base.names === null || base.itemsize === 0
    const size = isPlain ? itemsize : base.itemsize
    return Array.from({ length: size === 0 ? 0 : itemsize / size }, (_, i) => {
      const at = offset + i * size
      const part = bytes.subarray(at, at + size)
      return { at, store: isPlain ? bytesStore(part) : fieldsStore(base, part) }
    })
  })
  return (view, position) => stores.forEach(({ at, store }) => store(view, position + at))
}

/** Adds the name of the field to an error about its value. */
function inField<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof MemmapError)) throw error
    throw new MemmapError(error.code, `field ${inspect(name)}: ${error.message}`)
  }
}

/** Sets an own property of any name, because assigning to `__proto__` would change the prototype. */
function setOwn(record: AnyRecord, name: string, value: Nested<AnyScalar>): void {
  if (name !== '__proto__') record[name] = value
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || typedArrayTag(value) !== undefined
}

function isScalar(value: unknown): boolean {
  return (
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'string'
  )
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

function fieldsHint(names: readonly string[]): string {
  return `give the fields ${names.map(inspect).join(', ')}, all of them and no other`
}
