using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Realtime.Hosting;

namespace Realtime.Fuzz;

/// <summary>Sends a server what nobody should, for a while, and tells what came of it.</summary>
public sealed class FuzzRun : ILoggerProvider, ILogger
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);

    /// <summary>What went wrong: an answer of 500 and above, a request without an end, an error in the log, a file left behind. There should be none.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>How often each status was answered.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>How many requests were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Runs.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="seed">What decides on the requests.</param>
    /// <param name="workers">How many are sent at once.</param>
    public async Task RunAsync(TimeSpan duration, int seed, int workers)
    {
        var uploads = Directory.CreateTempSubdirectory("realtime-fuzz");
        await using (var server = await KestrelServerHost.StartAsync(FuzzApp.Create(uploads.FullName, this)))
        {
            using var end = new CancellationTokenSource(duration);
            var sent = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(server.Address, seed + worker, end.Token))));
            Sent = sent.Sum();
            using var client = new HttpClient { BaseAddress = server.Address, Timeout = Patience };
            if (await client.GetStringAsync(new Uri("/q?count=1", UriKind.Relative)) is not ['1', ..])
            {
                _faults.Enqueue("The server does not answer a plain request any more.");
            }
        }
        foreach (var left in uploads.GetFiles())
        {
            _faults.Enqueue($"A file was left behind: {left.Name}");
        }
        uploads.Delete(recursive: true);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error && _faults.Count < 20)
        {
            _faults.Enqueue($"Logged: {formatter(state, exception)} {exception}");
        }
    }

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private async Task<int> WorkAsync(Uri address, int seed, CancellationToken end)
    {
        var requests = new FuzzRequests(new Random(seed));
        var sent = 0;
        for (; !end.IsCancellationRequested && _faults.Count < 20; sent++)
        {
            var (request, isWhole) = requests.Next();
            var answer = await SendAsync(address, request, isWhole);
            _answers.AddOrUpdate(answer, 1, static (_, count) => count + 1);
            if (answer is "hangs" or ['5', ..])
            {
                _faults.Enqueue($"{answer} for request {sent} of seed {seed}: {Convert.ToBase64String(request)}");
            }
        }
        return sent;
    }

    private static async Task<string> SendAsync(Uri address, byte[] request, bool isWhole)
    {
        using var client = new TcpClient { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await client.ConnectAsync(address.Host, address.Port, patience.Token);
            var stream = client.GetStream();
            await stream.WriteAsync(request, patience.Token);
            if (!isWhole)
            {
                // Nothing follows, so what is cut short is known to be.
                client.Client.Shutdown(SocketShutdown.Send);
            }
            var answer = new MemoryStream();
            await stream.CopyToAsync(answer, patience.Token);
            var text = Encoding.Latin1.GetString(answer.GetBuffer(), 0, (int)Math.Min(answer.Length, 32));
            return text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? text[9..12] : answer.Length == 0 ? "closed" : "other";
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return "closed";
        }
        catch (OperationCanceledException)
        {
            return "hangs";
        }
    }
}
