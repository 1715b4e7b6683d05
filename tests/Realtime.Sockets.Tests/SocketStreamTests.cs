using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Realtime.Testing;

namespace Realtime.Sockets.Tests;

/// <summary>Messages that are too large to be held, both ways.</summary>
public sealed class SocketStreamTests
{
    [Fact]
    public async Task A_message_beyond_the_limit_is_received_in_pieces_when_asked_for()
    {
        var app = new App();
        app.WebSocket("/upload", static async (Socket socket) =>
        {
            await foreach (var upload in socket.ReadStreamsAsync())
            {
                var hash = await SHA256.HashDataAsync(upload);
                await socket.SendAsync($"{upload.MessageType} {Convert.ToHexString(hash)}");
            }
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/upload");

        foreach (var length in new[] { 3_000_000, 0, 1, 65_537 })
        {
            var bytes = RandomNumberGenerator.GetBytes(length);
            await client.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None);
            Assert.Equal($"Binary {Convert.ToHexString(SHA256.HashData(bytes))}", await ReceiveTextAsync(client));
        }
    }

    [Fact]
    public async Task A_message_read_as_a_stream_has_a_limit_where_one_is_given()
    {
        var app = new App();
        app.WebSocket("/upload", static async (Socket socket) =>
        {
            await foreach (var upload in socket.ReadStreamsAsync(maxMessageSize: 100_000))
            {
                await upload.CopyToAsync(Stream.Null);
                await socket.SendAsync("whole");
            }
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/upload");

        await client.SendAsync(new byte[100_000], WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Equal("whole", await ReceiveTextAsync(client));
        await client.SendAsync(new byte[100_001], WebSocketMessageType.Binary, true, CancellationToken.None);

        Assert.Equal("", await ReceiveTextAsync(client));
        Assert.Equal(1009, (int?)client.CloseStatus);
    }

    [Fact]
    public async Task What_is_left_of_a_message_is_skipped_and_whole_messages_have_their_limit_again()
    {
        var app = new App();
        app.WebSocket("/peek", static async (Socket socket) =>
        {
            await foreach (var stream in socket.ReadStreamsAsync())
            {
                var first = new byte[1];
                await stream.ReadExactlyAsync(first);
                await socket.SendAsync(Encoding.ASCII.GetString(first));
                if (first[0] == 'b')
                {
                    break;
                }
            }
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/peek");

        foreach (var letter in "ab")
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(new string(letter, 300_000)), WebSocketMessageType.Text, true, CancellationToken.None);
            Assert.Equal($"{letter}", await ReceiveTextAsync(client));
        }
        await client.SendAsync("whole"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal("whole", await ReceiveTextAsync(client));
        await client.SendAsync(new byte[65_537], WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Equal("", await ReceiveTextAsync(client));
        Assert.Equal(1009, (int?)client.CloseStatus);
    }

    [Fact]
    public async Task A_message_whose_sender_vanishes_is_not_taken_for_a_whole_one()
    {
        var failure = new TaskCompletionSource<Exception>();
        var app = new App();
        app.WebSocket("/upload", async (Socket socket) =>
        {
            await foreach (var upload in socket.ReadStreamsAsync())
            {
                try
                {
                    await PipeReader.Create(upload).CopyToAsync(Stream.Null);
                }
                catch (Exception exception)
                {
                    failure.SetResult(exception);
                    throw;
                }
            }
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/upload");

        await client.SendAsync(new byte[100_000], WebSocketMessageType.Binary, endOfMessage: false, CancellationToken.None);
        client.Abort();

        Assert.Contains("1006", Assert.IsType<IOException>(await failure.Task.WaitAsync(TimeSpan.FromSeconds(20))).Message);
    }

    [Fact]
    public async Task Streams_and_sequences_are_sent_as_one_message_each_whoever_else_sends_meanwhile()
    {
        var app = new App();
        app.WebSocket("/download", static async (Socket socket) =>
        {
            await Task.WhenAll(
                socket.SendStreamAsync(new MemoryStream(new byte[200_000])).AsTask(),
                socket.SendStreamAsync(WordsAsync()).AsTask(),
                socket.SendStreamAsync(PiecesAsync(), WebSocketMessageType.Text).AsTask(),
                socket.SendAsync("whole").AsTask(),
                socket.SendAsync(new MemoryStream("stream"u8.ToArray())).AsTask());
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/download");

        var received = new List<string>();
        for (var count = 0; count < 5; count++)
        {
            var text = await ReceiveTextAsync(client);
            received.Add(text.Length > 100 ? $"{text.Length} bytes" : text);
        }

        Assert.Equal(["200000 bytes", "Grüße, 𝄞!", "one two ", "stream", "whole"], received.Order(StringComparer.Ordinal));

        static async IAsyncEnumerable<string> WordsAsync()
        {
            foreach (var word in new[] { "Grüße", "", ", \uD834", "\uDD1E", "!" })
            {
                await Task.Yield();
                yield return word;
            }
        }

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> PiecesAsync()
        {
            foreach (var word in new[] { "one ", "two " })
            {
                await Task.Yield();
                yield return Encoding.UTF8.GetBytes(word);
            }
        }
    }

    [Fact]
    public async Task A_source_that_fails_half_way_closes_the_socket()
    {
        var app = new App();
        app.WebSocket("/broken", static async (Socket socket) =>
        {
            await Assert.ThrowsAsync<FormatException>(async () => await socket.SendStreamAsync(FailAsync()));
            await socket.SendAsync("must not follow half of a message");
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/broken");

        await ReceiveTextAsync(client);
        Assert.Equal(1011, (int?)client.CloseStatus);

        static async IAsyncEnumerable<string> FailAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return "half";
            await Task.Yield();
            throw new FormatException();
        }
    }

    private static async Task<string> ReceiveTextAsync(WebSocket client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var message = new MemoryStream();
        var buffer = new byte[16_384];
        while (true)
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(), limit.Token);
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage || received.MessageType == WebSocketMessageType.Close)
            {
                return Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }
}
