import { child } from './support/child.js'
import { fileOf, hole } from './support/files.js'
import { is64Bit, linux, linux64 } from './support/platform.js'
import { times } from './support/slow.js'

/** More than the 65,530 mappings that Linux allows a process. */
const MANY = times(80_000)
const written = MANY.toLocaleString('en')

/** Bytes of a mapping: large enough to tell mappings that stay from a growing heap. */
const LENGTH = is64Bit ? 2 ** 18 : 2 ** 16

interface OpenClose {
  readonly before: { mebibytes: number; descriptors: number }
  readonly atEnd: { mapped: number; descriptors: number; waiting: number; most: number }
  readonly after: { mebibytes: number; kinds: string[]; waiting: number }
}

for (const use of ['nothing', 'element', 'data', 'view']) {
  linux(`${written} opened, used (${use}) and closed in one turn leave nothing mapped and no descriptor open`, (t) => {
    const { status, report, output } = child('open-close', [fileOf(t, new Uint8Array(LENGTH)), MANY, use])
    t.is(status, 0, output)
    const { before, atEnd, after }: OpenClose = report
    t.is(atEnd.mapped, 0)
    t.is(atEnd.descriptors, before.descriptors)
    // Ranges that wait for the collection of their buffer stay well below the 65,530 mappings of Linux, and none waits after one.
    t.true(atEnd.waiting < 40_000, `${atEnd.waiting} wait`)
    t.true(atEnd.most < 40_000, `${atEnd.most} mappings`)
    t.is(after.waiting, 0)
    // All mappings took 20 GiB of addresses; a tenth or a fortieth of that where they are fewer and shorter.
    const seen = `${before.mebibytes} MiB of addresses before, ${after.mebibytes} after: ${after.kinds.join(', ')}`
    t.true(after.mebibytes < before.mebibytes + times(640), seen)
  })
}

for (const use of ['nothing', 'element', 'data']) {
  linux(
    `${written} opened, used (${use}) and dropped without close() are unmapped by garbage collection meanwhile`,
    (t) => {
      const { status, report, output } = child('drop', [fileOf(t, new Uint8Array(4096)), MANY, use])
      t.is(status, 0, output)
      const { most, left }: { most: number; left: number } = report
      t.true(most < 30_000, `${most} mapped at once`)
      t.true(left <= 1, `${left} left`)
    },
  )
}

for (const shared of ['on', 'off']) {
  linux64(`2,000 maps of 2 GiB cause no garbage collections, shared buffers ${shared}`, (t) => {
    const { status, report, output } = child('many', [hole(t, 2 ** 31), 2000], {
      env: { MEMMAP_SHARED_BUFFERS: shared },
    })
    t.is(status, 0, output)
    const { collections, microseconds, kept }: { collections: number; microseconds: number; kept: number } = report
    t.is(kept, 2000)
    t.true(collections <= 5, `${collections} collections`)
    t.log(`${microseconds.toFixed(1)} us each`)
  })
}
