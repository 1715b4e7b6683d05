using System.Globalization;

namespace Realtime.Routing;

/// <summary>Reads a pattern of segments, of a path or of a host.</summary>
/// <param name="text">The whole pattern, for messages.</param>
/// <param name="what">What it is, for messages.</param>
/// <param name="separator">What stands between two segments.</param>
/// <param name="types">The types there are.</param>
internal sealed class PathReader(string text, string what, char separator, PathTypes types)
{
    private int _at;
    private int _end;

    /// <summary>Reads a part of the pattern.</summary>
    /// <exception cref="ArgumentException">It is malformed; the message says where and what to do.</exception>
    public PathSegment[] Read(int start, int end)
    {
        (_at, _end) = (start, end);
        var segments = new List<PathSegment>();
        while (_at < _end)
        {
            segments.Add(ReadSegment());
            if (_at < _end && ++_at == _end)
            {
                throw EmptySegment();
            }
        }
        return [.. segments];
    }

    private PathSegment ReadSegment()
    {
        var start = _at;
        var parts = new List<PathSegment>();
        while (_at < _end && text[_at] != separator)
        {
            parts.Add(text[_at] == '{' ? ReadParameter() : ReadLiteral());
        }
        var whole = text[start.._at];
        if (parts.Count == 0)
        {
            throw EmptySegment();
        }
        if (parts is [var only])
        {
            return only;
        }
        for (var index = 1; index < parts.Count; index++)
        {
            if (parts[index].IsParameter && parts[index - 1].IsParameter)
            {
                throw Malformed($"has two parameters without text between them in '{whole}': nothing could tell where one ends and the other begins");
            }
        }
        return Array.Find([.. parts], static part => part.IsOptional || part.IsRest) is { } wrong
            ? throw Malformed($"mixes text and the parameter '{wrong.Text}' in '{whole}': one that is optional or takes any number of segments stands alone between slashes")
            : new PathSegment(whole, null) { Parts = parts };
    }

    private PathSegment ReadLiteral()
    {
        var start = _at;
        while (_at < _end && text[_at] != separator && text[_at] != '{')
        {
            switch (text[_at])
            {
                case '}':
                    throw Malformed($"has a '}}' without a '{{' before it");
                case '?' or '#':
                    throw Malformed($"has a '{text[_at]}': a route is chosen by its path alone");
                case '<' or '>':
                    throw Malformed("has a '<' or '>': a parameter is written {name} or {id:int}");
                case < ' ' or '\u007f' or '\\':
                    throw Malformed($"has a character that no path has, at {_at}");
                default:
                    _at++;
                    break;
            }
        }
        return new PathSegment(text[start.._at], null);
    }

    private PathSegment ReadParameter()
    {
        var start = _at;
        var (stop, cuts) = FindEnd(start);
        var piece = text[start..(stop + 1)];
        var isOptional = text[stop - 1] == '?' && stop - 1 > start;
        cuts.Add(isOptional ? stop - 1 : stop);
        var name = text[(start + 1)..cuts[0]];
        if (name.Length == 0 || !name.All(static letter => char.IsLetterOrDigit(letter) || letter == '_'))
        {
            throw Malformed(name is ['*', ..]
                ? $"has the parameter '{piece}': what takes the rest of the path is written {{{name.Trim('*')}:path}}"
                : $"has the parameter '{piece}', whose name must be made of letters, digits and underscores");
        }
        var rules = new List<string>();
        for (var index = 1; index < cuts.Count; index++)
        {
            rules.Add(text[(cuts[index - 1] + 1)..cuts[index]]);
        }
        _at = stop + 1;
        return new PathSegment(name, TypeOf(rules, piece)) { IsOptional = isOptional };
    }

    /// <summary>Finds the brace that ends a parameter, and the colons within that are its own and not a regular expression's.</summary>
    private (int Stop, List<int> Colons) FindEnd(int start)
    {
        var colons = new List<int>();
        var (depth, isClass) = (0, false);
        for (var index = start + 1; index < _end; index++)
        {
            switch (text[index])
            {
                case '\\' when depth > 0:
                    index++;
                    break;
                case '[' when depth > 0:
                    isClass = true;
                    break;
                case ']' when isClass:
                    isClass = false;
                    break;
                case '(' when !isClass:
                    depth++;
                    break;
                case ')' when !isClass:
                    depth--;
                    break;
                case ':' when depth == 0:
                    colons.Add(index);
                    break;
                case '}' when depth <= 0:
                    return (index, colons);
                case '{' when depth <= 0:
                    throw Malformed("has a '{' within a parameter");
                default:
                    break;
            }
        }
        throw Malformed($"has a '{{' at {start} that no '}}' ends");
    }

    private PathConverter TypeOf(List<string> rules, string piece)
    {
        PathConverter? type = null;
        var limits = new PathRules();
        var names = new List<string>();
        foreach (var rule in rules)
        {
            if (rule is [.., ')'] && rule.IndexOf('(', StringComparison.Ordinal) is > 0 and var open && rule[..open] is var name and not ("any" or "regex"))
            {
                limits = Limit(limits, name, rule[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries), piece);
                names.Add(rule);
                continue;
            }
            if (type is not null)
            {
                throw Malformed($"has two types in '{piece}': a parameter has one, and limits behind it");
            }
            type = BaseOf(rule, piece);
        }
        if (names.Count == 0)
        {
            return type ?? PathConverter.Text;
        }
        var isNumber = limits.Minimum is not null || limits.Maximum is not null;
        type ??= isNumber ? PathConverter.Find("long")! : PathConverter.Text;
        if (isNumber && type is not UnknownPathConverter && type.Rules.ValueType != typeof(int) && type.Rules.ValueType != typeof(long) && type.Rules.ValueType != typeof(decimal))
        {
            throw Malformed($"limits the number in '{piece}', which is a {type.Name}: use int, long or decimal");
        }
        return new LimitedPathConverter(type, limits, string.Join(':', [type.Name, .. names]), names.Count);
    }

    private PathConverter BaseOf(string rule, string piece)
    {
        if (rule.StartsWith("any(", StringComparison.Ordinal) && rule.EndsWith(')'))
        {
            var choices = rule[4..^1].Split(',', StringSplitOptions.TrimEntries);
            return choices.Any(static choice => choice.Length == 0 || choice.Contains('/', StringComparison.Ordinal))
                ? throw Malformed($"has an empty choice, or one with a slash, in '{piece}': write any(draft,final)")
                : new ChoicePathConverter([.. choices.Distinct(StringComparer.Ordinal)]);
        }
        if (rule.StartsWith("regex(", StringComparison.Ordinal) && rule.EndsWith(')'))
        {
            try
            {
                return new RegexPathConverter(rule[6..^1]);
            }
            catch (ArgumentException exception)
            {
                throw Malformed($"has a malformed regular expression in '{piece}' ({exception.Message})");
            }
        }
        if (types.Find(rule) is { } type)
        {
            return type;
        }
        var hint = rule switch
        {
            "uuid" => "guid",
            "float" or "double" => "decimal",
            "datetime" => "date",
            _ when PathTypes.Reserved.Contains(rule, StringComparer.Ordinal) => $"{rule}(…)",
            _ => null,
        };
        throw Malformed(hint is null
            ? $"asks for the unknown type '{rule}' in '{piece}': use one of {types.Names}, or add your own with app.Converter(\"{rule}\", …) before the route"
            : $"asks for the unknown type '{rule}' in '{piece}': write {hint}");
    }

    private PathRules Limit(PathRules limits, string name, string[] arguments, string piece)
    {
        decimal Number(int index) => decimal.TryParse(arguments[index], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Malformed($"has the limit '{arguments[index]}' in '{piece}', which is no number");
        int Length(int index) => int.TryParse(arguments[index], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw Malformed($"has the length '{arguments[index]}' in '{piece}', which is no whole number");
        var limited = (name, arguments.Length) switch
        {
            ("min", 1) => limits with { Minimum = Number(0) },
            ("max", 1) => limits with { Maximum = Number(0) },
            ("range", 2) => limits with { Minimum = Number(0), Maximum = Number(1) },
            ("minlength", 1) => limits with { MinLength = Length(0) },
            ("maxlength", 1) => limits with { MaxLength = Length(0) },
            ("length", 1) => limits with { MinLength = Length(0), MaxLength = Length(0) },
            ("length", 2) => limits with { MinLength = Length(0), MaxLength = Length(1) },
            _ => throw Malformed($"has the unknown limit '{name}' with {arguments.Length} numbers in '{piece}': use min(1), max(9), range(1,9), length(2), length(1,20), minlength(1) or maxlength(20)"),
        };
        return limited.Minimum > limited.Maximum || limited.MinLength > limited.MaxLength
            ? throw Malformed($"has limits in '{piece}' that nothing can meet")
            : limited;
    }

    private ArgumentException EmptySegment() => Malformed(separator == '/' ? "has an empty segment: remove one of the two slashes" : "has an empty label: remove one of the two dots");

    private ArgumentException Malformed(string problem) => new($"The {what} '{text}' {problem}.", nameof(text));
}
