using System.CommandLine;
using Realtime.Cli;

namespace Realtime;

public sealed partial class App
{
    private readonly AppCommand _command = new();

    /// <summary>
    /// Reads an argument of the app's own, which is listed in <c>--help</c> beside the framework's. It can be read at once, so
    /// that the rest of the app is set up by it: <c>var data = app.Option(args, "--data", "chat-data", "Where messages are kept.")</c>.
    /// </summary>
    /// <typeparam name="T">
    /// What it is: a string, a number, an enum, a <see cref="TimeSpan"/>, a path; a <see cref="bool"/> is a flag that takes no value.
    /// </typeparam>
    /// <param name="args">The program's arguments, the same that <see cref="RunAsync(string[])"/> gets.</param>
    /// <param name="name">Its name with its dashes: <c>--data</c>.</param>
    /// <param name="defaultValue">What it is where neither the line nor <see cref="Config"/> gives it (<c>--max-size</c> is <c>MaxSize</c> there, and <c>REALTIME_MAXSIZE</c>).</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <returns>
    /// The value. The default also where the value given cannot be read: <see cref="RunAsync(string[])"/> then says so and ends with 2.
    /// </returns>
    /// <exception cref="InvalidOperationException">There is an option of this name already.</exception>
    public T Option<T>(string[] args, string name, T defaultValue, string description)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ThrowIfBuilt();
        return _command.AddOption(this, args, name, defaultValue, description);
    }

    /// <summary>
    /// Adds a command of the app's own, or of an extension's: <c>dotnet run app.cs -- NAME …</c> runs its action instead of listening. The
    /// action writes to the output of its <see cref="ParseResult.InvocationConfiguration"/>, and calls <see cref="Build"/> first if it
    /// needs the app's services.
    /// </summary>
    /// <param name="command">The command, with its options, arguments and action.</param>
    /// <exception cref="InvalidOperationException">There is a command of this name already.</exception>
    public void Command(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        ThrowIfBuilt();
        _command.AddCommand(command);
    }

    /// <summary>
    /// Adds a command of the app's own: <c>app.Command("seed", async (int count, Store store) => …)</c> is run by
    /// <c>dotnet run app.cs -- seed 100</c> instead of listening.
    /// </summary>
    /// <remarks>
    /// The handler's parameters are services, a <see cref="CancellationToken"/> (fires with Ctrl+C), a <see cref="TextWriter"/> for its output, and else what the line
    /// says: an argument in its place, or an option <c>--dry-run</c> where it may be left out (a default value, a nullable type, a <see cref="bool"/>). A
    /// <see cref="System.ComponentModel.DescriptionAttribute"/> on a parameter says more in <c>--help</c>. The app is built for it, but not started.
    /// What it returns is the exit code where that is an int, else written: text as it is, anything else as JSON. An exception is one line on standard error, and exit code 1.
    /// </remarks>
    /// <param name="name">The command's name.</param>
    /// <param name="handler">Any delegate, sync or async.</param>
    /// <param name="description">One sentence for <c>--help</c>; null for none.</param>
    /// <returns>The command, to add aliases or commands of its own to. Its arguments and options are added when the app is run.</returns>
    /// <exception cref="InvalidOperationException">There is a command of this name already.</exception>
    public Command Command(string name, Delegate handler, string? description = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfBuilt();
        return _command.AddCommand(this, name, handler, description);
    }

    /// <summary>Runs the app as a program: listens until it is asked to stop (Ctrl+C, SIGTERM), then shuts down gracefully.</summary>
    /// <param name="args">
    /// The program's arguments: <c>[run] [--host 127.0.0.1] [--port 5000] [--reload] [--debug] [--set KEY=VALUE]</c>, <c>routes</c>, <c>config</c>, <c>completion</c>,
    /// <c>jobs</c> in an app that has some, <c>--help</c>, and the app's own (<see cref="Option{T}"/>, <see cref="Command(string, Delegate, string)"/>).
    /// </param>
    /// <returns>
    /// The exit code: 0 after a graceful stop, 1 when an address cannot be listened on, 2 for wrong arguments or an app that
    /// cannot be built, 3 when a start hook failed, 130 after a second Ctrl+C (143 where the second signal is a SIGTERM). The
    /// reason is one line on standard error.
    /// </returns>
    public Task<int> RunAsync(string[] args) => RunAsync(args, CancellationToken.None);

    /// <summary>Runs the app as a program until it is asked to stop or a token fires.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="stop">Stops the app gracefully, as Ctrl+C does.</param>
    /// <returns>The exit code, as from <see cref="RunAsync(string[])"/>.</returns>
    public Task<int> RunAsync(string[] args, CancellationToken stop) => RunAsync(args, Console.Out, Console.Error, stop);

    /// <summary>Runs the app as a program that writes elsewhere than to the console, as a test's does.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="output">Where the banner and the answers of commands go.</param>
    /// <param name="error">Where it is said what went wrong.</param>
    /// <param name="stop">Stops the app gracefully, as Ctrl+C does.</param>
    /// <returns>The exit code, as from <see cref="RunAsync(string[])"/>.</returns>
    public Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(args);
        return _command.RunAsync(this, args, output, error, stop);
    }
}
