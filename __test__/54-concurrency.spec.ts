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
  linux(`${who} that grow one file at once leave it at the largest size, and never shrink it`, (t) => {
    const { odd, most, size }: { odd: string[]; most: number; size: number } = scenario(t, `${who}Grow`)
    t.deepEqual(odd, [])
    t.is(size, most)
  })

  linux(
    `${who} that open, create, grow and truncate one file at once get errors with codes, and nothing worse`,
    (t) => {
      const { odd }: { odd: string[] } = scenario(t, `${who}Anything`)
      t.deepEqual(odd, [])
    },
  )
}

linux('after w+ over a mapped file the older map reads zeros as far as the new size reaches', (t) => {
  t.deepEqual(scenario(t, 'overMapped'), {
    seen: [0, 0],
    together: 3,
    within: 0,
    beyond: 'ERR_MEMMAP_TRUNCATED',
    size: 4096,
  })
})

linux('w+ over a file that another thread reads causes no fault', (t) => {
  t.deepEqual(scenario(t, 'remade'), { fault: null })
})
