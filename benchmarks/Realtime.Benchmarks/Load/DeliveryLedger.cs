namespace Realtime.Benchmarks.Load;

/// <summary>Checks that one receiver gets every message once and in order: 1, 2, 3, …</summary>
internal sealed class DeliveryLedger
{
    private HashSet<int>? _missing;
    private int _newest;

    public int Received { get; private set; }

    public int Doubled { get; private set; }

    public int OutOfOrder { get; private set; }

    public void Add(int number)
    {
        if (number == _newest + 1)
        {
            _newest = number;
            Received++;
            return;
        }
        AddUnexpected(number);
    }

    /// <summary>How many of the first <paramref name="count"/> messages never came.</summary>
    public int MissingOf(int count) => count - Received;

    private void AddUnexpected(int number)
    {
        if (number > _newest)
        {
            _missing ??= [];
            for (var skipped = _newest + 1; skipped < number; skipped++)
            {
                _missing.Add(skipped);
            }
            _newest = number;
            Received++;
        }
        else if (_missing is not null && _missing.Remove(number))
        {
            OutOfOrder++;
            Received++;
        }
        else
        {
            Doubled++;
        }
    }
}
