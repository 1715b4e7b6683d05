using System.CommandLine;
using System.Text.Json;
using Realtime.LoadClient.Faults;
using Realtime.LoadClient.Reporting;
using Realtime.LoadClient.Scenarios;
using Realtime.LoadClient.Wire;

namespace Realtime.LoadClient;

/// <summary>From arguments to an exit code.</summary>
internal static class Runner
{
    public const int Wrong = 2;
    public const int CouldNotBegin = 3;
    public const int Interrupted = 130;

    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>0: all sound; 1: faults; 2: wrong arguments; 3: could not begin; 130: interrupted, and sound so far.</returns>
    public static int Run(string[] args, CancellationToken stop)
    {
        var command = new LoadCommand();
        command.Root.SetAction(given => Run(command, given, stop));
        var parsed = command.Root.Parse(args);
        var code = parsed.Invoke();
        return parsed.Errors.Count > 0 ? Wrong : code;
    }

    private static int Run(LoadCommand command, ParseResult given, CancellationToken stop)
    {
        LoadPlan plan;
        (FaultKind Fault, long At) plant;
        try
        {
            (plan, plant) = (command.Plan(given), command.Plant(given));
        }
        catch (LoadException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Wrong;
        }
        try
        {
            using var proxy = plant.Fault == FaultKind.None ? null : new FaultProxy(Target.Of(plan.Url, plan.IsRemote).Address, plant.Fault, plant.At);
            if (proxy is not null)
            {
                plan = plan with { Url = new UriBuilder(plan.Url) { Host = "127.0.0.1", Port = proxy.Address.Port }.Uri };
            }
            var board = new Board();
            LoadReport report;
            using (TerminalView.Start(plan, board, command.IsQuiet(given)))
            {
                using var load = Scenario.Of(plan, board);
                report = load.Run(stop);
            }
            TerminalView.Print(report);
            Write(command.Json(given), () => JsonSerializer.Serialize(report, LoadReport.Json));
            Write(command.Html(given), () => HtmlReport.Write(report));
            return report.IsSound && report.IsInterrupted ? Interrupted : report.ExitCode;
        }
        catch (LoadException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return CouldNotBegin;
        }
    }

    private static void Write(FileInfo? file, Func<string> text)
    {
        if (file is null)
        {
            return;
        }
        try
        {
            file.Directory?.Create();
            File.WriteAllText(file.FullName, text());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LoadException($"The report cannot be written to {file.FullName}: {exception.Message}");
        }
    }
}
