using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Realtime.Integration.Tests.Chat;

/// <summary>What the chat's server answers to whatever somebody may send past its page.</summary>
[Collection(Browser.Collection)]
public sealed class ChatRulesTests(Browser browser, ChatRunning running) : IClassFixture<ChatRunning>
{
    private readonly ChatServer _server = running.Server;

    [Fact]
    public async Task What_cannot_be_said_is_refused_with_a_code()
    {
        await RefusesAsync(new()
        {
            ["room.send('say', { id: 'not a uuid', text: 'hello' })"] = "bad_id",
            ["room.send('say', { text: 'hello' })"] = "bad_data",
            ["room.send('say', { id: crypto.randomUUID(), text: ' \\n ' })"] = "bad_text",
            ["room.send('say', { id: crypto.randomUUID(), text: 'x'.repeat(4001) })"] = "bad_text",
            ["room.send('say', { id: crypto.randomUUID(), text: 5 })"] = "bad_data",
            ["room.send('say')"] = "bad_data",
            ["room.send('say', { id: crypto.randomUUID(), text: '/dance' })"] = "unknown_command",
            ["room.send('say', { id: crypto.randomUUID(), text: '/' })"] = "unknown_command",
            ["room.send('say', { id: crypto.randomUUID(), text: '/remind tea' })"] = "bad_command",
            ["room.send('say', { id: crypto.randomUUID(), text: '/remind 999999999d tea' })"] = "bad_command",
            ["room.send('say', { id: crypto.randomUUID(), text: '/remind 0s tea' })"] = "bad_command",
            ["room.send('shout', {})"] = "unknown_event",
        });
    }

    [Fact]
    public async Task Who_cannot_come_in_is_told_why()
    {
        await RefusesAsync(new()
        {
            ["other.topic('room:nowhere').join({ user: 'Ada' })"] = "no_such_room",
            ["other.topic('room:../lobby').join({ user: 'Ada' })"] = "no_such_room",
            ["other.topic('room:lobby').join({ user: '  ' })"] = "bad_name",
            ["other.topic('room:lobby').join({ user: '\u200b' })"] = "bad_name",
            ["other.topic('room:lobby').join({ user: 'a\u0007' })"] = "bad_name",
            ["other.topic('room:lobby').join({ user: 'x'.repeat(33) })"] = "bad_name",
            ["other.topic('room:lobby').join({})"] = "bad_data",
            ["other.topic('kitchen:lobby').join({ user: 'Ada' })"] = "unknown_topic",
        });
    }

    [Fact]
    public async Task A_room_has_a_plain_name()
    {
        string[] names = ["../../etc", "Lobby", "-x", "x-", "", "x\\n", "a b", "ä", "a23456789012345678901234567890123"];

        await RefusesAsync(names.ToDictionary(name => $"rooms.send('open', {{ name: '{name}' }})", _ => "bad_room_name"));
    }

    [Fact]
    public async Task A_message_sent_twice_is_said_once()
    {
        var heard = await RunAsync("""
            (async () => {
                const id = crypto.randomUUID();
                const heard = [];
                room.on("said", message => heard.push(message.id));
                const replies = await Promise.all([1, 2, 3].map(() => room.send("say", { id, text: "once" })));
                return [...replies.map(reply => reply.message.id), ...heard].map(number => number === replies[0].message.id).join();
            })()
            """);

        Assert.Equal(["true,true,true,true"], heard);
    }

    [Theory]
    [InlineData("/rooms/nowhere/messages", HttpStatusCode.NotFound)]
    [InlineData("/rooms/lobby/messages?after=x", HttpStatusCode.BadRequest)]
    [InlineData("/rooms/lobby/messages?limit=-5&before=-1", HttpStatusCode.OK)]
    [InlineData("/rooms/lobby/exports/1", HttpStatusCode.NotFound)]
    [InlineData("/rooms/lobby/exports/..%2F..%2Fchat.db", HttpStatusCode.NotFound)]
    [InlineData("/rooms/..%2F..%2Fexports/exports/1", HttpStatusCode.NotFound)]
    [InlineData("/jobs/1", HttpStatusCode.NotFound)]
    [InlineData("/chat.db", HttpStatusCode.NotFound)]
    public async Task A_route_answers_what_is_there_and_nothing_else(string path, HttpStatusCode status)
    {
        using var http = new HttpClient { BaseAddress = _server.Address };

        using var response = await http.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_page_of_the_past_has_at_most_500_messages_and_says_which_is_the_newest()
    {
        using var http = new HttpClient { BaseAddress = _server.Address };
        await RunAsync("room.send('say', { id: crypto.randomUUID(), text: 'one more' })");

        var page = await http.GetFromJsonAsync<JsonElement>("/rooms/lobby/messages?limit=1000000");

        var messages = page.GetProperty("messages").EnumerateArray().ToArray();
        Assert.InRange(messages.Length, 1, 500);
        Assert.Equal(page.GetProperty("last").GetInt64(), messages[^1].GetProperty("id").GetInt64());
    }

    private async Task RefusesAsync(Dictionary<string, string> codes)
    {
        var answers = await RunAsync([.. codes.Keys]);
        Assert.Equal(codes.Select(pair => $"{pair.Key}: {pair.Value}"), codes.Keys.Zip(answers, (expression, answer) => $"{expression}: {answer}"));
    }

    /// <summary>
    /// Evaluates expressions of <c>room</c> (the lobby, joined), <c>rooms</c> (joined) and <c>other</c> (a second client) in a
    /// page of the chat. Returns what each resolves with as text, or the code it is refused with.
    /// </summary>
    private async Task<string[]> RunAsync(params string[] expressions)
    {
        await using var window = await browser.OpenAsync();
        // Any file of the server will do: the page itself is not what is tried here.
        await window.Page.GotoAsync(new Uri(_server.Address, "/icon.svg").AbsoluteUri);
        return await window.Page.EvaluateAsync<string[]>($$"""
            async () => {
                const { connect } = await import("/realtime/client.js");
                const client = connect(), other = connect();
                const room = client.topic("room:lobby"), rooms = client.topic("rooms");
                await Promise.all([room.join({ user: "Mallory" }), rooms.join()]);
                const answers = [];
                for (const run of [{{string.Join(", ", expressions.Select(expression => $"() => {expression}"))}}]) {
                    answers.push(await run().then(String, error => error.code ?? `${error}`));
                }
                client.close();
                other.close();
                return answers;
            }
            """);
    }
}
