using Realtime.Jobs;

namespace Realtime;

// What the engine does with an attempt; what a handler sees of it is in JobContext.cs.
public sealed partial class JobContext
{
    private readonly JobServer _server;
    private readonly Job _job;
    private CancellationTokenSource? _cancellation;
    private JobProgress? _progress;
    private bool _unseen;
    private bool _ended;
    private int _reason;
    private long _toldAt = long.MinValue;
    private bool _complained;

    internal JobContext(JobServer server, Job job, JobRecord record, byte[] args)
    {
        _server = server;
        _job = job;
        Record = record;
        ArgsJson = args;
    }

    internal JobRecord Record { get; }

    /// <summary>Whether its arguments are the results of the jobs before it in its flow.</summary>
    internal bool IsGivenResults => Record.Spec.Flow is { Input: not FlowInput.None };

    /// <summary>The arguments, once they are read.</summary>
    internal object Args { get; private set; } = null!;

    /// <summary>Why the attempt was told to stop: the first reason given.</summary>
    internal CancelReason Reason => (CancelReason)Volatile.Read(ref _reason);

    /// <summary>The last progress reported; null if none was.</summary>
    internal JobProgress? Progress => _progress;

    // The record belongs to this attempt alone, and to have a lock of its own would cost each job an object.
    private object Gate => Record;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="JobArgsException">They do not parse.</exception>
    internal void ReadArgs()
    {
        try
        {
            Args = _job.ParseArgs(ArgsJson.Span);
        }
        catch (Exception exception)
        {
            // Whatever is thrown here, a constructor's check included, comes from the arguments, and they will not change.
            throw new JobArgsException($"Its arguments do not parse as {Binding.TypeName.Of(_job.ArgsType)}: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the arguments and runs the handler: what is innermost of all middleware.</summary>
    internal ValueTask<object?> RunHandlerAsync()
    {
        ReadArgs();
        return _job.InvokeAsync(this);
    }

    internal void Cancel(CancelReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)CancelReason.None) == (int)CancelReason.None)
        {
            Volatile.Write(ref _toldAt, _server.Runtime.Time.GetTimestamp());
            // Callbacks of the handler's run on the pool, not on the thread of whoever cancels.
            _ = Volatile.Read(ref _cancellation)?.CancelAsync();
        }
    }

    /// <summary>How long it goes on though it was told to stop, the first time that this is longer than a patience; null otherwise.</summary>
    internal TimeSpan? Ignored(TimeSpan patience)
    {
        if (_complained || Volatile.Read(ref _toldAt) == long.MinValue)
        {
            return null;
        }
        var since = _server.Runtime.Time.GetElapsedTime(Volatile.Read(ref _toldAt));
        _complained = since >= patience;
        return _complained ? since : null;
    }

    // Made when first asked for: most jobs never look. Whoever makes it looks for a reason afterwards, and whoever gives a reason looks
    // for the source afterwards, so one of the two fires it.
    private CancellationToken MakeToken()
    {
        var made = new CancellationTokenSource();
        var source = Interlocked.CompareExchange(ref _cancellation, made, null) ?? made;
        if (Reason != CancelReason.None)
        {
            source.Cancel();
        }
        return source.Token;
    }

    /// <summary>Publishes progress that watchers have not seen, unless the attempt has ended: then its end brings the last one.</summary>
    internal JobProgress? ShowProgress()
    {
        lock (Gate)
        {
            if (_ended || !_unseen)
            {
                return null;
            }
            _unseen = false;
            Publish();
            return _progress;
        }
    }

    /// <summary>Marks the end, behind which no progress is shown by itself.</summary>
    internal void End()
    {
        lock (Gate)
        {
            _ended = true;
        }
    }

    /// <summary>Publishes the last lines and progress if watchers have not seen them.</summary>
    internal void ShowLastProgress()
    {
        PublishLines();
        if (_unseen)
        {
            _unseen = false;
            Publish();
        }
    }

    internal ValueTask DisposeScopeAsync()
    {
        if (_scope is IAsyncDisposable scope)
        {
            return scope.DisposeAsync();
        }
        _scope?.Dispose();
        return default;
    }

    private void Publish()
    {
        if (_server.Runtime.Feed.IsObserved)
        {
            _server.Runtime.Feed.Publish(new JobProgressed(Id, Name, _progress!.Fraction, _progress.Message));
        }
    }
}
