namespace Realtime.Routing;

/// <summary>A parsed host: <c>api.example.com</c>, <c>{tenant}.example.com</c>. Case makes no difference, and neither does the port.</summary>
internal sealed class HostPattern
{
    private HostPattern(string text, PathSegment[] labels)
    {
        Text = text;
        Labels = labels;
        Shape = string.Join('.', labels.Select(static label => label.Shape));
        ParameterCount = labels.Count(static label => label.IsParameter);
    }

    /// <summary>The host as it was written, in lower case.</summary>
    public string Text { get; }

    /// <summary>What stands between its dots.</summary>
    public PathSegment[] Labels { get; }

    /// <summary>The host without its parameters' names.</summary>
    public string Shape { get; }

    /// <summary>How many parameters it has: the fewer, the more specific.</summary>
    public int ParameterCount { get; }

    /// <summary>Parses a host.</summary>
    /// <exception cref="ArgumentException">The host is malformed; the message says where and what to do.</exception>
    public static HostPattern Parse(string text, PathTypes types)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        var labels = new PathReader(text, "host", '.', types).Read(0, text.Length);
        if (Array.Find(labels, static label => label.IsMixed || label.IsOptional || label.IsRest) is { } wrong)
        {
            throw new ArgumentException($"The host '{text}' has the label '{wrong.Text}': a label is a literal or one parameter that is always there.", nameof(text));
        }
        if (Array.Exists(labels, static label => !label.IsParameter && label.Text.AsSpan().ContainsAny(":/*@ ")))
        {
            throw new ArgumentException($"The host '{text}' is a name alone, such as api.example.com or {{tenant}}.example.com: leave out scheme, port and path.", nameof(text));
        }
        return new HostPattern(text, [.. labels.Select(static label => label.IsParameter ? label : label with { Text = label.Text.ToLowerInvariant() })]);
    }

    /// <summary>Tells whether a host is of this pattern, and where its parameters are.</summary>
    /// <param name="host">The host in lower case, without its port.</param>
    /// <param name="captures">Where the parameters' places go.</param>
    public bool Matches(ReadOnlySpan<char> host, Span<(int Start, int Length)> captures)
    {
        var (start, captured) = (0, 0);
        for (var index = 0; index < Labels.Length; index++)
        {
            if (start > host.Length)
            {
                return false;
            }
            var length = host[start..].IndexOf('.');
            var end = length < 0 ? host.Length : start + length;
            var label = host[start..end];
            if (Labels[index].Converter is { } converter)
            {
                if (label.IsEmpty || !converter.Matches(label))
                {
                    return false;
                }
                captures[captured++] = (start, label.Length);
            }
            else if (!label.SequenceEqual(Labels[index].Text))
            {
                return false;
            }
            start = end + 1;
        }
        return start == host.Length + 1;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
