using System.Text;
using System.Text.Json;

namespace Realtime.Sockets.Tests.Transport;

public sealed class OutboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly byte[] Close = [0x88, 2, 3, 232];

    [Fact]
    public async Task Frames_are_written_whole_and_in_order_whoever_writes_them()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1 << 20);
        var expected = new List<byte>();
        for (var index = 0; index < 2000; index++)
        {
            var frame = Frame(index, size: index % 50 == 0 ? 20_000 : index % 7 == 0 ? 10_000 : 40);
            expected.AddRange(frame.Bytes);
            if (index % 3 == 0)
            {
                await outbox.WriteAsync(frame.Bytes);
            }
            else
            {
                while (!outbox.TryEnqueue(frame))
                {
                    await outbox.WaitForRoomAsync();
                }
            }
        }

        Assert.True(await outbox.DrainAsync(Patience, TimeProvider.System));
        Assert.Equal(expected, stream.Written);
        Assert.Equal(0, outbox.QueuedBytes);
    }

    [Fact]
    public async Task What_waits_is_written_at_once()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1 << 20);
        stream.Shut();
        var first = outbox.WriteAsync(Frame(0, 10).Bytes);
        for (var index = 1; index <= 100; index++)
        {
            Assert.True(outbox.TryEnqueue(Frame(index, 100)));
        }

        stream.Release();
        await first;
        await outbox.DrainAsync(Patience, TimeProvider.System);

        Assert.Equal(2, stream.Writes.Count);
    }

    [Fact]
    public async Task A_full_outbox_refuses_but_takes_control_frames()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1000);
        stream.Shut();
        var first = outbox.WriteAsync(Frame(0, 10).Bytes);
        while (outbox.TryEnqueue(Frame(1, 90)))
        {
        }

        Assert.InRange(outbox.QueuedBytes, 900, 1000);
        Assert.True(outbox.WriteAsync(Close).IsCompletedSuccessfully);
        stream.Release();
        await first;
        await outbox.DrainAsync(Patience, TimeProvider.System);
        Assert.Equal(Close, stream.Written[^4..]);
    }

    [Fact]
    public async Task Dropping_what_waits_keeps_whole_frames_and_the_close()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1 << 20);
        stream.Shut();
        var first = Frame(0, 10);
        var writing = outbox.WriteAsync(first.Bytes);
        outbox.TryEnqueue(Frame(1, 90));
        outbox.DropQueued();
        // What is published between the drop and the close would be a gap in what the peer sees.
        Assert.True(outbox.TryEnqueue(Frame(2, 90)));
        await outbox.WriteAsync(Close);

        stream.Release();
        await writing;
        await outbox.DrainAsync(Patience, TimeProvider.System);

        Assert.Equal([.. first.Bytes, .. Close], stream.Written);
        Assert.Equal(0, outbox.QueuedBytes);
    }

    [Fact]
    public async Task Nothing_goes_behind_a_close()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1 << 20);
        await outbox.WriteAsync(Close);

        Assert.True(outbox.TryEnqueue(Frame(1, 10)));
        await outbox.WriteAsync(Frame(2, 10).Bytes);
        await outbox.DrainAsync(Patience, TimeProvider.System);

        Assert.Equal(Close, stream.Written);
    }

    [Fact]
    public async Task A_writer_waits_for_room_and_a_drain_gives_up_at_its_limit()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1000);
        stream.Shut();
        var first = outbox.WriteAsync(Frame(0, 400).Bytes).AsTask();
        var second = outbox.WriteAsync(Frame(1, 400).Bytes).AsTask();
        var third = outbox.WriteAsync(Frame(2, 400).Bytes).AsTask();

        Assert.True(second.IsCompleted);
        Assert.False(third.IsCompleted);
        Assert.False(await outbox.DrainAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        stream.Release();
        await Task.WhenAll(first, third).WaitAsync(Patience);
        Assert.True(await outbox.DrainAsync(Patience, TimeProvider.System));
        Assert.Equal([.. Frame(0, 400).Bytes, .. Frame(1, 400).Bytes, .. Frame(2, 400).Bytes], stream.Written);
    }

    [Fact]
    public async Task A_frame_larger_than_the_limit_can_be_sent_when_little_else_waits()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1000);

        Assert.True(outbox.TryEnqueue(Frame(0, 5000)));

        await outbox.DrainAsync(Patience, TimeProvider.System);
        Assert.Equal(Frame(0, 5000).Bytes, stream.Written);
    }

    [Fact]
    public async Task What_a_lossy_topic_says_is_compressed_whether_it_had_to_wait_or_not()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 1 << 20) { CompressFrom = 100 };
        var held = new HeldBack("metrics", new JsonCodec(0, JsonSerializerOptions.Web), new Backlog<byte[]>(SlowConsumerPolicy.DropOldest, new DropCounters()));
        var (inTime, late) = (Frame(1, 5000), Frame(2, 5000));
        stream.Shut();

        Assert.True(outbox.TryEnqueueInTime(inTime, held));
        Assert.True(outbox.HoldBack(held, late, offset: 2, key: null));
        stream.Release();

        Assert.True(await outbox.DrainAsync(Patience, TimeProvider.System));
        Assert.Equal([.. inTime.Compressed(100), .. late.Compressed(100)], stream.Written);
        Assert.InRange(stream.Written.Length, 1, 1000);
    }

    [Fact]
    public async Task A_broken_connection_swallows_frames_and_wakes_who_waits()
    {
        var stream = new GatedStream();
        await using var outbox = new Outbox(stream, 100);
        stream.Shut();
        var first = outbox.WriteAsync(Frame(0, 90).Bytes).AsTask();
        outbox.TryEnqueue(Frame(1, 5));
        var waiting = outbox.WaitForRoomAsync();
        stream.IsBroken = true;
        stream.Release();

        await first;
        await waiting.WaitAsync(Patience);
        Assert.True(await outbox.DrainAsync(Patience, TimeProvider.System));
        Assert.True(outbox.TryEnqueue(Frame(2, 5000)));
        Assert.Equal(0, outbox.QueuedBytes);
        await Assert.ThrowsAsync<IOException>(async () => await outbox.WriteAsync(Frame(3, 5).Bytes));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65_535, 4)]
    [InlineData(65_536, 10)]
    public void A_frame_has_the_header_that_its_length_needs(int length, int header)
    {
        var frame = PreparedFrame.Of(new byte[length]);

        Assert.Equal(length + header, frame.Bytes.Length);
        Assert.Equal(0x81, frame.Bytes[0]);
        Assert.Equal(header switch { 2 => length, 4 => 126, _ => 127 }, frame.Bytes[1]);
    }

    private static PreparedFrame Frame(int number, int size) => PreparedFrame.Of(Encoding.UTF8.GetBytes(number.ToString().PadRight(size, '.')));
}
