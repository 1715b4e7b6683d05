namespace Realtime.Cli;

/// <summary>Prints an app's routes as a table.</summary>
internal static class RoutesCommand
{
    public static int Run(App app, TextWriter output, TextWriter error)
    {
        try
        {
            app.Build();
        }
        catch (InvalidOperationException exception)
        {
            error.WriteLine($"The app cannot be built: {exception.Message}");
            return AppCommand.Misconfigured;
        }
        if (app.Routes.Count == 0)
        {
            output.WriteLine("The app has no routes.");
            return 0;
        }
        Table.Write(
            [["METHOD", "PATH", "NAME"], .. app.Routes.Select(static route => new[] { string.Join(", ", route.Methods), route.Pattern.ToString(), route.Name ?? "" })],
            output);
        return 0;
    }
}
