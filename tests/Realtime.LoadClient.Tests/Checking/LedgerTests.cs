using Realtime.LoadClient.Checking;

namespace Realtime.LoadClient.Tests.Checking;

public sealed class LedgerTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 4 }, 4, 0, 0)]
    [InlineData(new[] { 1, 3, 4 }, 3, 0, 0)]
    [InlineData(new[] { 1, 2, 2, 3 }, 3, 1, 0)]
    [InlineData(new[] { 1, 3, 2, 4 }, 4, 0, 1)]
    [InlineData(new[] { 2, 3, 4, 1, 1 }, 4, 1, 1)]
    public void Says_what_came_what_came_again_and_what_came_late(int[] numbers, int received, int doubled, int outOfOrder)
    {
        var ledger = new Ledger();
        foreach (var number in numbers)
        {
            ledger.Add(number);
        }
        Assert.Equal((received, doubled, outOfOrder), (ledger.Received, ledger.Doubled, ledger.OutOfOrder));
    }
}
