namespace Realtime.Hosting.Epoll;

/// <summary>Looks at the loops every few milliseconds while they work, and rests while they rest.</summary>
internal sealed class StallWatch : IDisposable
{
    private const int IdleTicks = 100;

    // Long against a request, short against what a person notices.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly AutoResetEvent _signal = new(initialState: false);
    private EpollLoop[] _loops = [];
    private volatile bool _resting;
    private volatile bool _stopped;

    /// <summary>Begins to look.</summary>
    public void Start(EpollLoop[] loops)
    {
        _loops = loops;
        new Thread(static watch => ((StallWatch)watch!).Run()) { IsBackground = true, Name = "Realtime stall watch" }.UnsafeStart(this);
    }

    /// <summary>A loop works: it needs to be looked at.</summary>
    public void Watch()
    {
        if (_resting)
        {
            _signal.Set();
        }
    }

    public void Dispose()
    {
        _stopped = true;
        _signal.Set();
    }

    private void Run()
    {
        var idle = 0;
        while (!_stopped)
        {
            idle = Check() ? 0 : idle + 1;
            if (idle < IdleTicks)
            {
                _signal.WaitOne(Tick);
                continue;
            }
            _resting = true;
            // A loop that began to work before it could see that we rest is seen here.
            if (!Check())
            {
                _signal.WaitOne();
            }
            _resting = false;
            idle = 0;
        }
    }

    private bool Check()
    {
        var active = false;
        foreach (var loop in _loops)
        {
            active |= loop.Check();
        }
        return active;
    }
}
