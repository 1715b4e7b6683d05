using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Routing;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class PathFuzzTests
{
    private static readonly string[] Pieces =
    [
        "/", "/", "/", "//", "a", "notes", "edit", "7", "-1", "2026-02-28", ".", "..", "%", "%2F", "%2f", "%25", "%252F", "%00", "%C3", "%E2%82%AC", "%F0%9F%98%80", "é", "😀", "\\", "%5C",
        "@", ":", "{", "}", "<", "+", "x.json", "v1.2", "-", "?", "?q=1", "#f", ";", "~", "%0A", "%ED%A0%80", "true", "long-long-long-long-long-long-long-long",
    ];

    private static readonly string[] PatternPieces =
    [
        "/", "/", "/", "{", "}", "{x}", "{id:int}", "{y:path}", "{z?}", ":", "int", "any(", "a,b", ")", "regex(", "[a-z", "]", "\\", "(", "length(", "1,20", "min(", "9", "?", "*", "a", "é", ".", "..",
        "-", "{a}-{b}", "<", ">", "#", "%", " ", "\n", "\0", "{n:regex((a+)+)}", "{m:decimal:range(1,2)}",
    ];

    [Fact]
    public async Task No_path_is_a_failure_of_the_server()
    {
        var log = new ListLogger();
        var random = new Random(41);
        foreach (var slashes in Enum.GetValues<SlashPolicy>())
        {
            var app = Make(slashes);
            app.Services.AddSingleton<ILoggerProvider>(log);
            await using var server = await TestServer.StartAsync(app);
            for (var round = 0; round < 4000; round++)
            {
                var path = "/" + Random(random, Pieces, 12);
                using var request = new HttpRequestMessage(round % 5 == 0 ? HttpMethod.Post : round % 7 == 0 ? HttpMethod.Options : HttpMethod.Get, new Uri("http://localhost" + path));
                request.Headers.TryAddWithoutValidation("Host", round % 3 == 0 ? Random(random, ["a", ".", "example", "com", ":80", "[", "]", "é"], 6) : "acme.example.com");

                using var response = await server.Http.SendAsync(request);

                Assert.True((int)response.StatusCode < 500, $"{path} is {response.StatusCode}");
                if (response.StatusCode == HttpStatusCode.PermanentRedirect)
                {
                    var location = response.Headers.Location!.OriginalString;
                    Assert.True(location[0] == '/' && location is not ['/', '/' or '\\', ..] && location.All(static letter => letter is > ' ' and < '\u007f'), $"{path} leads to {location}");
                }
            }
        }
        Assert.Empty(log.Entries);
    }

    [Fact]
    public void A_pattern_is_refused_with_an_ArgumentException_or_matches_something()
    {
        var random = new Random(43);
        var understood = 0;
        for (var round = 0; round < 30_000; round++)
        {
            var text = "/" + Random(random, PatternPieces, 9);
            try
            {
                var pattern = PathPattern.Parse(text);
                understood++;
                _ = new RouteTree([new Endpoint(new Route(["GET"], pattern, (_, _) => []), ["GET"], _ => default, false)], SlashPolicy.Redirect);
            }
            catch (ArgumentException exception)
            {
                Assert.Contains($"'{text}'", exception.Message, StringComparison.Ordinal);
            }
        }
        Assert.InRange(understood, 300, 29_000);
    }

    private static App Make(SlashPolicy slashes)
    {
        var app = new App(new AppOptions { Slashes = slashes });
        app.Get("/", () => "root");
        app.Get("/notes/{id:int?}", (int? id) => id);
        app.Get("/notes/{name}/", (string name) => name);
        app.Get("/{a}-{b}", (string a, string b) => a + b);
        app.Get("/{name}.{extension}", (string name, string extension) => name + extension);
        app.Get("/wiki/{page:path}/edit", (string page) => page);
        app.Get("/a/{rest:path}", (string rest, Request request) => $"{rest} {request.UrlFor("day", new { day = new DateOnly(2026, 2, 28) })}");
        app.Get("/{day:date}", (DateOnly day) => $"{day:O}").Named("day");
        app.Get("/{flag:bool}/{x:regex([a-z]+[0-9]*)}", (bool flag, string x) => $"{flag} {x}");
        app.Post("/{x}/{y:length(1,9)}", (string x, string y) => x + y);
        app.Host("{tenant}.example.com").Get("/{a}/{b}/{c}", (string tenant, string a, string b, string c) => tenant + a + b + c);
        var inner = new App(new AppOptions { Slashes = slashes });
        inner.Get("/{a}/{b}", (string a, string b) => a + b);
        app.Mount("/7", inner);
        return app;
    }

    private static string Random(Random random, string[] pieces, int most) => string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => pieces[random.Next(pieces.Length)]));
}
