using System.Net;
using System.Text;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

/// <summary>Ranges of RFC 9110, section 14, over every kind of body that has them.</summary>
public sealed class RangeTests
{
    private const string Whole = "0123456789abcdefghij";

    public static TheoryData<string, int, string, string?> Ranges => new()
    {
        { "bytes=0-4", 206, "01234", "bytes 0-4/20" },
        { "bytes=5-", 206, "56789abcdefghij", "bytes 5-19/20" },
        { "bytes=-3", 206, "hij", "bytes 17-19/20" },
        { "bytes=-99", 206, Whole, "bytes 0-19/20" },
        { "bytes=18-99", 206, "ij", "bytes 18-19/20" },
        { "bytes=18-99999999999999999999999", 206, "ij", "bytes 18-19/20" },
        { "Bytes = 0-0", 206, "0", "bytes 0-0/20" },
        { "bytes=20-", 416, "", "bytes */20" },
        { "bytes=99999999999999999999999-", 416, "", "bytes */20" },
        { "bytes=-0", 416, "", "bytes */20" },
        { "bytes=4-2", 200, Whole, null },
        { "bytes=", 200, Whole, null },
        { "bytes=x-y", 200, Whole, null },
        { "bytes=+1-2", 200, Whole, null },
        { "bytes=1", 200, Whole, null },
        { "lines=0-4", 200, Whole, null },
        { "bytes=0-15,2-18", 200, Whole, null },
        { "bytes=0-4, 99-", 206, "01234", "bytes 0-4/20" },
        { "bytes=" + "0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8,9-9,0-0", 200, Whole, null },
    };

    [Theory]
    [MemberData(nameof(Ranges))]
    public async Task A_range_is_sent_of_a_file_bytes_or_a_stream(string range, int status, string body, string? contentRange)
    {
        await using var served = await Served.StartAsync();

        foreach (var path in new[] { "/file", "/bytes", "/stream" })
        {
            using var response = await served.GetAsync(path, range);

            Assert.Equal((status, body), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
            Assert.Equal(contentRange, response.Content.Headers.ContentRange?.ToString());
            Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
            Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task Several_ranges_are_parts_of_one_body()
    {
        await using var served = await Served.StartAsync();

        foreach (var path in new[] { "/file", "/bytes", "/stream" })
        {
            using var response = await served.GetAsync(path, "bytes=0-1, -2, 5-5");

            Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
            var type = response.Content.Headers.ContentType!;
            Assert.Equal("multipart/byteranges", type.MediaType);
            Assert.Null(response.Content.Headers.ContentRange);
            var boundary = type.Parameters.Single(static parameter => parameter.Name == "boundary").Value;
            var text = await response.Content.ReadAsStringAsync();
            Assert.Equal(
                $"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/20\r\n\r\n01\r\n" +
                $"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 18-19/20\r\n\r\nij\r\n" +
                $"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 5-5/20\r\n\r\n5\r\n--{boundary}--\r\n",
                text);
            Assert.Equal(Encoding.UTF8.GetByteCount(text), response.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task A_range_holds_only_for_the_state_that_it_names()
    {
        await using var served = await Served.StartAsync();
        using var whole = await served.GetAsync("/file", null);
        var (tag, date) = (whole.Headers.ETag!.ToString(), whole.Content.Headers.LastModified!.Value);

        Assert.Equal(206, await StatusAsync(tag));
        Assert.Equal(206, await StatusAsync(date.ToString("R")));
        Assert.Equal(200, await StatusAsync("\"other\""));
        Assert.Equal(200, await StatusAsync("W/" + tag));
        Assert.Equal(200, await StatusAsync(date.AddSeconds(1).ToString("R")));
        Assert.Equal(200, await StatusAsync(date.AddSeconds(-1).ToString("R")));
        Assert.Equal(200, await StatusAsync("nonsense"));

        async Task<int> StatusAsync(string condition)
        {
            using var response = await served.GetAsync("/file", "bytes=0-1", condition);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Only_a_GET_has_ranges()
    {
        await using var served = await Served.StartAsync();

        using var head = await served.GetAsync("/file", "bytes=0-1", method: HttpMethod.Head);

        Assert.Equal((HttpStatusCode.OK, 20), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task A_condition_goes_before_a_range()
    {
        await using var served = await Served.StartAsync();
        using var whole = await served.GetAsync("/file", null);

        using var message = new HttpRequestMessage(HttpMethod.Get, "/file") { Headers = { { "Range", "bytes=0-1" }, { "If-None-Match", whole.Headers.ETag!.ToString() } } };
        using var response = await served.Http.SendAsync(message);

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
    }

    [Fact]
    public async Task A_stream_that_cannot_seek_is_sent_whole_and_closed()
    {
        var source = new OneWay(Encoding.ASCII.GetBytes(new string('x', 100_000)));
        var app = new App();
        app.Get("/", () => Response.Stream(source, "text/plain", downloadName: "grüße.txt"));
        app.Get("/result", Stream () => new MemoryStream("abc"u8.ToArray()));
        app.Get("/file", () => new FileInfo(typeof(RangeTests).Assembly.Location));
        await using var server = await TestServer.StartAsync(app);
        using var message = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Range", "bytes=0-1" } } };

        using var response = await server.Http.SendAsync(message);

        Assert.Equal((HttpStatusCode.OK, 100_000), (response.StatusCode, (await response.Content.ReadAsStringAsync()).Length));
        Assert.Equal("attachment; filename=\"gr__e.txt\"; filename*=UTF-8''gr%C3%BC%C3%9Fe.txt", response.Content.Headers.GetValues("Content-Disposition").Single());
        Assert.True(source.IsClosed);
        Assert.Equal("abc", await server.Http.GetStringAsync("/result"));
        Assert.Equal(new FileInfo(typeof(RangeTests).Assembly.Location).Length, (await server.Http.GetByteArrayAsync("/file")).Length);
    }

    private sealed class Served(TestServer server, string path) : IAsyncDisposable
    {
        public HttpClient Http => server.Http;

        public static async Task<Served> StartAsync()
        {
            var path = Path.Combine(Path.GetTempPath(), $"realtime-{Guid.NewGuid():N}.txt");
            await File.WriteAllTextAsync(path, Whole);
            var app = new App();
            app.Get("/file", () => Response.File(path));
            app.Get("/bytes", () => Response.Bytes(Encoding.ASCII.GetBytes(Whole), "text/plain; charset=utf-8"));
            app.Get("/stream", () => Response.Stream(new MemoryStream(Encoding.ASCII.GetBytes(Whole)), "text/plain; charset=utf-8"));
            return new Served(await TestServer.StartAsync(app), path);
        }

        public async Task<HttpResponseMessage> GetAsync(string url, string? range, string? condition = null, HttpMethod? method = null)
        {
            using var message = new HttpRequestMessage(method ?? HttpMethod.Get, url);
            if (range is not null)
            {
                message.Headers.TryAddWithoutValidation("Range", range);
            }
            if (condition is not null)
            {
                message.Headers.TryAddWithoutValidation("If-Range", condition);
            }
            return await Http.SendAsync(message);
        }

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            File.Delete(path);
        }
    }

    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public bool IsClosed { get; private set; }

        public override bool CanSeek => false;

        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
        }
    }
}
