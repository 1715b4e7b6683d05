using System.Net;
using System.Net.Sockets;
using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Wire;

namespace Realtime.LoadClient.Tests.Wire;

public sealed class PollerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_poller_says_who_has_something_and_when_the_time_has_come(bool isPortable)
    {
        using Poller poller = isPortable ? new SelectPoller() : Poller.Create();
        using var listener = new System.Net.Sockets.Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new System.Net.Sockets.Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        poller.Add(client, 7);
        var tags = new int[4];

        var due = Clock.Now() + (20 * Clock.Millisecond);
        Assert.Equal(0, poller.Wait(tags, due));
        Assert.True(Clock.Now() >= due - Clock.Millisecond);

        server.Send([1]);
        Assert.Equal(1, poller.Wait(tags, Clock.Now() + (30 * Clock.Second)));
        Assert.Equal(7, tags[0]);

        poller.Remove(client);
        Assert.Equal(0, poller.Wait(tags, Clock.Now() + Clock.Millisecond));
    }
}
