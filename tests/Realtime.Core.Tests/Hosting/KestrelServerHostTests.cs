using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

public sealed class KestrelServerHostTests
{
    [Fact]
    public async Task An_application_answers_over_a_port()
    {
        await using var server = await KestrelServerHost.StartAsync(static connection =>
        {
            if (connection is HttpConnection http)
            {
                http.ResponseHeaders.ContentType = "text/plain";
                http.ResponseBody.Write(Encoding.UTF8.GetBytes($"{http.Method} {http.Path}{http.QueryString}"));
            }
            return default;
        });
        using var client = new HttpClient { BaseAddress = server.Address };

        var response = await client.GetAsync(new Uri("/a%20b?c=d", UriKind.Relative));

        Assert.Equal("GET /a b?c=d", await response.Content.ReadAsStringAsync());
        Assert.Equal(12, response.Content.Headers.ContentLength);
        Assert.Empty(response.Headers.Server);
    }

    [Fact]
    public async Task A_handler_that_blocks_on_its_own_body_is_slow_but_not_stuck()
    {
        var app = new App();
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Post("/", (Request request) =>
        {
            var text = request.ReadTextAsync().AsTask();
            reading.SetResult();
            return text.GetAwaiter().GetResult();
        });
        await using var server = await KestrelServerHost.StartAsync(app);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, patience.Token);
        var stream = client.GetStream();

        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhal"u8.ToArray(), patience.Token);
        await reading.Task.WaitAsync(patience.Token);
        await stream.WriteAsync("ves"u8.ToArray(), patience.Token);

        using var reader = new StreamReader(stream);
        Assert.EndsWith("halves", await reader.ReadToEndAsync(patience.Token), StringComparison.Ordinal);
    }
}
