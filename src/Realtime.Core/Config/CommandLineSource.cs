using Microsoft.Extensions.Configuration;

namespace Realtime.Config;

/// <summary>The settings that the command line gives: <c>--set Smtp:Host=mail.example.org</c>.</summary>
internal sealed class CommandLineSource : IConfigurationSource
{
    public const string Option = "--set";

    private KeyValuePair<string, string?>[] _pairs = [];

    public void Set(IEnumerable<KeyValuePair<string, string?>> pairs) => _pairs = [.. pairs];

    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(_pairs);

    /// <summary>Finds the settings among a program's arguments, before anybody knows what the others mean.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> PairsOf(IEnumerable<string> args)
    {
        var isNext = false;
        foreach (var arg in args)
        {
            if (arg == "--")
            {
                yield break;
            }
            if (isNext && TryPair(arg, out var pair))
            {
                yield return pair;
            }
            else if (arg.StartsWith(Option + "=", StringComparison.Ordinal) && TryPair(arg[(Option.Length + 1)..], out pair))
            {
                yield return pair;
            }
            isNext = arg == Option;
        }
    }

    public static bool TryPair(string text, out KeyValuePair<string, string?> pair)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        pair = at > 0 ? new(text[..at].Trim(), text[(at + 1)..]) : default;
        return at > 0 && pair.Key.Length > 0;
    }

    internal sealed class Provider : ConfigurationProvider
    {
        public Provider(IEnumerable<KeyValuePair<string, string?>> pairs)
        {
            foreach (var (key, value) in pairs)
            {
                Data[key] = value;
            }
        }

        public override string ToString() => $"command line ({Option})";
    }
}
