/**
 * The dtype in which a function computes: NumPy's choice of a loop (NEP 50).
 * @module
 */
import { promoteDTypes, TIME_CODE } from '../dtype/index.js'
import type { DType, NumberName } from '../dtype/index.js'
import { FUNCTIONS } from './functions.js'
import type { FunctionRow } from './functions.js'
import { number } from './node.js'
import { besideDType, defaultDType } from './scalars.js'
import type { Weak } from './scalars.js'

const NAMES: Readonly<Record<string, NumberName>> = {
  '?': 'bool',
  b: 'int8',
  B: 'uint8',
  h: 'int16',
  H: 'uint16',
  i: 'int32',
  I: 'uint32',
  l: 'int64',
  L: 'uint64',
  e: 'float16',
  f: 'float32',
  d: 'float64',
  F: 'complex64',
  D: 'complex128',
}

/** The type of a value: a dtype of numbers, or a weak scalar. */
export type TypeOf = DType | Weak

/** The dtypes of values: weak scalars take one beside the others. */
export function strongDTypes(types: readonly TypeOf[]): readonly DType[] {
  let common: DType | null = null
  for (const type of types) if (!('weak' in type)) common = common === null ? type : promoteDTypes(common, type)
  return types.map((type) =>
    !('weak' in type) ? type : common === null ? defaultDType(type) : besideDType(type, common),
  )
}

/** The dtype of the loop of a function for values of these types; null where there is none. */
export function loopDType(name: string, types: readonly TypeOf[]): DType | null {
  const row = FUNCTIONS[name] as FunctionRow
  // What is chosen by has no part in the dtype of what is chosen from.
  if (name === 'where') return commonDType(strongDTypes(types.slice(1)))
  const dtypes = strongDTypes(types)
  if (row.noBool === true && dtypes.every(({ kind }) => kind === 'b')) return null
  // Quotients of integers are float64, whatever their size.
  if (name === 'divide' && dtypes.every(({ kind }) => 'biu'.includes(kind))) return number('float64')
  const key = `${name} ${dtypes.map(({ code }) => code).join(' ')}`
  let loop = known.get(key)
  if (loop === undefined) known.set(key, (loop = firstLoop(row.loops, dtypes)))
  return loop
}

const known = new Map<string, DType | null>()

function firstLoop(loops: string, dtypes: readonly DType[]): DType | null {
  for (const letter of loops) {
    const loop = number(NAMES[letter] as NumberName)
    if (dtypes.every((dtype) => promoteDTypes(dtype, loop)?.name === loop.name)) return loop
  }
  return null
}

/** The dtype that all cast to: NumPy's `result_type`. Null where there is none. */
export function commonDType(dtypes: readonly DType[]): DType | null {
  const [first] = dtypes as [DType]
  if (dtypes.length > 2 && dtypes.every(isOfNumbers)) return commonOfNumbers(dtypes)
  return dtypes.reduce<DType | null>((common, dtype) => (common === null ? null : promoteDTypes(common, dtype)), first)
}

const isOfNumbers = ({ code }: DType): boolean => code < TIME_CODE

/** Promotes each dtype with the most general one first, because int16 and uint16 are int32 together and float32 beside a float16. */
function commonOfNumbers(dtypes: readonly DType[]): DType {
  const main = dtypes.reduce((main, dtype) => (rank(dtype) > rank(main) ? dtype : main))
  return dtypes.reduce((common, dtype) => promoteDTypes(common, promoteDTypes(main, dtype) as DType) as DType, main)
}

/** The place of a dtype among NumPy's: the codes have its order but for float16, which was added last. */
function rank(dtype: DType): number {
  return dtype.name === 'float16' ? Infinity : dtype.code
}
