using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Realtime.Config;

/// <summary>One value of the configuration, and where it is from.</summary>
/// <param name="Key">Its full key: <c>Smtp:Host</c>.</param>
/// <param name="Value">Its value.</param>
/// <param name="From">Where it was set, for people.</param>
internal sealed record Setting(string Key, string Value, string From)
{
    /// <summary>What takes the place of a secret.</summary>
    public const string Mask = "********";

    /// <summary>The value as it may be shown.</summary>
    public string Shown => Secrets.Hide(Key, Value);

    /// <summary>Every value there is, by its key.</summary>
    public static IEnumerable<Setting> All(IConfiguration configuration) =>
        from pair in configuration.AsEnumerable()
        where pair.Value is not null && configuration.GetSection(pair.Key).Value is not null
        orderby pair.Key
        select new Setting(pair.Key, pair.Value, Origin(configuration, pair.Key));

    /// <summary>Where a key's value was set, for people.</summary>
    public static string Origin(IConfiguration configuration, string key)
    {
        foreach (var provider in ((configuration as IConfigurationRoot)?.Providers ?? []).Reverse())
        {
            if (provider.TryGet(key, out var value) && value is not null)
            {
                return provider switch
                {
                    JsonConfigurationProvider file => Path.GetFileName(file.Source.Path) ?? "a file",
                    EnvironmentVariablesConfigurationProvider => VariableOf(key),
                    CommandLineSource.Provider command => command.ToString(),
                    FileConfigurationProvider file => Path.GetFileName(file.Source.Path) ?? "a file",
                    _ => provider.ToString() ?? provider.GetType().Name,
                };
            }
        }
        return "default";
    }

    /// <summary>The environment variable that sets a key.</summary>
    public static string VariableOf(string key) => AppConfiguration.Prefix + key.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant();
}
