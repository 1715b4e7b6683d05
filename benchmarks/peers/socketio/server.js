// Socket.IO as its docs set it up, WebSockets only, with what its page "Performance tuning" names for memory: the first HTTP request of each
// connection is dropped. Heartbeats are its defaults (25 seconds).
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.engine.on('connection', (raw) => { raw.request = null; });
io.on('connection', (socket) => {
    socket.on('join', (room, done) => {
        socket.join(room);
        done();
    });
    socket.on('publish', (room, tick) => io.to(room).emit('tick', tick));
    socket.on('echo', (room, tick, done) => done(tick));
});

http.listen({ port, host: '127.0.0.1', backlog: 4096 });
