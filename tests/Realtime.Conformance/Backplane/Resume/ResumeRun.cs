using Microsoft.Extensions.DependencyInjection;
using Realtime.Sockets;
using Realtime.Testing;

namespace Realtime.Conformance.Backplane;

/// <summary>Runs one history of steps against a server in memory, through the real protocol, beside a model of what was published.</summary>
/// <param name="policy">How much of the topic is kept.</param>
/// <param name="create">Makes the backplane of each server that is started: over what the one before left, if it survives.</param>
/// <param name="survives">Whether history survives the end of a server.</param>
/// <param name="patience">How long a client waits for what must come.</param>
internal sealed class ResumeRun(HistoryPolicy policy, Func<TimeProvider, IBackplane> create, bool survives, TimeSpan patience) : IAsyncDisposable
{
    public const int Members = 3;
    private const string Topic = "log";

    // The truth: one publisher at a time, so the n-th event of an epoch is known by the first.
    private readonly Dictionary<string, long> _valueBefore = new(StringComparer.Ordinal);
    private readonly List<DateTimeOffset> _publishedAt = [];
    private readonly List<(string Epoch, long Offset, long Value)> _seen = [];
    private readonly List<ResumeMember> _members = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TestServer _server = null!;
    private string? _epoch;

    public async Task RunAsync(IReadOnlyList<ResumeStep> steps)
    {
        _members.AddRange(Enumerable.Range(0, Members).Select(_ => new ResumeMember(Topic, patience, _seen)));
        await StartAsync();
        foreach (var step in steps)
        {
            await RunAsync(step);
        }
        // In the end everybody is at the end.
        foreach (var member in _members)
        {
            while (!member.IsIn || !await member.CatchUpAsync(await TopAsync()))
            {
                await JoinAsync(member, whilePublishing: 0);
            }
        }
        foreach (var (epoch, offset, value) in _seen)
        {
            if (!_valueBefore.TryGetValue(epoch, out var before) || value != before + offset)
            {
                throw new ResumeFailure($"The event {offset} of {epoch} is {before + offset}, but somebody saw {value} there.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _members.ForEach(static member => member.Dispose());
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = 20_000 };
        app.Topics.Options = new RealtimeOptions { Heartbeat = TimeSpan.FromDays(1) };
        app.Topics.UseBackplane(create);
        app.Topic(Topic, log => log.History(policy.Size, policy.TimeToLive));
        _server = await TestServer.StartAsync(app, new TestServerOptions { StartTime = _now, ShutdownTimeout = TimeSpan.FromMilliseconds(200) });
    }

    private async Task RunAsync(ResumeStep step)
    {
        var member = _members[step.Member];
        switch (step.Kind)
        {
            case ResumeStepKind.Publish or ResumeStepKind.PublishLarge:
                await PublishAsync(step.Count, step.Kind == ResumeStepKind.Publish ? "" : new string('x', 4000));
                break;
            case ResumeStepKind.PublishTwice:
                await PublishAsync(1, "", $"key {_publishedAt.Count}");
                break;
            case ResumeStepKind.Join or ResumeStepKind.JoinWhilePublishing when !member.IsIn:
                await JoinAsync(member, step.Kind == ResumeStepKind.Join ? 0 : step.Count);
                break;
            case ResumeStepKind.CatchUp when member.IsIn:
                await member.CatchUpAsync(await TopAsync());
                break;
            case ResumeStepKind.Drop:
                member.Drop();
                break;
            case ResumeStepKind.Leave when member.IsIn:
                await member.LeaveAsync();
                break;
            case ResumeStepKind.Wait:
                _server.Time.Advance(TimeSpan.FromSeconds(7 * step.Count));
                break;
            case ResumeStepKind.Restart:
                _members.ForEach(static one => one.Drop());
                _now = _server.Time.GetUtcNow();
                await _server.DisposeAsync();
                _epoch = survives ? _epoch : null;
                await StartAsync();
                break;
        }
    }

    private async Task PublishAsync(int count, string padding, string? key = null)
    {
        for (var index = 0; index < count; index++)
        {
            var value = _publishedAt.Count;
            _publishedAt.Add(_server.Time.GetUtcNow());
            for (var time = 0; time < (key is null ? 1 : 2); time++)
            {
                await _server.App!.Topics.PublishAsync(Topic, "line", new { value, padding }, key);
            }
            var top = await TopAsync();
            if (!_valueBefore.TryAdd(top.Epoch, value - top.Offset) && _valueBefore[top.Epoch] != value - top.Offset)
            {
                throw new ResumeFailure($"The event {value} has the offset {top.Offset} of {top.Epoch}, where {_valueBefore[top.Epoch]} came before the first.");
            }
        }
    }

    private async Task JoinAsync(ResumeMember member, int whilePublishing)
    {
        var (place, top) = (member.Place, await TopAsync());
        var publishing = Task.Run(() => PublishAsync(whilePublishing, ""));
        var isIn = await member.JoinAsync(_server, history: 3);
        await publishing;
        if (isIn && place is { } since && whilePublishing == 0)
        {
            Judge(since, top, member.Recovered!.Value);
        }
    }

    // Recovered exactly where everything missed is kept; either is right where nothing is kept and nothing was missed.
    private void Judge(StreamPosition since, StreamPosition top, bool recovered)
    {
        var missed = top.Offset - since.Offset;
        var isSame = string.Equals(since.Epoch, top.Epoch, StringComparison.Ordinal);
        if (isSame && missed < 0)
        {
            throw new ResumeFailure($"A client has {since}, but the history ends at {top}.");
        }
        if (missed == 0 && (top.Offset == 0 || !IsYoung(_publishedAt[^1])))
        {
            return;
        }
        var isKept = isSame && missed <= policy.Size
            && (missed == 0 || IsYoung(_publishedAt[(int)(_valueBefore[top.Epoch] + since.Offset + 1)]));
        if (recovered != isKept)
        {
            throw new ResumeFailure($"From {since} to {top} a client was {(recovered ? "" : "not ")}recovered.");
        }
    }

    private async Task<StreamPosition> TopAsync()
    {
        var backplane = _server.App!.Provider.GetRequiredService<IBackplane>();
        var top = (await backplane.ReadAsync(Topic, policy, since: null, newest: 0)).Start;
        if (_epoch is not null && !string.Equals(top.Epoch, _epoch, StringComparison.Ordinal) && _publishedAt.Count > 1 && IsYoung(_publishedAt[^2]))
        {
            throw new ResumeFailure($"The epoch changed from {_epoch} to {top.Epoch}, though events were kept.");
        }
        _epoch = top.Epoch;
        return top;
    }

    private bool IsYoung(DateTimeOffset publishedAt) => policy.TimeToLive is not { } limit || _server.Time.GetUtcNow() - publishedAt < limit;
}
