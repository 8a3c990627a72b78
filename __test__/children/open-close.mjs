// Opens and closes many times in one turn of the event loop.
import {
  addresses,
  args,
  collect,
  collectClosed,
  descriptors,
  kindsOfMappings,
  mappings,
  memmap,
  native,
  report,
} from './common.mjs'

const [path, rounds, use] = args
const USES = { nothing: () => {}, element: (a) => a.get(1), data: (a) => a.data[1], view: (a) => a.slice(1).T.data[1] }

const first = memmap(path, { mode: 'r' })
USES[use](first)
first.close()
await collect()
const before = { mebibytes: addresses(), descriptors: descriptors() }
let most = 0
for (let round = 0; round < rounds; round++) {
  const array = memmap(path, { mode: round % 2 ? 'r' : 'r+' })
  USES[use](array)
  array.close()
  if (round % 8192 === 0) most = Math.max(most, mappings())
}
const atEnd = { mapped: mappings(path), descriptors: descriptors(), waiting: native.waitingBuffers(), most }
// Counting the waiting ranges releases those that are done, so addresses are counted afterwards.
const waiting = await collectClosed()
await collect()
report({ before, atEnd, after: { mebibytes: addresses(), kinds: kindsOfMappings(), waiting } })
