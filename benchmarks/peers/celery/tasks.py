"""Two tasks. Results are kept in Redis, because every outcome is to be recorded; many small tasks are fetched at once, as the page on optimizing says."""
import os
import time

from celery import Celery

redis = f"redis://127.0.0.1:{os.environ['REDIS_PORT']}/0"
app = Celery("tasks", broker=redis, backend=redis)
app.conf.update(worker_prefetch_multiplier=128, broker_pool_limit=64, result_expires=3600, worker_hijack_root_logger=False)


@app.task
def noop(number):
    return None


@app.task
def timed(sent):
    return time.time() - sent
