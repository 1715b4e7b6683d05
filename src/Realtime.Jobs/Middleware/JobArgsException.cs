namespace Realtime;

/// <summary>
/// A job's arguments cannot be read, and another attempt would not change that: the job is quarantined with the reason, to be requeued by an
/// operator once the program can read them.
/// </summary>
/// <param name="message">Why, and what to do about it.</param>
/// <param name="innerException">What went wrong; null for nothing more to say.</param>
public sealed class JobArgsException(string message, Exception? innerException = null) : Exception(message, innerException);
