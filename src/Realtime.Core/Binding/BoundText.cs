using Microsoft.Extensions.Primitives;
using Realtime.Http;
using Realtime.Routing;

namespace Realtime.Binding;

/// <summary>Reads a request's text values as parameters; called from compiled handlers.</summary>
internal static class BoundText
{
    public static T Route<T>(Request request, int index, string name) =>
        typeof(T) == typeof(string) ? (T)(object)request.RouteText(index) : TextValue.Parse<T>(request.RouteSpan(index), name, "route");

    /// <summary>A value of the path that the path's own type reads.</summary>
    public static T RouteValue<T>(Request request, int index, string name, PathConverter converter)
    {
        var typed = (PathConverter<T>)((converter as LimitedPathConverter)?.Inner ?? converter);
        return typed.TryParse(request.RouteSpan(index), out var value) ? value : throw new BindingException(name, "route", $"should be a {typed.Name}");
    }

    public static T Query<T>(Request request, string name) =>
        QueryText.TryFind(request.Connection.QueryString, name, out var text) && Counts<T>(text.Span)
            ? TextValue.Parse<T>(text.Span, name, "query")
            : throw Missing(typeof(T), name, "query");

    public static T QueryOr<T>(Request request, string name, T absent) =>
        QueryText.TryFind(request.Connection.QueryString, name, out var text) && Counts<T>(text.Span) ? TextValue.Parse<T>(text.Span, name, "query") : absent;

    public static T One<T>(string? text, string name, string source) =>
        text is not null && Counts<T>(text) ? TextValue.Parse<T>(text, name, source) : throw Missing(typeof(T), name, source);

    public static T OneOr<T>(string? text, string name, string source, T absent) =>
        text is not null && Counts<T>(text) ? TextValue.Parse<T>(text, name, source) : absent;

    public static T[] All<T>(StringValues texts, string name, string source)
    {
        var values = texts.Count == 0 ? [] : new T[texts.Count];
        for (var index = 0; index < values.Length; index++)
        {
            if (!TextParser<T>.Parse(texts[index], out values[index]))
            {
                throw TextValue.Unfit(texts[index], typeof(T), $"{name}[{index}]", source);
            }
        }
        return values;
    }

    public static List<T> List<T>(StringValues texts, string name, string source) => [.. All<T>(texts, name, source)];

    public static HashSet<T> Set<T>(StringValues texts, string name, string source) => [.. All<T>(texts, name, source)];

    /// <summary>The first of a field's values: what a form repeats by mistake is not joined.</summary>
    public static string? First(StringValues texts) => texts is [{ } text, ..] ? text : null;

    /// <summary>A header field's lines as the one they stand for (RFC 9110, section 5.3).</summary>
    public static string? Line(StringValues texts) => texts.Count == 0 ? null : texts.ToString();

    /// <summary>The members of a header field that is a list, over all of its lines; a comma in quotes does not part them.</summary>
    public static StringValues Members(StringValues texts)
    {
        var members = new List<string>();
        foreach (var line in texts)
        {
            var rest = line.AsSpan();
            while (!rest.IsEmpty)
            {
                var end = MemberEnd(rest);
                if (!rest[..end].Trim().IsEmpty)
                {
                    members.Add(rest[..end].Trim().ToString());
                }
                rest = rest[Math.Min(end + 1, rest.Length)..];
            }
        }
        return members.ToArray();
    }

    public static BindingException Missing(Type type, string name, string source) => new(name, source, $"is missing; it should be {TextValue.Expected(type)}");

    // An input that a person left empty is sent all the same; only text can be empty and yet be there.
    private static bool Counts<T>(ReadOnlySpan<char> text) => typeof(T) == typeof(string) || !text.IsEmpty;

    private static int MemberEnd(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    index++;
                    break;
                case ',' when !quoted:
                    return index;
                default:
                    break;
            }
        }
        return text.Length;
    }
}
