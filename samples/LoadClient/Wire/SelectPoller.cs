using System.Net.Sockets;
using Realtime.LoadClient.Measuring;

namespace Realtime.LoadClient.Wire;

/// <summary>Every other system: <see cref="Socket.Select(System.Collections.IList, System.Collections.IList, System.Collections.IList, int)"/>, good for some hundred connections.</summary>
internal sealed class SelectPoller : Poller
{
    private readonly Dictionary<Socket, int> _tags = [];
    private readonly List<Socket> _readable = [];

    public override void Add(Socket socket, int tag) => _tags[socket] = tag;

    public override void Remove(Socket socket) => _tags.Remove(socket);

    public override int Wait(Span<int> tags, long until)
    {
        var microseconds = (int)Math.Clamp((until - Clock.Now()) / 1_000, 0, 1_000_000);
        if (_tags.Count == 0)
        {
            Thread.Sleep(TimeSpan.FromMicroseconds(microseconds));
            return 0;
        }
        _readable.Clear();
        _readable.AddRange(_tags.Keys);
        Socket.Select(_readable, null, null, microseconds);
        var count = Math.Min(tags.Length, _readable.Count);
        for (var index = 0; index < count; index++)
        {
            tags[index] = _tags[_readable[index]];
        }
        return count;
    }

    public override void Dispose()
    {
    }
}
