using System.Text;

namespace Realtime.Middleware;

/// <summary>Reads the field <c>Forwarded</c> (RFC 7239, section 4).</summary>
internal static class ForwardedHeader
{
    /// <summary>One proxy's word; null for what it does not say.</summary>
    public sealed record Element
    {
        public string? For { get; set; }

        public string? Proto { get; set; }

        public string? Host { get; set; }
    }

    /// <summary>The words of all proxies, the nearest last; null where the field is malformed.</summary>
    public static List<Element>? Parse(ReadOnlySpan<char> text)
    {
        var elements = new List<Element> { new() };
        while (true)
        {
            text = text.TrimStart();
            if (text.IsEmpty)
            {
                return elements;
            }
            if (text[0] is ',' or ';')
            {
                if (text[0] == ',')
                {
                    elements.Add(new Element());
                }
                text = text[1..];
                continue;
            }
            var equals = text.IndexOf('=');
            if (equals <= 0 || Value(text[(equals + 1)..], out var value) is not { } length)
            {
                return null;
            }
            Set(elements[^1], text[..equals], value);
            text = text[(equals + 1 + length)..].TrimStart();
            if (!text.IsEmpty && text[0] is not (',' or ';'))
            {
                return null;
            }
        }
    }

    private static void Set(Element element, ReadOnlySpan<char> name, string value)
    {
        if (name.Equals("for", StringComparison.OrdinalIgnoreCase))
        {
            element.For = value;
        }
        else if (name.Equals("proto", StringComparison.OrdinalIgnoreCase))
        {
            element.Proto = value;
        }
        else if (name.Equals("host", StringComparison.OrdinalIgnoreCase))
        {
            element.Host = value;
        }
    }

    /// <summary>Reads a token or a quoted string.</summary>
    /// <returns>How long it is as written; null where a quote has no end.</returns>
    private static int? Value(ReadOnlySpan<char> text, out string value)
    {
        if (text is not ['"', ..])
        {
            var end = text.IndexOfAny(',', ';');
            value = text[..(end < 0 ? text.Length : end)].TrimEnd().ToString();
            return end < 0 ? text.Length : end;
        }
        var unquoted = new StringBuilder();
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                value = unquoted.ToString();
                return at + 1;
            }
            if (text[at] == '\\' && ++at == text.Length)
            {
                break;
            }
            unquoted.Append(text[at]);
        }
        value = "";
        return null;
    }
}
