namespace Realtime.Integration.Tests.History;

/// <summary>A server whose topics are in a SQLite file, really killed while clients are connected.</summary>
public sealed class HistoryCrashTests
{
    private const int Stretch = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Clients_resume_across_kills_with_nothing_missed_and_nothing_doubled()
    {
        var folder = Directory.CreateTempSubdirectory("realtime-history-");
        try
        {
            var app = await StartAsync(folder.FullName, port: 0);
            try
            {
                var (url, port) = (new Uri(app.Address, "/realtime"), app.Address.Port);
                var readers = new List<Reader>();
                for (var index = 0; index < 5; index++)
                {
                    readers.Add(await Reader.JoinAsync(url));
                }
                var origin = readers[0].Topic.Place!.Value;
                await using var writer = NewClient(url);
                using var enough = new CancellationTokenSource();
                var writing = WriteAsync(await writer.JoinAsync("log"), enough.Token);

                for (var kill = 1; kill <= 2; kill++)
                {
                    await readers[0].SawAsync(readers[0].Seen.Count + Stretch, app, writing);
                    await app.KillAsync();
                    await app.DisposeAsync();
                    app = await StartAsync(folder.FullName, port);
                }
                await readers[0].SawAsync(readers[0].Seen.Count + Stretch, app, writing);
                await enough.CancelAsync();
                var last = await writing.WaitAsync(Patience);
                // One that comes last gets all of it, over both kills.
                readers.Add(await Reader.JoinAsync(url, origin));

                foreach (var reader in readers)
                {
                    await reader.SawAsync(last, app, writing);
                    Assert.Equal(Enumerable.Range(1, last).Select(static number => (number, (long?)number)), reader.Seen);
                    Assert.Equal(origin with { Offset = last }, reader.Topic.Place);
                    await reader.DisposeAsync();
                }
            }
            finally
            {
                await app.DisposeAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<AppProcess> StartAsync(string folder, int port) => AppProcess.StartAsync(
        folder, typeof(HistoryApp).Assembly.Location, "history", Path.Combine(folder, "log.db"), "--port", $"{port}");

    private static RealtimeClient NewClient(Uri url) => new(
        url, new RealtimeClientOptions { ReconnectDelay = TimeSpan.FromMilliseconds(50), MaxReconnectDelay = TimeSpan.FromMilliseconds(500) });

    // One after the other, each until it is known to be kept: the answer to one that was kept may have died with the server.
    private static async Task<int> WriteAsync(JoinedTopic log, CancellationToken enough)
    {
        var last = 0;
        while (!enough.IsCancellationRequested)
        {
            try
            {
                await log.SendAsync("say", last + 1, CancellationToken.None);
                last++;
            }
            catch (RealtimeException lost) when (lost.Code == "connection_lost")
            {
            }
        }
        return last;
    }

    /// <summary>A client that is connected all the time, as far as it knows.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly RealtimeClient _client;
        private readonly IAsyncEnumerator<ReceivedEvent> _events;

        private Reader(RealtimeClient client, JoinedTopic topic)
        {
            _client = client;
            Topic = topic;
            _events = topic.Events.GetAsyncEnumerator();
        }

        public JoinedTopic Topic { get; }

        public List<(int Number, long? Offset)> Seen { get; } = [];

        public static async Task<Reader> JoinAsync(Uri url, TopicPlace? since = null)
        {
            var client = NewClient(url);
            return new Reader(client, await client.JoinAsync("log", since: since));
        }

        public async Task SawAsync(int number, AppProcess app, Task writing)
        {
            while (Seen is not [.., var newest] || newest.Number < number)
            {
                var next = _events.MoveNextAsync().AsTask();
                await Task.WhenAny(next, Task.Delay(Patience));
                Assert.False(writing.IsFaulted, $"The writer gave up: {writing.Exception}");
                Assert.True(next.IsCompleted, $"Nothing behind {Seen.Count} of {number} events; the client is {_client.State}. The app wrote:\n{app.Output}");
                Assert.True(await next);
                Assert.False(_events.Current.IsReset, $"A reset behind {Seen.Count} events.");
                Seen.Add((_events.Current.DataAs<int>(), _events.Current.Offset));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _events.DisposeAsync();
            await _client.DisposeAsync();
        }
    }
}
