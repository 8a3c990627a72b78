/**
 * Two processes append rows to one `.npy` file by turns, and a third reads it, for some minutes: no row may be lost or invented,
 * and no reader may fail.
 *
 *   node bench/writers.mjs --minutes 15
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { load, openMemmap } from 'memmap'

/** Milliseconds between two appends, so that a long run leaves a file that fits on the disk. */
const PAUSE = 0.2

const [, , role, path, number, end] = process.argv

if (role === 'write') {
  write(path, Number(number), Number(end))
} else if (role === 'read') {
  await read(path, Number(end))
} else {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' } } })
  await main(Number(values.minutes))
}

async function main(minutes) {
  const folder = mkdtempSync(join(tmpdir(), 'memmap-writers-'))
  const file = join(folder, 'rows.npy')
  openMemmap(file, { mode: 'w+', dtype: 'float64', shape: [0, 4] }).close()
  const until = Date.now() + minutes * 60_000
  const start = (kind, of) => fork(fileURLToPath(import.meta.url), [kind, file, String(of), String(until)])
  const children = [start('write', 0), start('write', 1), start('read', 2)]
  const reports = await Promise.all(
    children.map(async (child) => {
      const [report] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [null])])
      return report
    }),
  )
  console.log(`${minutes} minutes, ${process.version}`)
  const [a, b, reader] = reports
  if (reports.includes(null)) throw new Error('a process ended before its time')
  const rows = load(file)
  const counts = [0, 0]
  let wrong = 0
  for (let row = 0; row < rows.shape[0]; row++) {
    const writer = rows.get(row, 0)
    if (rows.get(row, 1) !== counts[writer]++ || rows.get(row, 2) !== 1) wrong++
  }
  const lost = a.rows - counts[0] + b.rows - counts[1]
  console.log(
    `appended ${a.rows} and ${b.rows} rows in ${a.calls} and ${b.calls} calls, refused ${a.refused} and ${b.refused} times`,
  )
  console.log(
    `read ${reader.opens} times: ${reader.failed} failed, ${reader.vanished} times fewer rows, ${reader.wrong} wrong rows`,
  )
  console.log(`file of ${statSync(file).size} bytes: ${lost} rows lost, ${wrong} wrong`)
  rmSync(folder, { recursive: true })
  process.exitCode = lost !== 0 || wrong !== 0 || reader.failed + reader.vanished + reader.wrong !== 0 ? 1 : 0
}

/** Appends rows [writer, count, 1, random]. */
function write(file, writer, until) {
  let [rows, calls, refused] = [0, 0, 0]
  let array = openMemmap(file)
  while (Date.now() < until) {
    const count = 1 + ((calls * 7919) % 7)
    try {
      array.append(Array.from({ length: count }, (_, i) => [writer, rows + i, 1, Math.random()]))
      rows += count
      calls++
      for (const next = performance.now() + PAUSE; performance.now() < next;);
    } catch (error) {
      if (error.code !== 'ERR_MEMMAP_UNSUPPORTED') throw error
      refused++
      if (refused % 3 > 0) array.refresh()
      else {
        array.close()
        array = openMemmap(file)
      }
    }
  }
  process.send({ rows, calls, refused })
  process.disconnect()
}

async function read(file, until) {
  let [opens, failed, vanished, wrong, last] = [0, 0, 0, 0, 0]
  const follower = openMemmap(file, { mode: 'r' })
  while (Date.now() < until) {
    for (const open of [() => openMemmap(file, { mode: 'r' }), () => load(file, { mmapMode: 'r' }), () => follower]) {
      opens++
      try {
        const array = open()
        if (array === follower) follower.refresh()
        const rows = array.shape[0]
        if (rows < last) vanished++
        last = rows
        if (rows > 0 && array.get(rows - 1, 2) !== 1) wrong++
        if (array !== follower) array.close()
      } catch (error) {
        failed++
        console.error(error.code, error.message)
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  process.send({ opens, failed, vanished, wrong })
  process.disconnect()
}
