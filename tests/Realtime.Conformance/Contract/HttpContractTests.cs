using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Realtime.Protocol;
using Xunit;

namespace Realtime.Conformance.Contract;

/// <summary>The contract's rules for HTTP: every server inherits and passes them.</summary>
public abstract class HttpContractTests
{
    private static readonly Uri Root = new("/", UriKind.Relative);

    /// <summary>Whether a response to a plain GET may have trailers, as it always may in HTTP/2.</summary>
    protected virtual bool HasTrailers => false;

    protected abstract Task<ContractServer> StartAsync(Application application);

    [Fact]
    public async Task An_application_that_does_nothing_has_answered_200_with_an_empty_body()
    {
        await using var server = await StartAsync(Probe.Http(static _ => Task.CompletedTask));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("/a%20b/c%2Fd?q=%20", "/a b/c%2Fd", "?q=%20")]
    [InlineData("/", "/", "")]
    [InlineData("/%C3%BC", "/ü", "")]
    public async Task The_path_is_decoded_but_for_an_encoded_slash(string target, string path, string query)
    {
        await using var server = await StartAsync(Probe.Http(static async http =>
            await http.WriteAsync($"{http.Method} {http.RootPath}{http.Path} {http.QueryString} {http.RawTarget}")));

        Assert.Equal($"GET {path} {query} {target}", await server.Http.GetStringAsync(new Uri(target, UriKind.Relative)));
    }

    [Fact]
    public async Task What_is_never_flushed_is_sent_with_its_length()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            http.StatusCode = 201;
            http.ResponseHeaders["X-One"] = "1";
            http.Buffer("one ");
            http.Buffer("two");
            return Task.CompletedTask;
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("1", Assert.Single(response.Headers.GetValues("X-One")));
        Assert.Equal(7, response.Content.Headers.ContentLength);
        Assert.Equal("one two", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("returns")]
    [InlineData("flushes")]
    [InlineData("completes")]
    [InlineData("resets")]
    [InlineData("throws")]
    public async Task What_waits_for_the_start_sets_headers_of_whatever_is_sent(string how)
    {
        await using var server = await StartAsync(Probe.Http(async http =>
        {
            var times = 0;
            http.OnStarting(starting => starting.ResponseHeaders["X-First"] = $"{starting.StatusCode} {++times}");
            http.OnStarting(starting => starting.ResponseHeaders["X-Second"] = $"{starting.ResponseHeaders["X-First"]} {++times}");
            http.StatusCode = 201;
            switch (how)
            {
                case "flushes":
                    await http.WriteAsync("a");
                    Probe.Refuses("OnStarting", () =>
                    {
                        http.OnStarting(static _ => { });
                        return 0;
                    });
                    break;
                case "completes":
                    await http.CompleteAsync();
                    break;
                case "resets":
                    http.ResetResponse();
                    break;
                case "throws":
                    throw new InvalidDataException("on purpose");
                default:
                    break;
            }
        }));

        using var response = await server.Http.GetAsync(Root);

        var status = how switch
        {
            "resets" => 200,
            "throws" => 500,
            _ => 201,
        };
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal($"{status} 1", Assert.Single(response.Headers.GetValues("X-First")));
        Assert.Equal($"{status} 1 2", Assert.Single(response.Headers.GetValues("X-Second")));
    }

    [Fact]
    public async Task An_exception_of_what_waits_for_the_start_is_a_500()
    {
        await using var server = await StartAsync(Probe.Http(static async http =>
        {
            http.OnStarting(static _ => throw new InvalidDataException("on purpose"));
            await http.WriteAsync("never seen");
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_large_body_that_is_never_flushed_arrives_whole()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            for (var line = 0; line < 50_000; line++)
            {
                http.Buffer($"line {line}\n");
            }
            return Task.CompletedTask;
        }));

        Assert.Equal(string.Concat(Enumerable.Range(0, 50_000).Select(static line => $"line {line}\n")), await server.Http.GetStringAsync(Root));
    }

    [Fact]
    public async Task What_is_flushed_arrives_while_the_application_runs()
    {
        var goOn = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(async http =>
        {
            await http.WriteAsync("first");
            await goOn.Soon();
            await http.WriteAsync("second");
        }));

        using var response = await server.Http.GetAsync(Root, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64];
        var first = await body.ReadAsync(buffer);
        goOn.SetResult();
        using var rest = new StreamReader(body);

        Assert.Equal("first", Encoding.UTF8.GetString(buffer, 0, first));
        Assert.Equal("second", await rest.ReadToEndAsync());
    }

    [Fact]
    public async Task The_response_may_be_replaced_until_its_first_flush()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            http.StatusCode = 404;
            http.ResponseHeaders["X-Old"] = "1";
            http.ResponseHeaders.ContentLength = 3;
            http.Buffer("old");
            http.ResetResponse();
            Assert.Equal(200, http.StatusCode);
            Assert.False(http.HasStarted);
            http.Buffer("renewed");
            return Task.CompletedTask;
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("X-Old"));
        Assert.Equal("renewed", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_started_response_can_neither_start_nor_change_nor_be_taken_back()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(Probe.Checked<HttpConnection>(done, static async http =>
        {
            await http.StartAsync();
            Assert.True(http.HasStarted);
            await Probe.RefusesAsync("first flush", async () => await http.StartAsync());
            Probe.Refuses("first flush", () => http.StatusCode = 404);
            Probe.Refuses("start", () => http.ResponseHeaders["X-Late"] = "1");
            Assert.Throws<InvalidOperationException>(http.ResetResponse);
            await http.WriteAsync("body");
        })));

        Assert.Equal("body", await server.Http.GetStringAsync(Root));
        await done.Soon();
    }

    [Fact]
    public async Task Nothing_may_follow_the_end_of_the_response()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(Probe.Checked<HttpConnection>(done, static async http =>
        {
            http.Buffer("all");
            await http.CompleteAsync();
            await Probe.RefusesAsync("CompleteAsync", async () => await http.WriteAsync("more"));
            Probe.Refuses("complete", () => http.ResponseBody.GetMemory());
            await Probe.RefusesAsync("complete", async () => await http.CompleteAsync());
        })));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal("all", await response.Content.ReadAsStringAsync());
        Assert.Equal(3, response.Content.Headers.ContentLength);
        await done.Soon();
    }

    [Fact]
    public async Task A_completed_response_arrives_while_the_application_runs()
    {
        var goOn = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(async http =>
        {
            http.Buffer("done");
            await http.CompleteAsync();
            await goOn.Soon();
        }));

        Assert.Equal("done", await server.Http.GetStringAsync(Root));
        goOn.SetResult();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HEAD_is_answered_with_the_headers_of_GET_and_no_body(bool flushed)
    {
        await using var server = await StartAsync(Probe.Http(async http =>
        {
            http.ResponseHeaders.ContentType = "text/plain";
            if (flushed)
            {
                http.ResponseHeaders.ContentLength = 8;
                await http.WriteAsync("four");
                await http.WriteAsync("more");
            }
            else
            {
                http.Buffer("fourmore");
            }
        }));

        using var request = new HttpRequestMessage(HttpMethod.Head, Root);
        using var response = await server.Http.SendAsync(request);

        Assert.Equal(8, response.Content.Headers.ContentLength);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("fourmore", await server.Http.GetStringAsync(Root));
    }

    [Theory]
    [InlineData("12", 3)]
    [InlineData("1234", 3)]
    public async Task A_body_that_differs_from_its_declared_length_is_a_500_before_the_first_flush(string body, int declared)
    {
        await using var server = await StartAsync(Probe.Http(http =>
        {
            http.ResponseHeaders.ContentLength = declared;
            http.Buffer(body);
            return Task.CompletedTask;
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("2")]
    [InlineData("234")]
    public async Task A_body_that_differs_from_its_declared_length_cuts_the_connection_after_the_first_flush(string rest)
    {
        await using var server = await StartAsync(Probe.Http(async http =>
        {
            http.ResponseHeaders.ContentLength = 3;
            await http.WriteAsync("1");
            await http.WriteAsync(rest);
        }));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Http.GetStringAsync(Root));
    }

    [Fact]
    public async Task An_exception_before_the_first_flush_is_a_500_without_a_trace_of_the_response()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            http.ResponseHeaders["X-Old"] = "1";
            http.Buffer("half a resp");
            throw new FormatException("secret");
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.False(response.Headers.Contains("X-Old"));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task An_exception_after_the_first_flush_cuts_the_connection()
    {
        await using var server = await StartAsync(Probe.Http(static async http =>
        {
            await http.WriteAsync("half a resp");
            throw new FormatException("secret");
        }));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Http.GetStringAsync(Root));
    }

    [Fact]
    public async Task Abort_cuts_the_connection()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            http.Abort();
            return Task.CompletedTask;
        }));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Http.GetStringAsync(Root));
    }

    [Fact]
    public async Task A_rejected_request_is_answered_with_the_status_of_the_rejection()
    {
        await using var server = await StartAsync(Probe.Http(static _ => throw new RequestRejectedException(431, "Too much.")));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(431, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task A_status_without_a_body_is_sent_without_a_length(int status)
    {
        await using var server = await StartAsync(Probe.Http(http =>
        {
            http.StatusCode = status;
            return Task.CompletedTask;
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.False(response.Content.Headers.NonValidated.Contains("Content-Length"));
    }

    [Fact]
    public async Task A_body_under_a_status_that_has_none_is_a_500()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            http.StatusCode = 204;
            http.Buffer("but");
            return Task.CompletedTask;
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task Bodies_stream_both_ways()
    {
        await using var server = await StartAsync(Probe.Http(static async http => await http.RequestBody.CopyToAsync(http.ResponseBody)));
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);

        using var response = await server.Http.PostAsync(Root, new StreamingContent(bytes));

        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_a_413(bool declared)
    {
        await using var server = await StartAsync(Probe.Http(static async http =>
        {
            Assert.Equal(30_000_000, http.MaxRequestBodySize);
            http.MaxRequestBodySize = 1000;
            await http.RequestBody.CopyToAsync(Stream.Null);
        }));
        using var content = new StreamContent(new MemoryStream(new byte[1001]));
        content.Headers.ContentLength = declared ? 1001 : null;
        using var request = new HttpRequestMessage(HttpMethod.Post, Root) { Content = content };
        request.Headers.TransferEncodingChunked = !declared;

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(null)]
    public async Task A_body_within_the_limit_is_read_whole(int? limit)
    {
        await using var server = await StartAsync(Probe.Http(async http =>
        {
            http.MaxRequestBodySize = limit;
            var body = await http.RequestBody.ReadAtLeastAsync(1000);
            await http.WriteAsync($"{body.Buffer.Length}");
            http.RequestBody.AdvanceTo(body.Buffer.End);
        }));

        using var response = await server.Http.PostAsync(Root, new ByteArrayContent(new byte[1000]));

        Assert.Equal("1000", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_limit_cannot_change_once_the_body_was_asked_for()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(Probe.Checked<HttpConnection>(done, static http =>
        {
            Assert.Same(http.RequestBody, http.RequestBody);
            Probe.Refuses("first", () => http.MaxRequestBodySize = 1);
            return Task.CompletedTask;
        })));

        using var response = await server.Http.GetAsync(Root);
        await done.Soon();
    }

    [Fact]
    public async Task A_body_that_is_not_read_does_not_disturb_the_next_request()
    {
        await using var server = await StartAsync(Probe.Http(static async http => await http.WriteAsync(http.Path)));

        for (var number = 0; number < 5; number++)
        {
            using var response = await server.Http.PostAsync(new Uri($"/{number}", UriKind.Relative), new ByteArrayContent(new byte[200_000]));
            Assert.Equal($"/{number}", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_peer_that_goes_away_cancels_and_writing_to_it_does_nothing()
    {
        var running = Probe.Signal();
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(Probe.Checked<HttpConnection>(done, async http =>
        {
            var disconnected = Probe.Signal();
            await using var registration = http.Disconnected.Register(disconnected.SetResult);
            await http.WriteAsync("start");
            running.SetResult();
            await disconnected.Soon();
            for (var count = 0; count < 100; count++)
            {
                await http.ResponseBody.WriteAsync(new byte[10_000]);
            }
            await http.ResponseBody.FlushAsync();
        })));
        using var cancellation = new CancellationTokenSource();

        var getting = server.Http.GetAsync(Root, HttpCompletionOption.ResponseHeadersRead, cancellation.Token);
        await running.Soon();
        (await getting).Dispose();

        await done.Soon();
    }

    [Fact]
    public async Task A_request_given_up_before_its_answer_cancels()
    {
        var running = Probe.Signal();
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(Probe.Checked<HttpConnection>(done, async http =>
        {
            var disconnected = Probe.Signal();
            await using var registration = http.Disconnected.Register(disconnected.SetResult);
            running.SetResult();
            await disconnected.Soon();
            await http.WriteAsync("nobody hears it");
        })));
        using var cancellation = new CancellationTokenSource();

        var getting = server.Http.GetAsync(Root, cancellation.Token);
        await running.Soon();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting);
        await done.Soon();
    }

    [Fact]
    public async Task What_was_kept_throws_once_the_application_has_returned_and_never_shows_another_request()
    {
        var done = Probe.Signal();
        HttpConnection? kept = null;
        Headers? keptRequestHeaders = null;
        Headers? keptResponseHeaders = null;
        PipeReader? keptReader = null;
        PipeWriter? keptWriter = null;
        await using var server = await StartAsync(Probe.Http(async http =>
        {
            if (kept is null)
            {
                (kept, keptRequestHeaders, keptResponseHeaders) = (http, http.RequestHeaders, http.ResponseHeaders);
                (keptReader, keptWriter) = (http.RequestBody, http.ResponseBody);
                await http.WriteAsync("first");
                return;
            }
            // The same TCP connection serves this request, and Kestrel's objects of the one before with it.
            await Probe.Checked<HttpConnection>(done, _ =>
            {
                AllDisposed();
                return Task.CompletedTask;
            })(http);
            await http.WriteAsync("second");
        }));

        Assert.Equal("first", await server.Http.GetStringAsync(Root));
        Assert.Equal("second", await server.Http.GetStringAsync(new Uri("/other", UriKind.Relative)));
        await done.Soon();
        AllDisposed();

        void AllDisposed()
        {
            Action[] touches =
            [
                () => _ = kept!.Path,
                () => kept!.Path = "/mine",
                () => _ = kept!.RootPath,
                () => _ = kept!.Method,
                () => _ = kept!.RequestHeaders,
                () => _ = kept!.ResponseHeaders,
                () => _ = kept!.RequestBody,
                () => _ = kept!.ResponseBody,
                () => _ = kept!.StatusCode,
                () => kept!.StatusCode = 404,
                () => _ = kept!.Disconnected,
                () => _ = kept!.State,
                () => _ = kept!.Client,
                () => kept!.ResetResponse(),
                () => kept!.Abort(),
                () => _ = keptRequestHeaders!["Host"],
                () => keptResponseHeaders!["X-Mine"] = "1",
                () => keptReader!.TryRead(out _),
                () => keptWriter!.GetMemory(),
                () => keptWriter!.Advance(0),
            ];
            Assert.All(touches, static touch => Assert.Throws<ObjectDisposedException>(touch));
        }
    }

    [Fact]
    public async Task The_host_is_the_one_that_the_client_asked()
    {
        await using var server = await StartAsync(Probe.Http(static async http => await http.WriteAsync($"{http.Scheme}://{http.Host}")));

        Assert.Equal(server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), await server.Http.GetStringAsync(Root));
    }

    [Fact]
    public async Task Who_knows_better_replaces_scheme_host_and_client()
    {
        await using var server = await StartAsync(Probe.Http(static async http =>
        {
            http.Scheme = "https";
            http.Host = "example.org";
            http.Client = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0);
            await http.WriteAsync($"{http.Scheme}://{http.Host} {http.Client} {http.RequestHeaders["Host"] == "example.org"}");
        }));

        Assert.Equal("https://example.org 192.0.2.1:0 False", await server.Http.GetStringAsync(Root));
    }

    [Fact]
    public async Task Values_of_one_name_arrive_one_by_one()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            http.ResponseHeaders.Append("Set-Cookie", "a=1; Path=/");
            http.OnStarting(static starting => starting.ResponseHeaders.Append("Set-Cookie", "b=2, 3; Path=/"));
            return Task.CompletedTask;
        }));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal(["a=1; Path=/", "b=2, 3; Path=/"], response.Headers.GetValues("Set-Cookie"));
    }

    [Fact]
    public async Task An_open_file_is_sent_whatever_takes_its_name()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "0123456789");
            await using var server = await StartAsync(Probe.Http(async http =>
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
                var other = Path.GetTempFileName();
                await File.WriteAllTextAsync(other, "other");
                File.Move(other, path, overwrite: true);
                http.ResponseHeaders.ContentLength = 5;
                await http.SendFileAsync(file, 2, 5);
            }));

            Assert.Equal("23456", await server.Http.GetStringAsync(Root));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_file_that_ends_early_cuts_the_connection()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "0123456789");
            await using var server = await StartAsync(Probe.Http(async http =>
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
                http.ResponseHeaders.ContentLength = 20;
                await http.SendFileAsync(file, 0, 20);
            }));

            await Assert.ThrowsAnyAsync<Exception>(() => server.Http.GetStringAsync(Root));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(0, null, "0123456789")]
    [InlineData(3, null, "3456789")]
    [InlineData(3, 4L, "3456")]
    public async Task A_part_of_a_file_is_sent(long offset, long? count, string expected)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "0123456789");
            await using var server = await StartAsync(Probe.Http(async http => await http.SendFileAsync(path, offset, count)));

            Assert.Equal(expected, await server.Http.GetStringAsync(Root));
            using var head = new HttpRequestMessage(HttpMethod.Head, Root);
            using var response = await server.Http.SendAsync(head);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_trailer_arrives_behind_the_body_or_is_refused_where_there_can_be_none()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Http(Probe.Checked<HttpConnection>(done, async http =>
        {
            await http.WriteAsync("body");
            if (HasTrailers)
            {
                http.AppendTrailer("X-Sum", "1");
            }
            else
            {
                Assert.Throws<InvalidOperationException>(() => http.AppendTrailer("X-Sum", "1"));
            }
        })));

        using var response = await server.Http.GetAsync(Root);

        Assert.Equal("body", await response.Content.ReadAsStringAsync());
        Assert.Equal(HasTrailers ? ["1"] : [], response.TrailingHeaders.TryGetValues("X-Sum", out var sums) ? sums : []);
        await done.Soon();
    }

    [Fact]
    public async Task Header_names_have_no_case_and_values_keep_their_order()
    {
        await using var server = await StartAsync(Probe.Http(static http =>
        {
            http.ResponseHeaders["x-list"] = "1";
            http.ResponseHeaders.Append("X-List", "2");
            http.ResponseHeaders["X-Gone"] = "1";
            http.ResponseHeaders.Remove("x-gone");
            http.Buffer($"{http.RequestHeaders["x-asked"]} {http.RequestHeaders.Contains("X-NOT")} {http.ResponseHeaders.Count}");
            return Task.CompletedTask;
        }));
        using var request = new HttpRequestMessage(HttpMethod.Get, Root);
        request.Headers.Add("X-Asked", "yes");

        using var response = await server.Http.SendAsync(request);

        Assert.Equal("yes False 1", await response.Content.ReadAsStringAsync());
        Assert.Equal(["1", "2"], response.Headers.GetValues("X-List"));
        Assert.False(response.Headers.Contains("X-Gone"));
    }
}
