/** Runs commands in a control group that limits their memory. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'

/**
 * A control group with a limit of so many bytes; null where this process may make none.
 * @returns `under` puts a command into the group, `file` names the limit, `end` removes the group
 */
export function memoryLimit(bytes) {
  const [root, file] = existsSync('/sys/fs/cgroup/memory')
    ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes']
    : ['/sys/fs/cgroup', 'memory.max']
  const group = `${root}/memmap-bench`
  try {
    mkdirSync(group, { recursive: true })
    writeFileSync(`${group}/${file}`, String(bytes))
  } catch {
    return null
  }
  return {
    file,
    under: (command) => ['sh', '-c', `echo $$ > ${group}/cgroup.procs; exec "$0" "$@"`, ...command],
    end() {
      try {
        rmdirSync(group)
      } catch {
        // A process of the group has not ended yet.
      }
    },
  }
}
