using System.CommandLine;
using System.CommandLine.Help;
using Realtime.Binding;
using Realtime.Config;

namespace Realtime.Cli;

/// <summary>An app's command line: what it takes, and what each command does.</summary>
internal sealed class AppCommand
{
    /// <summary>Exit code: the arguments are wrong, or the app cannot be built.</summary>
    public const int Misconfigured = 2;

    private static readonly string[] Ours = ["run", "routes", "config", "completion", "complete"];

    private readonly List<Option> _own = [];
    private readonly List<Command> _commands = [];
    private readonly List<DelegateCommand> _delegates = [];
    private readonly List<string> _problems = [];
    private readonly List<Setting> _defaults = [];

    public void AddCommand(Command command)
    {
        if (Ours.Contains(command.Name, StringComparer.Ordinal) || _commands.Exists(other => string.Equals(other.Name, command.Name, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"The app has a command '{command.Name}' already: choose another name.");
        }
        _commands.Add(command);
    }

    public Command AddCommand(App app, string name, Delegate handler, string? description)
    {
        var command = new Command(name, description);
        AddCommand(command);
        _delegates.Add(new DelegateCommand(app, command, handler));
        return command;
    }

    public T AddOption<T>(App app, string[] args, string name, T defaultValue, string description)
    {
        if (_own.Exists(option => string.Equals(option.Name, name, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"The app has an option {name} already: choose another name.");
        }
        var key = KeyOf(name);
        _defaults.Add(new Setting(key, defaultValue?.ToString() ?? "", "default"));
        defaultValue = Configured(app, key, defaultValue);
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => defaultValue, Recursive = true };
        _own.Add(option);

        // The other arguments may belong to options that are added later: only this one is looked at.
        var command = new RootCommand { option };
        command.TreatUnmatchedTokensAsErrors = false;
        var result = command.Parse(args).GetResult(option);
        return result is null || result.Errors.Any() ? defaultValue : result.GetValueOrDefault<T>();
    }

    public async Task<int> RunAsync(App app, string[] args, TextWriter output, TextWriter error, CancellationToken stop)
    {
        try
        {
            app.UseCommandLine(CommandLineSource.PairsOf(args));
            _delegates.ForEach(static command => command.Complete());
            _delegates.Clear();
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidDataException)
        {
            await FailedCommand.SayAsync(error, app, "The app cannot be built", exception);
            return Misconfigured;
        }
        var root = Create(app, args, output, error, stop);
        if (_problems.Count > 0)
        {
            _problems.ForEach(error.WriteLine);
            return Misconfigured;
        }
        var result = root.Parse(args);
        // Signals are ours: the library's own handling ends the process two seconds after the first.
        var code = await result.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        }, CancellationToken.None);
        return result.Errors.Count > 0 ? Misconfigured : code;
    }

    private Command Create(App app, string[] args, TextWriter output, TextWriter error, CancellationToken stop)
    {
        var (configuredHost, configuredPort) = (Configured(app, "Host", "127.0.0.1"), Configured(app, "Port", 5000));
        if (configuredPort is < 0 or > 65_535)
        {
            _problems.Add($"Port is {configuredPort} ({Setting.Origin(app.Config, "Port")}): a port is a number from 0 to 65535.");
        }
        var host = new Option<string>("--host") { Description = "The address to listen on: an IP address, localhost, or * for all.", DefaultValueFactory = _ => configuredHost, HelpName = "ADDRESS" };
        var port = new Option<int>("--port") { Description = "The port to listen on; 0 takes any free one.", DefaultValueFactory = _ => configuredPort, HelpName = "PORT" };
        var debug = new Option<bool>("--debug") { Description = "Log every request, and show errors to clients.", Recursive = true };
        var reload = new Option<bool>("--reload") { Description = "Build and start again whenever the source changes." };
        var set = new Option<string[]>(CommandLineSource.Option) { Description = "Set a value of the configuration: Smtp:Host=mail.example.org.", HelpName = "KEY=VALUE", Recursive = true };
        port.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var number) && number is >= 0 and <= 65_535))
            {
                result.AddError($"--port {token.Value}: a port is a number from 0 to 65535.");
            }
        });
        set.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static token => !CommandLineSource.TryPair(token.Value, out _)))
            {
                result.AddError($"--set {token.Value}: write KEY=VALUE.");
            }
        });

        var run = new Command("run", "Listen until stopped (what happens without a command).") { host, port, reload };
        var routes = new Command("routes", "List the app's routes.");
        var config = new Command("config", "List the app's settings, and where each was set.");
        Command? root = null;
        root = CreateRoot([run, routes, config, .. CompletionCommand.Create(() => root!), .. _commands]);
        ((List<Option>)[host, port, reload, debug, set, .. _own]).ForEach(root.Options.Add);

        Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            if (parsed.GetValue(reload))
            {
                return new ReloadCommand(args, output, error).RunAsync(stop);
            }
            if (parsed.GetValue(debug))
            {
                app.IsDevelopment = true;
                app.UseCommandLine(CommandLineSource.PairsOf(args));
            }
            return new RunCommand(app, output, error).RunAsync(parsed.GetRequiredValue(host), parsed.GetValue(port), stop);
        }
        root.SetAction(ServeAsync);
        run.SetAction(ServeAsync);
        routes.SetAction(_ => RoutesCommand.Run(app, output, error));
        config.SetAction(_ => ConfigCommand.Run(app, [new("Host", "127.0.0.1", "default"), new("Port", "5000", "default"), .. _defaults], output));
        return root;
    }

    /// <summary>The value that the configuration has for an option, or the default; what cannot be read is a problem, said when the app is run.</summary>
    private T Configured<T>(App app, string key, T defaultValue)
    {
        if (app.Config[key] is not { } text || typeof(T).IsArray)
        {
            return defaultValue;
        }
        if (typeof(T) == typeof(string))
        {
            return (T)(object)text;
        }
        if (TextValue.CanParse(typeof(T)) && TextValue.TryParse<T>(text, out var value))
        {
            return value;
        }
        _problems.Add($"{key} is '{Secrets.Hide(key, text)}' ({Setting.Origin(app.Config, key)}), but should be {TextValue.Expected(typeof(T))}.");
        return defaultValue;
    }

    // --max-size is MaxSize, and with it the variable REALTIME_MAXSIZE.
    private static string KeyOf(string option) =>
        string.Concat(option.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));

    // The library names the root after the program, and takes no command of the same name: jobs.cs with its command `jobs`.
    private static Command CreateRoot(List<Command> commands)
    {
        const string Description = "A Realtime app.";
        var program = RootCommand.ExecutableName;
        var root = commands.Exists(command => string.Equals(command.Name, program, StringComparison.Ordinal))
            ? new Command($"./{program}", Description) { new HelpOption(), new VersionOption() }
            : new RootCommand(Description);
        commands.ForEach(root.Subcommands.Add);
        return root;
    }
}
