/**
 * `npm run bench -- --sizes`: each operation on arrays of 256 bytes to 1 GiB, in memory and in a file, beside NumPy and a loop over
 * typed arrays, turn by turn, each in a process of its own. All sides compute the same, which is checked before a row is timed.
 */
import { setTimeout } from 'node:timers/promises'
import { agree, digest } from '../digest.mjs'
import { repeated, settle, statistics } from '../clock.mjs'
import { memmap } from '../../dist/index.js'
import { dataFile, remove } from '../files.mjs'
import { LOOPS, OPERATIONS, calls } from './rows.mjs'

/** Bytes of the arrays. */
export const SIZES = [2 ** 8, 2 ** 12, 2 ** 16, 2 ** 20, 2 ** 25, 2 ** 30]
const PLACES = ['memory', 'file']

/** Seconds that a side computes in a round. */
const TURN = 0.02

/** Seconds before a turn, in which threads of the one before finish. */
const PAUSE = 0.005

/** Seconds before the first round, in which V8 compiles a side of JavaScript. */
const WARM = 0.2

/** A side: its work, and how often it repeats it in a round. */
async function side(work, warm) {
  const once = async (times) => work(times)
  // Compiled by V8 before it is timed, unless one call takes long.
  let times = 1
  let seconds = await once(1)
  for (let spent = seconds; spent < warm && times < 2 ** 20; spent += seconds * times) {
    if (seconds * times < TURN) times *= 2
    seconds = await once(times)
  }
  return { once, times: Math.max(1, Math.min(times, Math.ceil(TURN / seconds))), measured: [] }
}

/** Statistics of the sides, each in turn, round after round. */
async function inTurn(works, rounds) {
  const sides = {}
  settle()
  for (const [name, work] of Object.entries(works))
    if (work !== null) sides[name] = await side(work, name === 'numpy' ? 2 * TURN : WARM)
  const turns = Object.values(sides)
  for (let round = 0; round < rounds; round++) {
    // Another side begins each round, because one may leave work to threads of its own. No collection in between, after which V8 would
    // start again with a small heap.
    for (let turn = 0; turn < turns.length; turn++) {
      const { once, times, measured } = turns[(turn + round) % turns.length]
      await setTimeout(PAUSE * 1000)
      measured.push(await once(times))
    }
  }
  return Object.fromEntries(Object.entries(sides).map(([name, { measured }]) => [name, statistics(measured)]))
}

/** Measures the cost of a call itself, by place: of a reduction of 16 elements by native code, and of one whose result is an array. */
export async function measureCosts({ rounds }) {
  const path = dataFile(64, 'sizes-costs')
  const mapped = memmap(path, { dtype: 'float32', shape: [4, 4], mode: 'r+' })
  const costs = {}
  for (const [place, a] of Object.entries({ memory: mapped.copy(), file: mapped }))
    costs[place] = await inTurn({ call: repeated(() => a.any()), result: repeated(() => a.any({ axis: 0 })) }, rounds)
  mapped.close()
  remove(path)
  return costs
}

/** The work of a side in another process. */
const ofChild = (child) => async (times) => (await child.ask({ times })).seconds

/** Rows of `{ name, place, bytes, sides }` for every operation, place and size. */
export async function measureSizes({ numpy, loops, sizes = SIZES, rounds, words, report }) {
  const rows = []
  for (const bytes of sizes) {
    const files = { data: dataFile(bytes, 'sizes'), scratch: dataFile(bytes, 'sizes-scratch') }
    for (const place of PLACES) {
      if (place === 'memory' && bytes >= 2 ** 30) continue
      for (const row of [...OPERATIONS, ...LOOPS]) {
        const title = `${row.name} ${place}`
        if (bytes > (row.most ?? Infinity) || !words.every((word) => title.includes(word))) continue
        const sides = await measureRow({
          row,
          place,
          bytes,
          numpy,
          loops,
          files,
          rounds: bytes >= 2 ** 30 ? 3 : rounds,
        })
        const { name, fresh = false, cost = fresh ? 'result' : 'call', calls: times = 1 } = row
        rows.push({ name, place, bytes, fresh, cost, times, sides })
        report(rows.at(-1))
      }
    }
    for (const path of Object.values(files)) remove(path)
  }
  return rows
}

async function measureRow({ row, place, bytes, numpy, loops, files, rounds }) {
  const { dtype, order = 'C', shape: shapeOf, work } = row
  const shape = shapeOf(bytes)
  const path = row.writes ? files.scratch : files.data
  const mapped = memmap(path, { dtype, shape, order, mode: 'r+' })
  const a = place === 'file' ? mapped : mapped.copy({ order })
  const b = row.prepare?.(a)
  const inMemory = place === 'memory'
  try {
    let ofThem = null
    if (numpy !== null && row.python !== undefined) {
      const asked = { code: row.python, path, dtype, shape, order, inMemory }
      if (dtype.startsWith('>')) asked.dtype = dtype
      if (row.pythonPrepare !== undefined) asked.prepare = row.pythonPrepare
      const theirs = (await numpy.ask(asked)).digest
      const ours = digest(work(a, b))
      if (!row.loose && !agree(ours, theirs)) throw new Error(`${row.name}: ${ours} is not ${theirs}`)
      ofThem = ofChild(numpy)
    }
    const { there } = await loops.ask({ row: row.name, path, dtype, shape, order, inMemory })
    return await inTurn(
      {
        ours: repeated(() => work(a, b)),
        numpy: ofThem,
        loop: there ? ofChild(loops) : null,
      },
      rounds,
    )
  } finally {
    mapped.close()
    await numpy?.ask({})
    await loops.ask({})
  }
}

/** Rows of `{ name, target, sides }`, the target in seconds or null. */
export async function measureCalls({ numpy, loops, rounds, words, report }) {
  const rows = []
  for (const { name, target, work, python } of calls()) {
    if (!words.every((word) => name.includes(word))) continue
    if (numpy !== null) await numpy.ask({ code: python })
    const { there } = await loops.ask({ call: name })
    const works = {
      ours: repeated(work),
      numpy: numpy === null ? null : ofChild(numpy),
      loop: there ? ofChild(loops) : null,
    }
    rows.push({ name, target: target === null ? null : target * 1e-6, sides: await inTurn(works, rounds) })
    report({ ...rows.at(-1), place: '', bytes: 0 })
  }
  return rows
}
