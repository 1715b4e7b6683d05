// Fastify as its docs recommend for speed: no logger, and a schema for what a route reads and writes.
import Fastify from 'fastify'

const app = Fastify()
const text = { type: 'string' }
const note = { title: { type: 'string', minLength: 1, maxLength: 80 }, text, tags: { type: 'array', items: text } }

app.get('/plaintext', async (request, reply) => {
  reply.type('text/plain; charset=utf-8')
  return 'Hello, World!'
})
app.get('/hello/:name', async (request, reply) => {
  reply.type('text/plain; charset=utf-8')
  return `Hello, ${request.params.name}!`
})
app.get('/json', {
  schema: { response: { 200: { type: 'object', properties: { message: text, number: { type: 'integer' }, at: text } } } }
}, async () => ({ message: 'Hello, World!', number: 42, at: '2026-01-01T00:00:00Z' }))
app.post('/notes', {
  schema: {
    body: { type: 'object', required: ['title', 'text', 'tags'], properties: note },
    response: { 200: { type: 'object', properties: { id: { type: 'integer' }, ...note } } }
  }
}, async request => ({ id: 1, ...request.body }))

await app.listen({ host: '127.0.0.1', port: Number(process.argv[process.argv.indexOf('--port') + 1]), backlog: 4096 })
