import { refuseOtherCopy } from '../errors/brands.js'
import { entriesOf } from '../errors/entries.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { checkArguments } from '../errors/refuse-surplus.js'
import { DType, registerParser } from './dtype.js'
import { flexible, plain } from './plain.js'
import { parseString } from './string.js'
import { dtypeError, roundUp, structured, subarray } from './struct.js'
import type { NamedDType } from './struct.js'
import { BY_TYPED_ARRAY } from './table.js'
import type { Canonical, Checked, DTypeLike, FieldTable, SubArrayShape } from './types/spec.js'

/** The limit of nesting, because the parser recurses and deeper input would overflow the stack. */
const MAX_DEPTH = 100

/** The dtypes of strings parsed before. Bounded, because lengths and names make the number of strings unlimited. */
const cache = new Map<string, DType>()
const MAX_CACHED = 1000

/**
 * Creates a {@link DType}, as `numpy.dtype` does.
 *
 * Takes a name (`'float32'`), a NumPy string (`'<f4'`, `'>i2'`, `'|u1'`, `'S5'`, `'U3'`, `'V8'`, `'M8[ns]'`), a comma string
 * (`'i4,2f8'`), a typed-array constructor, a structured list (`[['x', '<f4'], ['y', '<i2', [2]]]`), a table
 * (`{ names, formats, offsets, itemsize }`), a sub-array (`['f4', [2]]`), the result of `descr` or `toJSON`, or a DType.
 * Two differences from NumPy: an unnamed void in a list (`['', '|V3']`) is padding, as it is in `descr` and in `.npy`
 * files, and a sub-array of a sub-array is one with the axes of both.
 * @returns the same object for the same string, while the string is cached
 * @throws MemmapError `ERR_MEMMAP_DTYPE` for anything else, including Python objects and long doubles
 *
 * @example
 * dtype('>i2').itemsize // 2
 * dtype([['x', '<f4'], ['y', '<i2', [2]]]).fields?.y.offset // 4
 * @see https://numpy.org/doc/2.4/reference/arrays.dtypes.html
 */
export function dtype<const D extends DTypeLike>(spec: Checked<D>): DType<Canonical<D>>
export function dtype(spec: unknown): DType {
  checkArguments('dtype', 1, arguments)
  return parseDType(spec)
}

/** {@link dtype} for values whose type is not known; the checks are the same. */
export function parseDType(spec: unknown): DType {
  if (typeof spec === 'string') return cache.get(spec) ?? remember(spec, parseString(spec))
  return parse(spec, { depth: 0, aligned: false })
}

registerParser(parseDType)

function remember(spec: string, result: DType): DType {
  if (cache.size < MAX_CACHED) cache.set(spec, result)
  return result
}

/** The state of the parser in a nested dtype; every list and table inside inherits `aligned`, as in NumPy. */
interface Nesting {
  readonly depth: number
  readonly aligned: boolean
}

function parse(spec: unknown, nesting: Nesting): DType {
  if (typeof spec === 'string') return nesting.aligned ? parseString(spec, true) : parseDType(spec)
  if (spec instanceof DType) return spec
  if (nesting.depth > MAX_DEPTH) throw dtypeError(spec, `nested more than ${MAX_DEPTH} deep; flatten it`)
  if (typeof spec === 'function') return fromConstructor(spec)
  if (isSubArray(spec)) return withShape(parse(spec[0], nested(nesting)), spec[1], spec)
  if (Array.isArray(spec)) return fromList(spec, nesting)
  if (typeof spec === 'object' && spec !== null && 'names' in spec && 'formats' in spec) return fromTable(spec, nesting)
  refuseOtherCopy(spec)
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${inspect(spec)}: give a name ('float32'), a NumPy string ('<f4'), a typed-array constructor, a structured list ([['x', '<f4'], ...]), ` +
      `{ names, formats }, a sub-array (['f4', [2]]) or a DType`,
  )
}

function fromConstructor(spec: { readonly name: string }): DType {
  // Classes of the same name, which are no typed arrays, have no static BYTES_PER_ELEMENT.
  const name = Object.hasOwn(spec, 'BYTES_PER_ELEMENT') ? BY_TYPED_ARRAY.get(spec.name) : undefined
  if (name) return plain(name)
  const accepted = [...BY_TYPED_ARRAY.keys()].join(', ')
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${inspect(spec)}: it is not a typed-array constructor; accepted are ${accepted}`,
  )
}

/** Returns true for a list whose second item is a number or numbers, because no field has that form. */
function isSubArray(spec: unknown): spec is readonly [unknown, SubArrayShape] {
  if (!Array.isArray(spec) || spec.length !== 2) return false
  const shape: unknown = spec[1]
  return typeof shape === 'number' || (Array.isArray(shape) && shape.every((length) => typeof length === 'number'))
}

function nested({ depth, aligned }: Nesting): Nesting {
  return { depth: depth + 1, aligned }
}

function withShape(base: DType, shape: unknown, spec: unknown): DType {
  const lengths: unknown[] = Array.isArray(shape) ? shape : [shape]
  for (const length of lengths) {
    if (!isCount(length))
      throw dtypeError(spec, `the shape of a sub-array must be whole numbers, 0 or more (got ${inspect(shape)})`)
  }
  const { kind } = base
  if (base.itemsize === 0 && (kind === 'S' || kind === 'U' || kind === 'V') && !base.names && base.shape.length === 0) {
    // As in NumPy, ['S', 5] is 'S5', because a dtype without a length has no elements to repeat.
    if (typeof shape !== 'number')
      throw dtypeError(spec, `${inspect(kind)} has no length yet; give it one, as in ['${kind}5', [2]]`)
    return flexible(kind, shape, base.byteOrder, spec)
  }
  return subarray(base, lengths as number[], spec)
}

function fromList(spec: readonly unknown[], nesting: Nesting): DType {
  const fields: NamedDType[] = []
  const offsets: number[] = []
  let end = 0
  entriesOf(spec).forEach((entry, i) => {
    if (!Array.isArray(entry) || entry.length < 2 || entry.length > 3) {
      const hint = typeof entry === 'string' ? `; one field is a list in a list, as in [['x', '<f4']]` : ''
      throw dtypeError(spec, `a field must be [name, dtype] or [name, dtype, shape] (got ${inspect(entry)})${hint}`)
    }
    const { name, title } = fieldName(entry[0], spec)
    const element = parse(entry[1], nested(nesting))
    const type = entry.length === 3 ? withShape(element, entry[2], spec) : element
    const offset = nesting.aligned ? roundUp(end, type.alignment) : end
    const isPadding = name === '' && type.base.kind === 'V' && !type.base.names
    if (!isPadding) {
      fields.push({ name: name || `f${i}`, title, dtype: type })
      offsets.push(offset)
    }
    end = offset + type.itemsize
  })
  return structured(fields, { offsets, end, aligned: nesting.aligned }, spec)
}

function fieldName(key: unknown, spec: unknown): { name: string; title?: string } {
  if (typeof key === 'string') return { name: key }
  if (Array.isArray(key) && key.length === 2) {
    const [title, name]: unknown[] = key
    if (typeof name === 'string' && typeof title === 'string') return { name, title }
    if (typeof name === 'string' && (title === null || title === undefined)) return { name }
  }
  throw dtypeError(spec, `the name of a field must be a string, or [title, name] (got ${inspect(key)})`)
}

const TABLE_KEYS: readonly string[] = [
  'names',
  'formats',
  'offsets',
  'titles',
  'itemsize',
  'aligned',
] satisfies (keyof FieldTable)[]

function fromTable(spec: object, nesting: Nesting): DType {
  const { names, formats, offsets, titles, itemsize, aligned } = spec as Record<keyof FieldTable, unknown>
  const unknown = Object.keys(spec).find((key) => !TABLE_KEYS.includes(key))
  if (unknown !== undefined) throw dtypeError(spec, `there is no '${unknown}'; it has ${TABLE_KEYS.join(', ')}`)
  if (!isList(names, (name) => typeof name === 'string'))
    throw dtypeError(spec, `names must be a list of strings (got ${inspect(names)})`)
  for (const [key, list] of Object.entries({ formats, offsets, titles })) {
    if (list === undefined && key !== 'formats') continue
    if (!Array.isArray(list) || list.length !== names.length) {
      throw dtypeError(
        spec,
        `${key} must be a list with one entry for each of the ${names.length} names (got ${inspect(list)})`,
      )
    }
  }
  if (offsets !== undefined && !isList(offsets, isCount)) {
    throw dtypeError(spec, `offsets must be whole numbers of bytes, 0 or more (got ${inspect(offsets)})`)
  }
  if (itemsize !== undefined && !isCount(itemsize)) {
    throw dtypeError(spec, `itemsize must be a whole number of bytes, 0 or more (got ${inspect(itemsize)})`)
  }
  if (aligned !== undefined && typeof aligned !== 'boolean')
    throw dtypeError(spec, `aligned must be true or false (got ${inspect(aligned)})`)
  const inner = { depth: nesting.depth + 1, aligned: nesting.aligned || aligned === true }
  const fields = names.map((name, i) => ({
    ...fieldName([(titles as unknown[] | undefined)?.[i], name], spec),
    dtype: parse((formats as unknown[])[i], inner),
  }))
  return structured(fields, { offsets, itemsize, aligned: inner.aligned }, spec)
}

function isList<T>(value: unknown, test: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && entriesOf<unknown>(value).every(test)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
