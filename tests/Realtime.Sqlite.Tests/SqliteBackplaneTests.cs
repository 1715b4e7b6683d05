using Realtime.Conformance.Backplane;
using Realtime.Sockets;
using Realtime.Testing;

namespace Realtime.Sqlite;

public sealed class SqliteBackplaneTests : BackplaneConformance
{
    private readonly ManualTimeProvider _time = new();
    private readonly TempFolder _folder = new();

    protected override TimeProvider Time => _time;

    protected override IBackplane CreateBackplane(IdempotencyWindow keys) =>
        new SqliteBackplane(_folder.File("topics.db"), new SqliteBackplaneOptions { FullSync = false, Keys = keys }, _time);

    protected override void Advance(TimeSpan by) => _time.Advance(by);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_restart_keeps_epochs_offsets_events_and_keys()
    {
        await PublishManyAsync(20, new HistoryPolicy(10));
        await PublishAsync(1, topic: "u", key: "a");
        var (t, u) = (await TopAsync(), await TopAsync("u"));

        await OpenAsync(new IdempotencyWindow());

        Assert.Equal((t, u), (await TopAsync(), await TopAsync("u")));
        Assert.Equal([18L, 19, 20], (await ResumeAsync(t with { Offset = 17 }, new HistoryPolicy(10))).Publications.Select(Value));
        Assert.Equal(1, await PublishAsync(2, topic: "u", key: "a"));
        Assert.Equal(21, await PublishAsync(21));
        Assert.Equal(2, await PublishAsync(2, topic: "u"));
    }

    [Fact]
    public async Task A_restart_keeps_the_numbering_of_a_topic_whose_events_have_all_expired_while_it_was_heard()
    {
        var policy = new HistoryPolicy(10, TimeSpan.FromSeconds(10));
        await using (await Subject.SubscribeAsync("t", static _ => { }))
        {
            await PublishManyAsync(3, policy);
            Advance(TimeSpan.FromMinutes(5));
            await PublishAsync(topic: "fence");
            var top = await TopAsync();

            await OpenAsync(new IdempotencyWindow());

            Assert.Equal(top, await TopAsync());
            Assert.Equal(4, await PublishAsync(history: policy));
        }
    }

    [Fact]
    public async Task What_has_expired_or_is_too_much_leaves_the_file_and_so_do_topics_without_anything()
    {
        var policy = new HistoryPolicy(100, TimeSpan.FromSeconds(10));
        for (var topic = 0; topic < 120; topic++)
        {
            await PublishAsync(topic: $"job:{topic}", history: policy, key: "k");
        }
        await PublishManyAsync(2000, policy);
        await PublishManyAsync(2000, new HistoryPolicy(50));
        Advance(TimeSpan.FromHours(25));
        // The sweep takes as many batches as it needs, on the writer's thread: each of these publishes waits behind one.
        var rows = Rows();
        for (var fence = 0; fence < 500 && rows is not (2, _, 0); fence++)
        {
            await PublishAsync(topic: "fence", history: new HistoryPolicy(1));
            rows = Rows();
        }

        // The topic without a time limit has its fifty, and up to a batch more.
        Assert.Equal((2, 0), (rows.Topics, rows.Keys));
        Assert.InRange(rows.Events, 51, 50 + 16 + 17);
    }

    private (long Topics, long Events, long Keys) Rows()
    {
        using var database = new SqliteDatabase(new SqliteFile(_folder.File("topics.db"), SqliteUse.Topics));
        return (Count("realtime_topics"), Count("realtime_topic_events"), Count("realtime_topic_keys"));

        long Count(string table)
        {
            using var read = database.PrepareOnce($"SELECT count(*) FROM {table}");
            read.Step();
            return read.Int64(0);
        }
    }
}
