namespace Realtime.LoadClient.Checking;

/// <summary>Checks that one receiver gets all that one sender says, once and in order: 1, 2, 3, …</summary>
internal sealed class Ledger
{
    private HashSet<int>? _missing;
    private int _newest;

    public int Doubled { get; private set; }

    public int OutOfOrder { get; private set; }

    /// <summary>How many different ones came.</summary>
    public int Received => _newest - (_missing?.Count ?? 0);

    /// <summary>Takes a number; false where it was not the next one.</summary>
    public bool Add(int number)
    {
        if (number == _newest + 1)
        {
            _newest = number;
            return true;
        }
        AddUnexpected(number);
        return false;
    }

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
        }
        else if (_missing is not null && _missing.Remove(number))
        {
            OutOfOrder++;
        }
        else
        {
            Doubled++;
        }
    }
}
