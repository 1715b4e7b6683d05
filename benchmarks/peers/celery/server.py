"""Celery under measurement: answers /enqueue, /run, /through and /latency like benchmarks/apps/realtime-jobs. Redis keeps an append-only file synced every second.
The worker is a process of its own with a child for each core."""
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

port = int(sys.argv[sys.argv.index("--port") + 1])
os.environ["REDIS_PORT"] = str(port + 1)
os.chdir(os.path.dirname(os.path.abspath(__file__)))
subprocess.Popen(
    ["redis-server", "--port", str(port + 1), "--bind", "127.0.0.1", "--dir", tempfile.mkdtemp(prefix="celery-bench-"),
     "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"],
    stdout=subprocess.DEVNULL)

import redis  # noqa: E402  (the tasks need the port above)
from tasks import app, noop, timed  # noqa: E402

CORES = 2
database = redis.Redis(port=port + 1)


class Worker:
    """A worker for as long as it is needed; ready from the start, unless its start is to be watched."""

    def __init__(self, ready=True):
        self.ready = ready

    def __enter__(self):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-m", "celery", "-A", "tasks", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while self.ready and not app.control.ping(timeout=0.5):
            pass
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        self.process.wait()


def wait(jobs):
    # The broker's own keys are less than ten, and there may be fewer at the end: counted exactly then.
    while database.dbsize() < jobs:
        time.sleep(0.002)
    while len(database.keys("celery-task-meta-*")) < jobs:
        time.sleep(0.002)


def produce_part(part, jobs):
    for number in range(part, jobs, CORES):
        noop.delay(number)


def produce(jobs, producers):
    # However many are asked for: a process for each core, as Python's web servers have. Sixty-four threads of one process take turns at its lock, and make half as many.
    list(pool.map(produce_part, range(CORES), [jobs] * CORES))


def clock(*work):
    begun = time.perf_counter()
    for step in work:
        step()
    return {"seconds": time.perf_counter() - begun}


def enqueue(jobs, producers):
    return clock(lambda: produce(jobs, producers))


def run(jobs):
    produce(jobs, 64)
    with Worker(ready=False):
        # A worker takes a second or two to start: from its first results on.
        while database.dbsize() < 20:
            time.sleep(0.002)
        begun = time.perf_counter()
        wait(jobs)
        return {"seconds": time.perf_counter() - begun}


def through(jobs, producers):
    with Worker():
        return clock(lambda: produce(jobs, producers), lambda: wait(jobs))


def latency(rate, seconds):
    with Worker():
        results = []
        for _ in range(rate * seconds):
            due = time.perf_counter() + 1 / rate
            results.append(timed.delay(time.time()))
            time.sleep(max(0, due - time.perf_counter()))
        waits = sorted(1000 * result.get() for result in results)
        return {"p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100]}


MEASURES = {"/enqueue": enqueue, "/run": run, "/through": through, "/latency": latency}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlparse(self.path)
        database.flushall()
        answer = MEASURES[url.path](**{name: int(values[0]) for name, values in parse_qs(url.query).items()})
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *line):
        pass


# Before this process has a connection that they would share.
pool = ProcessPoolExecutor(CORES, mp_context=multiprocessing.get_context("fork"))
pool.submit(abs, 0).result()
while True:
    try:
        database.ping()
        break
    except redis.ConnectionError:
        time.sleep(0.05)
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
