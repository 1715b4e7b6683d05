namespace Realtime.Sockets;

/// <summary>For how long a backplane knows an idempotency key again.</summary>
public sealed record IdempotencyWindow
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxKeyLength = 256;

    /// <summary>How many keys are known, over all topics: the oldest are forgotten beyond it. 100,000 by default.</summary>
    public int Size { get; init; } = 100_000;

    /// <summary>How long a key is known. 24 hours by default.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Throws where a limit is not positive.</summary>
    /// <exception cref="ArgumentException">A limit is not positive.</exception>
    public void Validate()
    {
        OptionRule.Positive(Size, "IdempotencyWindow.Size");
        OptionRule.Positive(TimeToLive, "IdempotencyWindow.TimeToLive");
    }

    /// <summary>Throws where a key cannot be one.</summary>
    /// <param name="key">The key; null for none.</param>
    /// <exception cref="ArgumentException">It is empty, or longer than <see cref="MaxKeyLength"/>.</exception>
    public static void CheckKey(string? key)
    {
        if (key is { Length: 0 or > MaxKeyLength })
        {
            throw new ArgumentException($"An idempotency key has 1 to {MaxKeyLength} characters; null means that there is none.", nameof(key));
        }
    }
}
