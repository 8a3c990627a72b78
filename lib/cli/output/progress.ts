import { columnsOf } from './terminal.js'

/** Shows the progress of a long operation. */
export interface Progress {
  /** Receives the fraction that is done, from 0 to 1. */
  readonly report: (fraction: number) => void
  readonly stop: () => void
}

/** Milliseconds before the bar appears. */
const PATIENCE = 300

/** Characters of the longest bar. */
const WIDTH = 40

/** A bar on a terminal, nothing in a pipe; on stderr, so that stdout has the results only. */
export function progressOf(what: string): Progress {
  if (process.stderr.isTTY !== true || process.env['TERM'] === 'dumb') return { report: () => {}, stop: () => {} }
  const start = performance.now()
  let bar: import('cli-progress').SingleBar | null = null
  let isOpening = false
  let over = false
  const open = async (): Promise<void> => {
    const { SingleBar } = (await import('cli-progress')).default
    if (over) return
    bar = new SingleBar({
      format: (_, { progress, eta }) => progressLine(what, progress, eta, columnsOf(process.stderr)),
      clearOnComplete: true,
      linewrap: true,
      // Signals end the process as usual.
      gracefulExit: false,
      stream: process.stderr,
    })
    bar.start(1000, 0)
  }
  return {
    report: (fraction) => {
      if (bar !== null) bar.update(Math.round(1000 * fraction))
      else if (!isOpening && performance.now() - start > PATIENCE) {
        isOpening = true
        void open()
      }
    },
    stop: () => {
      over = true
      bar?.stop()
    },
  }
}

/**
 * The line of the bar, which leaves the last column of the terminal free: some go to the next line when it is written to. Too narrow
 * a terminal gets no time, no name and no bar, in this order.
 */
export function progressLine(what: string, fraction: number, seconds: number, columns: number): string {
  const percentage = `${String(Math.floor(100 * fraction)).padStart(3)} %`
  const left = `${percentage} | ${timeText(seconds)} left`
  const width = columns - 1
  for (const [before, after] of [
    [`${what} `, ` ${left}`],
    [`${what} `, ` ${percentage}`],
    ['', ` ${percentage}`],
  ] as const) {
    const size = Math.min(WIDTH, width - before.length - after.length)
    if (size < 8) continue
    const done = Math.round(size * fraction)
    return `${before}${'█'.repeat(done)}${'░'.repeat(size - done)}${after}`
  }
  return percentage.trim().slice(0, Math.max(0, width))
}

function timeText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '...'
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole}s`
  return whole < 3600
    ? `${Math.floor(whole / 60)}m${whole % 60}s`
    : `${Math.floor(whole / 3600)}h${Math.floor((whole % 3600) / 60)}m`
}
