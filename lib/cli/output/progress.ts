/** Shows how much of a long piece of work is done. */
export interface Progress {
  /** From 0 to 1. */
  readonly tell: (fraction: number) => void
  readonly stop: () => void
}

/** Work that is over sooner needs no bar. */
const PATIENCE = 300

/** A bar on a terminal, nothing in a pipe. It stands on stderr, so that what is printed stays by itself. */
export function progressOf(what: string): Progress {
  if (process.stderr.isTTY !== true || process.env['TERM'] === 'dumb') return { tell: () => {}, stop: () => {} }
  const start = performance.now()
  let bar: import('cli-progress').SingleBar | null = null
  let wanted = false
  let over = false
  const open = async (): Promise<void> => {
    const { SingleBar, Presets } = (await import('cli-progress')).default
    if (over) return
    // The terminal stays as it is, and signals end the process as ever.
    const format = `${what} {bar} {percentage} % | {eta_formatted} left`
    bar = new SingleBar(
      { format, clearOnComplete: true, linewrap: true, gracefulExit: false, stream: process.stderr },
      Presets.shades_classic,
    )
    bar.start(1000, 0)
  }
  return {
    tell: (fraction) => {
      if (bar !== null) bar.update(Math.round(1000 * fraction))
      else if (!wanted && performance.now() - start > PATIENCE) {
        wanted = true
        void open()
      }
    },
    stop: () => {
      over = true
      bar?.stop()
    },
  }
}
