import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fieldsInOrder } from '../lib/dtype/index.js'
import type { DType } from '../lib/dtype/index.js'
import { MemmapError } from '../lib/index.js'
import { parseHeader } from '../lib/files/npy/header.js'
import { readHeader } from '../lib/files/npy/read-header.js'
import { fileWith, randomHeader } from './support/npy-headers.js'
import { live } from './support/live.js'
import { askPython, randomFrom } from './support/numpy-live.js'

const SCRIPT = readFileSync(join(import.meta.dirname, '../../support/npy-reader.py'), 'utf8')
const COUNT = Number(process.env['MEMMAP_HEADERS'] ?? 4000)
const SEED = Number(process.env['MEMMAP_SEED'] ?? 60)

/** Headers that NumPy accepts by accident and misreads; rejected here with these messages. Rows of docs/npy.md. */
const ACCIDENTS = [
  // A repeat count becomes the itemsize of one element.
  /a sub-array of nothing/,
  // A control character is taken for a type number.
  /dtype '\\(x[01].|[tnrfv])'/,
  // A length is parsed as by C.
  /dtype '[<>=|]?[SUVa][ +\\]/,
  // The characters of a string or bytes are taken for a field or its shape.
  /a (str|bytes) is not the shape/,
  // A set has no order, so fields come in any.
  /a (set|bytes) is neither/,
]

type Answer = { error: string } | { shape: number[]; fortran: boolean; dtype: unknown; offset: number }

function layout(dtype: DType): unknown {
  if (dtype.shape.length > 0) return [layout(dtype.base), [...dtype.shape]]
  if (dtype.names === null) return dtype.str
  const fields = fieldsInOrder(dtype).map(({ name, title, offset, dtype: of }) => [
    name,
    title ?? null,
    offset,
    layout(of),
  ])
  return { fields, itemsize: dtype.itemsize }
}

function read(file: Buffer): Answer {
  try {
    const source = { size: file.length, read: (at: number, length: number) => file.subarray(at, at + length) }
    const { shape, fortranOrder, dtype, offset } = readHeader(source, 10_000)
    return { shape: [...shape], fortran: fortranOrder, dtype: layout(dtype), offset }
  } catch (error) {
    if (!(error instanceof MemmapError)) throw error
    if (error.code !== 'ERR_MEMMAP_NPY') throw error
    return { error: error.message }
  }
}

live(`${COUNT} valid and invalid headers are read and rejected like NumPy`, (t, python) => {
  const random = randomFrom(SEED)
  const files = Array.from({ length: COUNT }, () => fileWith(randomHeader(random), random.pick([1, 1, 2, 3])))
  const answers = askPython<Answer[]>(
    python,
    SCRIPT,
    files.map((file) => file.toString('base64')),
  )
  let accepted = 0
  files.forEach((file, index) => {
    const theirs = answers[index] as Answer
    const ours = read(file)
    if (!('error' in theirs)) accepted++
    if ('error' in theirs && 'error' in ours) return
    if ('error' in ours && ACCIDENTS.some((known) => known.test(ours.error))) return
    t.deepEqual(ours, theirs, JSON.stringify(file.toString('latin1')))
  })
  t.true(accepted > COUNT / 4, `only ${accepted} were valid`)
  t.true(accepted < (COUNT * 3) / 4, `${accepted} were valid`)
})

live('indentations, line breaks and comments around a header are accepted or rejected as by NumPy', (t, python) => {
  const random = randomFrom(SEED)
  const blanks = (): string =>
    Array.from({ length: random.below(6) }, () =>
      random.pick(['\r', '\n', '\r\n', ' ', '\t', '\f', '#', '\\', 'x']),
    ).join('')
  const cases = Array.from({ length: 4000 }, () => {
    const [before, within, after] = [random.chance(0.3), random.chance(0.3), random.chance(0.7)].map((has) =>
      has ? blanks() : '',
    )
    const text = `${before}{'descr': '<i2',${within} 'fortran_order': False, 'shape': (2,), }${after}`
    return [random.pick([1, 3] as const), text] as const
  })
  const script = `
import io, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
def reads(version, text):
    raw = text.encode('latin1')
    size = len(raw).to_bytes(2 if version == 1 else 4, 'little')
    try: return bool(np.lib.format.read_magic(io.BytesIO(b'\\x93NUMPY' + bytes([version, 0]))) and read(io.BytesIO(size + raw), version))
    except Exception: return False
def read(file, version):
    if version == 1: np.lib.format.read_array_header_1_0(file)
    else:
        from numpy.lib._format_impl import _read_array_header
        _read_array_header(file, (version, 0))
    return True
print(json.dumps([reads(*one) for one in json.load(sys.stdin)]))`
  const wanted = askPython<boolean[]>(python, script, cases)
  for (const [at, [version, text]] of cases.entries()) {
    let accepted = true
    try {
      parseHeader(text, [version, 0])
    } catch (error) {
      if (!(error instanceof MemmapError) || error.code !== 'ERR_MEMMAP_NPY') throw error
      accepted = false
    }
    t.is(accepted, wanted[at], `${version} ${JSON.stringify(text)}`)
  }
  t.true(wanted.includes(true) && wanted.includes(false))
})
