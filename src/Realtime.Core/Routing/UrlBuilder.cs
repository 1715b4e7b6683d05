using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Realtime.Routing;

/// <summary>Makes a path of a route and values: the reverse of matching.</summary>
internal static class UrlBuilder
{
    public static string Build(Route route, string rootPath, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        var url = new StringBuilder(rootPath);
        foreach (var segment in route.Pattern.Segments)
        {
            url.Append('/').Append(segment.IsParameter ? Encode(segment, Value(route, segment, values)) : Uri.EscapeDataString(segment.Text));
        }
        if (route.Pattern.Segments.Count == 0)
        {
            url.Append('/');
        }
        var separator = '?';
        foreach (var (name, value) in values)
        {
            if (route.Pattern.IndexOf(name) < 0 && value is not null)
            {
                url.Append(separator).Append(UrlEncoder.Default.Encode(name)).Append('=').Append(Uri.EscapeDataString(Text(value)));
                separator = '&';
            }
        }
        return url.ToString();
    }

    private static string Value(Route route, PathSegment segment, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        foreach (var (name, value) in values)
        {
            if (string.Equals(name, segment.Text, StringComparison.OrdinalIgnoreCase) && value is not null && Text(value) is { Length: > 0 } text)
            {
                return segment.Converter!.Matches(text)
                    ? text
                    : throw new ArgumentException($"'{text}' is no {segment.Converter.Name}, which {route} wants for '{segment.Text}'.", nameof(values));
            }
        }
        throw new ArgumentException($"{route} needs a value for '{segment.Text}': add it to the values.", nameof(values));
    }

    private static string Encode(PathSegment segment, string text) =>
        segment.IsRest ? string.Join('/', text.Split('/').Select(Uri.EscapeDataString)) : Uri.EscapeDataString(text);

    private static string Text(object value) => value is IFormattable formattable
        ? formattable.ToString(value is DateTime or DateTimeOffset ? "O" : null, CultureInfo.InvariantCulture)
        : value.ToString() ?? "";
}
