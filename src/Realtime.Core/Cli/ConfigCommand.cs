using Realtime.Config;

namespace Realtime.Cli;

/// <summary>Prints an app's settings as a table: their values with secrets masked, and where each was set.</summary>
internal static class ConfigCommand
{
    private const int Widest = 60;

    /// <param name="app">The app.</param>
    /// <param name="defaults">What applies where nothing is set: the options of the command line with their defaults.</param>
    /// <param name="output">Where the table goes.</param>
    public static int Run(App app, IEnumerable<Setting> defaults, TextWriter output)
    {
        var set = Setting.All(app.Config).ToList();
        set.AddRange(defaults.Where(known => !set.Exists(setting => setting.Key.Equals(known.Key, StringComparison.OrdinalIgnoreCase))));
        string[][] rows =
        [
            ["KEY", "VALUE", "FROM"],
            .. set.OrderBy(static setting => setting.Key, StringComparer.OrdinalIgnoreCase).Select(static setting => new[] { setting.Key, Cut(setting.Shown), setting.From }),
        ];
        Table.Write(rows, output);
        return 0;
    }

    private static string Cut(string value)
    {
        value = value.ReplaceLineEndings(" ");
        return value.Length > Widest ? string.Concat(value.AsSpan(0, Widest - 1), "…") : value;
    }
}
