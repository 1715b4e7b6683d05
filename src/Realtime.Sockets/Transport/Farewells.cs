namespace Realtime.Sockets;

/// <summary>Tells connections to go when the server stops: a few at once, many in batches over a while, so that whoever takes them over is not met by all in one instant.</summary>
internal sealed class Farewells
{
    // Fewer than these come back at once without harm to anybody.
    private const int LeastBatch = 500;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<Link> _links;
    private readonly int _batch;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private int _next;

    private Farewells(IReadOnlyList<Link> links, int batch)
    {
        _links = links;
        _batch = batch;
    }

    /// <summary>Begins, and returns when the first batch was told.</summary>
    /// <param name="links">The connections.</param>
    /// <param name="window">Over how long the closes are spread.</param>
    /// <param name="time">The clock.</param>
    public static void Say(IReadOnlyList<Link> links, TimeSpan window, TimeProvider time)
    {
        var rounds = Math.Max(window / Rest, 1);
        var farewells = new Farewells(links, Math.Max((int)Math.Ceiling(links.Count / rounds), LeastBatch));
        farewells.SayNext();
        if (farewells._next < links.Count)
        {
            lock (farewells._gate)
            {
                farewells._timer = time.CreateTimer(static state => ((Farewells)state!).SayNext(), farewells, Rest, Rest);
            }
        }
    }

    private void SayNext()
    {
        lock (_gate)
        {
            for (var end = Math.Min(_next + _batch, _links.Count); _next < end; _next++)
            {
                _links[_next].GoAway();
            }
            if (_next == _links.Count)
            {
                _timer?.Dispose();
            }
        }
    }
}
