using System.Text.RegularExpressions;

namespace Realtime.Binding;

/// <summary>Puts the JSON parser's messages into words for the peer, without the names of our types' namespaces.</summary>
internal static partial class JsonProblem
{
    /// <summary>A phrase that follows the field's name: <c>should be a whole number (int)</c>.</summary>
    public static string Describe(string message, Type body)
    {
        if (Unconvertible().Match(message) is { Success: true } unconvertible)
        {
            return $"should be {Expected(unconvertible.Groups["what"].Value)}";
        }
        if (Missing().Match(message) is { Success: true } missing)
        {
            return $"misses {missing.Groups["what"].Value.TrimEnd('.')}";
        }
        if (message.Contains("doesn't allow setting null values", StringComparison.Ordinal)
            || message.Contains("doesn't allow null values", StringComparison.Ordinal))
        {
            return NullName().Match(message) is { Success: true } name ? $"has a null where '{name.Groups["what"].Value}' must not be null" : "must not be null";
        }
        return Syntax().IsMatch(message) ? $"is not valid JSON: {message.TrimEnd('.')}" : $"does not fit {TypeName.Of(body)}";
    }

    private static string Expected(string typeName) =>
        Type.GetType(typeName) is { } type && TextValue.CanParse(type) ? TextValue.Expected(type)
        : typeName.Contains('[', StringComparison.Ordinal) ? "a list"
        : $"a {typeName[(typeName.LastIndexOfAny(['.', '+']) + 1)..]}";

    [GeneratedRegex(@"could not be converted to (?<what>[^\s]+)\.$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Unconvertible();

    [GeneratedRegex(@"missing required properties including: (?<what>.+)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex(@"(property or field|constructor parameter) '(?<what>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NullName();

    [GeneratedRegex(@"invalid|Expected|depth|literal|end of data|not closed", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Syntax();
}
