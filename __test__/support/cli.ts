import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { child } from './child.js'
import { NODE } from './node.js'

/** The installed command. */
export const COMMAND = join(import.meta.dirname, '../../../../dist/cli/main.js')

/** Result of a run of the command. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command in a folder, with pipes in place of a terminal. */
export function memmapIn(cwd: string, args: readonly string[], env: Record<string, string> = {}): Ended {
  const [node, ...before] = NODE
  const { status, stdout, stderr } = spawnSync(node, [...before, COMMAND, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
  })
  return { code: status, out: stdout, err: stderr }
}

/** Runs the command with standard input and bytes as its output, beside other runs. */
export async function piped(
  cwd: string,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<{ code: number | null; bytes: Buffer; out: string; err: string }> {
  const [node, ...before] = NODE
  const running = spawn(node, [...before, COMMAND, ...args], { cwd, env: { ...process.env, NODE_NO_WARNINGS: '1' } })
  const taken = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  for (const name of ['stdout', 'stderr'] as const) running[name].on('data', (chunk: Buffer) => taken[name].push(chunk))
  // The command may end before it has read everything.
  running.stdin.on('error', () => {})
  running.stdin.end(input)
  const [code] = (await once(running, 'close')) as [number | null]
  const bytes = Buffer.concat(taken.stdout)
  return { code, bytes, out: bytes.toString(), err: Buffer.concat(taken.stderr).toString() }
}

/** Runs many commands in one process, which is faster: the functions behind the command, not the command itself. */
export function manyIn(at: string, lines: readonly (readonly string[])[]): Ended[] {
  const { report, output } = child('commands', [at, lines], { env: { NODE_NO_WARNINGS: '1' } })
  if (report === null) throw new Error(output)
  return report
}

/** Splits a command line as a shell does. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
