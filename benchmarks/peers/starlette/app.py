"""Starlette as its docs show a WebSocket endpoint, with a set of connections and a loop that sends to each, which is what its users write."""
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

clients: set[WebSocket] = set()


async def realtime(socket: WebSocket) -> None:
    await socket.accept()
    clients.add(socket)
    try:
        while True:
            text = await socket.receive_text()
            for client in list(clients):
                try:
                    await client.send_text(text)
                except Exception:
                    clients.discard(client)
    except WebSocketDisconnect:
        pass
    finally:
        clients.discard(socket)


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


app = Starlette(routes=[WebSocketRoute("/realtime", realtime), WebSocketRoute("/echo", echo)])
