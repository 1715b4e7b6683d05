using System.Collections.Concurrent;
using Realtime.Sockets;
using Xunit;

namespace Realtime.Conformance.Backplane;

public abstract partial class BackplaneConformance
{
    private static readonly string[] OddNames =
    [
        "room:lobby", "a", "'; DROP TABLE realtime_topics; --", "with space", "%", "_", "\0", "a\0b", "a\0c", "Ä", "ä", "A", "日本:東京", "😀", "\u200b", "\r\n\t", "\"{}\\",
        new string('x', 256), "null", "-1", "a*b",
    ];

    [Fact]
    public async Task Offsets_of_concurrent_publishers_have_no_gap_and_everybody_hears_them_in_order()
    {
        const int Publishers = 8;
        const int Each = 200;
        var heard = new List<Publication>();
        var other = new List<Publication>();
        await using var one = await Subject.SubscribeAsync("t", heard.Add);
        await using var two = await Subject.SubscribeAsync("t", other.Add);
        var policy = new HistoryPolicy(Publishers * Each);

        var offsets = await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
        {
            var mine = new List<(long Offset, long Value)>();
            for (var index = 0; index < Each; index++)
            {
                var value = (publisher * Each) + index;
                mine.Add((await PublishAsync(value, history: policy), value));
            }
            return mine;
        }))).WaitAsync(Patience);

        var all = Enumerable.Range(1, Publishers * Each).Select(static number => (long)number);
        Assert.Equal(all, heard.Select(static publication => publication.Offset));
        Assert.Equal(all, other.Select(static publication => publication.Offset));
        Assert.All(offsets, static mine => Assert.Equal(mine.Select(static pair => pair.Offset).Order(), mine.Select(static pair => pair.Offset)));
        var told = offsets.SelectMany(static mine => mine).OrderBy(static pair => pair.Offset).Select(static pair => pair.Value).ToList();
        Assert.Equal(told, heard.Select(Value));
        var page = await Subject.ReadAsync("t", policy, since: null, newest: Publishers * Each);
        Assert.Equal(told, page.Publications.Select(Value));
    }

    [Fact]
    public async Task Whoever_subscribes_and_then_reads_misses_nothing_while_others_publish()
    {
        using var stop = new CancellationTokenSource();
        var policy = new HistoryPolicy(100_000);
        var publishing = Task.WhenAll(Enumerable.Range(0, 4).Select(publisher => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await PublishAsync(publisher, history: policy);
            }
        })));

        for (var visit = 0; visit < 30; visit++)
        {
            var live = new ConcurrentQueue<long>();
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var subscription = await Subject.SubscribeAsync("t", publication =>
            {
                live.Enqueue(publication.Offset);
                if (live.Count == 20)
                {
                    enough.TrySetResult();
                }
            });
            var page = await Subject.ReadAsync("t", policy, since: null, newest: 5);
            await enough.Task.WaitAsync(Patience);
            var seen = page.Publications.Select(static publication => publication.Offset).ToList();
            var end = page.Start.Offset + seen.Count;
            seen.AddRange(live.ToArray().Where(offset => offset > end));
            Assert.Equal(Enumerable.Range(1, seen.Count).Select(index => page.Start.Offset + index), seen);
        }
        await stop.CancelAsync();
        await publishing.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_was_heard_is_in_the_history()
    {
        var heard = new BlockingCollection<Publication>();
        await using var subscription = await Subject.SubscribeAsync("t", heard.Add);
        var epoch = (await TopAsync()).Epoch;
        var publishing = Task.Run(() => PublishManyAsync(200, new HistoryPolicy(1000)));

        for (var count = 0; count < 200; count++)
        {
            Assert.True(heard.TryTake(out var publication, Patience));
            var page = await ResumeAsync(new StreamPosition(epoch, publication.Offset - 1), new HistoryPolicy(1000));
            Assert.True(page.Recovered);
            Assert.Equal(publication.Offset, page.Publications[0].Offset);
            Assert.Equal(Value(publication), Value(page.Publications[0]));
        }
        await publishing;
    }

    [Fact]
    public async Task A_topic_without_history_delivers_and_keeps_nothing()
    {
        var heard = new List<Publication>();
        await using var subscription = await Subject.SubscribeAsync("t", heard.Add);

        Assert.Equal(0, await Subject.PublishAsync("t", "e", Data(7), history: null));

        var publication = Assert.Single(heard);
        Assert.Equal((0L, null, 7L), (publication.Offset, publication.Epoch, Value(publication)));
        Assert.Equal(0, (await TopAsync()).Offset);
    }

    [Fact]
    public async Task Both_forms_of_the_data_and_the_epoch_and_the_recipients_are_delivered_and_the_data_is_kept()
    {
        Publication? heard = null;
        await using var subscription = await Subject.SubscribeAsync("t", publication => heard = publication);
        var data = new EventData("\"AAEC\""u8.ToArray(), new byte[] { 0xc4, 3, 0, 1, 2 });

        await Subject.PublishAsync("t", "e", data, Hundred, recipients: new Recipients(Except: "m1", User: "Ada"));

        var kept = Assert.Single((await Subject.ReadAsync("t", Hundred, since: null, newest: 1)).Publications);
        Assert.Equal(new Recipients("m1", "Ada"), heard!.Recipients);
        Assert.Equal(await TopAsync(), new StreamPosition(heard.Epoch!, heard.Offset));
        Assert.All([heard, kept], publication =>
        {
            Assert.Equal(data.Json.ToArray(), publication.Data.Json.ToArray());
            Assert.Equal(data.MessagePack.ToArray(), publication.Data.MessagePack.ToArray());
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(3_000_000)]
    public async Task A_payload_of_any_size_comes_back_as_it_went(int length)
    {
        var json = new byte[length + 2];
        new Random(1).NextBytes(json);
        for (var index = 0; index < json.Length; index++)
        {
            json[index] = (byte)('a' + (json[index] % 26));
        }
        json[0] = json[^1] = (byte)'"';

        await Subject.PublishAsync("t", "e", new EventData(json), Hundred);

        Assert.Equal(json, (await Subject.ReadAsync("t", Hundred, since: null, newest: 1)).Publications[0].Data.Json.ToArray());
    }

    [Fact]
    public async Task Names_of_any_characters_are_topics_and_events_of_their_own()
    {
        var heard = new ConcurrentDictionary<string, string>();
        var subscriptions = new List<IAsyncDisposable>();
        foreach (var name in OddNames)
        {
            subscriptions.Add(await Subject.SubscribeAsync(name, publication => heard[publication.Topic] = publication.Name));
        }
        foreach (var name in OddNames)
        {
            Assert.Equal(1, await Subject.PublishAsync(name, "event " + name, Data(1), Hundred, name));
            Assert.Equal(1, await Subject.PublishAsync(name, "event " + name, Data(1), Hundred, name));
        }

        foreach (var name in OddNames)
        {
            var publication = Assert.Single((await Subject.ReadAsync(name, Hundred, since: null, newest: 10)).Publications);
            Assert.Equal((name, "event " + name), (publication.Topic, publication.Name));
            Assert.Equal("event " + name, heard[name]);
        }
        foreach (var subscription in subscriptions)
        {
            await subscription.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_wildcard_hears_every_topic_that_it_matches()
    {
        var heard = new ConcurrentQueue<string>();
        var subscription = await Subject.SubscribeAsync("room:*", publication => heard.Enqueue($"{publication.Topic} {publication.Offset}"));

        await PublishAsync(topic: "room:a");
        await PublishAsync(topic: "room:a");
        await PublishAsync(topic: "hall:a");
        await Subject.PublishAsync("room:b", "e", Data(1), history: null);
        await subscription.DisposeAsync();
        await PublishAsync(topic: "room:a");

        Assert.Equal(["room:a 1", "room:a 2", "room:b 0"], heard);
    }

    [Fact]
    public async Task Nothing_is_delivered_to_a_subscription_that_ended_however_often_they_come_and_go()
    {
        using var stop = new CancellationTokenSource();
        var late = 0;
        var publishing = Task.Run(async () =>
        {
            for (var value = 0; !stop.IsCancellationRequested; value++)
            {
                await PublishAsync(value, history: value % 2 == 0 ? Hundred : null);
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var visit = 0; visit < 200; visit++)
            {
                var ended = false;
                var subscription = await Subject.SubscribeAsync("t", _ =>
                {
                    if (Volatile.Read(ref ended))
                    {
                        Interlocked.Increment(ref late);
                    }
                });
                await subscription.DisposeAsync();
                Volatile.Write(ref ended, true);
                await subscription.DisposeAsync();
            }
        }))).WaitAsync(Patience);

        await stop.CancelAsync();
        await publishing.WaitAsync(Patience);
        Assert.Equal(0, late);
    }

    [Fact]
    public async Task A_closed_backplane_delivers_nothing_and_says_that_it_is_closed()
    {
        var heard = 0;
        await Subject.SubscribeAsync("t", _ => heard++);
        await CloseAsync(Subject);

        var error = await Assert.ThrowsAsync<BackplaneException>(() => PublishAsync());
        await Assert.ThrowsAsync<BackplaneException>(async () => await Subject.SubscribeAsync("t", static _ => { }));

        Assert.Contains("closed", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, heard);
    }
}
