using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Realtime.Binding;

/// <summary>Puts the JSON parser's messages into words for the peer, without the names of our types' namespaces.</summary>
internal static partial class JsonProblem
{
    /// <summary>A phrase that follows the field's name: <c>should be a whole number (int)</c>.</summary>
    /// <param name="message">The parser's message, without its path.</param>
    /// <param name="path">The path the parser names.</param>
    /// <param name="body">What is read.</param>
    public static string Describe(string message, string path, JsonTypeInfo body)
    {
        if (message.Contains("could not be converted to", StringComparison.Ordinal))
        {
            // The parser names the object that holds the value; the path says which value it was.
            return At(path, body) is { } type ? $"should be {Expected(type)}" : "is of the wrong type";
        }
        if (Missing().Match(message) is { Success: true } missing)
        {
            return $"misses {missing.Groups["what"].Value.TrimEnd('.')}";
        }
        if (message.Contains("null", StringComparison.Ordinal) && NullName().Match(message) is { Success: true } name)
        {
            return $"has a null where '{name.Groups["what"].Value}' must not be null";
        }
        return Syntax().IsMatch(message) ? $"is not valid JSON: {message.TrimEnd('.')}" : $"does not fit {Expected(body)}";
    }

    /// <summary>What a type expects as JSON, for people.</summary>
    public static string Expected(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Enumerable => "a list",
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => $"an object ({TypeName.Of(type.Type)})",
        _ => TextValue.CanParse(type.Type) ? TextValue.Expected(type.Type) : $"a {TypeName.Of(type.Type)}",
    };

    /// <summary>The type that stands at a path such as <c>$.items[0].count</c>, or null where it cannot be told.</summary>
    private static JsonTypeInfo? At(string path, JsonTypeInfo? type)
    {
        foreach (var step in Step().Matches(path).Select(static match => match.Value))
        {
            type = type switch
            {
                { ElementType: { } element } => type.Options.GetTypeInfo(element),
                { Kind: JsonTypeInfoKind.Object } when type.Properties.FirstOrDefault(property => string.Equals(property.Name, step.Trim('.', '[', ']', '\''), StringComparison.OrdinalIgnoreCase)) is { } found =>
                    type.Options.GetTypeInfo(found.PropertyType),
                _ => null,
            };
            if (type is null)
            {
                return null;
            }
        }
        return type;
    }

    [GeneratedRegex(@"\.[^.\[]+|\[[^\]]+\]", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Step();

    [GeneratedRegex(@"missing required properties including: (?<what>.+)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex(@"(property or field|constructor parameter) '(?<what>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NullName();

    [GeneratedRegex(@"invalid|Expected|depth|literal|end of data|not closed", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Syntax();
}
