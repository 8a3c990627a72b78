/** Shows the progress of a long operation. */
export interface Progress {
  /** Receives the fraction that is done, from 0 to 1. */
  readonly report: (fraction: number) => void
  readonly stop: () => void
}

/** Milliseconds before the bar appears. */
const PATIENCE = 300

/** A bar on a terminal, nothing in a pipe; on stderr, so that stdout has the results only. */
export function progressOf(what: string): Progress {
  if (process.stderr.isTTY !== true || process.env['TERM'] === 'dumb') return { report: () => {}, stop: () => {} }
  const start = performance.now()
  let bar: import('cli-progress').SingleBar | null = null
  let isOpening = false
  let over = false
  const open = async (): Promise<void> => {
    const { SingleBar, Presets } = (await import('cli-progress')).default
    if (over) return
    // Without gracefulExit, so that signals end the process as usual.
    const format = `${what} {bar} {percentage} % | {eta_formatted} left`
    bar = new SingleBar(
      { format, clearOnComplete: true, linewrap: true, gracefulExit: false, stream: process.stderr },
      Presets.shades_classic,
    )
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
