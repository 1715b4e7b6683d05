namespace Realtime;

/// <summary>One input that does not fit: which, where it came from, and what was expected of it.</summary>
/// <param name="Field">The field's name, or a JSON path such as <c>$.items[2].count</c>.</param>
/// <param name="Source">Where it came from: <c>route</c>, <c>query</c>, <c>header</c>, <c>cookie</c>, <c>form</c>, <c>body</c>.</param>
/// <param name="Problem">
/// What was expected of it, as a phrase that follows the field's name: <c>should be a whole number</c>; or the message that a validation attribute was given.
/// </param>
public sealed record FieldError(string Field, string Source, string Problem)
{
    /// <summary>The error as a sentence.</summary>
    public override string ToString() => Problem is [var first, ..] && char.IsLower(first)
        ? $"'{Field}' in the {Source} {Problem.TrimEnd('.')}."
        : $"'{Field}' in the {Source}: {Problem.TrimEnd('.')}.";
}
