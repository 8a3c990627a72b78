import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dtype as dtypeOf } from '../lib/index.js'
import { MemmapError, load, openMemmap, save } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { folder } from './support/files.js'
import { arrayFrom, randomArray, randomDType, randomShape } from './support/live-arrays.js'
import { live } from './support/live.js'
import { askPython, randomFrom } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SCRIPT = readFileSync(join(import.meta.dirname, '../../support/npy-writer.py'), 'utf8')
const COUNT = times(Number(process.env['MEMMAP_WRITTEN'] ?? 2000))

const NAMES = [
  "it's",
  'say "x"\\',
  `both '"`,
  'tab\t',
  'é',
  '名',
  '😀',
  '\u0080',
  '\u00ad',
  '\u200b',
  ' ',
  'x'.repeat(200),
]

/** A record whose field names need every kind of escape. */
function namedDType(random: Random): unknown {
  const names = NAMES.filter(() => random.chance(0.25))
  return names.map((name, index) => [
    random.chance(0.3) ? [`t${index}${name}`, name] : name,
    random.pick(['<f4', '>i2', 'S3', '?']),
  ])
}

/** No sub-array of sub-arrays, because we join their axes. */
function isPlain(spec: unknown): boolean {
  return (
    typeof spec === 'string' || (Array.isArray(spec) && spec.every((field: unknown[]) => typeof field[1] === 'string'))
  )
}

live(`writes ${COUNT} arrays of any dtype, shape, order and version byte for byte like NumPy`, (t, python) => {
  const random = randomFrom(63)
  const path = join(folder(t), 'a.npy')
  const cases = Array.from({ length: COUNT }, () => {
    let spec = random.chance(0.2) ? namedDType(random) : randomDType(random)
    while (!isPlain(spec) || dtypeOf(spec as never).itemsize === 0) spec = randomDType(random)
    const wire = randomArray(random, dtypeOf(spec as never).toJSON(), randomShape(random), 'wild')
    return { ...wire, version: random.pick([null, null, null, [1, 0], [2, 0], [3, 0]]) as never }
  })
  const answers = askPython<{ file?: string; error?: string }[]>(python, SCRIPT, cases)
  cases.forEach((item, index) => {
    const { file, error } = answers[index] as { file?: string; error?: string }
    const array = arrayFrom(item)
    const about = JSON.stringify(item)
    if (error !== undefined) {
      t.throws(
        () => save(path, array, { version: item.version }),
        { instanceOf: MemmapError, code: 'ERR_MEMMAP_NPY' },
        about,
      )
      return
    }
    save(path, array, { version: item.version })
    t.is(readFileSync(path, 'base64'), file ?? '', about)
    const back = load(path) as NDArray
    t.true(back.dtype.equals(array.dtype))
    t.deepEqual(
      [back.shape, back.flags.cContiguous, back.flags.fContiguous],
      [array.shape, array.flags.cContiguous, array.flags.fContiguous],
    )
    writeFileSync(path, 'what was there before')
    const fortranOrder = array.flags.fContiguous && !array.flags.cContiguous
    const { dtype, shape } = array
    const created = openMemmap(path, { mode: 'w+', dtype: dtype as never, shape, fortranOrder, version: item.version })
    if (array.size > 0) (created as unknown as NDArray).bytes.set(array.bytes)
    created.close()
    t.is(readFileSync(path, 'base64'), file ?? '', about)
  })
})

live('writes views of any strides in C order like NumPy', (t, python) => {
  const random = randomFrom(64)
  const path = join(folder(t), 'a.npy')
  const views: NDArray[] = []
  while (views.length < 300) {
    const base = arrayFrom(randomArray(random, random.pick(['<i2', '>f8', 'S3', '<c8', '<U2']), [3, 4, 5], 'tame'))
    views.push(base.index(...[0, 1, 2].map(() => random.pick(['::2', '::-1', ':', '1:', '1:2', '2:0:-1', 0]))))
  }
  const files = views.map((view) => {
    save(path, view)
    return readFileSync(path)
  })
  const cases = views.map((view) => {
    const order = view.flags.fContiguous && !view.flags.cContiguous ? 'F' : 'C'
    const copy = view.copy({ order })
    return {
      dtype: view.dtype.str,
      shape: view.shape,
      order,
      data: Buffer.from(copy.bytes).toString('base64'),
      version: null,
    }
  })
  const answers = askPython<{ file: string }[]>(python, SCRIPT, cases)
  answers.forEach(({ file }, index) => t.is(files[index]?.toString('base64'), file))
})
