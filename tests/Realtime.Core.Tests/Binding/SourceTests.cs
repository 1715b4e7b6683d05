using System.ComponentModel.DataAnnotations;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Core.Tests.Binding;

/// <summary>Where parameters come from, but for validation and forms.</summary>
public sealed class SourceTests
{
    [Fact]
    public async Task Header_fields_are_bound_by_the_parameters_name_or_another()
    {
        var app = new App();
        app.Get("/", ([Header] string? userAgent, [Header("X-Limit")] int limit, [Header] int? xMissing, [Header] string[] acceptLanguage) =>
            $"{userAgent} {limit} {xMissing?.ToString() ?? "none"} {string.Join('|', acceptLanguage)}");
        await using var server = await TestServer.StartAsync(app);
        using var message = new HttpRequestMessage(HttpMethod.Get, "/");
        message.Headers.TryAddWithoutValidation("User-Agent", "probe/1");
        message.Headers.TryAddWithoutValidation("X-Limit", "7");
        message.Headers.TryAddWithoutValidation("Accept-Language", ["de, en;q=\"a,b\"", "fr"]);

        using var response = await server.Http.SendAsync(message);

        Assert.Equal("probe/1 7 none de|en;q=\"a,b\"|fr", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_header_field_that_does_not_fit_is_named()
    {
        var app = new App();
        app.Get("/", ([Header("X-Limit")] int limit, [Cookie("size")] int size) => "fine");
        await using var server = await TestServer.StartAsync(app);
        using var message = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-Limit", "many" }, { "Cookie", "size=big" } } };

        using var response = await server.Http.SendAsync(message);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            ["header X-Limit should be a whole number (int), but is 'many'", "cookie size should be a whole number (int), but is 'big'"],
            await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task Cookies_are_bound()
    {
        var app = new App();
        app.Get("/", ([Cookie] string theme, [Cookie("n")] int number, [Cookie] Guid? absent) => $"{theme} {number} {absent is null}");
        await using var server = await TestServer.StartAsync(app);
        using var message = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Cookie", "theme=dark%20blue; n=4; n=5" } } };

        using var response = await server.Http.SendAsync(message);

        Assert.Equal("dark blue 4 True", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/array?id=1&id=2", "1+2")]
    [InlineData("/list?id=1&id=2", "1+2")]
    [InlineData("/readonly?id=1&id=2", "1+2")]
    [InlineData("/set?id=1&id=2&id=1", "1+2")]
    [InlineData("/list", "")]
    public async Task Lists_of_every_kind_are_bound(string path, string expected)
    {
        var app = new App();
        app.Get("/array", (int[] id) => string.Join('+', id));
        app.Get("/list", (List<int> id) => string.Join('+', id));
        app.Get("/readonly", (IReadOnlyList<int> id) => string.Join('+', id));
        app.Get("/set", (HashSet<int> id) => string.Join('+', id.Order()));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync(path));
    }

    [Fact]
    public async Task An_item_of_a_list_that_does_not_fit_is_named_by_its_place()
    {
        var app = new App();
        app.Get("/", (int[] id) => "fine");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/?id=1&id=x");

        Assert.Equal(["query id[1] should be a whole number (int), but is 'x'"], await Answers.ErrorsOf(response));
    }

    [Theory]
    [InlineData("flag=on&number=1.5&time=2026-01-02T03:04:05%2B01:00", "True 1.5 2026-01-02T02:04:05.0000000Z")]
    [InlineData("flag=0&number=-2e3&time=2026-01-02T03:04:05", "False -2000 2026-01-02T03:04:05.0000000")]
    public async Task Values_are_read_the_same_wherever_the_server_stands(string query, string expected)
    {
        var app = new App();
        app.Get("/", (bool flag, double number, DateTime time) => $"{flag} {number} {time:O}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync("/?" + query));
    }

    [Theory]
    [InlineData("number=1,5")]
    [InlineData("number=1.5.0")]
    [InlineData("number=")]
    public async Task A_comma_is_no_decimal_point(string query)
    {
        var app = new App();
        app.Get("/", (decimal number) => "fine");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/?" + query);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_value_left_empty_counts_as_absent_but_for_text()
    {
        var app = new App();
        app.Get("/", (int? count, string name, int page = 3) => $"{count is null} '{name}' {page}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("True '' 3", await server.Http.GetStringAsync("/?count=&name=&page="));
    }

    [Fact]
    public async Task Anything_that_is_parsable_is_bound()
    {
        var app = new App();
        app.Get("/{at}", (Point at, Point[] via, IPAddress from) => $"{at.X} {via.Length} {from}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("1 2 ::1", await server.Http.GetStringAsync("/1x2?via=3x4&via=5x6&from=::1"));
    }

    [Fact]
    public async Task Query_names_are_found_decoded_and_the_first_of_a_name_counts()
    {
        var app = new App();
        app.Get("/", ([Query("page size")] int size, string q) => $"{size} {q}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("5 a b&=ü", await server.Http.GetStringAsync("/?Q=no&page%20size=5&q=a+b%26%3D%C3%BC&q=second"));
    }

    [Fact]
    public async Task A_type_marked_as_query_is_read_member_by_member()
    {
        var app = new App();
        app.Get("/", ([Query] Paging paging) => $"{paging.Page} {paging.Size} {paging.Sort ?? "none"} {string.Join('+', paging.Tags)} {paging.Nested?.Deep}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("2 10 none a+b ", await server.Http.GetStringAsync("/?page=2&tags=a&tags=b"));
        Assert.Equal("2 5 name  x", await server.Http.GetStringAsync("/?page=2&size=5&Sort=name&nested.deep=x"));
        using var wrong = await server.Http.GetAsync("/?size=many");
        Assert.Equal(["query page is missing; it should be a whole number (int)", "query size should be a whole number (int), but is 'many'"], await Answers.ErrorsOf(wrong));
    }

    [Fact]
    public async Task Keyed_services_are_bound()
    {
        var app = new App();
        app.Services.AddKeyedSingleton<Clerk>("a", (_, _) => new Clerk("first"));
        app.Services.AddKeyedScoped<Clerk>("b", (_, _) => new Clerk("second"));
        app.Get("/", ([FromKeyedServices("a")] Clerk first, [FromKeyedServices("b")] Clerk second) => first.Name + second.Name);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("firstsecond", await server.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task The_body_is_bound_as_bytes_text_stream_or_pipe()
    {
        var app = new App();
        app.Post("/bytes", (byte[] body) => body.Length);
        app.Post("/memory", (ReadOnlyMemory<byte> body) => body.Length);
        app.Post("/text", ([Body] string body) => body.ToUpperInvariant());
        app.Post("/stream", async (Stream body) => (await new StreamReader(body).ReadToEndAsync()).Length);
        app.Post("/pipe", async (PipeReader body) => (await body.ReadAtLeastAsync(3)).Buffer.Length);
        app.Delete("/ids", ([Body] int[] ids) => ids.Sum());
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("3", await PostAsync("/bytes"));
        Assert.Equal("3", await PostAsync("/memory"));
        Assert.Equal("ABC", await PostAsync("/text"));
        Assert.Equal("3", await PostAsync("/stream"));
        Assert.Equal("3", await PostAsync("/pipe"));
        using var message = new HttpRequestMessage(HttpMethod.Delete, "/ids") { Content = JsonContent.Create(new[] { 1, 2, 3 }) };
        using var deleted = await server.Http.SendAsync(message);
        Assert.Equal("6", await deleted.Content.ReadAsStringAsync());

        async Task<string> PostAsync(string path)
        {
            using var response = await server.Http.PostAsync(path, new StringContent("abc"));
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        var app = new App();
        app.Post("/{id}", (int id, int count, [Header] int xLimit, Draft draft) => "fine");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsJsonAsync("/x?count=y", new { title = "" });

        Assert.Equal(
            ["body $.title is required, but is empty", "route id should be a whole number (int), but is 'x'", "query count should be a whole number (int), but is 'y'", "header X-Limit is missing; it should be a whole number (int)"],
            await Answers.ErrorsOf(response));
    }

    [Theory]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=\"UTF-8\"", 200)]
    [InlineData("application/vnd.api+json", 200)]
    [InlineData("text/plain", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("nonsense", 415)]
    public async Task The_type_of_the_body_decides(string contentType, int status)
    {
        var app = new App();
        app.Post("/", (Draft draft) => draft.Title);
        await using var server = await TestServer.StartAsync(app);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"title":"x"}"""));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_json()
    {
        var app = new App();
        app.Post("/", (Draft draft) => draft.Title);
        await using var server = await TestServer.StartAsync(app);
        using var content = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("""{"title":"x"}""")]);
        content.Headers.ContentType = new("application/json");

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal("x", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(70_000)]
    [InlineData(1_000_000)]
    public async Task A_body_of_any_size_is_read_whole(int length)
    {
        var app = new App();
        app.Post("/", (Draft draft) => draft.Title.Length);
        await using var server = await TestServer.StartAsync(app);

        using var whole = await server.Http.PostAsJsonAsync("/", new { title = new string('ü', length) });
        using var cut = await server.Http.PostAsync("/", new StringContent("{\"title\":\"" + new string('x', length), Encoding.UTF8, "application/json"));
        using var more = await server.Http.PostAsync("/", new StringContent("{\"title\":\"" + new string('x', length) + "\"} {}", Encoding.UTF8, "application/json"));

        Assert.Equal($"{length}", await whole.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, cut.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, more.StatusCode);
    }

    [Fact]
    public async Task A_body_in_MessagePack_is_read_by_the_same_contract_as_JSON()
    {
        var app = new App();
        app.Post("/", (Draft draft) => draft.Title);
        await using var server = await TestServer.StartAsync(app);

        // {"title":"Tea"}, then {"title":5}, then one cut short.
        Assert.Equal((HttpStatusCode.OK, "Tea"), await PostAsync([0x81, 0xA5, .. "title"u8, 0xA3, .. "Tea"u8]));
        var (status, problem) = await PostAsync([0x81, 0xA5, .. "title"u8, 0x05]);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("$.title", problem, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync([0x81, 0xA5, .. "tit"u8])).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync([])).Status);

        async Task<(HttpStatusCode Status, string Text)> PostAsync(byte[] bytes)
        {
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/msgpack");
            using var response = await server.Http.PostAsync("/", content);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Every_missing_member_is_named()
    {
        var app = new App();
        app.Post("/", (Pair pair) => "fine");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsJsonAsync("/", new { });

        Assert.Equal(["body $.left is missing; it should be text", "body $.right is missing; it should be a whole number (int)"], await Answers.ErrorsOf(response));
    }

    [Theory]
    [InlineData("header", "GET /: the parameter 'draft' of type Draft cannot be a header field")]
    [InlineData("cookie", "GET /: the parameter 'all' of type int[] cannot be a cookie")]
    [InlineData("form and body", "POST /: 'title' and 'draft' would both be made of the body")]
    [InlineData("keyed", "asks for the service Clerk of the key 'x', which was not added")]
    [InlineData("body of a GET", "mark it [Query] if its members are query values")]
    public void What_cannot_be_bound_fails_the_start_with_advice(string what, string message)
    {
        var app = new App();
        _ = what switch
        {
            "header" => app.Get("/", ([Header] Draft draft) => "x"),
            "cookie" => app.Get("/", ([Cookie] int[] all) => "x"),
            "form and body" => app.Post("/", ([Form] string title, Draft draft) => "x"),
            "keyed" => app.Get("/", ([FromKeyedServices("x")] Clerk clerk) => "x"),
            _ => app.Get("/", (Draft draft) => "x"),
        };

        Assert.Contains(message.Replace("GET /: ", "", StringComparison.Ordinal), Assert.Throws<InvalidOperationException>(() => app.Build()).Message, StringComparison.Ordinal);
    }

    private readonly record struct Point(int X, int Y) : IParsable<Point>
    {
        public static Point Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var point) ? point : throw new FormatException();

        public static bool TryParse(string? s, IFormatProvider? provider, out Point result)
        {
            result = default;
            if (s?.Split('x') is not [var x, var y] || !int.TryParse(x, out var left) || !int.TryParse(y, out var right))
            {
                return false;
            }
            result = new Point(left, right);
            return true;
        }
    }

    private sealed record Draft([property: Required] string Title);

    private sealed record Pair(string Left, int Right);

    private sealed record Clerk(string Name);

    private sealed record Paging(int Page, string[] Tags, int Size = 10, string? Sort = null, Nested? Nested = null);

    private sealed record Nested(string Deep);
}
