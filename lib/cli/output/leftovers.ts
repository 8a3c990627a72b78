/**
 * Finds what killed commands left: files that were being written beside their targets.
 * @module
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { TEMPORARY_NAME } from '../../files/replace-file.js'
import { reportWarning } from '../errors/report-error.js'
import { shellWord } from './escape.js'
import { bytesText } from './terminal.js'

/** Names each leftover in the folder of an output, with its size and the way out, in one line on stderr. Removes none. */
export function reportLeftovers(output: string): void {
  const folder = folderOf(output)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    // Whoever writes the output reports why.
    return
  }
  for (const name of names) {
    const pid = TEMPORARY_NAME.exec(name)?.[1]
    if (pid === undefined) continue
    const path = join(folder, name)
    const stats = statsOf(path)
    if (stats === null || !isGone(Number(pid), stats.birthtimeMs)) continue
    reportWarning(
      `${path}: ${bytesText(stats.size)} that process ${pid}, which has ended, left unfinished; ` +
        `remove it (rm ${shellWord(path)}) unless another machine or container is writing it`,
    )
  }
}

function statsOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

/** The folder of the file that a name leads to, because links are followed. */
function folderOf(output: string): string {
  const folder = dirname(output)
  try {
    const real = dirname(realpathSync(output))
    return real === realpathSync(folder) ? folder : real
  } catch {
    return folder
  }
}

/** Returns true if no process has this number, or one that began after the file. */
function isGone(pid: number, born: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  const started = startOf(pid)
  return started !== null && born > 0 && started > born + CLOCK_ERROR
}

/** Milliseconds by which the times of a process and of a file may differ. */
const CLOCK_ERROR = 2000

/** When a process began, in milliseconds since 1970; null where the system does not tell. Source: proc(5), fields of `stat`. */
function startOf(pid: number): number | null {
  try {
    const boot = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field, a name in parentheses, may have spaces.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return boot === undefined || ticks === undefined ? null : 1000 * Number(boot) + 10 * Number(ticks)
  } catch {
    return null
  }
}
