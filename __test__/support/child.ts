import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { NODE } from './node.js'
import { childTimeout } from './slow.js'

const CHILDREN = join(import.meta.dirname, '../../../children')

/** End and report of a child process. */
export interface Outcome {
  /** The exit code; null where a signal ended it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  /** What it printed as JSON, on one line that starts with `REPORT`. */
  readonly report: never
  readonly output: string
}

/** Runs `__test__/children/NAME.mjs` in a process of its own, which may crash. */
export function child(name: string, args: readonly unknown[] = [], options: ChildOptions = {}): Outcome {
  const script = [
    ...(options.flags ?? ['--expose-gc']),
    join(CHILDREN, `${name}.mjs`),
    ...args.map((arg) => JSON.stringify(arg)),
  ]
  const [command, ...before] = [...(options.under ?? []), ...NODE]
  const { status, signal, stdout, stderr } = spawnSync(command as string, [...before, ...script], {
    encoding: 'utf8',
    env: { ...process.env, ...options.env },
    timeout: childTimeout,
    maxBuffer: 1 << 26,
  })
  const line = /^REPORT (.*)$/m.exec(stdout)?.[1]
  return { status, signal, report: JSON.parse(line ?? 'null') as never, output: stdout + stderr }
}

interface ChildOptions {
  readonly env?: Record<string, string>
  /** Flags of Node. */
  readonly flags?: readonly string[]
  /** A command that runs Node, such as `prlimit`. */
  readonly under?: readonly string[]
}
