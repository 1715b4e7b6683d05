using Realtime.LoadClient.Faults;

namespace Realtime.LoadClient.Tests.Scenarios;

public sealed class FaultTests
{
    [Theory]
    [InlineData("room:{n}")]
    [InlineData("ticks:{n}")]
    public async Task Nothing_is_found_where_nothing_is_wrong(string topic)
    {
        await using var target = await LoadTarget.StartAsync();
        using var proxy = new FaultProxy(target.Address, FaultKind.None, 1);
        var report = await LoadTarget.RunAsync(target.Plan(through: proxy.Address) with { Topic = topic, Topics = 2, Publishers = 6 });
        Assert.True(report.IsSound, string.Join(", ", report.Errors));
        Assert.Equal((100, 1_000, 1_000, 0), (report.Messages.Sent, report.Messages.Expected, report.Messages.Received, report.ExitCode));
        Assert.Equal(1_000, proxy.Passed);
    }

    [Fact]
    public async Task A_lost_message_is_found()
    {
        var messages = (await RunAsync(FaultKind.Lose)).Messages;
        Assert.Equal((1, 0, 0, 0), (messages.Lost, messages.Doubled, messages.OutOfOrder, messages.Corrupt));
    }

    [Fact]
    public async Task A_doubled_message_is_found()
    {
        var messages = (await RunAsync(FaultKind.Double)).Messages;
        Assert.Equal((0, 1, 0, 0), (messages.Lost, messages.Doubled, messages.OutOfOrder, messages.Corrupt));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Swapped_messages_are_found_of_one_sender_and_of_several(int senders)
    {
        var messages = (await RunAsync(FaultKind.Swap, senders: senders)).Messages;
        Assert.Equal((0, 0, 1, 0), (messages.Lost, messages.Doubled, messages.OutOfOrder, messages.Corrupt));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(170)]
    public async Task A_changed_bit_is_found_wherever_it_is(int position)
    {
        var report = await RunAsync(FaultKind.Corrupt, position);
        Assert.False(report.IsSound);
        Assert.Equal(1, report.ExitCode);
        Assert.Equal((0, 0), (report.Messages.Doubled, report.Messages.OutOfOrder));
        Assert.True(report.Messages.Corrupt + report.Messages.Lost >= 1);
    }

    [Fact]
    public async Task One_changed_bit_in_a_million_deliveries_is_found()
    {
        await using var target = await LoadTarget.StartAsync();
        using var proxy = new FaultProxy(target.Address, FaultKind.Corrupt, 700_000, damaged: 120);
        var report = await LoadTarget.RunAsync(target.Plan(through: proxy.Address) with
        {
            Topic = "ticks:{n}",
            Connections = 500,
            Rate = 1_000,
            Duration = TimeSpan.FromSeconds(2),
        });
        Assert.Equal(1_000_000, report.Messages.Received);
        Assert.Equal((0, 0, 0, 1), (report.Messages.Lost, report.Messages.Doubled, report.Messages.OutOfOrder, report.Messages.Corrupt));
        Assert.Equal(1, report.ExitCode);
    }

    private static async Task<Reporting.LoadReport> RunAsync(FaultKind fault, int position = 20, int senders = 1)
    {
        await using var target = await LoadTarget.StartAsync();
        using var proxy = new FaultProxy(target.Address, fault, 700, position);
        return await LoadTarget.RunAsync(target.Plan(through: proxy.Address) with { Publishers = senders });
    }
}
