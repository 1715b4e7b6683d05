namespace Realtime.Binding;

/// <summary>Input that does not fit a handler's parameter: the peer's mistake, never the server's.</summary>
/// <remarks>Over HTTP it becomes a 400 that names the field; other callers turn it into their own kind of refusal.</remarks>
public sealed class BindingException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="field">The field's name, or a JSON path such as <c>$.items[2].count</c>.</param>
    /// <param name="source">Where it came from: <c>route</c>, <c>query</c>, <c>body</c>.</param>
    /// <param name="problem">What was expected of it, as a phrase that follows the field's name: <c>should be a whole number</c>.</param>
    /// <param name="innerException">What the parser said, or null.</param>
    public BindingException(string field, string source, string problem, Exception? innerException = null)
        : base($"'{field}' in the {source} {problem}.", innerException)
    {
        Field = field;
        From = source;
        Problem = problem;
    }

    /// <summary>The field's name, or its JSON path.</summary>
    public string Field { get; }

    /// <summary>Where it came from: <c>route</c>, <c>query</c>, <c>body</c>.</summary>
    public string From { get; }

    /// <summary>What was expected of it, as a phrase that follows the field's name.</summary>
    public string Problem { get; }
}
