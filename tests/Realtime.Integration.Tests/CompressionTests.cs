using System.Diagnostics;
using Realtime.Hosting;

namespace Realtime.Integration.Tests;

/// <summary>permessage-deflate with the peers that people use: a browser, and Node's <c>ws</c>.</summary>
[Collection(Browser.Collection)]
public sealed class CompressionTests(Browser browser) : IAsyncLifetime
{
    // Speaks to the echo and to the topic, and returns what was agreed on and what came back.
    private const string Talk = """
        const talk = (open, base) => new Promise((resolve, reject) => {
            const echo = open(base + "/echo");
            const topic = open(base + "/realtime", "realtime.v1.json");
            const texts = ["small", "κόσμε ".repeat(2000), "x".repeat(60000)];
            const heard = [];
            const news = [];
            const finish = () => {
                if (heard.length === texts.length && news.length === 2) {
                    resolve([echo.extensions, topic.extensions, String(heard.every((text, index) => text === texts[index])), ...news].join("|"));
                    echo.close();
                    topic.close();
                }
            };
            echo.onerror = topic.onerror = event => reject(new Error(event.message ?? "failed"));
            echo.onopen = () => texts.forEach(text => echo.send(text));
            echo.onmessage = event => { heard.push(event.data); finish(); };
            topic.onopen = () => topic.send(JSON.stringify({ type: "join", ref: 1, topic: "news" }));
            topic.onmessage = event => {
                const message = JSON.parse(event.data);
                if (message.type === "reply" && message.ref === 1) {
                    topic.send(JSON.stringify({ type: "event", topic: "news", event: "tell", data: 20000 }));
                    topic.send(JSON.stringify({ type: "event", topic: "news", event: "tell", data: 3 }));
                }
                if (message.type === "event") { news.push(message.data.length); finish(); }
            };
        });
        """;

    private KestrelServerHost? _host;

    public async Task InitializeAsync()
    {
        var app = new App();
        app.Sockets = app.Sockets with { Compression = new SocketCompression { Threshold = 100 } };
        app.WebSocket("/echo", static async (Socket socket) =>
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        });
        app.Topic("news", static news => news.On("tell", static (Member member, int length) => member.Topic.PublishAsync("told", new string('n', length))));
        app.Get("/", static () => Response.Html($"<!doctype html><title>Compression</title>"));
        _host = await KestrelServerHost.StartAsync(app);
    }

    public async Task DisposeAsync() => await _host!.DisposeAsync();

    [Fact]
    public async Task Chromium_speaks_it()
    {
        await using var window = await browser.OpenAsync();
        await window.Page.GotoAsync(_host!.Address.OriginalString);

        var answer = await window.Page.EvaluateAsync<string>($$"""
            async () => {
                {{Talk}}
                return await talk((url, protocol) => protocol ? new WebSocket(url, protocol) : new WebSocket(url), location.origin.replace("http", "ws"));
            }
            """);

        Check(answer);
        Assert.Empty(window.Errors);
    }

    [Fact]
    public async Task Node_speaks_it()
    {
        var answer = await NodeAsync($$"""
            import WebSocket from "ws";
            {{Talk}}
            console.log(await talk((url, protocol) => new WebSocket(url, protocol ?? [], { perMessageDeflate: { threshold: 100 } }), "{{_host!.Address.OriginalString.Replace("http", "ws")}}"));
            """);

        Check(answer.Trim());
    }

    private static void Check(string answer)
    {
        var parts = answer.Split('|');
        Assert.Contains("permessage-deflate", parts[0], StringComparison.Ordinal);
        Assert.Contains("permessage-deflate", parts[1], StringComparison.Ordinal);
        Assert.Equal(["true", "20000", "3"], parts[2..]);
    }

    private static async Task<string> NodeAsync(string script)
    {
        var client = Path.Combine(Repository.Root, "clients", "js");
        if (!Directory.Exists(Path.Combine(client, "node_modules", "ws")))
        {
            await RunAsync(client, "npm", "ci", "--no-audit", "--no-fund");
        }
        return await RunAsync(client, "node", "--input-type=module", "-e", script);
    }

    private static async Task<string> RunAsync(string directory, string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{await output}\n{await errors}");
            return await output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
