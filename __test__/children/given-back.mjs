/** Keeps results of several megabytes with small ones between them, lets go of the large ones, and goes on with others. */
import { report, turn, zeros } from './common.mjs'

const [large, few] = [zeros(3 << 18), zeros(100)].map((a) => a.astype('float32').fill(1))
const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20)
const small = []
let results = []
for (let i = 0; i < 150; i++) {
  results.push(large.copy())
  for (let j = 0; j < 200; j++) small.push(few.copy())
}
const held = megabytes()
results = null
for (let i = 0; i < 3; i++) {
  globalThis.gc()
  await turn(50)
}
// More of them where threads of V8 that free memory wait for a core.
for (let i = 0; i < 300 || (i < 6000 && megabytes() > held / 2); i++) large.copy()
report({ held, after: megabytes(), small: small.length })
