using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Realtime.Binding;

/// <summary>Puts the JSON parser's messages into words for the peer, without the names of our types' namespaces.</summary>
public static partial class JsonProblem
{
    /// <summary>Says what is wrong with a JSON value, and where.</summary>
    /// <param name="exception">What the parser threw.</param>
    /// <param name="type">What was read.</param>
    /// <returns>
    /// The JSON path (<c>$</c> for the whole, <c>$.items[2].count</c> for a part), and a phrase that follows it:
    /// <c>should be a whole number (int)</c>.
    /// </returns>
    public static (string Path, string Problem) Of(JsonException exception, JsonTypeInfo type)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(type);
        var message = exception.Message;
        if (message.IndexOf(" Path: ", StringComparison.Ordinal) is > 0 and var at)
        {
            message = message[..at];
        }
        var path = exception.Path is { Length: > 0 } known ? known : "$";
        return (path, Describe(message, path, type));
    }

    /// <summary>Turns a parser's error into one for the peer: each field that is missing, or the path and what was expected there.</summary>
    internal static BindingException Error(JsonException exception, JsonTypeInfo type, string format = "JSON")
    {
        var (path, problem) = Of(exception, type);
        if (format != "JSON" && Syntax().IsMatch(problem))
        {
            return new BindingException(path, "body", $"is not valid {format}", exception);
        }
        // The parser quotes the names it misses, as the contract has them.
        var missing = problem.StartsWith("misses ", StringComparison.Ordinal) ? Quoted().Matches(problem).Select(static match => match.Groups["what"].Value).ToArray() : [];
        if (missing.Length == 0)
        {
            return new BindingException(path, "body", problem, exception);
        }
        var owner = At(path, type);
        return new BindingException([.. missing.Select(name => new FieldError($"{path}.{name}", "body", Missing(owner, name)))], exception);
    }

    /// <summary>The parser says of an object that lacks the word for its type that the type is not supported: the peer's fault nevertheless.</summary>
    internal static BindingException Error(NotSupportedException exception) => new("$", "body", "does not tell of which type it is", exception);

    /// <summary>What a type expects as JSON, for people.</summary>
    internal static string Expected(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Enumerable => "a list",
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => $"an object ({TypeName.Of(type.Type)})",
        _ => TextValue.CanParse(type.Type) ? TextValue.Expected(type.Type) : $"a {TypeName.Of(type.Type)}",
    };

    private static string Describe(string message, string path, JsonTypeInfo body)
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

    private static string Missing(JsonTypeInfo? owner, string name) =>
        owner?.Properties.FirstOrDefault(property => property.Name == name) is { } member
            ? $"is missing; it should be {Expected(owner.Options.GetTypeInfo(member.PropertyType))}"
            : "is missing";

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

    [GeneratedRegex(@"'(?<what>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(property or field|constructor parameter) '(?<what>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NullName();

    [GeneratedRegex(@"invalid|Expected|depth|literal|end of data|not closed", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Syntax();
}
