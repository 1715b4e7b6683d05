using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Realtime.Routing;

/// <summary>Any segment.</summary>
internal sealed class TextPathConverter : PathConverter
{
    public override string Name => "string";

    internal override int Weight => 9;

    public override bool Matches(ReadOnlySpan<char> text) => true;
}

/// <summary>The rest of the path.</summary>
internal sealed class RestPathConverter : PathConverter
{
    public override string Name => "path";

    public override bool Matches(ReadOnlySpan<char> text) => true;
}

/// <summary>What a type of the platform reads; binding reads it again by the handler's own type.</summary>
internal sealed class SpanPathConverter<T>(string name, int weight, PathParser<T> parse) : PathConverter
{
    public override string Name => name;

    public override PathRules Rules { get; } = new() { ValueType = typeof(T) };

    internal override int Weight => weight;

    public override bool Matches(ReadOnlySpan<char> text) => parse(text, out _);
}

/// <summary>A day: <c>2026-02-28</c>.</summary>
internal sealed class DatePathConverter : PathConverter
{
    public override string Name => "date";

    public override PathRules Rules { get; } = new() { ValueType = typeof(DateOnly) };

    internal override int Weight => 2;

    public override bool Matches(ReadOnlySpan<char> text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    public override string Build(object value) => value switch
    {
        DateTime time => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => TextOf(value),
    };
}

/// <summary>One of a few words: <c>any(draft,final)</c>.</summary>
internal sealed class ChoicePathConverter(string[] choices) : PathConverter
{
    public override string Name { get; } = $"any({string.Join(',', choices)})";

    public override PathRules Rules { get; } = new() { Choices = choices };

    internal override int Weight => 0;

    public override bool Matches(ReadOnlySpan<char> text)
    {
        foreach (var choice in choices)
        {
            if (text.SequenceEqual(choice))
            {
                return true;
            }
        }
        return false;
    }

    // An enum's name is the word, in the word's own letters.
    public override string Build(object value) =>
        TextOf(value) is var text && value is Enum ? Array.Find(choices, choice => string.Equals(choice, text, StringComparison.OrdinalIgnoreCase)) ?? text : text;
}

/// <summary>What a regular expression matches as a whole: <c>regex([0-9]{5})</c>.</summary>
internal sealed class RegexPathConverter : PathConverter
{
    // A path that takes longer than this is nobody's: it must not cost a server its core.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    private readonly Regex _regex;

    /// <exception cref="ArgumentException">The expression is malformed.</exception>
    public RegexPathConverter(string pattern)
    {
        Name = $"regex({pattern})";
        Rules = new() { Pattern = pattern };
        _regex = Make($@"\A(?:{pattern})\z");
    }

    public override string Name { get; }

    public override PathRules Rules { get; }

    internal override int Weight => 8;

    public override bool Matches(ReadOnlySpan<char> text)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Regex Make(string pattern)
    {
        try
        {
            // Takes time that grows with the text alone, whatever the expression.
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Limit);
        }
        catch (NotSupportedException)
        {
            // Look-arounds and back references need the other engine.
            return new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
    }
}

/// <summary>A type with limits: <c>int:min(1)</c>, <c>string:length(1,20)</c>.</summary>
internal sealed class LimitedPathConverter : PathConverter
{
    private readonly PathConverter _inner;
    private readonly PathRules _rules;

    public LimitedPathConverter(PathConverter inner, PathRules limits, string name, int count)
    {
        _inner = inner;
        _rules = limits;
        Name = name;
        Count = count;
        Rules = limits with { ValueType = inner.Rules.ValueType, Pattern = inner.Rules.Pattern, Choices = inner.Rules.Choices };
    }

    public override string Name { get; }

    public override PathRules Rules { get; }

    /// <summary>What it is without its limits.</summary>
    public PathConverter Inner => _inner;

    /// <summary>How many limits there are.</summary>
    public int Count { get; }

    internal override int Weight => _inner.Weight;

    public override bool Matches(ReadOnlySpan<char> text)
    {
        if (text.Length < (_rules.MinLength ?? 0) || text.Length > (_rules.MaxLength ?? int.MaxValue) || !_inner.Matches(text))
        {
            return false;
        }
        return (_rules.Minimum is null && _rules.Maximum is null)
            || (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number >= (_rules.Minimum ?? decimal.MinValue) && number <= (_rules.Maximum ?? decimal.MaxValue));
    }

    public override string Build(object value) => _inner.Build(value);
}

/// <summary>A type of an app's own, made of two functions.</summary>
internal sealed class OwnPathConverter<T>(string name, PathParser<T> parse, Func<T, string>? build) : PathConverter<T>
{
    public override string Name => name;

    public override PathRules Rules { get; } = new() { ValueType = typeof(T) };

    public override bool TryParse(ReadOnlySpan<char> text, [MaybeNullWhen(false)] out T value) => parse(text, out value);

    protected override string Build(T value) => build is null ? base.Build(value) : build(value);
}

/// <summary>A type that only the app knows, which a blueprint's pattern names before it is registered.</summary>
internal sealed class UnknownPathConverter(string name) : PathConverter
{
    public override string Name => name;

    public override bool Matches(ReadOnlySpan<char> text) => false;
}
