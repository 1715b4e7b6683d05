// A worker process: tells when it has begun, and when so many jobs are recorded as completed.
import { Worker } from 'bullmq'

const [redis, jobs] = process.argv.slice(2).map(Number)
const waits = []
let left = jobs
const worker = new Worker('bench', async job => {
  if (job.name === 'timed') {
    waits.push(performance.timeOrigin + performance.now() - job.data)
  }
}, { connection: { host: '127.0.0.1', port: redis, maxRetriesPerRequest: null }, concurrency: 100 })
worker.on('completed', () => {
  if (--left === 0) {
    process.send({ what: 'done', waits })
  }
})
await worker.waitUntilReady()
process.send({ what: 'begun' })
