namespace Realtime.Binding;

/// <summary>Input that does not fit a handler's parameters: the peer's mistake, never the server's.</summary>
/// <remarks>Over HTTP it becomes a 400 that names every field; other callers turn it into their own kind of refusal.</remarks>
public sealed class BindingException : Exception
{
    /// <summary>Makes the error of one field.</summary>
    /// <param name="field">The field's name, or a JSON path such as <c>$.items[2].count</c>.</param>
    /// <param name="source">Where it came from: <c>route</c>, <c>query</c>, <c>body</c>.</param>
    /// <param name="problem">What was expected of it, as a phrase that follows the field's name: <c>should be a whole number</c>.</param>
    /// <param name="innerException">What the parser said, or null.</param>
    public BindingException(string field, string source, string problem, Exception? innerException = null)
        : this([new FieldError(field, source, problem)], innerException)
    {
    }

    /// <summary>Makes the error of several fields.</summary>
    /// <param name="errors">What is wrong, at least one.</param>
    /// <param name="innerException">What the parser said, or null.</param>
    /// <exception cref="ArgumentException">There are no errors.</exception>
    public BindingException(IReadOnlyList<FieldError> errors, Exception? innerException = null)
        : base(Describe(errors), innerException) => Errors = errors;

    /// <summary>Everything that is wrong, at least one.</summary>
    public IReadOnlyList<FieldError> Errors { get; }

    /// <summary>The first field's name, or its JSON path.</summary>
    public string Field => Errors[0].Field;

    /// <summary>Where the first field came from: <c>route</c>, <c>query</c>, <c>body</c>.</summary>
    public string From => Errors[0].Source;

    /// <summary>What was expected of the first field, as a phrase that follows its name.</summary>
    public string Problem => Errors[0].Problem;

    private static string Describe(IReadOnlyList<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return errors.Count switch
        {
            0 => throw new ArgumentException("An error names at least one field.", nameof(errors)),
            1 => errors[0].ToString(),
            _ => $"{errors.Count} inputs do not fit. {string.Join(' ', errors.Take(3))}{(errors.Count > 3 ? " …" : "")}",
        };
    }
}
