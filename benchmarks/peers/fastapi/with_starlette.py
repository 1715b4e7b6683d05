"""Starlette as its docs show it. It validates nothing by itself: two lines do."""
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


async def plaintext(request):
    return PlainTextResponse("Hello, World!")


async def hello(request):
    return PlainTextResponse(f"Hello, {request.path_params['name']}!")


async def json(request):
    return JSONResponse({"message": "Hello, World!", "number": 42, "at": "2026-01-01T00:00:00Z"})


async def add(request):
    note = await request.json()
    if not 1 <= len(note["title"]) <= 80:
        return JSONResponse({"title": "1 to 80 characters"}, status_code=400)
    return JSONResponse({"id": 1, "title": note["title"], "text": note["text"], "tags": note["tags"]})


app = Starlette(routes=[
    Route("/plaintext", plaintext),
    Route("/hello/{name}", hello),
    Route("/json", json),
    Route("/notes", add, methods=["POST"]),
])
