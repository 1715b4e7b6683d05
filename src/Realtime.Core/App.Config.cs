using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Config;

namespace Realtime;

public sealed partial class App
{
    private AppConfiguration? _ownConfig;
    private IConfigurationManager? _config;

    /// <summary>
    /// The settings: <c>appsettings.json</c>, <c>appsettings.Development.json</c> (by the environment's name), environment variables
    /// <c>REALTIME_…</c> (<c>REALTIME_SMTP__HOST</c> is <c>Smtp:Host</c>), and the command line (<c>--set Smtp:Host=…</c>); the later wins. Inside
    /// ASP.NET Core, its configuration.
    /// </summary>
    /// <remarks>
    /// The files are looked for beside the file that was run (<c>dotnet run app.cs</c>), then beside the program, then in the current directory; they
    /// are read once. More can be added (<c>app.Config.AddJsonFile("more.json")</c>): what is added later wins, but for the command line.
    /// </remarks>
    /// <exception cref="InvalidDataException">A file is not valid JSON.</exception>
    public IConfigurationManager Config => _config ??= (_ownConfig ??= new AppConfiguration()).Manager;

    /// <summary>
    /// Makes a section of the settings an object that handlers can ask for, checked while the app is built: what is missing, of the wrong type or refused by a
    /// <see cref="System.ComponentModel.DataAnnotations"/> attribute stops the start, with the name of each such setting and where it was set.
    /// </summary>
    /// <typeparam name="T">A class or record with a property, or a parameter of its constructor, for each setting.</typeparam>
    /// <param name="section">The section's key: <c>Smtp</c>.</param>
    /// <exception cref="InvalidOperationException">The app has started.</exception>
    public void Configure<T>(string section)
        where T : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(section);
        ThrowIfBuilt();
        Services.AddSingleton(_ => new SectionBinder(Config).Bind<T>(section));
        OnBuild(() => Provider.GetRequiredService<T>());
    }

    /// <summary>Takes the settings of the command line, now that it is known.</summary>
    internal void UseCommandLine(IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        if (_isHosted)
        {
            return;
        }
        _ = Config;
        if (_isDevelopment)
        {
            _ownConfig!.UseDevelopment();
        }
        _ownConfig!.UseCommandLine(pairs);
    }
}
