using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class LoginTests
{
    [Fact]
    public async Task Who_signs_in_is_known_until_they_sign_out()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);

        Assert.Equal("nobody", await visitor.TextAsync("/who"));
        await visitor.SendAsync(HttpMethod.Post, "/sign-in?name=Ada&role=admin&role=author");
        Assert.Equal("Ada: admin, author", await visitor.TextAsync("/who"));
        await visitor.SendAsync(HttpMethod.Post, "/sign-out");
        Assert.Equal("nobody", await visitor.TextAsync("/who"));
        Assert.Empty(visitor.Cookies);
    }

    [Fact]
    public async Task The_request_that_signs_in_or_out_knows_it_at_once()
    {
        var app = new App();
        app.Post("/", (Request request) =>
        {
            var before = request.User.Identity!.IsAuthenticated;
            request.SignIn("Ada");
            var during = request.User.Identity!.Name;
            request.SignOut();
            return $"{before} {during} {request.User.Identity!.IsAuthenticated}";
        });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/", null);

        Assert.Equal("False Ada False", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Claims_are_remembered_under_their_usual_types()
    {
        var app = new App();
        app.Post("/sign-in", (Request request) => request.SignIn(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim("sub", "7"), new Claim("name", "Ada"), new Claim("groups", "admin"), new Claim(ClaimTypes.NameIdentifier, "7")], "Provider", "name", "groups"))));
        app.Get("/", (ClaimsPrincipal user) =>
            $"{user.Identity!.Name} {user.IsInRole("admin")} {user.FindFirst("sub")!.Value} {user.FindFirst(ClaimTypes.NameIdentifier)!.Value} {user.Identity.AuthenticationType}");
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);
        await visitor.SendAsync(HttpMethod.Post, "/sign-in");

        Assert.Equal("Ada True 7 7 Session", await visitor.TextAsync("/"));
    }

    [Fact]
    public async Task Nobody_signs_in_without_a_name()
    {
        var app = new App();
        app.Get("/", (Request request) => Assert.Throws<ArgumentException>(() => request.SignIn(new ClaimsPrincipal())).Message);
        await using var server = await TestServer.StartAsync(app);

        Assert.Contains("needs an id", await server.Http.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/private")]
    [InlineData("/policy/7")]
    [InlineData("/blue/private")]
    public async Task A_stranger_is_told_to_sign_in(string path)
    {
        await using var server = await TestServer.StartAsync(NewApp());

        using var response = await new Visitor(server).GetAsync(path);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Session", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal("Sign in first.", problem.GetProperty("detail").GetString());
        Assert.Equal(["Cookie"], response.Headers.Vary);
    }

    [Fact]
    public async Task Users_get_in_where_they_may()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.SendAsync(HttpMethod.Post, "/sign-in?name=Ada&role=author");

        Assert.Equal("Ada", await visitor.TextAsync("/private"));
        Assert.Equal("Ada", await visitor.TextAsync("/blue/private"));
        Assert.Equal("written by Ada", await visitor.TextAsync("/author"));
        Assert.Equal("7", await visitor.TextAsync("/policy/7"));
        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.GetAsync("/policy/8")).StatusCode);
        using var refused = await visitor.GetAsync("/admin");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("the role admin or owner", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_do_not_run_for_strangers_and_error_handlers_answer_them()
    {
        var runs = 0;
        var app = new App();
        app.Get("/", () => ++runs).RequireLogin();
        app.OnError(401, (HttpError error) => Response.Text($"Who? {error.Headers["WWW-Authenticate"]}"));
        app.After((Response response) => response.Headers["X-After"] = "ran");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(0, runs);
        Assert.Equal("Who? Session", await response.Content.ReadAsStringAsync());
        Assert.Equal("ran", Assert.Single(response.Headers.GetValues("X-After")));
    }

    [Theory]
    [InlineData("GET", "text/html,application/xhtml+xml,*/*;q=0.8", "navigate", "/login?next=%2Fprivate%3Fa%3D1%26b%3D%252F")]
    [InlineData("GET", "text/html,application/xhtml+xml,*/*;q=0.8", null, "/login?next=%2Fprivate%3Fa%3D1%26b%3D%252F")]
    [InlineData("POST", "text/html", "navigate", "/login")]
    [InlineData("GET", "text/html", "cors", null)]
    [InlineData("GET", "application/json", "navigate", null)]
    [InlineData("GET", "*/*", null, null)]
    [InlineData("GET", null, null, null)]
    public async Task A_browser_is_sent_to_the_login_page_and_a_program_is_not(string method, string? accept, string? mode, string? location)
    {
        var app = NewApp("/login");
        app.Post("/private", () => "posted").RequireLogin();
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);
        if (accept is not null)
        {
            visitor.Headers["Accept"] = accept;
        }
        if (mode is not null)
        {
            visitor.Headers["Sec-Fetch-Mode"] = mode;
        }

        using var response = await visitor.SendAsync(new HttpMethod(method), "/private?a=1&b=%2F");

        Assert.Equal(location is null ? HttpStatusCode.Unauthorized : HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal(location, response.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/notes?page=2", "/notes?page=2")]
    [InlineData("/", "/")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/%09/evil.example", "/%09/evil.example")]
    [InlineData("/grüße", "/gr%C3%BC%C3%9Fe")]
    [InlineData("https://evil.example/", "/home")]
    [InlineData("//evil.example", "/home")]
    [InlineData("///evil.example", "/home")]
    [InlineData("/\\evil.example", "/home")]
    [InlineData("\\\\evil.example", "/home")]
    [InlineData("/\t/evil.example", "/home")]
    [InlineData("/\n/evil.example", "/home")]
    [InlineData("\t//evil.example", "/home")]
    [InlineData(" //evil.example", "/home")]
    [InlineData("javascript:alert(1)", "/home")]
    [InlineData("evil.example", "/home")]
    [InlineData("", "/home")]
    [InlineData(null, "/home")]
    public async Task Nobody_is_sent_to_another_site_behind_the_login(string? next, string expected)
    {
        var app = new App();
        app.Get("/login", (Request request) => Response.Redirect(request.Next("/home")));
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/login" + (next is null ? "" : $"?next={Uri.EscapeDataString(next)}"));

        Assert.Equal(expected, response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Of_several_next_none_is_believed()
    {
        var app = new App();
        app.Get("/login", (Request request) => request.Next("/home"));
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("/home", await server.Http.GetStringAsync("/login?next=/a&next=/b"));
    }

    [Theory]
    [InlineData("login")]
    [InlineData("//login")]
    [InlineData("https://example.org/login")]
    public void A_login_page_elsewhere_is_refused(string page) => Assert.Throws<ArgumentException>(() => new App().Login(page));

    [Fact]
    public async Task A_token_says_who_it_is()
    {
        var app = new App();
        app.Services.AddSingleton<Tokens>();
        app.Login(token: async (string token, Tokens tokens, Request request, CancellationToken cancellation) =>
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            Assert.Equal("/private", request.Path);
            return tokens.Find(token);
        });
        app.Get("/private", (Request request) => request.User.Identity!.Name).RequireLogin();
        await using var server = await TestServer.StartAsync(app);

        using var known = await SendAsync(server, "Bearer secret");
        using var lower = await SendAsync(server, "bearer  secret ");
        using var unknown = await SendAsync(server, "Bearer guessed");
        using var basic = await SendAsync(server, "Basic c2VjcmV0");
        using var none = await SendAsync(server, null);

        Assert.Equal("Ada", await known.Content.ReadAsStringAsync());
        Assert.Equal("Ada", await lower.Content.ReadAsStringAsync());
        Assert.Equal("Bearer error=\"invalid_token\"", unknown.Headers.WwwAuthenticate.ToString());
        Assert.Equal("Bearer", basic.Headers.WwwAuthenticate.ToString());
        Assert.Equal("Bearer", none.Headers.WwwAuthenticate.ToString());
        Assert.Equal([401, 401, 401], new[] { unknown, basic, none }.Select(static response => (int)response.StatusCode));
    }

    [Fact]
    public async Task A_token_that_is_nobodys_is_not_replaced_by_the_session()
    {
        var app = new App();
        app.Login(token: (string token) => token == "secret" ? "Bob" : null);
        app.Post("/sign-in", (Request request) => request.SignIn("Ada"));
        app.Get("/private", (ClaimsPrincipal user) => user.Identity!.Name).RequireLogin();
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);
        await visitor.SendAsync(HttpMethod.Post, "/sign-in");

        Assert.Equal("Ada", await visitor.TextAsync("/private"));
        visitor.Headers["Authorization"] = "Bearer secret";
        Assert.Equal("Bob", await visitor.TextAsync("/private"));
        visitor.Headers["Authorization"] = "Bearer guessed";
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.GetAsync("/private")).StatusCode);
    }

    [Fact]
    public async Task A_user_who_is_gone_is_signed_in_no_more()
    {
        var users = new HashSet<string>(StringComparer.Ordinal) { "Ada" };
        var app = new App();
        app.Login(user: (string name) => users.Contains(name) ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, "now")], "Store")) : null);
        app.Post("/sign-in", (Request request) => request.SignIn("Ada", "then"));
        app.Get("/private", (ClaimsPrincipal user) => $"{user.IsInRole("now")} {user.IsInRole("then")}").RequireLogin();
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);
        await visitor.SendAsync(HttpMethod.Post, "/sign-in");

        Assert.Equal("True False", await visitor.TextAsync("/private"));
        users.Clear();
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.GetAsync("/private")).StatusCode);
    }

    [Fact]
    public async Task Where_users_are_looked_up_nobody_is_known_before_somebody_waited()
    {
        var app = new App();
        app.Login(token: (string token) => token);
        app.Get("/early", (Request request) => Assert.Throws<InvalidOperationException>(() => request.User).Message);
        app.Get("/awaited", async (Request request) => (await request.GetUserAsync()).Identity!.Name + request.User.Identity!.Name);
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server) { Headers = { ["Authorization"] = "Bearer Ada" } };

        Assert.Contains("await request.GetUserAsync()", await visitor.TextAsync("/early"), StringComparison.Ordinal);
        Assert.Equal("AdaAda", await visitor.TextAsync("/awaited"));
    }

    [Fact]
    public async Task A_whole_app_requires_a_login_but_for_its_login_page()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "secret.txt"), "secret");
        var app = new App();
        app.Login("/login");
        app.RequireLogin();
        app.Static("/files", folder.Path);
        app.Get("/login", () => "page");
        app.Post("/login", (Request request) => request.SignIn("Ada"));
        app.Get("/health", () => "ok").AllowAnonymous();
        app.Get("/", () => "home");
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);

        Assert.Equal("page", await visitor.TextAsync("/login"));
        Assert.Equal("ok", await visitor.TextAsync("/health"));
        foreach (var path in (string[])["/", "/nothing", "/files/secret.txt"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.GetAsync(path)).StatusCode);
        }
        await visitor.SendAsync(HttpMethod.Post, "/login");
        Assert.Equal("home", await visitor.TextAsync("/"));
        Assert.Equal("secret", await visitor.TextAsync("/files/secret.txt"));
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/nothing")).StatusCode);
    }

    [Fact]
    public async Task A_socket_requires_a_login_before_it_is_accepted()
    {
        var app = new App();
        app.Login("/login");
        app.WebSocket("/socket", async (Socket socket) => await socket.SendAsync(socket.Request.User.Identity!.Name!)).RequireLogin();
        app.Post("/sign-in", (Request request) => request.SignIn("Ada"));
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);

        var denied = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/socket"));
        Assert.Equal(401, denied.Denial.StatusCode);

        await visitor.SendAsync(HttpMethod.Post, "/sign-in");
        using var socket = await server.ConnectWebSocketAsync("/socket", new TestWebSocketOptions { Headers = new Dictionary<string, string> { ["Cookie"] = $"session={visitor.Cookies["session"]}" } });
        var buffer = new byte[10];
        var received = await socket.ReceiveAsync(buffer, new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        Assert.Equal("Ada"u8, buffer.AsSpan(0, received.Count));
    }

    [Fact]
    public void A_login_is_said_once()
    {
        var app = new App();
        app.Login();

        Assert.Throws<InvalidOperationException>(() => app.Login());
    }

    [Theory]
    [InlineData("number")]
    [InlineData("unknown")]
    [InlineData("policy")]
    public void A_delegate_that_makes_no_sense_stops_the_start(string which)
    {
        var app = new App();
        switch (which)
        {
            case "number":
                app.Login(token: (string token) => token.Length);
                break;
            case "unknown":
                app.Login(user: (string id, Tokens tokens) => tokens.Find(id));
                break;
            default:
                app.Get("/", () => "").RequireLogin((ClaimsPrincipal user) => "yes");
                break;
        }

        Assert.Throws<InvalidOperationException>(() => app.Build());
    }

    private static App NewApp(string? page = null)
    {
        var app = new App();
        app.Login(page);
        app.Get("/who", (Request request) => request.User.Identity is { IsAuthenticated: true } user
            ? $"{user.Name}: {string.Join(", ", request.User.FindAll(ClaimTypes.Role).Select(static role => role.Value))}"
            : "nobody");
        app.Post("/sign-in", (Request request, string name, string[] role) => request.SignIn(name, role));
        app.Post("/sign-out", (Request request) => request.SignOut());
        app.Get("/private", (ClaimsPrincipal user) => user.Identity!.Name).RequireLogin();
        app.Get("/author", (ClaimsPrincipal user) => $"written by {user.Identity!.Name}").RequireLogin("author", "admin");
        app.Get("/admin", () => "secret").RequireLogin("admin", "owner");
        app.Get("/policy/{id:int}", (int id) => $"{id}").RequireLogin(async (ClaimsPrincipal user, int id) =>
        {
            await Task.Yield();
            return user.Identity!.Name == "Ada" && id == 7;
        });
        var blue = new Blueprint("blue", prefix: "/blue");
        blue.RequireLogin();
        blue.Get("/private", (Request request) => request.User.Identity!.Name);
        app.Register(blue);
        return app;
    }

    private static Task<HttpResponseMessage> SendAsync(TestServer server, string? authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/private");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }
        return server.Http.SendAsync(request);
    }

    private sealed class Tokens
    {
        public ClaimsPrincipal? Find(string token) =>
            token == "secret" ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "Ada")], "Token")) : null;
    }
}
