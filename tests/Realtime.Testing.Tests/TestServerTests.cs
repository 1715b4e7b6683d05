using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Realtime.Protocol;
using Realtime.Testing;

namespace Realtime.Testing.Tests;

public sealed class TestServerTests
{
    [Fact]
    public async Task An_application_answers_an_HttpClient()
    {
        await using var server = await TestServer.StartAsync(static connection =>
        {
            if (connection is HttpConnection http)
            {
                http.ResponseHeaders.ContentType = "text/plain";
                http.ResponseBody.Write(Encoding.UTF8.GetBytes($"{http.Method} {http.Path}{http.QueryString}"));
            }
            return default;
        });

        var response = await server.Http.GetAsync(new Uri("/a%20b?c=d", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("GET /a b?c=d", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_WebSocket_echoes()
    {
        await using var server = await TestServer.StartAsync(static async connection =>
        {
            if (connection is not WebSocketConnection socket)
            {
                return;
            }
            await socket.AcceptAsync();
            var buffer = new byte[64];
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage);
            }
        });

        using var client = await server.ConnectWebSocketAsync("/echo");
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var buffer = new byte[64];
        var received = await client.ReceiveAsync(buffer, CancellationToken.None);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
        Assert.Equal(WebSocketState.Closed, client.State);
    }
}
