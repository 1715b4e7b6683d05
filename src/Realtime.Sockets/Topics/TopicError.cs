namespace Realtime;

/// <summary>A refusal by a topic's handler: the client gets its code and message as the answer, and nothing is logged.</summary>
public sealed class TopicError : Exception
{
    /// <summary>Makes a refusal.</summary>
    /// <param name="code">For programs: a short name such as <c>name_required</c>.</param>
    /// <param name="message">For people.</param>
    /// <param name="details">More for programs, written as JSON beside the code; null for nothing.</param>
    public TopicError(string code, string message, object? details = null)
        : base(message)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        Code = code;
        Details = details;
    }

    /// <summary>For programs: a short name such as <c>name_required</c>.</summary>
    public string Code { get; }

    /// <summary>More for programs, or null.</summary>
    public object? Details { get; }
}
