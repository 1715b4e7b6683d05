using System.Collections.Concurrent;
using System.Diagnostics;

namespace Realtime.Jobs;

public sealed class JobTraceTests
{
    [Fact]
    public async Task A_run_belongs_to_the_trace_of_its_enqueue()
    {
        using var listening = new Listening();
        await using var bench = new Workbench();
        var queue = $"q{Guid.NewGuid():N}";
        ActivityTraceId? inside = null;
        var job = bench.Queue.Define<int>("mail.send", (int args) => inside = Activity.Current?.TraceId, new JobOptions { Queue = queue });
        await bench.StartAsync();

        using var request = new Activity("GET /").Start();
        request.TraceStateString = "vendor=1";
        var handle = await job.EnqueueAsync(1);
        request.Stop();
        await handle.WaitAsync(Workbench.Soon);
        await bench.Queue.DrainAsync(Workbench.Soon);

        var enqueue = listening.Of($"enqueue {queue}");
        var process = listening.Of($"process {queue}");
        Assert.Equal((ActivityKind.Producer, request.SpanId), (enqueue.Kind, enqueue.ParentSpanId));
        Assert.Equal((ActivityKind.Consumer, enqueue.SpanId, enqueue.TraceId), (process.Kind, process.ParentSpanId, process.TraceId));
        Assert.Equal(enqueue.SpanId, Assert.Single(process.Links).Context.SpanId);
        Assert.Equal("vendor=1", process.TraceStateString);
        Assert.Equal(request.TraceId, inside);
        Assert.Equal(
            [
                ("messaging.system", "realtime"), ("messaging.operation.name", "process"), ("messaging.operation.type", "process"),
                ("messaging.destination.name", queue), ("messaging.message.id", handle.Id.ToString()), ("realtime.job.name", "mail.send"), ("realtime.job.attempt", 1),
            ],
            process.TagObjects.Select(static tag => (tag.Key, tag.Value)));
        Assert.Equal("send", enqueue.GetTagItem("messaging.operation.type"));
        Assert.Equal(handle.Id.ToString(), enqueue.GetTagItem("messaging.message.id"));
    }

    [Fact]
    public async Task Many_jobs_enqueued_at_once_are_one_span_with_their_number()
    {
        using var listening = new Listening();
        await using var bench = new Workbench();
        var queue = $"q{Guid.NewGuid():N}";
        var job = bench.Queue.Define<int>("mail.send", options: new JobOptions { Queue = queue });
        await bench.OpenAsync();

        await job.EnqueueManyAsync([1, 2, 3]);

        var enqueue = listening.Of($"enqueue {queue}");
        Assert.Equal(3, enqueue.GetTagItem("messaging.batch.message_count"));
        Assert.Null(enqueue.GetTagItem("messaging.message.id"));
    }

    [Fact]
    public async Task A_failed_attempt_is_a_failed_span()
    {
        using var listening = new Listening();
        await using var bench = new Workbench();
        var queue = $"q{Guid.NewGuid():N}";
        var job = bench.Queue.Define<int>("fail", (Action<int>)(static args => throw new FormatException("No.")), new JobOptions { Queue = queue, MaxAttempts = 1 });
        await bench.StartAsync();

        await (await job.EnqueueAsync(1)).WaitAsync(Workbench.Soon);
        await bench.Queue.DrainAsync(Workbench.Soon);

        var process = listening.Of($"process {queue}");
        Assert.Equal((ActivityStatusCode.Error, "No."), (process.Status, process.StatusDescription));
        Assert.Equal("System.FormatException", process.GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_trace_is_carried_even_if_nobody_listens_to_jobs()
    {
        await using var bench = new Workbench();
        var job = bench.Queue.Define<int>("job");
        await bench.OpenAsync();

        using var request = new Activity("GET /").Start();
        var traced = await job.EnqueueAsync(1);
        request.Stop();
        Activity.Current = null;

        Assert.Contains(request.TraceId.ToString(), (await bench.Store.FindAsync(traced.Id, default))!.Spec.Headers!["traceparent"], StringComparison.Ordinal);
    }

    private sealed class Listening : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public Listening()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == "Realtime.Jobs",
                Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public Activity Of(string name) => Assert.Single(_ended, activity => activity.DisplayName == name);

        public void Dispose() => _listener.Dispose();
    }
}
