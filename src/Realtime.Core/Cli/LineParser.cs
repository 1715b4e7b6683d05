using System.CommandLine.Parsing;
using Realtime.Binding;

namespace Realtime.Cli;

/// <summary>Reads a value of a command line as a route reads one of a path, and says what was expected where it is something else.</summary>
internal static class LineParser
{
    /// <summary>The parser of a type; null where the library's own is to be used: for lists, flags, text, files.</summary>
    public static Func<ArgumentResult, T?>? For<T>(string name)
    {
        var type = typeof(T);
        if (type == typeof(bool) || type == typeof(string) || !TextValue.CanParse(type))
        {
            return null;
        }
        return result =>
        {
            if (result.Tokens is [var token, ..])
            {
                if (TextValue.TryParse<T>(token.Value, out var value))
                {
                    return value;
                }
                result.AddError($"{name} should be {TextValue.Expected(type)}, but is '{token.Value}'.");
            }
            return default;
        };
    }
}
