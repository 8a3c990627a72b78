// Serves a map over HTTP: a node:http server that responds with slices of a grid, so that a client fetches only what it shows. A
// slice is a view of the file; its bytes go from the page cache to the socket.
//
//   node examples/server.mjs [PORT]
//   curl 'http://127.0.0.1:8080/topo?slice=0:3,0:4'              JSON
//   curl 'http://127.0.0.1:8080/topo?slice=0:10&as=npy' -o a.npy  what numpy.load reads
//   curl 'http://127.0.0.1:8080/topo' -H 'Range: bytes=0-99'      bytes of the elements
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemmapError, load, save } from 'memmap'

const several = load(new URL('topobathy.npz', import.meta.url), { mmapMode: 'r' })
const arrays = new Map(several.files.map((name) => [name, several.get(name)]))

/** `0:3, -1` as selectors; index() rejects invalid ones. */
const selectors = (text) => text.split(',').map((part) => (/^\s*[+-]?\d+\s*$/.test(part) ? Number(part) : part))

function answer({ url, headers }, response) {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const array = arrays.get(decodeURIComponent(pathname.slice(1)))
  if (array === undefined)
    return send(response, 404, { error: `there is no array ${pathname}: there are ${[...arrays.keys()]}` })
  const part = array.index(...selectors(searchParams.get('slice') ?? '...'))
  if (part.size > 2 ** 24) return send(response, 413, { error: 'ask for less at once: 2^24 elements' })
  if (searchParams.get('as') === 'npy') return sendNpy(response, part)
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
  if (range !== null) return sendRange(response, array, Number(range[1]), range[2])
  send(response, 200, { dtype: part.dtype, shape: part.shape, data: part.toArray() })
}

function send(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function sendNpy(response, part) {
  const path = join(tmpdir(), `memmap-server-${process.pid}-${Math.random()}.npy`)
  save(path, part)
  response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(readFileSync(path))
  rmSync(path)
}

function sendRange(response, { bytes }, start, end) {
  const stop = Math.min(bytes.length, end === '' ? bytes.length : Number(end) + 1)
  if (start >= stop) return response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
  response.writeHead(206, {
    'content-type': 'application/octet-stream',
    'content-range': `bytes ${start}-${stop - 1}/${bytes.length}`,
  })
  response.end(bytes.subarray(start, stop)) // a view of the mapping
}

const server = createServer((request, response) => {
  try {
    answer(request, response)
  } catch (error) {
    if (!(error instanceof MemmapError)) throw error
    send(response, 400, { error: error.message, code: error.code })
  }
})
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close()
    server.closeAllConnections()
    for (const array of arrays.values()) array.close()
  })
}
