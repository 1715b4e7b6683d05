"""Flask as its docs show it. It validates nothing by itself: two lines do."""
from flask import Flask, Response, request

app = Flask(__name__)


@app.get("/plaintext")
def plaintext():
    return Response("Hello, World!", mimetype="text/plain")


@app.get("/hello/<name>")
def hello(name):
    return Response(f"Hello, {name}!", mimetype="text/plain")


@app.get("/json")
def json():
    return {"message": "Hello, World!", "number": 42, "at": "2026-01-01T00:00:00Z"}


@app.post("/notes")
def add():
    note = request.get_json()
    if not 1 <= len(note["title"]) <= 80:
        return {"title": "1 to 80 characters"}, 400
    return {"id": 1, "title": note["title"], "text": note["text"], "tags": note["tags"]}
