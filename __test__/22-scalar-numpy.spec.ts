import { inspect } from 'node:util'
import { parseDType } from '../lib/dtype/index.js'
import { MemmapError } from '../lib/errors/memmap-error.js'
import { encode } from '../lib/scalar/index.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SEED = seed()
const ROUNDS = times(Number(process.env['MEMMAP_ROUNDS'] ?? 5000))

const SCRIPT = `
import json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
READ = {'int': int, 'float': float, 'bool': bool, 'text': str, 'bytes': bytes.fromhex, 'complex': complex}
out = []
for spec, kind, text in json.load(sys.stdin):
    a = np.zeros(1, spec)
    try:
        a[0] = READ[kind](text)
        out.append(a.tobytes().hex())
    except Exception:
        out.append(None)
json.dump(out, sys.stdout)
`

/** A value, and its form for Python. */
type Sample = readonly [value: unknown, kind: string, text: string | boolean]

const NUMERIC = ['bool', 'i1', 'u1', '>i2', 'u2', 'i4', '>u4', 'i8', 'u8', 'f2', '>f4', 'f8', 'c8', '>c16']
const TEXT = ['S1', 'S8', 'U1', '>U8']
const DATES = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', '25s', '7D', '10Y'].map((unit) => `M8[${unit}]`)

function integer(random: Random): Sample {
  const size = 2n ** BigInt(random.below(66))
  const value = (random.chance(0.5) ? -1n : 1n) * (size + BigInt(random.below(5)) - 2n)
  const exact = value >= -(2n ** 53n) + 1n && value < 2n ** 53n && random.chance(0.5)
  return [exact ? Number(value) : value, 'int', String(value)]
}

/** A safe integer becomes a Python int. */
function float(random: Random): Sample {
  const size = 10 ** (random.below(40) - 20)
  const value = random.chance(0.1) ? random.pick([NaN, Infinity, -Infinity]) : (random.next() - 0.5) * size
  const text = Number.isFinite(value) ? String(value) : String(value).replace('Infinity', 'inf')
  return [value, Number.isSafeInteger(value) ? 'int' : 'float', text]
}

function date(random: Random): Sample {
  const two = (limit: number): string => String(random.below(limit)).padStart(2, '0')
  let text = `${random.chance(0.1) ? '-' : ''}${random.pick(['1970', '1969', '2000', '1900', '0000', '2024', '99999', '5'])}`
  if (random.chance(0.8)) text += `-${two(14)}`
  if (random.chance(0.8)) text += `-${two(33)}`
  if (random.chance(0.6)) text += `${random.pick(['T', ' '])}${two(25)}`
  if (random.chance(0.6)) text += `:${two(61)}`
  if (random.chance(0.6)) text += `:${two(61)}`
  if (random.chance(0.5)) text += `.${'123456789012345678'.slice(0, random.below(19))}`
  if (random.chance(0.3)) text += random.pick(['Z', '+01', '-0130', '+05:30', '+24', '+1', '-01:60', 'Z ', ' '])
  return random.chance(0.05) ? ['NaT', 'text', 'NaT'] : [text, 'text', text]
}

function sample(random: Random): readonly [spec: string, sample: Sample] {
  const kind = random.below(4)
  const number = random.chance(0.5)
    ? integer(random)
    : random.chance(0.9)
      ? float(random)
      : ([true, 'bool', true] as const)
  if (kind === 0) return [random.pick(NUMERIC), number]
  if (kind === 1) {
    const letters = Array.from({ length: random.below(12) }, () => random.pick([...'ab\0é😀'])).join('')
    if (random.chance(0.4)) return [random.pick(TEXT), [letters, 'text', letters]]
    const ascii = Buffer.from(letters, 'latin1')
    if (random.chance(0.3)) return [random.pick(TEXT), [ascii, 'bytes', ascii.toString('hex')]]
    return [random.pick(TEXT), number]
  }
  if (kind === 2) return [random.pick(DATES), random.chance(0.2) ? number : date(random)]
  const duration = `m8[${random.pick(['s', 'ns', 'Y'])}]`
  const text = random.pick(['5', '-12', '+7', 'NaT', '', ' 4', '1.5', 'x', '9007199254740993'])
  return [duration, random.chance(0.5) ? number : [text, 'text', text]]
}

function stored(value: unknown, spec: string): string | null {
  try {
    return Buffer.from(encode(parseDType(spec), value)).toString('hex')
  } catch (error) {
    if (error instanceof MemmapError && error.code === 'ERR_MEMMAP_CAST') return null
    throw error
  }
}

live('stores and rejects random scalars like NumPy', (t, python) => {
  const random = randomFrom(SEED)
  const samples = Array.from({ length: ROUNDS }, () => sample(random))
  const answers = askPython<(string | null)[]>(
    python,
    SCRIPT,
    samples.map(([spec, [, kind, text]]) => [spec, kind, text]),
  )
  samples.forEach(([spec, [value]], i) => {
    t.is(stored(value, spec), answers[i] ?? null, `seed ${SEED}, case ${i}: ${inspect(value)} as ${spec}`)
  })
})
