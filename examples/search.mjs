// Searches texts: each becomes a vector (an embedding) in a .npy file, which grows by append, is searched by nearest, and loses rows by
// a mask, behind an HTTP server. The vectors are those of the words; a model of a real program would make better ones.
//
//   node examples/search.mjs [ROWS] [PORT]      500000 rows are 733 MiB; with a port it serves until it is stopped
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, openMemmap } from 'memmap'

const COLUMNS = 384
const rows = Number(process.argv[2] ?? 2000)
const port = process.argv[3]
const path = (name) => join(tmpdir(), `memmap-search-${process.pid}-${name}.npy`)

const SIZES = ['small', 'large', 'young', 'old', 'quick', 'lazy', 'hungry', 'quiet', 'brown', 'white']
const ANIMALS = ['fox', 'dog', 'owl', 'horse', 'cat', 'crow', 'bear', 'trout', 'goat', 'hare', 'seal', 'bee']
const DOES = ['sleeps', 'runs', 'sings', 'waits', 'eats', 'hides', 'looks', 'plays']
const PLACES = ['in the forest', 'by the river', 'on the hill', 'under a bridge', 'near the village', 'at the shore']
const pick = (list, number) => list[number % list.length]
/** Texts that need no file, because they follow from the number of the row. */
const textOf = (row) =>
  added.get(row) ??
  `the ${pick(SIZES, row)} ${pick(ANIMALS, row >> 3)} ${pick(DOES, row * 7 + (row >> 5))} ${pick(PLACES, row >> 4)}, number ${row}`
const added = new Map()

/** The vector of a text: its words and their parts are added up in places that their letters choose. */
function embed(text) {
  const vector = new Float32Array(COLUMNS)
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
    for (let start = -1; start < word.length - 1; start++) {
      let hash = 2166136261
      for (const letter of ` ${word} `.slice(start + 1, start + 4)) {
        hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619)
      }
      vector[(hash >>> 8) % COLUMNS] += hash & 1 ? 1 : -1
    }
  }
  return vector
}

// Vectors, and beside them whether each is still there.
const vectors = openMemmap(path('vectors'), { dtype: 'float32', shape: [0, COLUMNS], mode: 'w+' })
const alive = openMemmap(path('alive'), { dtype: 'bool', shape: [0], mode: 'w+' })

function add(texts) {
  const block = new Float32Array(texts.length * COLUMNS)
  texts.forEach((text, at) => block.set(embed(text), at * COLUMNS))
  vectors.append(array(block).reshape(texts.length, COLUMNS))
  alive.append(texts.map(() => true))
}

const start = performance.now()
for (let row = 0; row < rows; row += 10_000) {
  add(Array.from({ length: Math.min(10_000, rows - row) }, (_, at) => textOf(row + at)))
}
console.log(`${rows} texts as ${vectors.dtype.name} vectors of ${COLUMNS}, made in ${elapsed(start)}`)

async function search(text, k) {
  const { indices, distances } = await vectors.promises.nearest(embed(text), { k, mask: alive })
  return Array.from(indices, (index, at) => {
    const row = Number(index)
    return { row, text: textOf(row), distance: Number(distances.get(at).toFixed(4)) }
  })
}

// GET /search?q=TEXT&k=3, POST /rows with a text, DELETE /rows/NUMBER
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const answer = (status, value) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  try {
    const row = Number(/^\/rows\/(\d+)$/.exec(pathname)?.[1] ?? NaN)
    if (request.method === 'GET' && pathname === '/search') {
      answer(200, await search(searchParams.get('q') ?? '', Number(searchParams.get('k') ?? 3)))
    } else if (request.method === 'POST' && pathname === '/rows') {
      let text = ''
      for await (const part of request.setEncoding('utf8')) text += part
      added.set(vectors.shape[0], text)
      add([text])
      answer(201, { row: vectors.shape[0] - 1 })
    } else if (request.method === 'DELETE' && row < vectors.shape[0]) {
      alive.set(row, false)
      answer(200, { row })
    } else answer(404, { error: `no ${request.method} ${pathname}` })
  } catch (error) {
    answer(400, { error: error.message })
  }
})
server.listen(Number(port ?? 0), 'localhost')
await once(server, 'listening')
const at = `http://localhost:${server.address().port}`
console.log(at)

if (port === undefined) {
  const ask = async (text) => {
    const before = performance.now()
    const found = await (await fetch(`${at}/search?k=3&q=${encodeURIComponent(text)}`)).json()
    console.log(`\n${text}? ${elapsed(before)}`)
    for (const { row, text, distance } of found) console.log(`  ${distance.toFixed(4)}  row ${row}: ${text}`)
    return found
  }
  await ask('an owl that sings in the forest')
  const { row } = await (await fetch(`${at}/rows`, { method: 'POST', body: 'an owl sings in the forest' })).json()
  const [nearest] = await ask('an owl that sings in the forest')
  console.log(`found the text that was added: ${nearest.row === row}`)
  await fetch(`${at}/rows/${row}`, { method: 'DELETE' })
  const [next] = await ask('an owl that sings in the forest')
  console.log(`and not after it was deleted: ${next.row !== row}`)
  stop()
} else process.once('SIGTERM', stop).once('SIGINT', stop)

function stop() {
  server.close()
  server.closeAllConnections()
  for (const [name, file] of Object.entries({ vectors, alive })) {
    file.close()
    rmSync(path(name))
  }
}

function elapsed(since) {
  return `${(performance.now() - since).toFixed(1)} ms`
}
