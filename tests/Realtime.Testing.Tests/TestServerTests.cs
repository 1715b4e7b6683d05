using System.Buffers;
using System.Net;
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
}
