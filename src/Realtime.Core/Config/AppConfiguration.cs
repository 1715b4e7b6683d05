using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Realtime.Config;

/// <summary>Where an app's settings come from: files, then the environment, then the command line; the later wins.</summary>
internal sealed class AppConfiguration
{
    public const string Prefix = "REALTIME_";

    private readonly ConfigurationManager _own = new();
    private readonly CommandLineSource _commandLine = new();

    private readonly string[] _places;
    private readonly string _environment;

    /// <summary>The configuration of this process.</summary>
    public AppConfiguration()
        // Beside the file that was run, then beside the program, then in the current directory.
        : this([AppContext.GetData("EntryPointFileDirectoryPath") as string, AppContext.BaseDirectory, Environment.CurrentDirectory], EnvironmentName)
    {
    }

    /// <param name="places">Where files are looked for, the first place before the others.</param>
    /// <param name="environment">The name in <c>appsettings.{name}.json</c>.</param>
    internal AppConfiguration(IEnumerable<string?> places, string environment)
    {
        _places = [.. places.OfType<string>()];
        _environment = environment;
        AddFile("appsettings.json");
        AddFile($"appsettings.{environment}.json");
        _own.Sources.Add(new EnvironmentVariablesConfigurationSource { Prefix = Prefix });
        _commandLine.Set(CommandLineSource.PairsOf(Environment.GetCommandLineArgs().Skip(1)));
        _own.Sources.Add(_commandLine);
    }

    public static string EnvironmentName =>
        Environment.GetEnvironmentVariable("REALTIME_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? "Production";

    public IConfigurationManager Manager => _own;

    /// <summary>Loads the file for people at work on the app, where the environment did not ask for it before.</summary>
    public void UseDevelopment()
    {
        if (!_environment.Equals("Development", StringComparison.OrdinalIgnoreCase) && FindFile("appsettings.Development.json") is { } file)
        {
            // Above the first file, below the environment.
            var place = _own.Sources.TakeWhile(static source => source is not EnvironmentVariablesConfigurationSource).Count();
            _own.Sources.Insert(place, SourceOf(file));
        }
    }

    /// <summary>Puts the settings of the command line above all others, also those that the app has added.</summary>
    public void UseCommandLine(IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        _commandLine.Set(pairs);
        _own.Sources.Remove(_commandLine);
        _own.Sources.Add(_commandLine);
    }

    private void AddFile(string name)
    {
        if (FindFile(name) is { } file)
        {
            _own.Sources.Add(SourceOf(file));
        }
    }

    private static Microsoft.Extensions.Configuration.Json.JsonConfigurationSource SourceOf(string file)
    {
        var source = new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource { Path = file };
        source.ResolveFileProvider();
        return source;
    }

    private string? FindFile(string name) => _places.Select(place => Path.Join(place, name)).FirstOrDefault(File.Exists);
}
