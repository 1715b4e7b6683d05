using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting.Epoll;

/// <summary>What the transport of our own must do beyond the contract, which its suites check: stay fair whatever handlers do, and lose nothing.</summary>
public sealed class EpollTransportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Handlers_that_block_hold_up_nobody_else()
    {
        using var release = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(16);
        await using var server = await ServeAsync(http =>
        {
            if (http.Path == "/block")
            {
                blocked.Signal();
                Assert.True(release.Wait(Patience));
            }
            return default;
        });
        // As many as would fill every loop several times over, and each on a connection of its own.
        using var client = new HttpClient { BaseAddress = server.Address };
        var blocking = Enumerable.Range(0, blocked.InitialCount).Select(_ => client.GetAsync(new Uri("/block", UriKind.Relative))).ToArray();
        Assert.True(blocked.Wait(Patience));

        // New connections and those that were there before.
        for (var round = 0; round < 40; round++)
        {
            using var response = await client.GetAsync(new Uri("/", UriKind.Relative)).WaitAsync(Patience);
            Assert.True(response.IsSuccessStatusCode);
        }

        Assert.All(blocking, static one => Assert.False(one.IsCompleted));
        release.Set();
        foreach (var one in blocking)
        {
            using var response = await one.WaitAsync(Patience);
            Assert.True(response.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_connection_is_served_on_while_another_of_its_loop_blocks()
    {
        using var release = new ManualResetEventSlim();
        using var blocked = new ManualResetEventSlim();
        await using var server = await ServeAsync(http =>
        {
            if (http.Path == "/block")
            {
                blocked.Set();
                Assert.True(release.Wait(Patience));
            }
            return default;
        });
        // Enough that some share the loop that is going to be blocked, and all are known to it before.
        var streams = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => RawClient.ConnectAsync(server.Address)));
        foreach (var stream in streams)
        {
            await RequestAsync(stream, "/");
        }
        await streams[0].WriteAsync("GET /block HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        Assert.True(blocked.Wait(Patience));

        foreach (var stream in streams[1..])
        {
            await RequestAsync(stream, "/");
        }

        release.Set();
        Assert.StartsWith("HTTP/1.1 200", await RawClient.ReadHeadAsync(streams[0]), StringComparison.Ordinal);
        Array.ForEach(streams, static stream => stream.Dispose());
    }

    [Fact]
    public async Task A_WebSocket_handler_may_wait_synchronously_for_its_own_next_message()
    {
        await using var server = await KestrelServerHost.StartAsync(static async connection =>
        {
            if (connection is WebSocketConnection socket)
            {
                await socket.AcceptAsync();
                var buffer = new byte[16];
                for (var i = 0; i < 2; i++)
                {
                    var received = socket.ReceiveAsync(buffer).AsTask().GetAwaiter().GetResult();
                    await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true);
                }
            }
        });
        using var patience = new CancellationTokenSource(Patience);
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws" }.Uri, patience.Token);
        var buffer = new byte[16];

        foreach (var text in new[] { "one", "two" })
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
            var received = await client.ReceiveAsync(buffer, patience.Token);
            Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
    }

    [Fact]
    public async Task A_large_body_comes_whole_to_a_handler_that_reads_slowly()
    {
        var digest = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ServeAsync(async http =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var pieces = 0; ; pieces++)
            {
                var read = await http.RequestBody.ReadAsync();
                foreach (var piece in read.Buffer)
                {
                    hash.AppendData(piece.Span);
                }
                http.RequestBody.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
                if (pieces % 16 == 0)
                {
                    // Lets the input run full, so that reading has to pause and to go on.
                    await Task.Delay(5);
                }
            }
            digest.SetResult(hash.GetHashAndReset());
        });
        var body = new byte[20 * 1024 * 1024];
        new Random(1).NextBytes(body);
        using var client = new HttpClient { BaseAddress = server.Address };

        using var response = await client.PostAsync(new Uri("/", UriKind.Relative), new ByteArrayContent(body)).WaitAsync(Patience);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(SHA256.HashData(body), await digest.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_large_response_comes_whole_to_a_client_that_reads_slowly()
    {
        var body = new byte[20 * 1024 * 1024];
        new Random(2).NextBytes(body);
        await using var server = await ServeAsync(async http =>
        {
            for (var at = 0; at < body.Length; at += 100_000)
            {
                http.ResponseBody.Write(body.AsSpan(at, Math.Min(100_000, body.Length - at)));
                await http.ResponseBody.FlushAsync();
            }
        });
        await using var stream = await RawClient.ConnectAsync(server.Address);
        await stream.WriteAsync("GET / HTTP/1.0\r\nHost: a\r\n\r\n"u8.ToArray());
        var head = await RawClient.ReadHeadAsync(stream);
        using var received = new MemoryStream();
        var buffer = new byte[256 * 1024];
        while (await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience) is var length and > 0)
        {
            received.Write(buffer, 0, length);
            if (received.Length % 7 == 0)
            {
                await Task.Delay(5);
            }
        }

        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        Assert.Equal(SHA256.HashData(body), SHA256.HashData(received.ToArray()));
    }

    [Fact]
    public async Task A_client_that_reads_nothing_does_not_keep_the_server_from_stopping()
    {
        var isFull = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = await ServeAsync(
            async http =>
            {
                var piece = new byte[1024 * 1024];
                while (!http.Disconnected.IsCancellationRequested)
                {
                    http.ResponseBody.Write(piece);
                    var flush = http.ResponseBody.FlushAsync();
                    if (!flush.IsCompleted)
                    {
                        isFull.TrySetResult();
                    }
                    await flush;
                }
                ended.SetResult();
            },
            TimeSpan.FromMilliseconds(200));
        await using var stream = await RawClient.ConnectAsync(server.Address);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await isFull.Task.WaitAsync(Patience);

        await server.StopAsync().WaitAsync(Patience);

        await ended.Task.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_learns_that_its_client_has_gone(bool reset)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ServeAsync(async http =>
        {
            await using var registration = http.Disconnected.Register(gone.SetResult);
            started.SetResult();
            await gone.Task;
        });
        var socket = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        await started.Task.WaitAsync(Patience);

        if (reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        socket.Close();

        await gone.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Requests_cut_at_every_byte_and_requests_in_one_piece_are_answered_alike()
    {
        await using var server = await ServeAsync(static http =>
        {
            http.ResponseBody.Write(Encoding.UTF8.GetBytes(http.Path));
            return default;
        });
        await using var stream = await RawClient.ConnectAsync(server.Address);
        var request = Encoding.ASCII.GetBytes("GET /abc HTTP/1.1\r\nHost: a\r\n\r\n");
        for (var cut = 1; cut < request.Length; cut++)
        {
            await stream.WriteAsync(request.AsMemory(0, cut));
            await stream.WriteAsync(request.AsMemory(cut));
            var head = await RawClient.ReadHeadAsync(stream);
            Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
            var body = new byte[4];
            await stream.ReadExactlyAsync(body).AsTask().WaitAsync(Patience);
            Assert.Equal("/abc", Encoding.ASCII.GetString(body));
        }
    }

    [Fact]
    public async Task Connections_that_come_and_go_leave_no_descriptor_behind()
    {
        await using var server = await ServeAsync(static _ => default);
        await ChurnAsync(server.Address, 50);
        var before = await SettledDescriptorsAsync(int.MaxValue);

        await ChurnAsync(server.Address, 1000);

        Assert.InRange(await SettledDescriptorsAsync(before + 20), 0, before + 20);
    }

    [Fact]
    public async Task The_platforms_transport_serves_too()
    {
        var threads = new ConcurrentBag<bool>();
        await using var server = await KestrelServerHost.StartAsync(
            connection =>
            {
                if (connection is HttpConnection)
                {
                    threads.Add(Thread.CurrentThread.IsThreadPoolThread);
                }
                return default;
            },
            new ServerHostOptions { RunInline = false });
        using var client = new HttpClient { BaseAddress = server.Address };

        using var response = await client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.True(response.IsSuccessStatusCode);
        Assert.True(Assert.Single(threads));
    }

    private static Task<KestrelServerHost> ServeAsync(Func<HttpConnection, ValueTask> handler, TimeSpan? shutdownTimeout = null) =>
        KestrelServerHost.StartAsync(
            connection => connection is HttpConnection http ? handler(http) : default,
            new ServerHostOptions { ShutdownTimeout = shutdownTimeout });

    private static async Task RequestAsync(Stream stream, string path)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200", await RawClient.ReadHeadAsync(stream), StringComparison.Ordinal);
    }

    private static async Task ChurnAsync(Uri address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await using var stream = await RawClient.ConnectAsync(address);
            switch (i % 3)
            {
                case 0:
                    await RequestAsync(stream, "/");
                    break;
                case 1:
                    await stream.WriteAsync("GET / HT"u8.ToArray());
                    break;
                default:
                    stream.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
                    break;
            }
        }
    }

    /// <summary>How many descriptors this process has open, once they are at most so many or have not become fewer for a while.</summary>
    private static async Task<int> SettledDescriptorsAsync(int most)
    {
        var fewest = int.MaxValue;
        for (var same = 0; same < 40 && fewest > most || same < 10;)
        {
            var now = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
            same = now < fewest ? 0 : same + 1;
            fewest = Math.Min(fewest, now);
            await Task.Delay(50);
        }
        return fewest;
    }
}
