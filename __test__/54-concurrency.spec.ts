import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { child } from './support/child.js'
import { folder } from './support/files.js'
import { linux } from './support/platform.js'

function scenario(t: ExecutionContext, name: string): never {
  const { status, signal, report, output } = child('concurrency', [name, join(folder(t), 'data.bin')])
  t.is(signal, null, output)
  t.is(status, 0, output)
  return report
}

for (const who of ['threads', 'processes']) {
  linux(`${who} that grow one file at the same moment: it gets the largest size, and never shrinks`, (t) => {
    const { odd, most, size }: { odd: string[]; most: number; size: number } = scenario(t, `${who}Grow`)
    t.deepEqual(odd, [])
    t.is(size, most)
  })

  linux(
    `${who} that open, make, grow and cut one file at the same moment: errors that say so, and nothing worse`,
    (t) => {
      const { odd }: { odd: string[] } = scenario(t, `${who}Anything`)
      t.deepEqual(odd, [])
    },
  )
}

linux('w+ over a file that is mapped: the older map sees zeros as far as the new size reaches', (t) => {
  t.deepEqual(scenario(t, 'overMapped'), {
    seen: [0, 0],
    together: 3,
    within: 0,
    beyond: 'ERR_MEMMAP_TRUNCATED',
    size: 4096,
  })
})

linux('w+ over a file that another thread reads all the time: no fault', (t) => {
  t.deepEqual(scenario(t, 'remade'), { fault: null })
})
