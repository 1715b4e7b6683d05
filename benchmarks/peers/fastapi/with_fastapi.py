"""FastAPI as its docs show it. Its handlers are async, which its docs recommend for what does not block."""
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

app = FastAPI()


class NewNote(BaseModel):
    title: str = Field(min_length=1, max_length=80)
    text: str
    tags: list[str]


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext():
    return "Hello, World!"


@app.get("/hello/{name}", response_class=PlainTextResponse)
async def hello(name: str):
    return f"Hello, {name}!"


@app.get("/json")
async def json():
    return {"message": "Hello, World!", "number": 42, "at": "2026-01-01T00:00:00Z"}


@app.post("/notes")
async def add(note: NewNote):
    return {"id": 1, "title": note.title, "text": note.text, "tags": note.tags}
