using System.CommandLine;
using System.CommandLine.Help;

namespace Realtime.Cli;

/// <summary>An app's command line: what it takes, and what each command does.</summary>
internal sealed class AppCommand
{
    /// <summary>Exit code: the arguments are wrong, or the app cannot be built.</summary>
    public const int Misconfigured = 2;

    private readonly List<Option> _own = [];
    private readonly List<Command> _commands = [];

    public void AddCommand(Command command)
    {
        if (command.Name is "run" or "routes" || _commands.Exists(other => string.Equals(other.Name, command.Name, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"The app has a command '{command.Name}' already: choose another name.");
        }
        _commands.Add(command);
    }

    public T AddOption<T>(string[] args, string name, T defaultValue, string description)
    {
        if (_own.Exists(option => string.Equals(option.Name, name, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"The app has an option {name} already: choose another name.");
        }
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
        var host = new Option<string>("--host") { Description = "The address to listen on: an IP address, localhost, or * for all.", DefaultValueFactory = static _ => "127.0.0.1", HelpName = "ADDRESS" };
        var port = new Option<int>("--port") { Description = "The port to listen on; 0 takes any free one.", DefaultValueFactory = static _ => 5000, HelpName = "PORT" };
        var debug = new Option<bool>("--debug") { Description = "Log every request, and show errors to clients.", Recursive = true };
        port.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var number) && number is >= 0 and <= 65_535))
            {
                result.AddError($"--port {token.Value}: a port is a number from 0 to 65535.");
            }
        });

        var run = new Command("run", "Listen until stopped (what happens without a command).") { host, port };
        var routes = new Command("routes", "List the app's routes.");
        var root = CreateRoot([run, routes, .. _commands]);
        ((List<Option>)[host, port, debug, .. _own]).ForEach(root.Options.Add);

        Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            if (parsed.GetValue(debug))
            {
                app.IsDevelopment = true;
            }
            return new RunCommand(app, output, error).RunAsync(parsed.GetRequiredValue(host), parsed.GetValue(port), stop);
        }
        root.SetAction(ServeAsync);
        run.SetAction(ServeAsync);
        routes.SetAction(_ => RoutesCommand.Run(app, output, error));

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
