// Opens without closing, with turns of the event loop in between, so that garbage collection has to keep up.
import { args, collect, mappings, memmap, report } from './common.mjs'

const [path, rounds, use] = args
let most = 0
for (let round = 0; round < rounds; round++) {
  const array = memmap(path, { mode: 'r' })
  if (use === 'element') array.get(1)
  if (use === 'data') array.data.at(1)
  if (round % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  if (round % 5000 === 0) most = Math.max(most, mappings(path))
}
await collect()
await collect()
report({ most, left: mappings(path) })
