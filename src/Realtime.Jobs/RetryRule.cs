namespace Realtime;

/// <summary>
/// What becomes of a job whose attempt threw an exception of a type, in place of <see cref="JobOptions.MaxAttempts"/> and
/// <see cref="JobOptions.Backoff"/>: see <see cref="JobOptions.RetryRules"/>.
/// </summary>
public sealed class RetryRule
{
    private readonly Func<Exception, bool> _applies;

    private RetryRule(Func<Exception, bool> applies, int? maxAttempts, Backoff? backoff)
    {
        _applies = applies;
        MaxAttempts = maxAttempts;
        Backoff = backoff;
    }

    /// <summary>How many attempts the job has in all if this is what it fails with; null for <see cref="JobOptions.MaxAttempts"/>.</summary>
    public int? MaxAttempts { get; }

    /// <summary>How long it waits; null for <see cref="JobOptions.Backoff"/>.</summary>
    public Backoff? Backoff { get; }

    /// <summary>Tries again, otherwise than usual.</summary>
    /// <typeparam name="TException">The exception, types derived from it included.</typeparam>
    /// <param name="maxAttempts">
    /// How many attempts the job has in all, at least 1; null for <see cref="JobOptions.MaxAttempts"/>. More than that number are given to it
    /// for as long as its workers live: if one dies in such an attempt, the job has failed.
    /// </param>
    /// <param name="backoff">How long it waits; null for <see cref="JobOptions.Backoff"/>.</param>
    /// <param name="when">Which of these exceptions; null for all.</param>
    public static RetryRule For<TException>(int? maxAttempts = null, Backoff? backoff = null, Func<TException, bool>? when = null)
        where TException : Exception
    {
        if (maxAttempts is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(maxAttempts));
        }
        return new RetryRule(exception => exception is TException mine && when?.Invoke(mine) is not false, maxAttempts, backoff);
    }

    /// <summary>Fails for good at once.</summary>
    /// <typeparam name="TException">The exception, types derived from it included.</typeparam>
    /// <param name="when">Which of these exceptions; null for all.</param>
    public static RetryRule GiveUp<TException>(Func<TException, bool>? when = null)
        where TException : Exception => For(maxAttempts: 1, when: when);

    internal bool Applies(Exception exception) => _applies(exception);
}
