using System.Reflection;

namespace Realtime.Cli;

/// <summary>Says in one line what went wrong, and all of it to a person at work on the app.</summary>
internal static class FailedCommand
{
    public static async Task SayAsync(TextWriter error, App app, string what, Exception exception)
    {
        await error.WriteLineAsync($"{what}: {OneLine(exception)}");
        if (app.IsDevelopment)
        {
            await error.WriteLineAsync(exception.ToString());
        }
    }

    private static string OneLine(Exception exception)
    {
        var message = (exception is AggregateException or TargetInvocationException ? exception.InnerException ?? exception : exception).Message;
        return string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
