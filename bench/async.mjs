/** Work off the event loop: its effect on the loop, the time until an abort, and its memory. */
import { execFileSync, spawnSync } from 'node:child_process'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { memmap } from '../dist/index.js'
import { statistics } from './clock.mjs'
import { memoryLimit } from './memory-limit.mjs'

/** Longest delays of the event loop in milliseconds, idle and while a file is summed; time until an abort rejects; progress. */
export async function offTheLoop({ path, bytes, runs }) {
  const a = memmap(path, { dtype: 'float32', mode: 'r' })
  const delayed = async (work) => {
    const delays = monitorEventLoopDelay({ resolution: 1 })
    delays.enable()
    await work()
    delays.disable()
    return delays.max / 1e6
  }
  let steady = true
  let reports = 0
  const sum = async () => {
    let last = -1
    await a.promises.sum({
      onProgress: (part) => {
        reports++
        steady &&= part > last
        last = part
      },
    })
    steady &&= last === 1
  }
  await sum()
  const [idle, busy, aborts] = [[], [], []]
  for (let round = 0; round < runs; round++) {
    idle.push(await delayed(() => wait(bytes / 3e7)))
    busy.push(await delayed(sum))
    const controller = new AbortController()
    const promise = a.promises.std({ signal: controller.signal })
    await wait(10)
    const start = performance.now()
    controller.abort()
    await promise.catch(() => {})
    aborts.push(performance.now() - start)
  }
  a.close()
  return { bytes, idle: statistics(idle), busy: statistics(busy), abort: statistics(aborts), reports, steady }
}

const LIMIT = 512 * 2 ** 20

/** Peak resident memory in MiB of streaming through a file under a limit of 512 MiB, and the kind of limit. */
export function bounded({ path, bytes }) {
  const limit = memoryLimit(LIMIT)
  const how = limit === null ? 'no limit: this machine lets none be set' : `a control group of 512 MiB (${limit.file})`
  const rows = []
  for (const name of ['blocks', 'blocks async', 'promises.sum', 'promises.std']) {
    const command = [process.execPath, new URL('peak.mjs', import.meta.url).pathname, path, name]
    const [first, ...rest] = limit === null ? command : limit.under(command)
    const { status, signal, stdout } = spawnSync(first, rest, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    rows.push(status === 0 ? { name, ...JSON.parse(stdout) } : { name, failed: signal ?? status })
  }
  limit?.end()
  return { bytes, how, rows }
}

/** Cost of the guard against faults: the same work with it and without. */
export function guardCost({ path }) {
  const one = (guard) =>
    JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', new URL('guard.mjs', import.meta.url).pathname, path], {
        encoding: 'utf8',
        env: { ...process.env, MEMMAP_GUARD: guard },
      }),
    )
  // In turns, so that both run under the same conditions.
  const rounds = [0, 1, 2].map(() => [one('on'), one('off')])
  return Object.keys(rounds[0][0]).map((name) => ({
    name,
    on: statistics(rounds.map(([on]) => on[name])).median,
    off: statistics(rounds.map(([, off]) => off[name])).median,
  }))
}
