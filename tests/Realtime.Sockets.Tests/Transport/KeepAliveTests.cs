using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Hosting;
using Realtime.Sockets.Tests.Rfc6455;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Transport;

/// <summary>Silent peers of raw routes, in a test's time.</summary>
public sealed class KeepAliveTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_silent_peer_is_pinged_and_one_that_does_not_answer_is_cut_off()
    {
        await using var server = await ClockedServer.StartAsync(new SocketOptions());
        await using var client = await server.OpenAsync();

        Assert.InRange(await server.PassUntilHeardAsync(client), 29, 90);
        Assert.Equal("ping:", (await client.ReadAsync()).ToString());
        Assert.InRange(await server.PassUntilHeardAsync(client), 19, 30);

        Assert.True(await client.EndsAsync());
        Assert.Equal(1006, await server.Code.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_peer_that_answers_its_pings_stays()
    {
        await using var server = await ClockedServer.StartAsync(new SocketOptions());
        await using var client = await server.OpenAsync();

        for (var round = 0; round < 5; round++)
        {
            await server.PassUntilHeardAsync(client);
            Assert.Equal("ping:", (await client.ReadAsync()).ToString());
            await client.SendAsync(Frame.Of(Frame.Pong, ""));
            // An answered ping says that the pong before it was read.
            await client.SendAsync(Frame.Of(Frame.Ping, "x"));
            Assert.Equal("pong:78", (await client.ReadAsync()).ToString());
        }
    }

    [Fact]
    public async Task Where_pings_are_turned_off_silence_may_last()
    {
        await using var server = await ClockedServer.StartAsync(new SocketOptions { KeepAliveInterval = TimeSpan.Zero });
        await using var client = await server.OpenAsync();

        Assert.Equal(500, await server.PassUntilHeardAsync(client, atMost: 500));
    }

    [Fact]
    public async Task A_message_that_does_not_come_in_time_closes_the_socket_though_its_peer_is_there()
    {
        await using var server = await ClockedServer.StartAsync(new SocketOptions { ReceiveTimeout = TimeSpan.FromSeconds(100), KeepAliveInterval = TimeSpan.FromSeconds(10) });
        await using var client = await server.OpenAsync();
        var passed = 0;
        ServerFrame? frame;
        do
        {
            passed += await server.PassUntilHeardAsync(client);
            frame = await client.ReadAsync();
            await client.SendAsync(Frame.Of(Frame.Pong, ""));
        }
        while (frame is { Opcode: Frame.Ping });

        Assert.Equal("close:3001", frame.ToString());
        Assert.InRange(passed, 99, 130);
        await client.SendAsync(Frame.CloseWith(3001));
        Assert.Equal(3001, await server.Code.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_handler_that_is_at_work_does_not_hold_silence_against_its_peer()
    {
        await using var server = await ClockedServer.StartAsync(new SocketOptions { ReceiveTimeout = TimeSpan.FromSeconds(50) });
        await using var client = await server.OpenAsync();
        await client.SendAsync(Frame.Of(Frame.Text, "work"));
        await server.AtWork.Task.WaitAsync(Patience);

        Assert.Equal(300, await server.PassUntilHeardAsync(client, atMost: 300));
        server.GoOn.SetResult();

        Assert.Equal("text:work", (await client.ReadAsync()).ToString());
    }

    [Theory]
    [InlineData(0, 5, true, "Alive Ping Alive Dead Dead")]
    [InlineData(1, 5, true, "Alive Alive Alive Alive Alive")]
    [InlineData(0, 5, false, "Alive Alive Alive Alive Alive")]
    public void It_pings_behind_a_silent_interval_and_gives_up_behind_a_silent_ping(int heardEachLook, int looks, bool canHear, string verdicts)
    {
        // Looks 10 ticks apart; a look before its time changes nothing.
        var keepAlive = new KeepAlive(every: 10, patience: 20, now: 100);
        var seen = new List<KeepAliveVerdict>();
        for (var look = 1; look <= looks; look++)
        {
            seen.Add(keepAlive.Look(100 + (10 * look), activity: 1 + (heardEachLook * look), canHear));
        }

        Assert.Equal(verdicts, string.Join(' ', seen));
    }

    /// <summary>An echo on a real port that lives in a test's time.</summary>
    private sealed class ClockedServer : IAsyncDisposable
    {
        private readonly ManualTimeProvider _time = new();
        private KestrelServerHost _host = null!;

        public TaskCompletionSource<int?> Code { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource AtWork { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<ClockedServer> StartAsync(SocketOptions options)
        {
            var server = new ClockedServer();
            var app = new App();
            app.Services.AddSingleton<TimeProvider>(server._time);
            app.WebSocket("/echo", server.EchoAsync, options);
            server._host = await KestrelServerHost.StartAsync(app);
            return server;
        }

        public async Task<WireClient> OpenAsync()
        {
            var client = await WireClient.OpenAsync(_host.Address, "/echo");
            await client.SendAsync(Frame.Of(Frame.Text, "hello"));
            Assert.Equal("text:hello", (await client.ReadAsync()).ToString());
            return client;
        }

        /// <summary>Lets seconds pass until something can be read, and tells how many.</summary>
        public async Task<int> PassUntilHeardAsync(WireClient client, int atMost = 1000)
        {
            for (var passed = 0; passed < atMost; passed++)
            {
                if (client.Tcp.Poll(2000, SelectMode.SelectRead))
                {
                    return passed;
                }
                await Task.Yield();
                _time.Advance(TimeSpan.FromSeconds(1));
            }
            return atMost;
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        private async Task EchoAsync(Socket socket)
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                if (message.Text == "work")
                {
                    AtWork.SetResult();
                    await GoOn.Task;
                }
                await socket.SendAsync(message);
            }
            Code.SetResult(socket.CloseCode);
        }
    }
}
