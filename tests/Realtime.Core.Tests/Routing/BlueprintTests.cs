using System.Net;
using Realtime.Testing;

namespace Realtime.Core.Tests.Routing;

public sealed class BlueprintTests
{
    [Fact]
    public async Task Routes_appear_under_the_prefix_and_its_values_reach_their_handlers()
    {
        var notes = new Blueprint("notes", prefix: "/users/{user:int}/notes");
        notes.Get("/", (int user) => $"all of {user}");
        notes.Get("/{id:int}", (int user, int id) => $"{id} of {user}");
        var app = new App();
        app.Register(notes);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("all of 7", await server.Http.GetStringAsync("/users/7/notes"));
        Assert.Equal("3 of 7", await server.Http.GetStringAsync("/users/7/notes/3"));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/notes/3")).StatusCode);
    }

    [Fact]
    public async Task Blueprints_nest_with_their_prefixes_and_names()
    {
        var app = new App();
        var shop = new Blueprint("shop", prefix: "/shop");
        var cart = new Blueprint("cart", prefix: "/cart");
        // Registered before it has routes: the order says nothing.
        app.Register(shop);
        shop.Register(cart);
        cart.Get("/{item}", (string item, Request request) => request.UrlFor("shop.cart.item", new { item = item + "2" })).Named("item");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("/shop/cart/tea2", await server.Http.GetStringAsync("/shop/cart/tea"));
        Assert.Equal(["GET /shop/cart/{item}"], app.Routes.Select(static route => route.ToString()));
    }

    [Fact]
    public async Task A_blueprint_is_registered_twice_under_two_prefixes_and_names()
    {
        var pages = new Blueprint("pages", prefix: "/pages");
        pages.Get("/{name}", (string name, Request request) => $"{request.UrlFor("pages.one", new { name })} {request.UrlFor("old.one", new { name })}").Named("one");
        var app = new App();
        app.Register(pages);
        app.Register(pages, prefix: "/old/pages", name: "old");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("/pages/a /old/pages/a", await server.Http.GetStringAsync("/pages/a"));
        Assert.Equal("/pages/a /old/pages/a", await server.Http.GetStringAsync("/old/pages/a"));
    }

    [Fact]
    public async Task A_blueprint_without_a_name_adds_nothing_to_names()
    {
        var api = new Blueprint(prefix: "/api/");
        api.Get("/", () => "root").Named("root");
        var app = new App();
        app.Register(api);
        app.Get("/where", (Request request) => request.UrlFor("root"));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("/api", await server.Http.GetStringAsync("/where"));
        Assert.Equal("root", await server.Http.GetStringAsync("/api"));
    }

    [Fact]
    public void Two_registrations_of_one_name_fail_the_start()
    {
        var pages = new Blueprint("pages");
        pages.Get("/{name}", (string name) => name).Named("one");
        var app = new App();
        app.Register(pages, prefix: "/a");
        app.Register(pages, prefix: "/b");

        var error = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains("'pages.one': GET /a/{name} and GET /b/{name}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_blueprint_that_would_hold_itself_is_refused()
    {
        var outer = new Blueprint("outer");
        var inner = new Blueprint("inner");
        outer.Register(inner);

        Assert.Throws<ArgumentException>(() => outer.Register(outer));
        Assert.Throws<ArgumentException>(() => inner.Register(outer));
    }

    [Theory]
    [InlineData("a.b", "/x")]
    [InlineData(" ", "/x")]
    [InlineData("a", "x")]
    [InlineData("a", "/x//y")]
    [InlineData("a", "/{rest?}")]
    public void A_wrong_name_or_prefix_is_refused(string name, string prefix) => Assert.Throws<ArgumentException>(() => new Blueprint(name, prefix));

    [Fact]
    public void A_parameter_of_the_prefix_cannot_be_used_again()
    {
        var blueprint = new Blueprint("a", prefix: "/{id}");
        blueprint.Get("/{id}", (string id) => id);
        var app = new App();
        app.Register(blueprint);

        Assert.Contains("two parameters named 'id'", Assert.Throws<ArgumentException>(() => app.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_registered_after_the_start()
    {
        var app = new App();
        app.Build();

        Assert.Throws<InvalidOperationException>(() => app.Register(new Blueprint("late")));
        Assert.Throws<InvalidOperationException>(() => app.Before(() => { }));
        Assert.Throws<InvalidOperationException>(() => app.OnError(404, () => "none"));
    }
}
