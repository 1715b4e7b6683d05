using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Core.Tests.Binding;

public sealed class BindingTests
{
    private enum Colour
    {
        Red,
        Green,
    }

    [Theory]
    [InlineData("/q?count=3&colour=green", "3 Green  none")]
    [InlineData("/q?count=3&colour=Red&name=Ada&size=2.5", "3 Red Ada 2.5")]
    public async Task Query_values_are_parsed(string path, string expected)
    {
        var app = new App();
        app.Get("/q", (int count, Colour colour, string? name, double? size) => $"{count} {colour} {name} {(object?)size ?? "none"}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(expected, await server.Http.GetStringAsync(path));
    }

    [Fact]
    public async Task Absent_query_values_take_their_defaults()
    {
        var app = new App();
        app.Get("/q", (int page = 1, Colour colour = Colour.Green, Guid id = default, string sort = "new") => $"{page} {colour} {id == default} {sort}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("1 Green True new", await server.Http.GetStringAsync("/q"));
    }

    [Fact]
    public async Task A_repeated_query_value_binds_to_an_array()
    {
        var app = new App();
        app.Get("/q", (int[] id) => string.Join('+', id));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("1+2+3", await server.Http.GetStringAsync("/q?id=1&id=2&id=3"));
        Assert.Equal("", await server.Http.GetStringAsync("/q"));
    }

    [Theory]
    [InlineData("/q?count=three", "count", "query", "should be a whole number (int), but is 'three'")]
    [InlineData("/q", "count", "query", "is missing; it should be a whole number (int)")]
    [InlineData("/r/7x", "id", "route", "should be a whole number (long), but is '7x'")]
    [InlineData("/q?count=1&colour=7", "colour", "query", "should be one of Red, Green, but is '7'")]
    public async Task Text_of_the_wrong_type_is_a_400_that_names_the_field(string path, string field, string source, string problem)
    {
        var app = new App();
        app.Get("/q", (int count, Colour? colour) => "fine");
        app.Get("/r/{id}", (long id) => "fine");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
        Assert.Equal((field, source, problem), (error.GetProperty("field").GetString(), error.GetProperty("source").GetString(), error.GetProperty("problem").GetString()));
    }

    [Fact]
    public async Task A_json_body_is_bound()
    {
        var app = new App();
        app.Post("/orders/{id:int}", (int id, Order order) => new { id, order.Title, total = order.Items.Sum(item => item.Count) });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsJsonAsync("/orders/4", new { title = "Tea", items = new[] { new { count = 2 }, new { count = 3 } } });

        Assert.Equal("""{"id":4,"title":"Tea","total":5}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"title":"Tea","items":[{"count":"x"}]}""", "$.items[0].count", "should be a whole number (int)")]
    [InlineData("""{"title":"Tea"}""", "$.items", "is missing; it should be a list")]
    [InlineData("""{"title":null,"items":[]}""", "$.title", "has a null where 'Title' must not be null")]
    [InlineData("""{"title":3,"items":[]}""", "$.title", "should be text")]
    [InlineData("null", "$", "should be an object (Order), but is null")]
    [InlineData("", "$", "is missing; it should be an object (Order) as JSON")]
    public async Task A_body_that_does_not_fit_is_a_400_with_its_json_path(string json, string field, string problem)
    {
        var app = new App();
        app.Post("/orders", (Order order) => order.Title);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/orders", new StringContent(json, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0];
        Assert.Equal((field, problem), (error.GetProperty("field").GetString(), error.GetProperty("problem").GetString()));
    }

    [Theory]
    [InlineData("{\"title\":")]
    [InlineData("{oops}")]
    [InlineData("\"\\ud800\"")]
    public async Task A_body_that_is_not_json_is_a_400(string json)
    {
        var app = new App();
        app.Post("/orders", (Order order) => order.Title);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/orders", new StringContent(json, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("System.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_another_type_is_415()
    {
        var app = new App();
        app.Post("/orders", (Order order) => order.Title);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/orders", new StringContent("<title>Tea</title>", Encoding.UTF8, "application/xml"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        var app = new App();
        app.Use(next => connection =>
        {
            if (connection is Realtime.Protocol.HttpConnection http)
            {
                http.MaxRequestBodySize = 10;
            }
            return next(connection);
        });
        app.Post("/orders", (Order order) => order.Title);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsJsonAsync("/orders", new { title = "Tea for everybody", items = Array.Empty<int>() });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task An_optional_body_may_be_absent()
    {
        var app = new App();
        app.Post("/orders", (Order? order) => order?.Title ?? "none");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/orders", null);

        Assert.Equal("none", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Services_are_bound_and_scopes_end_with_the_request()
    {
        var app = new App();
        app.Services.AddSingleton<Counter>();
        app.Services.AddScoped<Scoped>();
        app.Get("/", (Counter counter, Scoped scoped, Request request, App itself, CancellationToken cancellation) =>
            $"{counter.Disposed} {ReferenceEquals(scoped, request.Services.GetRequiredService<Scoped>())} {ReferenceEquals(app, itself)} {cancellation.IsCancellationRequested}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("0 True True False", await server.Http.GetStringAsync("/"));
        Assert.Equal("1 True True False", await server.Http.GetStringAsync("/"));
    }

    [Fact]
    public void A_parameter_that_nothing_can_bind_fails_the_start_with_one_sentence()
    {
        var app = new App();
        app.Get("/notes", (IComparable<Guid> store) => "x");

        var error = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Equal(
            "GET /notes: nothing can bind the parameter 'store' of type IComparable<Guid>. If it is a service, add it to app.Services.", error.Message);
    }

    [Fact]
    public void A_body_of_a_GET_fails_the_start()
    {
        var app = new App();
        app.Get("/orders", (Order order) => "x");

        var error = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains("Only POST, PUT and PATCH read a body unless it is marked [Body]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_bodies_fail_the_start()
    {
        var app = new App();
        app.Post("/orders", (Order first, Order second) => "x");

        var error = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains("both 'first' and 'second' would be the body", error.Message, StringComparison.Ordinal);
    }

    private sealed record Order(string Title, Item[] Items);

    private sealed record Item(int Count);

    private sealed class Counter
    {
        public int Disposed { get; set; }
    }

    private sealed class Scoped(Counter counter) : IDisposable
    {
        public void Dispose() => counter.Disposed++;
    }
}
