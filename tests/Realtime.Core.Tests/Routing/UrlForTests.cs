using System.Globalization;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class UrlForTests
{
    public static TheoryData<string, object?, string> Addresses => new()
    {
        { "index", null, "/" },
        { "branch", null, "/branch/" },
        { "note", new { id = 7 }, "/notes/7" },
        { "note", new { ID = "7", page = 2, sort = "by name & date", none = (string?)null }, "/notes/7?page=2&sort=by%20name%20%26%20date" },
        { "note", new { id = 7, tag = new[] { "a", "b/c" } }, "/notes/7?tag=a&tag=b/c" },
        { "note", new Dictionary<string, object?>(StringComparer.Ordinal) { ["id"] = 7, ["is a"] = true }, "/notes/7?is%20a=true" },
        { "note", new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = "7" }, "/notes/7" },
        { "name", new { name = "Ada L/ö%?#" }, "/names/Ada%20L%2F%C3%B6%25%3F%23" },
        { "name", new { name = "x:y@z,(1)" }, "/names/x:y@z,(1)" },
        { "name", new { name = 0.00001 }, "/names/0.00001" },
        { "name", new { name = 1234.5f }, "/names/1234.5" },
        { "file", new { file = "a b/c/d.txt" }, "/files/a%20b/c/d.txt" },
        { "edit", new { page = "la/di" }, "/wiki/la/di/edit" },
        { "maybe", null, "/maybe" },
        { "maybe", new { id = 3 }, "/maybe/3" },
        { "mixed", new { name = "a", kind = "json" }, "/export/a.json" },
        { "day", new { day = new DateTime(2026, 2, 28, 1, 2, 3, DateTimeKind.Utc) }, "/days/2026-02-28" },
        { "day", new { day = new DateOnly(2026, 2, 28) }, "/days/2026-02-28" },
        { "state", new { state = DayOfWeek.Monday }, "/states/monday" },
        { "blue.print", new { x = 1 }, "/blue/print?x=1" },
        { "literal", null, "/caf%C3%A9%20au%20lait" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task An_address_is_made_of_a_name_and_values(string name, object? values, string expected)
    {
        var app = Make();
        app.Get("/make", (Request request) => request.UrlFor(name, values));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync("/make"));
        Assert.Equal(expected, app.UrlFor(name, values));
    }

    public static TheoryData<string, object?, string> Mistakes => new()
    {
        { "zebra", null, "No route is named 'zebra': name one with .Named(\"zebra\")." },
        { "noet", null, "did you mean 'note', which is GET /notes/{id:int}?" },
        { "print", null, "did you mean 'blue.print'" },
        { "red.print", null, "did you mean 'blue.print'" },
        { "note", null, "GET /notes/{id:int} needs a value for 'id'" },
        { "note", new { id = (int?)null }, "needs a value for 'id'" },
        { "note", new { id = "x" }, "'x' is no int" },
        { "name", new { name = "" }, "needs a value for 'name'" },
        { "name", new { name = ".." }, "cannot stand in an address" },
        { "file", new { file = "a/../b" }, "cannot stand in an address" },
        { "state", new { state = DayOfWeek.Sunday }, "'Sunday' is no any(monday,tuesday)" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_explained(string name, object? values, string reason)
    {
        var app = Make();

        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => app.UrlFor(name, values)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_can_be_absolute_and_have_a_fragment()
    {
        var app = Make();
        app.Get("/make", (Request request) => request.UrlFor("note", new { id = 7, q = 1 }, fragment: "part 1/ß?", absolute: true));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("http://localhost/notes/7?q=1#part%201/%C3%9F?", await server.Http.GetStringAsync("/make"));
        server.Http.DefaultRequestHeaders.Host = "example.com:8443";
        Assert.Equal("https://example.com:8443/notes/7?q=1#part%201/%C3%9F?", await server.Http.GetStringAsync("https://example.com:8443/make"));
    }

    [Fact]
    public void Outside_of_a_request_the_options_say_where_the_app_is()
    {
        var app = new App(new AppOptions { BaseAddress = new Uri("https://example.com/shop/") });
        app.Get("/notes/{id}", (string id) => id).Named("note");

        Assert.Equal("https://example.com/shop/notes/7", app.UrlFor("note", new { id = 7 }, absolute: true));
        Assert.Equal("/shop/notes/7#top", app.UrlFor("note", new { id = 7 }, fragment: "top"));
        var error = Assert.Throws<InvalidOperationException>(() => Make().UrlFor("index", absolute: true));
        Assert.Contains("AppOptions.BaseAddress", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dot_in_front_means_the_blueprint_that_answers()
    {
        var app = new App();
        var projects = new Blueprint("projects", prefix: "/projects/{project}");
        var tasks = new Blueprint("tasks", prefix: "/tasks");
        projects.Get("/", (Request request) => request.UrlFor(".home")).Named("home");
        tasks.Get("/{id:int}", (int id, Request request) => $"{request.UrlFor(".one", new { id = id + 1 })} {request.UrlFor(".all", new { project = "other" })} {request.UrlFor("home")}").Named("one");
        tasks.Get("/", () => "all").Named("all");
        projects.Register(tasks);
        app.Register(projects);
        app.Register(projects, prefix: "/old/{project}", name: "old");
        app.Get("/", (Request request) => request.UrlFor(".home")).Named("home");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("/", await server.Http.GetStringAsync("/"));
        Assert.Equal("/projects/a%20b", await server.Http.GetStringAsync("/projects/a%20b"));
        Assert.Equal("/projects/a/tasks/4 /projects/other/tasks /", await server.Http.GetStringAsync("/projects/a/tasks/3"));
        Assert.Equal("/old/a/tasks/4 /old/other/tasks /", await server.Http.GetStringAsync("/old/a/tasks/3"));
    }

    [Fact]
    public async Task Every_address_leads_back_to_its_route_with_its_values()
    {
        var random = new Random(20261);
        var app = new App();
        app.Get("/a/{x}/{y:path}", (string x, string y) => new { x, y }).Named("echo");
        await using var server = await TestServer.StartAsync(app);

        for (var round = 0; round < 300; round++)
        {
            var (x, y) = (Word(random, slashes: true), Word(random, slashes: false) + "/" + Word(random, slashes: false));
            var body = await server.Http.GetStringAsync(app.UrlFor("echo", new { x, y }));

            Assert.Equal(System.Text.Json.JsonSerializer.Serialize(new { x, y }, System.Text.Json.JsonSerializerOptions.Web), body);
        }
    }

    private static string Word(Random random, bool slashes)
    {
        string[] letters = ["a", "Z", "%", "%2F", "?", "#", " ", "+", "é", "😀", "&", "=", ":", "\\", "\"", "'", "<", ";", "~", ".", slashes ? "/" : "_"];
        return "x" + string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => letters[random.Next(letters.Length)]));
    }

    private static App Make()
    {
        var app = new App();
        app.Get("/", () => "").Named("index");
        app.Get("/branch/", () => "").Named("branch");
        app.Get("/notes/{id:int}", (int id) => id).Named("note");
        app.Get("/names/{name}", (string name) => name).Named("name");
        app.Get("/files/{file:path}", (string file) => file).Named("file");
        app.Get("/wiki/{page:path}/edit", (string page) => page).Named("edit");
        app.Get("/maybe/{id:int?}", (int? id) => id).Named("maybe");
        app.Get("/export/{name}.{kind:any(json,csv)}", (string name, string kind) => name + kind).Named("mixed");
        app.Get("/days/{day:date}", (DateOnly day) => day.ToString(CultureInfo.InvariantCulture)).Named("day");
        app.Get("/states/{state:any(monday,tuesday)}", (string state) => state).Named("state");
        app.Get("/café au lait", () => "").Named("literal");
        var blue = new Blueprint("blue", prefix: "/blue");
        blue.Get("/print", () => "").Named("print");
        app.Register(blue);
        return app;
    }
}
