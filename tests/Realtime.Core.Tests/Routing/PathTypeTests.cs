using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Realtime.Routing;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class PathTypeTests
{
    [Theory]
    [InlineData("int", "7 -7 2147483647 +7 007", "2147483648 7.0 x ٣ 0x7")]
    [InlineData("long", "7 -9223372036854775808", "9223372036854775808 1e3")]
    [InlineData("decimal", "7 -0.185 25.5 .5", "1e3 1,5 x")]
    [InlineData("bool", "true false True FALSE", "1 0 yes")]
    [InlineData("guid", "a8098c1a-f86e-11da-bd1a-00112444be1e a8098c1af86e11dabd1a00112444be1e", "{a8098c1a-f86e-11da-bd1a-00112444be1e} a8098c1a")]
    [InlineData("date", "2026-02-28 2024-02-29", "2026-02-29 2026-2-28 28.02.2026 20260228")]
    [InlineData("any(a1,a.2)", "a1 a.2", "a2 A1 a")]
    [InlineData("any( draft, final )", "draft final", "any")]
    [InlineData("regex([0-9]{5})", "01234", "0123 012345 a1234")]
    [InlineData("regex(a|b)", "a b", "ab")]
    [InlineData(@"regex([^(]+\(\d\))", "x(7)", "x(y)")]
    [InlineData(@"regex((?<y>\d{4})-\k<y>)", "2026-2026", "2026-2025")]
    [InlineData("length(3)", "abc äöü", "ab abcd")]
    [InlineData("length(2,3)", "ab abc", "a abcd")]
    [InlineData("minlength(2)", "ab", "a")]
    [InlineData("string:maxlength(2)", "ab", "abc")]
    [InlineData("min(1)", "1 99", "0 x 1.5")]
    [InlineData("int:min(1):max(9)", "1 9", "0 10 x")]
    [InlineData("range(-2,2)", "-2 2", "-3 3")]
    [InlineData("decimal:range(0.5,1)", "0.5 .75 1", "0.4 1.1")]
    [InlineData("regex([a-z]+):length(2)", "ab", "a abc 12")]
    public async Task A_type_takes_what_it_means(string type, string yes, string no)
    {
        var app = new App();
        app.Get($"/{{value:{type}}}", (string value) => value);
        await using var server = await TestServer.StartAsync(app);

        foreach (var text in yes.Split(' '))
        {
            Assert.Equal(text, await server.Http.GetStringAsync("/" + Uri.EscapeDataString(text)));
        }
        foreach (var text in no.Split(' '))
        {
            using var response = await server.Http.GetAsync("/" + Uri.EscapeDataString(text));
            Assert.True(response.StatusCode == HttpStatusCode.NotFound, $"{text} is {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("/7", "int 7")]
    [InlineData("/0", "plain int")]
    [InlineData("/5000000000", "long")]
    [InlineData("/7.5", "decimal")]
    [InlineData("/true", "bool")]
    [InlineData("/draft", "any")]
    [InlineData("/2026-02-28", "date")]
    [InlineData("/a8098c1a-f86e-11da-bd1a-00112444be1e", "guid")]
    [InlineData("/abc", "regex")]
    [InlineData("/xy", "short")]
    [InlineData("/xyz", "text")]
    [InlineData("/x.json", "mixed")]
    [InlineData("/literal.json", "literal")]
    [InlineData("/x/y", "path")]
    [InlineData("/x/y/edit", "edit")]
    public async Task The_more_specific_type_goes_first_whatever_the_order(string path, string expected)
    {
        string[][] routes =
        [
            ["/{x:path}", "path"], ["/{x:path}/edit", "edit"], ["/{x}", "text"], ["/{x:length(2)}", "short"], ["/{x:regex([a-c]+)}", "regex"], ["/{x:decimal}", "decimal"],
            ["/{x:long}", "long"], ["/{x:int}", "plain int"], ["/{x:int:min(1)}", "int 7"], ["/{x:guid}", "guid"], ["/{x:date}", "date"], ["/{x:bool}", "bool"],
            ["/{x:any(draft,final)}", "any"], ["/{x}.json", "mixed"], ["/literal.json", "literal"],
        ];
        foreach (var order in new[] { routes, routes.Reverse(), routes.OrderBy(static route => route[1], StringComparer.Ordinal) })
        {
            var app = new App();
            foreach (var route in order)
            {
                app.Get(route[0], () => route[1]);
            }
            await using var server = await TestServer.StartAsync(app);

            Assert.Equal(expected, await server.Http.GetStringAsync(path));
        }
    }

    [Fact]
    public async Task Handlers_get_typed_values()
    {
        var app = new App();
        app.Get("/{day:date}/{id:guid}/{on:bool}/{price:decimal}", (DateOnly day, Guid id, bool on, decimal price) => $"{day:O} {id} {on} {price}");
        app.Get("/state/{state:any(draft,final)}", (State state) => state);
        app.Get("/when/{day:date}", (DateTime day) => day.ToString("s", CultureInfo.InvariantCulture));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("2026-02-28 a8098c1a-f86e-11da-bd1a-00112444be1e True 7.50", await server.Http.GetStringAsync("/2026-02-28/a8098c1a-f86e-11da-bd1a-00112444be1e/true/7.50"));
        Assert.Equal("1", await server.Http.GetStringAsync("/state/final"));
        Assert.Equal("2026-02-28T00:00:00", await server.Http.GetStringAsync("/when/2026-02-28"));
    }

    [Theory]
    [InlineData("/notes", "none")]
    [InlineData("/notes/7", "7")]
    [InlineData("/tags", "nothing")]
    [InlineData("/tags/blue", "blue")]
    [InlineData("/pages", "page 1")]
    [InlineData("/pages/3", "page 3")]
    [InlineData("/files", "")]
    [InlineData("/files/a/b", "a/b")]
    public async Task An_optional_parameter_may_be_missing(string path, string expected)
    {
        var app = new App();
        app.Get("/notes/{id:int?}", (int? id, Request request) => request.RouteValues.Count == 0 ? "none" : $"{id}");
        app.Get("/tags/{tag?}", (string? tag) => tag ?? "nothing");
        app.Get("/pages/{page:int?}", (int page = 1) => $"page {page}");
        app.Get("/files/{file:path?}", (string file = "") => file);
        // Leaves captures behind for the next request of the connection.
        app.Get("/x/{y}", (string y) => y);
        await using var server = await TestServer.StartAsync(app);

        await server.Http.GetStringAsync("/x/longvalue");
        Assert.Equal(expected, await server.Http.GetStringAsync(path));
    }

    [Fact]
    public void An_optional_parameter_needs_something_to_be()
    {
        var app = new App();
        app.Get("/notes/{id:int?}", (int id) => id);

        Assert.Contains("make it nullable, or give it a default", Assert.Throws<InvalidOperationException>(() => app.Build()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/@ada", "user ada")]
    [InlineData("/report.tar.gz", "file report.tar gz")]
    [InlineData("/v1.2", "version 1 2")]
    [InlineData("/v1.x", "file v1 x")]
    [InlineData("/a-b", "range a b")]
    [InlineData("/-b", "text -b")]
    [InlineData("/a.", "text a.")]
    public async Task Text_and_parameters_share_a_segment(string path, string expected)
    {
        var app = new App();
        app.Get("/@{name}", (string name) => $"user {name}");
        app.Get("/{name}.{extension}", (string name, string extension) => $"file {name} {extension}");
        app.Get("/v{major:int}.{minor:int}", (int major, int minor) => $"version {major} {minor}");
        app.Get("/{from}-{to}", (string from, string to) => $"range {from} {to}");
        app.Get("/{text}", (string text) => $"text {text}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync(path));
    }

    [Theory]
    [InlineData("/wiki/a/b", "page a/b")]
    [InlineData("/wiki/a/b/edit", "edit a/b")]
    [InlineData("/wiki/edit", "page edit")]
    [InlineData("/wiki/edit/edit", "edit edit")]
    [InlineData("/wiki/a/history/3", "history a 3")]
    [InlineData("/wiki/a/history/b", "page a/history/b")]
    [InlineData("/wiki/http%3A//example.com/", "page http://example.com/")]
    [InlineData("/wiki/x//y", "page x//y")]
    public async Task A_path_parameter_takes_any_number_of_segments_before_what_follows(string path, string expected)
    {
        var app = new App();
        app.Get("/wiki/{page:path}", (string page) => $"page {page}");
        app.Get("/wiki/{page:path}/edit", (string page) => $"edit {page}");
        app.Get("/wiki/{page:path}/history/{version:int}", (string page, int version) => $"history {page} {version}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync(path));
    }

    [Fact]
    public async Task A_type_of_the_apps_own_reads_and_writes_its_values()
    {
        var app = new App();
        app.Converter<Colour>("colour", (text, out value) => Colour.TryParse(text, out value), colour => $"{colour.Red:x2}{colour.Green:x2}{colour.Blue:x2}");
        app.Converter(new Words());
        app.Get("/colours/{colour:colour}", (Colour colour, Request request) => $"{colour.Red} {request.UrlFor("colour", new { colour = new Colour(1, 2, 255) })}").Named("colour");
        app.Get("/colours/{name}", (string name) => $"name {name}");
        app.Get("/words/{words:words:maxlength(9)}", (string[] words, Request request) => $"{words.Length} {request.UrlFor("words", new { words = new[] { "a b", "c" } })}").Named("words");
        var late = new Blueprint("late", prefix: "/late/{colour:colour}");
        late.Get("/", (Colour? colour) => $"{colour?.Blue}");
        app.Register(late);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("16 /colours/0102ff", await server.Http.GetStringAsync("/colours/1020ff"));
        Assert.Equal("name red", await server.Http.GetStringAsync("/colours/red"));
        Assert.Equal("3 /words/a%20b+c", await server.Http.GetStringAsync("/words/a+b+c"));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/words/a+b+c+d+e+f")).StatusCode);
        Assert.Equal("255", await server.Http.GetStringAsync("/late/0000ff"));
    }

    [Theory]
    [InlineData("int")]
    [InlineData("any")]
    [InlineData("a b")]
    [InlineData("")]
    public void A_type_needs_a_name_of_its_own(string name) =>
        Assert.Throws<ArgumentException>(() => new App().Converter<int>(name, (text, out value) => int.TryParse(text, out value)));

    [Fact]
    public void A_blueprint_that_names_a_type_which_its_app_does_not_know_fails_the_start()
    {
        var blueprint = new Blueprint();
        blueprint.Get("/{x:colour}", (string x) => x);
        var app = new App();
        app.Register(blueprint);

        Assert.Contains("unknown type 'colour'", Assert.Throws<ArgumentException>(() => app.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expression_that_would_never_end_matches_nothing()
    {
        var app = new App();
        // A back reference keeps it from the engine that takes no longer than the text.
        app.Get(@"/{x:regex((a+)+\1b)}", (string x) => x);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/" + new string('a', 200));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public void The_rules_of_a_parameter_are_there_for_documents()
    {
        var pattern = PathPattern.Parse("/{id:int:range(1,9)}/{name:regex([a-z]+):length(2,5)}/{kind:any(a,b)}");

        Assert.Equal((typeof(int), 1m, 9m), (pattern.ConverterOf("id")!.Rules.ValueType, pattern.ConverterOf("id")!.Rules.Minimum, pattern.ConverterOf("ID")!.Rules.Maximum));
        Assert.Equal(("[a-z]+", 2, 5), (pattern.ConverterOf("name")!.Rules.Pattern, pattern.ConverterOf("name")!.Rules.MinLength, pattern.ConverterOf("name")!.Rules.MaxLength));
        Assert.Equal(["a", "b"], pattern.ConverterOf("kind")!.Rules.Choices);
        Assert.Null(pattern.ConverterOf("other"));
    }

    private enum State
    {
        Draft,
        Final,
    }

    private readonly record struct Colour(byte Red, byte Green, byte Blue)
    {
        public static bool TryParse(ReadOnlySpan<char> text, out Colour colour)
        {
            var isHex = int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && text.Length == 6;
            colour = new Colour((byte)(number >> 16), (byte)(number >> 8), (byte)number);
            return isHex;
        }
    }

    private sealed class Words : PathConverter<string[]>
    {
        public override string Name => "words";

        public override bool TryParse(ReadOnlySpan<char> text, [MaybeNullWhen(false)] out string[] value)
        {
            value = text.ToString().Split('+');
            return true;
        }

        protected override string Build(string[] value) => string.Join('+', value);
    }
}
