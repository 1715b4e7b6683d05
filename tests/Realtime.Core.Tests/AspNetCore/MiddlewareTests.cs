using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Claims;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Realtime.Hosting;
using Realtime.Protocol;
using Realtime.Testing;

namespace Realtime.Tests.AspNetCore;

/// <summary>ASP.NET Core's middleware around an app, in memory and on Kestrel.</summary>
public sealed class MiddlewareTests
{
    private static readonly SymmetricSecurityKey Key = new(Encoding.UTF8.GetBytes("a key that is long enough for HMAC-SHA-256"));

    [Fact]
    public async Task CORS_answers_the_preflight_and_marks_the_response()
    {
        var app = new App();
        app.Services.AddCors(static cors => cors.AddDefaultPolicy(static policy => policy.WithOrigins("https://example.org").AllowAnyMethod()));
        app.UseAspNetCore(static pipeline => pipeline.UseCors());
        app.Put("/notes", static () => "saved");
        await using var server = await TestServer.StartAsync(app);

        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/notes");
        preflight.Headers.Add("Origin", "https://example.org");
        preflight.Headers.Add("Access-Control-Request-Method", "PUT");
        using var allowed = await server.Http.SendAsync(preflight);
        using var put = new HttpRequestMessage(HttpMethod.Put, "/notes");
        put.Headers.Add("Origin", "https://example.org");
        using var response = await server.Http.SendAsync(put);
        using var other = await server.Http.PutAsync("/notes", null);

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal("PUT", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Methods")));
        Assert.Equal("https://example.org", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("saved", await response.Content.ReadAsStringAsync());
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Compression_shrinks_what_a_handler_returns_or_streams(bool streamed)
    {
        var text = string.Concat(Enumerable.Repeat("as long as it is repetitive ", 500));
        var app = new App();
        app.Services.AddResponseCompression(static compression => compression.Providers.Add<BrotliCompressionProvider>());
        app.UseAspNetCore(static pipeline => pipeline.UseResponseCompression());
        app.Get("/", () => streamed
            ? Response.Stream(async (stream, cancellation) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation), "text/plain")
            : Response.Text(text));
        await using var server = await KestrelServerHost.StartAsync(app);
        using var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");

        using var response = await client.GetAsync("/");

        Assert.Equal(["br"], response.Content.Headers.ContentEncoding);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.InRange(bytes.Length, 1, text.Length / 10);
        await using var plain = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
        Assert.Equal(text, await new StreamReader(plain).ReadToEndAsync());
    }

    [Fact]
    public async Task Rate_limiting_refuses_what_is_too_much()
    {
        var app = new App();
        app.Services.AddRateLimiter(static limiter =>
        {
            limiter.RejectionStatusCode = 429;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, PathString>(static context =>
                RateLimitPartition.GetConcurrencyLimiter(context.Request.Path, static _ => new ConcurrencyLimiterOptions { PermitLimit = 1 }));
        });
        app.UseAspNetCore(static pipeline => pipeline.UseRateLimiter());
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Get("/slow", async () =>
        {
            entered.SetResult();
            await leave.Task;
            return "done";
        });
        await using var server = await TestServer.StartAsync(app);

        var first = server.Http.GetStringAsync("/slow");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        using var second = await server.Http.GetAsync("/slow");
        leave.SetResult();

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal("done", await first);
    }

    [Fact]
    public async Task A_bearer_token_of_ASP_NET_Core_names_the_user_to_handlers_and_sockets()
    {
        await using var server = await TestServer.StartAsync(WithTokens());
        using var nobody = await server.Http.GetAsync("/me");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token("Ada"));
        using var ada = await server.Http.SendAsync(request);
        using var forged = new HttpRequestMessage(HttpMethod.Get, "/me");
        forged.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token("Ada")[..^2]);
        using var refused = await server.Http.SendAsync(forged);
        using var socket = await server.ConnectWebSocketAsync(
            "/socket", new TestWebSocketOptions { Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {Token("Alan")}" } });
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, CancellationToken.None);

        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.Equal("Bearer", Assert.Single(nobody.Headers.WwwAuthenticate).Scheme);
        Assert.Equal("Ada", await ada.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Alan", Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    [Fact]
    public async Task Whom_middleware_has_authenticated_is_the_user_that_routes_require()
    {
        var app = WithTokens(isGuarded: false);
        app.Get("/whoami", static (Request request) => request.User.Identity!.Name ?? "nobody");
        app.Get("/inside", static (ClaimsPrincipal user) => user.Identity!.Name).RequireLogin();
        await using var server = await TestServer.StartAsync(app);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/inside");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token("Ada"));

        using var ada = await server.Http.SendAsync(request);

        Assert.Equal("Ada", await ada.Content.ReadAsStringAsync());
        Assert.Equal("nobody", await server.Http.GetStringAsync("/whoami"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.GetAsync("/inside")).StatusCode);
    }

    [Fact]
    public async Task Middleware_refuses_a_handshake_with_its_whole_response()
    {
        await using var server = await TestServer.StartAsync(WithTokens());

        var denied = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/socket"));

        Assert.Equal(401, denied.Denial.StatusCode);
        Assert.Contains(denied.Denial.Headers!, static field => field is { Key: "WWW-Authenticate", Value: "Bearer" });
    }

    [Fact]
    public async Task Health_checks_answer_before_the_app_does()
    {
        var app = new App();
        app.Services.AddHealthChecks().AddCheck("disk", static () => HealthCheckResult.Degraded("nearly full"));
        app.UseAspNetCore(static pipeline => pipeline.UseHealthChecks("/health", new HealthCheckOptions()));
        app.Get("/", static () => "home");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("Degraded", await server.Http.GetStringAsync("/health"));
        Assert.Equal("home", await server.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task Endpoints_of_ASP_NET_Core_stand_beside_the_apps_routes()
    {
        var app = new App();
        app.UseAspNetCore(static pipeline =>
        {
            pipeline.UseRouting();
            pipeline.UseEndpoints(static endpoints => endpoints.MapPost("/theirs/{id:int}", static (int id, HttpRequest request) => $"theirs {id} of {request.ContentLength}"));
        });
        app.Post("/ours", static (Sent sent) => sent.Text);
        await using var server = await TestServer.StartAsync(app);

        using var theirs = await server.Http.PostAsync("/theirs/7", new StringContent("12345"));
        using var ours = await server.Http.PostAsJsonAsync("/ours", new Sent("ours"));

        Assert.Equal("theirs 7 of 5", await theirs.Content.ReadAsStringAsync());
        Assert.Equal("ours", await ours.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Scoped_services_are_those_of_the_request_and_are_disposed_of_with_it()
    {
        var app = new App();
        app.Services.AddScoped<Scoped>();
        Scoped? seen = null;
        app.UseAspNetCore(pipeline => pipeline.Use((context, next) =>
        {
            seen = context.RequestServices.GetRequiredService<Scoped>();
            return next();
        }));
        app.Get("/", (Scoped scoped) => ReferenceEquals(scoped, seen) && !scoped.IsDisposed ? "the same" : "another");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("the same", await server.Http.GetStringAsync("/"));
        await server.DisposeAsync();
        Assert.True(seen!.IsDisposed);
    }

    [Fact]
    public async Task A_path_that_middleware_rewrites_is_what_the_router_sees()
    {
        var app = new App();
        app.UseAspNetCore(static pipeline => pipeline.UsePathBase("/app"));
        app.Get("/here", static (Request request) => request.UrlFor("here")).Named("here");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("/app/here", await server.Http.GetStringAsync("/app/here"));
        Assert.Equal("/here", await server.Http.GetStringAsync("/here"));
    }

    [Fact]
    public async Task Middleware_that_fails_is_a_500_and_a_handler_that_fails_is_answered_within()
    {
        var app = new App();
        app.UseAspNetCore(static pipeline => pipeline.Use(static (context, next) =>
            context.Request.Path == "/broken" ? throw new FormatException("broken") : next()));
        app.Get("/fails", static string () => throw new HttpError(418, "I am a teapot."));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(HttpStatusCode.InternalServerError, (await server.Http.GetAsync("/broken")).StatusCode);
        Assert.Equal(418, (int)(await server.Http.GetAsync("/fails")).StatusCode);
    }

    [Fact]
    public async Task A_body_is_limited_for_middleware_and_by_the_route_within()
    {
        var app = new App();
        app.UseAspNetCore(static pipeline => pipeline.Use(static async (context, next) =>
        {
            if (context.Request.Path == "/theirs")
            {
                context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = 10;
                await context.Request.Body.CopyToAsync(Stream.Null);
            }
            await next();
        }));
        app.Post("/ours", static async (HttpConnection http) =>
        {
            http.MaxRequestBodySize = 40_000_000;
            await http.RequestBody.CopyToAsync(Stream.Null);
        });
        await using var server = await TestServer.StartAsync(app);

        using var theirs = await server.Http.PostAsync("/theirs", new ByteArrayContent(new byte[11]));
        using var ours = await server.Http.PostAsync("/ours", new ByteArrayContent(new byte[30_000_001]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, theirs.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ours.StatusCode);
    }

    [Fact]
    public async Task A_request_behind_middleware_finishes_when_the_app_stops()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var app = new App();
        app.UseAspNetCore(static pipeline => pipeline.Use(static (_, next) => next()));
        app.Get("/slow", async () =>
        {
            var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = app.Stopping.Register(stopping.SetResult);
            entered.SetResult();
            await stopping.Task;
            return "whole";
        });
        var server = await KestrelServerHost.StartAsync(app);
        using var client = new HttpClient { BaseAddress = server.Address };

        var getting = client.GetStringAsync("/slow");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await server.DisposeAsync();

        Assert.Equal("whole", await getting);
    }

    [Fact]
    public async Task An_app_without_middleware_of_ASP_NET_Core_has_no_HttpContext()
    {
        var app = new App();
        app.Get("/", static (Request request) => request.HttpContext is null ? "none" : "one");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("none", await server.Http.GetStringAsync("/"));
    }

    private static App WithTokens(bool isGuarded = true)
    {
        var app = new App();
        app.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(static bearer =>
        {
            bearer.MapInboundClaims = false;
            bearer.TokenValidationParameters = new TokenValidationParameters
            {
                IssuerSigningKey = Key,
                ValidIssuer = "tests",
                ValidateAudience = false,
                ValidateLifetime = false,
                NameClaimType = "name",
            };
        });
        var authorization = app.Services.AddAuthorizationBuilder();
        if (isGuarded)
        {
            authorization.SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        }
        app.UseAspNetCore(static pipeline =>
        {
            pipeline.UseAuthentication();
            pipeline.UseAuthorization();
        });
        app.Get("/me", static (Request request) => request.HttpContext!.User.Identity!.Name);
        app.WebSocketRoute("/socket", static async request =>
        {
            var socket = (WebSocketConnection)request.Connection;
            await socket.AcceptAsync();
            await socket.SendAsync(Encoding.UTF8.GetBytes(request.HttpContext!.User.Identity!.Name!), WebSocketMessageType.Text);
        });
        return app;
    }

    private static string Token(string name) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = "tests",
        Subject = new ClaimsIdentity([new Claim("name", name)]),
        SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.HmacSha256),
    });

    private sealed record Sent(string Text);

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
