using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Protocol;

namespace Realtime.Tests.AspNetCore;

/// <summary>An app inside an ASP.NET Core app.</summary>
public sealed class MountTests
{
    [Fact]
    public async Task It_answers_what_no_endpoint_of_the_host_does()
    {
        var app = new App();
        app.Get("/ours", static () => "ours");
        app.Get("/theirs", static () => "ours too");
        await using var host = await StartAsync(app, static host => host.MapGet("/theirs", static () => "theirs"));

        Assert.Equal("ours", await host.Http.GetStringAsync("/ours"));
        Assert.Equal("theirs", await host.Http.GetStringAsync("/theirs"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("/nobodys")).StatusCode);
    }

    [Fact]
    public async Task Below_a_path_it_sees_the_rest_and_makes_addresses_with_the_path()
    {
        var app = new App();
        app.Get("/", static () => "root");
        app.Get("/notes/{id:int}", static (int id, Request request) => $"{id} {request.Path} {request.Connection.RootPath} {request.UrlFor("note", new { id })}").Named("note");
        await using var host = await StartAsync(app, host => host.MapRealtime("/api/v1/", app));

        Assert.Equal("7 /notes/7 /api/v1 /api/v1/notes/7", await host.Http.GetStringAsync("/api/v1/notes/7"));
        Assert.Equal("root", await host.Http.GetStringAsync("/api/v1"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("/notes/7")).StatusCode);
    }

    [Fact]
    public async Task Services_go_both_ways_and_scoped_ones_are_of_the_same_request()
    {
        var app = new App();
        app.Services.AddSingleton(new Ours("from the app"));
        app.Get("/", static (Theirs theirs, Ours ours, Request request) =>
            $"{theirs.Text}, {ours.Text}, {ReferenceEquals(theirs, request.HttpContext!.RequestServices.GetService<Theirs>())}");
        await using var host = await StartAsync(
            app,
            static host => host.MapGet("/theirs", static (Ours ours, TimeProvider time) => $"{ours.Text} {time == TimeProvider.System}"),
            static builder => builder.Services.AddScoped(static _ => new Theirs("from the host")));

        Assert.Equal("from the host, from the app, True", await host.Http.GetStringAsync("/"));
        Assert.Equal("from the app True", await host.Http.GetStringAsync("/theirs"));
    }

    [Fact]
    public async Task Services_added_behind_UseRealtime_count_too()
    {
        var app = new App();
        await using var host = await StartAsync(app, static _ => { }, _ =>
        {
            app.Services.AddSingleton(new Ours("late"));
            app.Get("/", static (Ours ours) => ours.Text);
        });

        Assert.Equal("late", await host.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task Policies_of_the_host_hold_for_what_is_mounted()
    {
        var app = new App();
        app.Get("/", static () => "ours");
        await using var host = await StartAsync(
            app,
            host =>
            {
                host.UseCors();
                host.MapRealtime("/api", app).RequireCors("open");
            },
            static builder => builder.Services.AddCors(static cors => cors.AddPolicy("open", static policy => policy.AllowAnyOrigin())));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api");
        request.Headers.Add("Origin", "https://example.org");

        using var response = await host.Http.SendAsync(request);

        Assert.Equal("*", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task A_WebSocket_is_served_below_the_path_and_told_to_go_when_the_host_stops()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var app = new App();
        app.WebSocketRoute("/live", async request =>
        {
            var socket = (WebSocketConnection)request.Connection;
            await socket.AcceptAsync();
            await socket.SendAsync(Encoding.UTF8.GetBytes(request.HttpContext!.Request.Host.Host), WebSocketMessageType.Text);
            var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = app.Stopping.Register(stopping.SetResult);
            entered.SetResult();
            await stopping.Task;
            await socket.CloseAsync(1001, "going away");
        });
        var host = await StartAsync(app, host => host.MapRealtime("/chat", app));
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws", Path = "/chat/live" }.Uri, CancellationToken.None);
        var buffer = new byte[64];
        var received = await client.ReceiveAsync(buffer, CancellationToken.None);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var stopped = host.DisposeAsync();
        var closed = await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await stopped;

        Assert.Equal("127.0.0.1", Encoding.UTF8.GetString(buffer, 0, received.Count));
        Assert.Equal(WebSocketMessageType.Close, closed.MessageType);
        Assert.Equal(1001, (int)client.CloseStatus!);
    }

    [Fact]
    public async Task It_starts_before_the_host_listens_and_stops_when_its_requests_are_done()
    {
        var events = new List<string>();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var app = new App();
        app.OnStart(_ => Happened("start"));
        app.OnListening(addresses => events.Add(addresses.Single().Port > 0 ? "listening" : "where?"));
        app.OnStop(_ => Happened("stop"));
        app.Get("/slow", async () =>
        {
            var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = app.Stopping.Register(stopping.SetResult);
            entered.SetResult();
            await stopping.Task;
            events.Add("request");
            return "whole";
        });
        var host = await StartAsync(app, static _ => { });

        var getting = host.Http.GetStringAsync("/slow");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await host.DisposeAsync();

        Assert.Equal("whole", await getting);
        Assert.Equal(["start", "listening", "request", "stop"], events);

        ValueTask Happened(string what)
        {
            events.Add(what);
            return default;
        }
    }

    [Fact]
    public async Task An_app_that_cannot_be_built_fails_the_start_of_its_host()
    {
        var app = new App();
        app.Get("/", static (IDisposable unbound) => "never");

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(app, static _ => { }));

        Assert.Contains("unbound", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_is_no_part_of_the_host_is_not_mounted_silently()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(new App(), static host => host.MapRealtime("/other", new App())));

        Assert.Contains("builder.UseRealtime", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Middleware_of_the_app_runs_inside_its_host()
    {
        var app = new App();
        app.UseAspNetCore(static pipeline => pipeline.Use(static (context, next) =>
        {
            context.Response.Headers["X-Inner"] = context.Request.PathBase.Value;
            return next();
        }));
        app.Get("/", static () => "within");
        await using var host = await StartAsync(app, host => host.MapRealtime("/app", app));

        using var response = await host.Http.GetAsync("/app");

        Assert.Equal("/app", Assert.Single(response.Headers.GetValues("X-Inner")));
        Assert.Equal("within", await response.Content.ReadAsStringAsync());
    }

    private static async Task<Host> StartAsync(App app, Action<WebApplication> map, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.UseRealtime(app);
        configure?.Invoke(builder);
        var host = builder.Build();
        try
        {
            map(host);
            await host.StartAsync();
            return new Host(host);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private sealed class Host(WebApplication host) : IAsyncDisposable
    {
        public Uri Address { get; } = new(host.Urls.First());

        public HttpClient Http { get; } = new() { BaseAddress = new Uri(host.Urls.First()) };

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }
    }

    private sealed record Ours(string Text);

    private sealed record Theirs(string Text);
}
