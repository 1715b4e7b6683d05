using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class ViewTests
{
    [Fact]
    public async Task A_class_answers_with_a_method_for_each_verb()
    {
        var app = new App();
        app.Services.AddSingleton<Notes>();
        app.Route<NotesView>("/notes/{id:int?}").Named("notes");
        await using var server = await TestServer.StartAsync(app);

        using var created = await server.Http.PostAsJsonAsync("/notes", new { title = "first" });
        Assert.Equal(("/notes/1", HttpStatusCode.Created), (created.Headers.Location!.OriginalString, created.StatusCode));
        Assert.Equal("""["first"]""", await server.Http.GetStringAsync("/notes"));
        Assert.Equal("first", await server.Http.GetStringAsync("/notes/1"));
        Assert.Equal(HttpStatusCode.NoContent, (await server.Http.DeleteAsync("/notes/1")).StatusCode);
        using var refused = await server.Http.PutAsync("/notes/1", null);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "DELETE, GET, HEAD, OPTIONS, POST"), (refused.StatusCode, string.Join(", ", refused.Content.Headers.Allow)));
        Assert.Equal(["GET, POST, DELETE /notes/{id:int?}"], app.Routes.Select(static route => route.ToString()));
    }

    [Fact]
    public async Task Each_request_has_its_own_object_which_is_disposed_of()
    {
        Counting.Reset();
        var app = new App();
        app.Route<Counting>("/");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("1", await server.Http.GetStringAsync("/"));
        Assert.Equal("1", await server.Http.GetStringAsync("/"));
        Assert.Equal((2, 2), (Counting.Made, Counting.Disposed));
    }

    [Fact]
    public async Task A_class_that_is_a_service_lives_as_it_was_registered()
    {
        var app = new App();
        app.Services.AddSingleton<Staying>();
        app.Route<Staying>("/");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("1", await server.Http.GetStringAsync("/"));
        Assert.Equal("2", await server.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task Methods_are_inherited_and_HEAD_can_be_its_own()
    {
        var app = new App();
        var blueprint = new Blueprint("views", prefix: "/views");
        blueprint.Route<Derived>("/{name}");
        app.Register(blueprint);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("derived ada", await server.Http.GetStringAsync("/views/ada"));
        Assert.Equal("posted ada", await (await server.Http.PostAsync("/views/ada", null)).Content.ReadAsStringAsync());
        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/views/ada"));
        Assert.Equal("yes", Assert.Single(head.Headers.GetValues("X-Own-Head")));
    }

    [Fact]
    public async Task Methods_with_attributes_are_routes()
    {
        var app = new App();
        app.Services.AddSingleton<Notes>();
        var blueprint = new Blueprint("api", prefix: "/api");
        blueprint.RoutesOf<Api>();
        app.Register(blueprint);
        app.RoutesOf(typeof(Health));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("/api/notes/5", await server.Http.GetStringAsync("/api/notes/5"));
        Assert.Equal("search x", await server.Http.GetStringAsync("/api/find?q=x"));
        Assert.Equal("search x", await server.Http.GetStringAsync("/api/search?q=x"));
        Assert.Equal("any PUT", await (await server.Http.PutAsync("/api/any", null)).Content.ReadAsStringAsync());
        Assert.Equal("fine", await server.Http.GetStringAsync("/health"));
    }

    [Fact]
    public void A_class_that_answers_nothing_is_refused()
    {
        var app = new App();

        Assert.Contains("answers no method", Assert.Throws<InvalidOperationException>(() => app.Route<Notes>("/")).Message, StringComparison.Ordinal);
        Assert.Contains("[Get(\"/…\")]", Assert.Throws<InvalidOperationException>(app.RoutesOf<Notes>).Message, StringComparison.Ordinal);
        Assert.Contains("2 methods for GET", Assert.Throws<InvalidOperationException>(() => app.Route<Twice>("/")).Message, StringComparison.Ordinal);
    }

    public sealed class Notes
    {
        public List<string> Titles { get; } = [];
    }

    public sealed record NewNote(string Title);

    public sealed class NotesView(Notes notes)
    {
        public object? Get(int? id) => id is { } one ? notes.Titles.ElementAtOrDefault(one - 1) : notes.Titles;

        public async Task<Response> PostAsync(NewNote note, Request request)
        {
            await Task.Yield();
            notes.Titles.Add(note.Title);
            return Response.Created(request.UrlFor("notes", new { id = notes.Titles.Count }), note);
        }

        public void Delete(int? id) => notes.Titles.RemoveAt(id!.Value - 1);
    }

    public sealed class Counting : IDisposable
    {
        private int _calls;

        public Counting() => Made++;

        public static int Made { get; private set; }

        public static int Disposed { get; private set; }

        public static void Reset() => (Made, Disposed) = (0, 0);

        public int Get() => ++_calls;

        public void Dispose() => Disposed++;
    }

    public sealed class Staying
    {
        private int _calls;

        public int Get() => ++_calls;
    }

    public class Base
    {
        public virtual string Get(string name) => $"base {name}";

        public string Post(string name) => $"posted {name}";
    }

    public sealed class Derived : Base
    {
        public override string Get(string name) => $"derived {name}";

        public static Response Head() => new Func<Response>(() =>
        {
            var response = Response.NoContent();
            response.Headers["X-Own-Head"] = "yes";
            return response;
        })();
    }

    public sealed class Twice
    {
        public string Get() => "a";

        public Task<string> GetAsync() => Task.FromResult("b");
    }

    public sealed class Api(Notes notes)
    {
        [Get("/notes/{id:int}", Name = "read")]
        public string Read(int id, Request request) => request.UrlFor("api.read", new { id = id + notes.Titles.Count });

        [Get("/find")]
        [Get("/search")]
        public static string Search(string q) => $"search {q}";

        [Route("/any", "put", "POST")]
        public string Any(Request request) => $"any {request.Method}";

        public string Untouched() => "no route";
    }

    public static class Health
    {
        [Get("/health")]
        public static string Check() => "fine";
    }
}
