using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Realtime.Integration.Tests.Scripts;

/// <summary>The authentication program of the guide to operating.</summary>
public sealed class TokenScriptTests
{
    [Fact]
    public async Task A_client_with_a_token_of_the_login_gets_into_its_own_inbox()
    {
        await using var script = await Script.RunAsync("tokens.cs");
        Assert.Equal(HttpStatusCode.Unauthorized, (await script.Http.PostAsJsonAsync("/login", new { user = "ada", password = "guess" })).StatusCode);
        var login = await script.Http.PostAsJsonAsync("/login", new { user = "ada", password = "opensesame" });
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;

        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(script, "forged"));
        using var socket = await ConnectAsync(script, token);
        await SendAsync(socket, """{"type":"join","ref":1,"topic":"inbox:bob"}""");
        await SendAsync(socket, """{"type":"join","ref":2,"topic":"inbox:ada"}""");
        await SendAsync(socket, """{"type":"event","ref":3,"topic":"inbox:ada","event":"whoami"}""");

        Assert.InRange((await ReadAsync(socket)).GetProperty("expires").GetInt64(), 200_000, 300_000);
        Assert.Equal("forbidden", (await ReadAsync(socket)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("ok", (await ReadAsync(socket)).GetProperty("status").GetString());
        Assert.Equal("ada", (await ReadAsync(socket)).GetProperty("data").GetProperty("user").GetString());
    }

    [Fact]
    public async Task The_guide_shows_the_program_as_it_is()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "guide", "operating.md"));
        var program = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", "scripts", "tokens.cs"));

        Assert.Contains(program[program.IndexOf("#:project", StringComparison.Ordinal)..], guide, StringComparison.Ordinal);
    }

    private static async Task<ClientWebSocket> ConnectAsync(Script script, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime.v1.json");
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new UriBuilder(script.Http.BaseAddress!) { Scheme = "ws", Path = "/realtime" }.Uri, Script.Patience());
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Script.Patience());

    private static async Task<JsonElement> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[16_384];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Script.Patience());
        return JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, received.Count));
    }
}
