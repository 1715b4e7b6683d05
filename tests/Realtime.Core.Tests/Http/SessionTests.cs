using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class SessionTests
{
    [Fact]
    public async Task What_is_set_is_there_on_the_next_request()
    {
        var app = NewApp();
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);

        Assert.Equal("none", await visitor.TextAsync("/get"));
        await visitor.TextAsync("/set?value=42");
        Assert.Equal("42", await visitor.TextAsync("/get"));
        Assert.Equal("none", await new Visitor(server).TextAsync("/get"));
    }

    [Fact]
    public async Task A_session_that_nobody_asks_for_leaves_no_trace()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");

        using var response = await visitor.GetAsync("/nothing");

        Assert.Empty(response.Headers.Vary);
        Assert.Empty(visitor.SetCookies);
    }

    [Fact]
    public async Task Reading_varies_by_cookie_and_writes_none()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");

        using var response = await visitor.GetAsync("/get");

        Assert.Equal(["Cookie"], response.Headers.Vary);
        Assert.Empty(visitor.SetCookies);
        Assert.Null(response.Headers.CacheControl);
    }

    [Fact]
    public async Task Vary_is_added_to_what_the_handler_set()
    {
        var app = NewApp();
        app.Get("/varies", (Request request) =>
        {
            request.Session["value"] = "1";
            var response = Response.Text("");
            response.Headers["Vary"] = "Accept-Language";
            return response;
        });
        app.Get("/varies-already", (Request request) =>
        {
            request.Session["value"] = "1";
            var response = Response.Text("");
            response.Headers["Vary"] = "Accept, cookie";
            return response;
        });
        await using var server = await TestServer.StartAsync(app);

        using var added = await server.Http.GetAsync("/varies");
        using var kept = await server.Http.GetAsync("/varies-already");

        Assert.Equal(["Accept-Language", "Cookie"], added.Headers.Vary);
        Assert.Equal(["Accept", "cookie"], kept.Headers.Vary);
    }

    [Fact]
    public async Task The_cookie_is_for_this_server_alone()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);

        using var response = await visitor.GetAsync("/set?value=42");

        var cookie = Assert.Single(visitor.SetCookies);
        Assert.StartsWith("session=", cookie, StringComparison.Ordinal);
        Assert.EndsWith("; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("42", Encoding.UTF8.GetString(Convert.FromBase64String(Pad(visitor.Cookies["session"]))), StringComparison.Ordinal);
        Assert.Equal("private", response.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Under_HTTPS_the_cookie_is_secure_and_no_other_host_can_set_it()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server, "https");

        await visitor.TextAsync("/set?value=42");

        Assert.StartsWith("__Host-session=", Assert.Single(visitor.SetCookies), StringComparison.Ordinal);
        Assert.EndsWith("; Path=/; Max-Age=1209600; Secure; HttpOnly; SameSite=Lax", visitor.SetCookies[0], StringComparison.Ordinal);
        Assert.Equal("42", await visitor.TextAsync("/get"));

        // What was sent in the clear is no session over TLS.
        visitor.Cookies["session"] = visitor.Cookies["__Host-session"];
        visitor.Cookies.Remove("__Host-session");
        Assert.Equal("none", await visitor.TextAsync("/get"));
    }

    [Fact]
    public async Task The_cookie_is_as_the_options_say()
    {
        var app = NewApp();
        app.Sessions = app.Sessions with { CookieName = "who", Domain = "example.org", EndsWithBrowser = true };
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server, "https");

        await visitor.TextAsync("/set?value=42");

        Assert.EndsWith("; Path=/; Domain=example.org; Secure; HttpOnly; SameSite=Lax", visitor.SetCookies[0], StringComparison.Ordinal);
        Assert.Equal("42", await visitor.TextAsync("/get"));
        Assert.Contains("__Secure-who", visitor.Cookies.Keys);
    }

    [Theory]
    [InlineData("", "CookieName")]
    [InlineData("a b", "CookieName")]
    [InlineData("a;b", "CookieName")]
    public void A_cookie_name_that_no_browser_takes_is_refused(string name, string says)
    {
        var app = new App();

        Assert.Contains(says, Assert.Throws<InvalidOperationException>(() => app.Sessions = new SessionOptions { CookieName = name }).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64!")]
    [InlineData("%00%ff")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_forged_cookie_is_an_empty_session(string cookie)
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        visitor.Cookies["session"] = cookie;

        Assert.Equal("none", await visitor.TextAsync("/get"));
        await visitor.TextAsync("/set?value=42");
        Assert.Equal("42", await visitor.TextAsync("/get"));
    }

    [Fact]
    public async Task A_cookie_changed_in_any_place_is_an_empty_session()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");
        var whole = visitor.Cookies["session"];

        for (var at = 0; at < whole.Length; at += 7)
        {
            visitor.Cookies["session"] = whole[..at] + (whole[at] == 'A' ? 'B' : 'A') + whole[(at + 1)..];
            Assert.Equal("none", await visitor.TextAsync("/get"));
            visitor.Cookies["session"] = whole[..at];
            Assert.Equal("none", await visitor.TextAsync("/get"));
        }
    }

    [Fact]
    public async Task A_session_of_another_app_is_an_empty_one()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        await using var other = await TestServer.StartAsync(NewApp());
        var (visitor, stranger) = (new Visitor(server), new Visitor(other));
        await visitor.TextAsync("/set?value=42");

        stranger.Cookies["session"] = visitor.Cookies["session"];

        Assert.Equal("none", await stranger.TextAsync("/get"));
    }

    [Fact]
    public async Task A_session_ends_when_it_was_not_used_for_its_lifetime()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");
        var cookie = visitor.Cookies["session"];

        server.Time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromSeconds(1));

        Assert.Equal("none", await visitor.TextAsync("/get"));
        Assert.Equal(cookie, visitor.Cookies["session"]);
    }

    [Fact]
    public async Task Use_prolongs_a_session()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");

        server.Time.Advance(TimeSpan.FromDays(1));
        await visitor.TextAsync("/get");
        Assert.Empty(visitor.SetCookies);

        for (var times = 0; times < 5; times++)
        {
            server.Time.Advance(TimeSpan.FromDays(10));
            Assert.Equal("42", await visitor.TextAsync("/get"));
            Assert.Single(visitor.SetCookies);
        }
    }

    [Fact]
    public async Task Renew_writes_what_has_not_changed()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");
        var before = visitor.Cookies["session"];

        await visitor.TextAsync("/renew");

        Assert.NotEqual(before, visitor.Cookies["session"]);
        Assert.Equal("42", await visitor.TextAsync("/get"));
    }

    [Fact]
    public async Task Clear_deletes_the_cookie()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/clear");
        Assert.Empty(visitor.SetCookies);
        await visitor.TextAsync("/set?value=42");

        await visitor.TextAsync("/clear");

        Assert.Equal("session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", Assert.Single(visitor.SetCookies));
        Assert.Equal("none", await visitor.TextAsync("/get"));
    }

    [Fact]
    public async Task Removing_the_last_value_deletes_the_cookie()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");

        await visitor.TextAsync("/remove");

        Assert.Contains("Max-Age=0", Assert.Single(visitor.SetCookies), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_keep_their_types()
    {
        var app = new App();
        app.Get("/set", (Request request) =>
        {
            var session = request.Session;
            session.Set("number", 7);
            session.Set("time", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)));
            session.Set("list", new[] { "a", "ü" });
            session.Set("cart", new Cart("Ada", 2.5m));
            session.Set("bytes", (byte[])[255, 0]);
        });
        app.Get("/get", (Request request) =>
        {
            var session = request.Session;
            Assert.Equal(7, session.Get<int>("number"));
            Assert.Equal("7", session["number"]);
            Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)), session.Get<DateTimeOffset>("time"));
            Assert.Equal(["a", "ü"], session.Get<string[]>("list")!);
            Assert.Equal(new Cart("Ada", 2.5m), session.Get<Cart>("cart"));
            Assert.Equal([255, 0], session.Get<byte[]>("bytes")!);
            Assert.Equal(["bytes", "cart", "list", "number", "time"], session.Keys.Order(StringComparer.Ordinal));
            Assert.True(session.Contains("cart"));
            Assert.Equal(0, session.Get<int>("absent"));
            Assert.Null(session.Get<Cart>("absent"));
            // As an app does that has been changed meanwhile.
            Assert.Equal(0, session.Get<int>("cart"));
            Assert.Null(session.Get<Cart>("number"));
            return "same";
        });
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);
        await visitor.GetAsync("/set");

        Assert.Equal("same", await visitor.TextAsync("/get"));
    }

    [Fact]
    public async Task A_value_that_does_not_fit_is_refused_where_it_is_set()
    {
        var app = NewApp();
        app.Get("/large", (Request request) =>
        {
            request.Session["small"] = "kept";
            var refused = Assert.Throws<InvalidOperationException>(() => request.Session["large"] = new string('x', 5000));
            return refused.Message;
        });
        app.Get("/fits", (Request request) => request.Session["large"] = new string('x', 2700));
        app.Get("/small", (Request request) => request.Session["small"]);
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);

        Assert.Contains("'large' would take 5,002. Keep large things in a store", await visitor.TextAsync("/large"), StringComparison.Ordinal);
        Assert.Equal("kept", await visitor.TextAsync("/small"));
        await visitor.GetAsync("/fits");
        Assert.InRange(Assert.Single(visitor.Cookies).Value.Length, 3000, 4096 - "__Host-session=".Length);
    }

    [Fact]
    public async Task What_was_set_before_an_exception_is_kept()
    {
        var app = NewApp();
        app.Get("/fails", (Request request) =>
        {
            request.Session["value"] = "kept";
            throw HttpError.Conflict();
        });
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);

        using var response = await visitor.GetAsync("/fails");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("kept", await visitor.TextAsync("/get"));
    }

    [Fact]
    public async Task A_streamed_response_has_the_session_of_its_start()
    {
        var app = NewApp();
        app.Get("/stream", (Request request) =>
        {
            var session = request.Session;
            session["value"] = "early";
            return Response.Stream(
                async (stream, cancellation) =>
                {
                    await stream.FlushAsync(cancellation);
                    var late = Assert.Throws<InvalidOperationException>(() => session["value"] = "late");
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(late.Message), cancellation);
                },
                "text/plain");
        });
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);

        Assert.Contains("before the first flush", await visitor.TextAsync("/stream"), StringComparison.Ordinal);
        Assert.Equal("early", await visitor.TextAsync("/get"));
    }

    [Fact]
    public async Task A_session_can_be_read_behind_the_start_of_a_response()
    {
        var app = NewApp();
        app.Get("/stream", (Request request) => Response.Stream(
            async (stream, cancellation) =>
            {
                await stream.FlushAsync(cancellation);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(request.Session["value"]!), cancellation);
            },
            "text/plain"));
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);
        await visitor.TextAsync("/set?value=42");

        Assert.Equal("42", await visitor.TextAsync("/stream"));
    }

    [Fact]
    public async Task The_session_of_a_request_does_not_outlive_it()
    {
        Session? kept = null;
        var app = NewApp();
        app.Get("/keep", (Request request) => (kept = request.Session)["value"] = "1");
        await using var server = await TestServer.StartAsync(app);
        await server.Http.GetAsync("/keep");

        Assert.Throws<InvalidOperationException>(() => kept!["value"] = "2");
        Assert.Equal("1", kept!["value"]);
    }

    [Fact]
    public async Task A_flash_message_is_shown_once()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/flash?text=Saved");
        await visitor.TextAsync("/flash?text=%3Cem%3E&category=error");

        Assert.Equal("message: Saved, error: <em>", await visitor.TextAsync("/flashes"));
        Assert.Equal("", await visitor.TextAsync("/flashes"));
        Assert.Empty(visitor.Cookies);
    }

    [Fact]
    public async Task Flash_messages_of_other_categories_wait()
    {
        await using var server = await TestServer.StartAsync(NewApp());
        var visitor = new Visitor(server);
        await visitor.TextAsync("/flash?text=one&category=a");
        await visitor.TextAsync("/flash?text=two&category=b");
        await visitor.TextAsync("/flash?text=one&category=a");

        Assert.Equal("a: one, a: one", await visitor.TextAsync("/flashes?category=a&category=c"));
        Assert.Equal("b: two", await visitor.TextAsync("/flashes"));
    }

    [Fact]
    public async Task Keys_are_kept_in_a_folder_that_its_owner_alone_may_read()
    {
        using var folder = new TemporaryFolder();
        var keys = Path.Combine(folder.Path, "data", "keys");
        string cookie;
        await using (var server = await TestServer.StartAsync(NewApp(Path.Combine(folder.Path, "data"))))
        {
            var visitor = new Visitor(server);
            await visitor.TextAsync("/set?value=42");
            cookie = visitor.Cookies["session"];
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(keys).UnixFileMode);
        Assert.Single(Directory.GetFiles(keys));
        Assert.Single(Directory.GetFiles(keys, "key-*.xml"));

        await using var again = await TestServer.StartAsync(NewApp(Path.Combine(folder.Path, "data")));
        var returned = new Visitor(again) { Cookies = { ["session"] = cookie } };
        Assert.Equal("42", await returned.TextAsync("/get"));
    }

    [Fact]
    public async Task A_session_under_an_older_key_goes_on_under_the_newest()
    {
        using var folder = new TemporaryFolder();
        string cookie;
        await using (var server = await TestServer.StartAsync(NewApp(folder.Path)))
        {
            var visitor = new Visitor(server);
            await visitor.TextAsync("/set?value=42");
            cookie = visitor.Cookies["session"];
        }
        var keys = KeysOf(Path.Combine(folder.Path, "keys"));
        keys.CreateNewKey(DateTimeOffset.UtcNow.AddMinutes(1), DateTimeOffset.UtcNow.AddDays(90));

        await using var again = await TestServer.StartAsync(NewApp(folder.Path));
        var returned = new Visitor(again) { Cookies = { ["session"] = cookie } };
        Assert.Equal("42", await returned.TextAsync("/get"));
        await returned.TextAsync("/renew");
        // The key's id is in the clear at the beginning.
        Assert.NotEqual(cookie[..20], returned.Cookies["session"][..20]);
        Assert.Equal("42", await returned.TextAsync("/get"));
    }

    [Fact]
    public async Task A_session_under_a_revoked_key_is_empty()
    {
        using var folder = new TemporaryFolder();
        string cookie;
        await using (var server = await TestServer.StartAsync(NewApp(folder.Path)))
        {
            var visitor = new Visitor(server);
            await visitor.TextAsync("/set?value=42");
            cookie = visitor.Cookies["session"];
        }
        KeysOf(Path.Combine(folder.Path, "keys")).RevokeAllKeys(DateTimeOffset.UtcNow, "leaked");

        await using var again = await TestServer.StartAsync(NewApp(folder.Path));
        var returned = new Visitor(again) { Cookies = { ["session"] = cookie } };
        Assert.Equal("none", await returned.TextAsync("/get"));
    }

    [Fact]
    public async Task Where_keys_cannot_be_kept_sessions_live_as_long_as_the_process_and_the_log_says_so()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "");
        var app = NewApp(Path.Combine(file, "below"));
        var log = new ListLogger();
        app.Services.AddSingleton<ILoggerProvider>(log);
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server);

        await visitor.TextAsync("/set?value=42");

        Assert.Equal("42", await visitor.TextAsync("/get"));
        Assert.Contains(log.Entries, static entry => entry.Level == LogLevel.Warning && entry.Message.Contains("cannot be kept in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proxy_that_is_not_trusted_is_mentioned_once()
    {
        var app = NewApp();
        var log = new ListLogger();
        app.Services.AddSingleton<ILoggerProvider>(log);
        await using var server = await TestServer.StartAsync(app);
        var visitor = new Visitor(server) { Headers = { ["X-Forwarded-Proto"] = "https" } };

        await visitor.TextAsync("/set?value=1");
        await visitor.TextAsync("/set?value=2");

        Assert.Single(log.Entries, static entry => entry.Message.Contains("ProxyHops", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mounted_app_has_sessions_of_its_own()
    {
        var app = NewApp();
        var inner = NewApp();
        inner.Sessions = inner.Sessions with { KeepsKeys = false };
        app.Mount("/inner", inner);
        await using var server = await TestServer.StartAsync(app);
        var (plain, secure) = (new Visitor(server), new Visitor(server, "https"));

        await plain.TextAsync("/inner/set?value=inside");
        await secure.TextAsync("/inner/set?value=inside");

        Assert.Contains("; Path=/inner;", Assert.Single(plain.SetCookies), StringComparison.Ordinal);
        Assert.StartsWith("__Secure-session=", Assert.Single(secure.SetCookies), StringComparison.Ordinal);
        Assert.Equal("inside", await secure.TextAsync("/inner/get"));
        Assert.Equal("none", await secure.TextAsync("/get"));
    }

    [Fact]
    public void Options_cannot_change_behind_the_start()
    {
        var app = new App();
        app.Build();

        Assert.Throws<InvalidOperationException>(() => app.Sessions = new SessionOptions());
    }

    private static App NewApp(string? dataFolder = null)
    {
        var app = new App(new AppOptions { DataFolder = dataFolder });
        app.Get("/get", (Request request) => request.Session["value"] ?? "none");
        app.Get("/set", (Request request, string value) => request.Session["value"] = value);
        app.Get("/remove", (Request request) => request.Session.Remove("value") ? "removed" : "none");
        app.Get("/nothing", (Request request) => request.Path);
        app.Get("/renew", (Request request) =>
        {
            request.Session.Renew();
            return "";
        });
        app.Get("/clear", (Request request) =>
        {
            request.Session.Clear();
            return "";
        });
        app.Get("/flash", (Request request, string text, string category = "message") =>
        {
            request.Session.Flash(text, category);
            return "";
        });
        app.Get("/flashes", (Request request, string[] category) =>
            string.Join(", ", request.Session.TakeFlashes(category).Select(static flash => $"{flash.Category}: {flash.Text}")));
        return app;
    }

    private static Microsoft.AspNetCore.DataProtection.KeyManagement.IKeyManager KeysOf(string folder)
    {
        var services = new ServiceCollection();
        Microsoft.AspNetCore.DataProtection.DataProtectionBuilderExtensions.PersistKeysToFileSystem(services.AddDataProtection(), new DirectoryInfo(folder));
        return services.BuildServiceProvider().GetRequiredService<Microsoft.AspNetCore.DataProtection.KeyManagement.IKeyManager>();
    }

    private static string Pad(string base64Url) =>
        base64Url.Replace('-', '+').Replace('_', '/').PadRight((base64Url.Length + 3) / 4 * 4, '=');

    private sealed record Cart(string Owner, decimal Price);
}
