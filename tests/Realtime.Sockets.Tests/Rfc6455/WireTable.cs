namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>What is sent to an echo, and what must come back: cases by name, each name with its section of the RFC.</summary>
internal sealed class WireTable
{
    private readonly Dictionary<string, (byte[][] Sent, string[] Answers)> _cases = new(StringComparer.Ordinal);

    /// <summary>The cases' names, for a theory.</summary>
    public TheoryData<string> Names => [.. _cases.Keys];

    /// <summary>Adds a case.</summary>
    /// <param name="name">Its name, beginning with the section of the RFC.</param>
    /// <param name="sent">The frames to send.</param>
    /// <param name="answers">The frames that must come back. Where no close is among them the connection must be as good as new behind them.</param>
    public void Add(string name, byte[][] sent, params string[] answers) => _cases.Add(name, (sent, answers));

    /// <summary>Runs a case on a fresh connection.</summary>
    public async Task RunAsync(string name, WireClient client)
    {
        var (sent, answers) = _cases[name];
        await client.TrySendAsync(sent.SelectMany(static frame => frame).ToArray());
        if (!answers.Any(static answer => answer.StartsWith("close:", StringComparison.Ordinal)))
        {
            await client.SendAsync(Frame.Of(Frame.Text, "still here"));
            await client.SendAsync(Frame.CloseWith(1000));
            answers = [.. answers, "text:still here", "close:1000"];
        }
        Assert.Equal(answers, await client.ReadToCloseAsync());
    }
}
