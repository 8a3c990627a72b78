import test from 'ava'
import { dtype, parseDType } from '../lib/dtype/index.js'
import { MemmapError } from '../lib/errors/memmap-error.js'
import { format } from '../lib/text/index.js'
import type { PrintOptions, Printable } from '../lib/text/index.js'
import { arrayOf, fixtureJson, npyFixture } from './support/npy-fixture.js'

interface ReprCase {
  readonly id: number
  readonly label: string
  readonly file: string
  readonly repr: string
  readonly str: string
  readonly options?: PrintOptions
  readonly view?: string
}

// Cases with a view test the array, not its text.
for (const { id, label, file, repr, str, options } of fixtureJson<{ cases: ReprCase[] }>('repr.json').cases.filter(
  (item) => item.view === undefined,
)) {
  test(`NumPy's text ${id}: ${label}`, (t) => {
    const array = npyFixture(file)
    t.is(format(array, 'repr', repr.startsWith('memmap(') ? 'memmap' : 'array', options), repr)
    t.is(format(array, 'str', 'memmap', options), str)
  })
}

/** An array of too many equal elements to read, which counts those that are read. */
function endless(shape: number[]): { array: Printable; reads: () => number } {
  let count = 0
  const array = {
    dtype: dtype('f4'),
    shape,
    at: () => {
      count++
      return 0.5
    },
  }
  return { array, reads: () => count }
}

test('reads only the elements that it prints, once each', (t) => {
  const { array, reads } = endless([2 ** 20, 2 ** 15])
  const started = performance.now()
  t.is(format(array, 'repr', 'memmap').split('\n').length, 8)
  t.is(reads(), 36)
  t.true(performance.now() - started < 1000)
  const one = endless([2 ** 40])
  t.is(format(one.array, 'str', 'memmap', { edgeitems: 1 }), '[0.5 ... 0.5]')
  t.is(one.reads(), 2)
  t.is(format(endless([2 ** 40]).array, 'str', 'memmap', { edgeitems: 0 }), '[... 0.5]')
  t.is(format(endless([0, 2 ** 40]).array, 'repr', 'array'), `array([], shape=(0, ${2 ** 40}), dtype=float32)`)
})

test('0-d: repr keeps the padding, str is the scalar', (t) => {
  const zeroD = (spec: string, value: unknown): Printable => ({ dtype: parseDType(spec), shape: [], at: () => value })
  const cases: [string, unknown, string, string][] = [
    ['f4', Math.fround(0.1), 'array(0.1, dtype=float32)', '0.1'],
    ['f4', 1e6, 'array(1.e+06, dtype=float32)', '1e+06'],
    ['f8', 1e15, 'array(1.e+15)', '1000000000000000.0'],
    ['f2', 65504, 'array(6.55e+04, dtype=float16)', '6.55e+04'],
    ['c16', { re: 1, im: -0 }, 'array(1.-0.j)', '(1-0j)'],
    ['c16', { re: 0, im: NaN }, 'array(0.+nanj)', 'nanj'],
    ['bool', true, 'array(True)', 'True'],
    ['S3', "it's", `array(b"it's", dtype='|S3')`, `np.bytes_(b"it's")`],
    ['U3', "a'\n", `array("a'\\n", dtype='<U3')`, "a'\n"],
    ['V2', Uint8Array.of(1, 255), "array(b'\\x01\\xFF', dtype='|V2')", "b'\\x01\\xFF'"],
    ['M8[W]', 2608n, "array('2019-12-26', dtype='datetime64[W]')", '2019-12-26'],
    ['m8[25s]', 5n, "array(5, dtype='timedelta64[25s]')", '125 seconds'],
    ['m8', 5n, 'array(5, dtype=timedelta64)', '5 generic time units'],
    ['i4,f8', { f0: 1, f1: 1e-5 }, "array((1, 1.e-05), dtype=[('f0', '<i4'), ('f1', '<f8')])", '(1, 1e-05)'],
  ]
  for (const [spec, value, repr, str] of cases) {
    t.is(format(zeroD(spec, value), 'repr', 'array'), repr)
    t.is(format(zeroD(spec, value), 'str', 'array'), str)
  }
})

test('prints dates that NumPy cannot print', (t) => {
  const ticks = (spec: string, values: bigint[]): Printable => ({ dtype: parseDType(spec), shape: [values.length], at: ([i]) => values[i ?? 0] }) // prettier-ignore
  t.is(format(ticks('M8', [5n, -(2n ** 63n)]), 'repr', 'array'), "array([    5, 'NaT'], dtype=datetime64)")
  t.is(format(ticks('M8[Y]', [2n ** 63n - 1n]), 'str', 'array'), "['9223372036854777777']")
  t.is(format(ticks('M8[Y]', [-1971n, -1970n]), 'str', 'array'), "['-001' '0000']")
})

test('wraps by characters as Python does', (t) => {
  const faces: Printable = { dtype: dtype('U1'), shape: [20], at: () => '😀' }
  t.is(format(faces, 'str', 'array', { linewidth: 41 }).split('\n')[0], `[${Array(10).fill("'😀'").join(' ')}`)
  t.is(format(faces, 'str', 'array', { linewidth: Infinity }).split('\n').length, 1)
})

test('rejects invalid print options and lists the accepted values', (t) => {
  const array = arrayOf(dtype('f8'), [1], new Uint8Array(8))
  const bad: [object, RegExp][] = [
    [{ precision: -1 }, /invalid print option precision -1: it must be a whole number from 0 to 16000/],
    [{ precision: 1.5 }, /precision/],
    [{ precision: 1e9 }, /precision/],
    [{ threshold: NaN }, /threshold NaN: it must be a number/],
    [{ threshold: '5' }, /threshold/],
    [{ edgeitems: -1 }, /edgeitems/],
    [{ linewidth: '75' }, /linewidth/],
    [{ suppress: 1 }, /suppress 1: it must be true or false/],
    [{ floatmode: 'max' }, /'fixed', 'unique', 'maxprec', 'maxprec_equal'/],
    [{ sign: '*' }, /'-', '\+', ' '/],
    [{ nanstr: 0 }, /nanstr 0: it must be a string/],
    [{ digits: 3 }, /invalid print option 'digits': .*; give one of 'precision'/],
    [5 as never, /invalid print options 5: they must be an object/],
  ]
  for (const [options, message] of bad) {
    t.throws(() => format(array, 'repr', 'array', options), {
      instanceOf: MemmapError,
      code: 'ERR_MEMMAP_ARGUMENT',
      message,
    })
  }
  t.is(format(array, 'repr', 'array', { precision: undefined }), 'array([0.])')
})
