// BullMQ under measurement: answers /enqueue, /run, /through and /latency like benchmarks/apps/realtime-jobs. Redis as BullMQ's page on production asks for it:
// an append-only file synced every second, and no eviction. The worker is a process of its own.
import { Queue } from 'bullmq'
import { fork, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import http from 'node:http'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const port = Number(process.argv[process.argv.indexOf('--port') + 1])
const redis = port + 1
spawn('redis-server', ['--port', redis, '--bind', '127.0.0.1', '--dir', mkdtempSync(join(tmpdir(), 'bullmq-bench-')), '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' })
await ready(redis)

const queue = new Queue('bench', {
  connection: { host: '127.0.0.1', port: redis },
  defaultJobOptions: { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } },
})

const measures = {
  async enqueue ({ jobs, producers }) {
    return clock(() => produce(jobs, producers))
  },
  async run ({ jobs }) {
    for (let start = 0; start < jobs; start += 1000) {
      await queue.addBulk(Array.from({ length: Math.min(1000, jobs - start) }, (_, n) => ({ name: 'noop', data: start + n })))
    }
    const worker = start(jobs)
    try {
      await worker.begun
      return await clock(() => worker.done)
    } finally {
      worker.stop()
    }
  },
  async through ({ jobs, producers }) {
    const worker = start(jobs)
    try {
      await worker.begun
      return await clock(async () => {
        await produce(jobs, producers)
        await worker.done
      })
    } finally {
      worker.stop()
    }
  },
  async latency ({ rate, seconds }) {
    const worker = start(rate * seconds)
    try {
      await worker.begun
      for (let sent = 0; sent < rate * seconds; sent++) {
        const due = performance.now() + 1000 / rate
        await queue.add('timed', performance.timeOrigin + performance.now())
        await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())))
      }
      const waits = (await worker.done).sort((a, b) => a - b)
      return { p50: waits[waits.length >> 1], p99: waits[Math.floor(waits.length * 0.99)] }
    } finally {
      worker.stop()
    }
  },
}

http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const measure = measures[url.pathname.slice(1)]
  if (!measure) {
    response.writeHead(404).end()
    return
  }
  await queue.obliterate({ force: true })
  const numbers = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, Number(value)]))
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(await measure(numbers)))
}).listen(port, '127.0.0.1')

async function clock (work) {
  const begun = performance.now()
  await work()
  return { seconds: (performance.now() - begun) / 1000 }
}

async function produce (jobs, producers) {
  await Promise.all(Array.from({ length: producers }, async (_, producer) => {
    for (let n = producer; n < jobs; n += producers) {
      await queue.add('noop', n)
    }
  }))
}

function start (jobs) {
  const child = fork(new URL('worker.js', import.meta.url), [String(redis), String(jobs)])
  const told = {}
  const begun = new Promise(resolve => { told.begun = resolve })
  const done = new Promise(resolve => { told.done = resolve })
  child.on('message', message => told[message.what](message.waits))
  return { begun, done, stop: () => child.kill('SIGKILL') }
}

async function ready (port) {
  for (;;) {
    const open = await new Promise(resolve => {
      const probe = createConnection(port, '127.0.0.1', () => { probe.destroy(); resolve(true) })
      probe.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
