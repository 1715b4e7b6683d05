using Microsoft.Playwright;

namespace Realtime.Integration.Tests;

/// <summary>The JavaScript client in a real page, as the framework serves it.</summary>
[Collection(Browser.Collection)]
public sealed class ClientBrowserTests(Browser browser) : IAsyncLifetime
{
    private const string Enter = """
        async user => {
            const { connect } = await import("/realtime/client.js");
            const client = window.client = connect();
            window.states = [];
            window.said = [];
            window.members = [];
            window.resets = [];
            client.onstate = state => window.states.push(state);
            const room = window.room = client.topic("room:lobby");
            room.on("said", ({ user, text }) => window.said.push(`${user}: ${text}`));
            room.presence(members => window.members = members.map(member => member.user).sort());
            room.onreset = place => window.resets.push(place);
            return (await room.join({ user })).welcome;
        }
        """;

    private readonly ClientTarget _target = new();

    public Task InitializeAsync() => _target.StartAsync();

    public async Task DisposeAsync() => await _target.DisposeAsync();

    [Fact]
    public async Task Two_pages_join_talk_and_see_each_other()
    {
        await using var ada = await OpenAsync();
        await using var alan = await OpenAsync();

        Assert.Equal("Welcome to lobby, Ada.", await ada.Page.EvaluateAsync<string>(Enter, "Ada"));
        await alan.Page.EvaluateAsync(Enter, "Alan");
        await UntilAsync(ada, "members.join() === 'Ada,Alan'");
        var length = await ada.Page.EvaluateAsync<int>("async () => (await room.send('say', { text: 'Hello!' })).length");
        Assert.Equal(6, length);
        await UntilAsync(alan, "said.join() === 'Ada: Hello!'");
        await UntilAsync(ada, "said.join() === 'Ada: Hello!'");

        await alan.DisposeAsync();
        await UntilAsync(ada, "members.join() === 'Ada'");
        Assert.Empty(ada.Errors);
    }

    [Fact]
    public async Task A_refusal_reaches_the_page_with_its_code()
    {
        await using var window = await OpenAsync();

        var refusal = await window.Page.EvaluateAsync<string>($"async () => {{ try {{ await ({Enter})(''); }} catch (error) {{ return error.code + ' ' + error.message; }} }}");

        Assert.Equal("name_required Say who you are.", refusal);
    }

    [Fact]
    public async Task A_page_whose_connection_was_cut_misses_nothing_and_doubles_nothing()
    {
        await using var window = await OpenAsync();
        await window.Page.EvaluateAsync(Enter, "Ada");
        await window.Page.EvaluateAsync("() => room.send('say', { text: 'before' })");
        // The page hears of the cut before it can hear of the next connection.
        await window.Page.EvaluateAsync("""
            () => {
                window.lost = new Promise(resolve => {
                    client.onstate = state => {
                        states.push(state);
                        if (state === "waiting") {
                            window.queued = room.send("say", { text: "while away" });
                            resolve();
                        }
                    };
                });
            }
            """);

        _target.Cut("room:lobby");
        await _target.App.Topics.PublishAsync("room:lobby", "said", new { user = "server", text = "missed" });
        await window.Page.EvaluateAsync("() => lost.then(() => queued)");

        await UntilAsync(window, "said.join() === 'Ada: before,server: missed,Ada: while away'");
        await UntilAsync(window, "members.join() === 'Ada'");
        Assert.Equal(["open", "waiting", "connecting", "open"], await window.Page.EvaluateAsync<string[]>("() => states"));
        Assert.Empty(window.Errors);
    }

    [Fact]
    public async Task A_restarted_server_is_found_again_and_says_that_the_place_is_lost()
    {
        await using var window = await OpenAsync();
        await window.Page.EvaluateAsync(Enter, "Ada");
        await window.Page.EvaluateAsync("() => room.send('say', { text: 'before' })");

        await _target.StopAsync();
        await UntilAsync(window, "states.includes('waiting')");
        await _target.StartAsync();

        await UntilAsync(window, "resets.length === 1 && room.joined");
        await window.Page.EvaluateAsync("() => room.send('say', { text: 'after' })");
        await UntilAsync(window, "said.join() === 'Ada: before,Ada: after'");
        Assert.Empty(window.Errors);
    }

    [Fact]
    public async Task A_page_whose_WebSockets_are_blocked_talks_all_the_same_and_climbs_back_losing_and_doubling_nothing()
    {
        await using var proxy = new UpgradeBlocker(_target.Address) { IsBlocking = true };
        await using var window = await browser.OpenAsync();
        await window.Page.GotoAsync(proxy.Address.OriginalString);
        await window.Page.EvaluateAsync(Enter.Replace("connect()", "connect({ random: () => 0, retryWebSocket: 200 })", StringComparison.Ordinal), "Ada");
        Assert.Equal("stream", await window.Page.EvaluateAsync<string>("() => client.transport"));

        for (var number = 0; number < 40; number++)
        {
            await _target.App.Topics.PublishAsync("room:lobby", "said", new { user = "server", text = $"{number}" });
            await window.Page.EvaluateAsync("number => room.send('say', { text: String(number) })", number);
            if (number == 10)
            {
                proxy.IsBlocking = false;
            }
            if (number == 20)
            {
                // In the room as well: who is not cannot be cut.
                await UntilAsync(window, "client.transport === 'websocket' && room.joined");
                proxy.IsBlocking = true;
                _target.Cut("room:lobby");
                await UntilAsync(window, "client.transport === 'stream' && room.joined");
            }
        }

        await UntilAsync(window, "said.length >= 80");
        Assert.Equal(
            Enumerable.Range(0, 40).SelectMany(static number => new[] { $"server: {number}", $"Ada: {number}" }),
            await window.Page.EvaluateAsync<string[]>("() => said"));
        await UntilAsync(window, "members.join() === 'Ada'");
        Assert.Empty(window.Errors);
    }

    [Fact]
    public async Task A_browsers_own_EventSource_comes_back_and_misses_nothing_without_joining_again()
    {
        await using var window = await OpenAsync();
        await window.Page.EvaluateAsync("""
            () => {
                window.keys = [];
                window.messages = [];
                const source = window.source = new EventSource("/realtime");
                source.onmessage = ({ data }) => {
                    const message = JSON.parse(data);
                    if (message.type === "welcome") {
                        keys.push(message.key);
                        if (!message.topics) {
                            fetch(`/realtime?key=${message.key}&post=1`, {
                                method: "POST",
                                body: JSON.stringify({ type: "join", ref: 1, topic: "room:lobby", data: { user: "Ada" } }),
                            });
                        }
                    } else if (message.type !== "presence") {
                        messages.push(message.type === "event" ? message.data.text : message.type);
                    }
                };
            }
            """);
        await UntilAsync(window, "messages.includes('reply')");

        for (var number = 1; number <= 3; number++)
        {
            await _target.App.Topics.PublishAsync("room:lobby", "said", new { user = "server", text = $"{number} heard" });
            await UntilAsync(window, $"messages.includes('{number} heard')");
            _target.Cut("room:lobby");
            await _target.App.Topics.PublishAsync("room:lobby", "said", new { user = "server", text = $"{number} missed" });
            await UntilAsync(window, $"messages.includes('{number} missed')");
        }

        Assert.Equal(
            ["reply", "1 heard", "joined", "1 missed", "2 heard", "joined", "2 missed", "3 heard", "joined", "3 missed"],
            await window.Page.EvaluateAsync<string[]>("() => messages"));
        Assert.Equal(4, await window.Page.EvaluateAsync<int>("() => new Set(keys).size"));
    }

    private static Task<IJSHandle> UntilAsync(BrowserWindow window, string condition) => window.Page.WaitForFunctionAsync($"() => {condition}");

    private async Task<BrowserWindow> OpenAsync()
    {
        var window = await browser.OpenAsync();
        await window.Page.GotoAsync(_target.Address.OriginalString);
        return window;
    }
}
