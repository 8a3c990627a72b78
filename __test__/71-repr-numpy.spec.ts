import { parseDType } from '../lib/dtype/index.js'
import type { DType } from '../lib/dtype/index.js'
import { fieldsInOrder } from '../lib/dtype/index.js'
import { encode } from '../lib/scalar/index.js'
import { format } from '../lib/text/index.js'
import type { PrintOptions } from '../lib/text/index.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { arrayOf } from './support/npy-fixture.js'
import { times } from './support/slow.js'

const SEED = seed()
const ROUNDS = times(Number(process.env['MEMMAP_ROUNDS'] ?? 1500))

const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
class memmap(np.ndarray): pass
def tuples(d):
    if isinstance(d, dict): return {**d, 'formats': [tuples(f) for f in d['formats']]}
    if not isinstance(d, list): return d
    return [tuple(tuples(x) if i else x for i, x in enumerate(f)) if len(f) < 3 else (f[0], tuples(f[1]), tuple(f[2])) for f in d]
out = []
for case in json.load(sys.stdin):
    options = {k: float(v) if v in ('Infinity',) else v for k, v in case['options'].items()}
    dtype = np.dtype(tuples(case['dtype']))
    assert dtype.itemsize == case['itemsize'], (case['dtype'], dtype.itemsize, case['itemsize'])
    a = np.ndarray(case['shape'], dtype, base64.b64decode(case['bytes']) or b' ').view(memmap)
    with np.printoptions(**options):
        try: out.append([repr(a), str(a)])
        except Exception as e: out.append([repr(e), ''])
json.dump(out, sys.stdout)
`

interface Case {
  readonly dtype: unknown
  readonly shape: number[]
  readonly options: Record<string, unknown>
  readonly itemsize: number
  readonly bytes: string
}

const PLAIN = ['f8', 'f8', 'f4', 'f4', 'f2', '>f8', '>f4', 'i1', 'u1', 'i2', 'u4', 'i4', 'i8', 'u8', '>i4', 'bool', 'c8', 'c16', '>c16', 'S1', 'S7', 'U1', 'U5', '>U3', 'V3'] // prettier-ignore
const TIMES = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as', '25s', '7D', '3M']
const LETTERS = [...'aZ0 \'"\\\n\t\r\x00\x01\x7f\x80\xa0\xadéßΩ☃中\u200b\u2028\ue000😀\u{10ffff}']

function randomPlain(random: Random): string {
  if (random.chance(0.85)) return random.pick(PLAIN)
  return `${random.pick(['', '<', '>'])}${random.pick(['M8', 'm8'])}[${random.pick(TIMES)}]`
}

function randomDType(random: Random, depth = 0): unknown {
  if (depth >= 2 || random.chance(0.8)) return randomPlain(random)
  const count = 1 + random.below(4)
  const names = Array.from({ length: count }, (_, i) => random.pick(['x', 'field', "it's", 'ÿ', 'π']) + i)
  const formats = names.map(() => randomDType(random, depth + 1))
  if (random.chance(0.2)) return { names, formats, aligned: true }
  if (random.chance(0.1)) {
    const offsets = names.map((_, i) => 96 * (count - i))
    return { names, formats: names.map(() => randomPlain(random)), offsets, itemsize: 960 }
  }
  return names.map((name, i) => {
    if (random.chance(0.3)) return [name, formats[i], random.pick([[2], [1], [2, 3], [7], [0]])]
    return [name, formats[i]]
  })
}

/** Values that stress the layout: of one magnitude or many, integers or not, with NaN. */
function randomNumber(random: Random, style: number): number {
  const sign = random.chance(0.3) ? -1 : 1
  switch (style % 7) {
    case 0:
      return sign * random.below(1000)
    case 1:
      return sign * (random.below(20000) / 16)
    case 2:
      return sign * random.next() * 10 ** (random.below(12) - 6)
    case 3:
      return random.pick([0, -0, 1, -1, 0.1, 1e-4, 9.999e-5, 1e8, 99999999, 1e16, 1e6, 999999, 1000, 1001, 5e-324, 1.7976931348623157e308, 65504, 6e-8]) // prettier-ignore
    case 4:
      return random.pick([NaN, Infinity, -Infinity, 1.5, 2, 1e10])
    case 5:
      return sign * 2 ** (random.below(80) - 40)
    default:
      return sign * random.next() * 10 ** (random.below(600) - 300)
  }
}

function randomBytes(random: Random, dtype: DType, style: number): Uint8Array {
  if (dtype.shape.length > 0) {
    const size = dtype.shape.reduce((a, b) => a * b, 1)
    return Buffer.concat(Array.from({ length: size }, () => randomBytes(random, dtype.base, style)))
  }
  if (dtype.names) {
    const bytes = new Uint8Array(dtype.itemsize)
    for (const field of fieldsInOrder(dtype)) bytes.set(randomBytes(random, field.dtype, style), field.offset)
    return bytes
  }
  const text = (): string => Array.from({ length: random.below(8) }, () => random.pick(LETTERS)).join('')
  switch (dtype.kind) {
    case 'f':
      return encode(dtype, randomNumber(random, style))
    case 'c':
      return encode(dtype, [randomNumber(random, style), randomNumber(random, style + random.below(2))])
    case 'U':
      return encode(dtype, text())
    case 'S':
      return encode(dtype, Buffer.from(text(), 'latin1'))
    case 'M':
    case 'm': {
      if (random.chance(0.1)) return encode(dtype, 'NaT')
      const reach = { Y: 1e4, M: 1e5, W: 1e6, D: 1e7 }[dtype.unit?.unit as 'Y'] ?? 1e12
      return encode(dtype, BigInt(Math.round((random.next() - 0.5) * (random.chance(0.5) ? reach : 1000))))
    }
    default: {
      const bytes = new Uint8Array(dtype.itemsize)
      if (random.chance(0.5)) return bytes.map(() => random.below(256))
      bytes[dtype.swapped ? bytes.length - 1 : 0] = random.below(256)
      return bytes
    }
  }
}

function randomShape(random: Random): number[] {
  const shapes = [[], [1], [3], [8], [30], [2, 3], [3, 1, 4], [2, 2, 2, 2], [0], [0, 3], [2, 0], [7, 9], [12, 40], [1001], [40, 40], [5, 5, 50]] // prettier-ignore
  return random.pick(shapes)
}

function randomOptions(random: Random): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  if (random.chance(0.5)) return options
  if (random.chance(0.3)) options['precision'] = random.pick([0, 1, 3, 4, 8, 12, 20])
  if (random.chance(0.3)) options['threshold'] = random.pick([0, 5, 10, 100, 2000])
  if (random.chance(0.3)) options['edgeitems'] = random.pick([1, 2, 3, 5])
  if (random.chance(0.3)) options['linewidth'] = random.pick([1, 20, 40, 75, 100, 200])
  if (random.chance(0.3)) options['suppress'] = random.chance(0.5)
  if (random.chance(0.4)) options['floatmode'] = random.pick(['fixed', 'unique', 'maxprec', 'maxprec_equal'])
  if (random.chance(0.3)) options['sign'] = random.pick(['-', '+', ' '])
  if (random.chance(0.1)) options['nanstr'] = random.pick(['NA', 'not a number'])
  if (random.chance(0.1)) options['infstr'] = random.pick(['∞', 'infinite'])
  return options
}

live('prints random arrays of every dtype like NumPy', (t, python) => {
  const random = randomFrom(SEED)
  const cases: Case[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const spec = randomDType(random)
    const dtype = parseDType(spec)
    const shape = randomShape(random)
    const style = random.below(7)
    const size = shape.reduce((a, b) => a * b, 1)
    const elements = Array.from({ length: size }, () => randomBytes(random, dtype, style))
    const bytes = Buffer.concat(elements).toString('base64')
    cases.push({ dtype: spec, shape, options: randomOptions(random), itemsize: dtype.itemsize, bytes })
  }
  const answers = askPython<[string, string][]>(python, SCRIPT, cases)
  cases.forEach(({ dtype, shape, options, bytes }, i) => {
    const array = arrayOf(parseDType(dtype), shape, Buffer.from(bytes, 'base64'))
    const [repr, str] = answers[i] ?? ['', '']
    const label = `seed ${SEED}, case ${i}: ${JSON.stringify({ dtype, shape, options })}`
    t.is(format(array, 'repr', 'memmap', options as PrintOptions), repr, label)
    t.is(format(array, 'str', 'memmap', options as PrintOptions), str, label)
  })
})
