// Node's ws as its README shows a broadcast: for each client that is open, send. No compression (its default), no masking
// needed; its optional native add-on (bufferutil) helps with masking, which a server's messages do not have.
import { WebSocketServer, WebSocket } from 'ws';

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false, backlog: 4096 });

server.on('connection', (socket, request) => {
    socket.isAlive = true;
    socket.on('pong', () => { socket.isAlive = true; });
    socket.on('error', () => { /* The load cuts its connections. */ });
    if (request.url === '/echo') {
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        return;
    }
    socket.on('message', (data, isBinary) => {
        for (const client of server.clients) {
            if (client.readyState === WebSocket.OPEN) {
                client.send(data, { binary: isBinary });
            }
        }
    });
});

// The heartbeat of its README, "How to detect and close broken connections".
setInterval(() => {
    for (const socket of server.clients) {
        if (!socket.isAlive) {
            socket.terminate();
            continue;
        }
        socket.isAlive = false;
        socket.ping();
    }
}, 30_000);
