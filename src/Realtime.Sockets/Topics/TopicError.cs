namespace Realtime;

/// <summary>A refusal by a topic's handler: the client gets its code and message as the answer, and nothing is logged.</summary>
public sealed class TopicError : Exception
{
    /// <summary>Makes a refusal.</summary>
    /// <param name="code">For programs: a short name such as <c>name_required</c>.</param>
    /// <param name="message">For people.</param>
    public TopicError(string code, string message)
        : base(message)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        Code = code;
    }

    /// <summary>For programs: a short name such as <c>name_required</c>.</summary>
    public string Code { get; }
}
