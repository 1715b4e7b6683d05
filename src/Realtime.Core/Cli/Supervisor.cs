namespace Realtime.Cli;

/// <summary>Whoever has started the program to start it again (<c>--reload</c>): it ends the program's input to stop it, and so does its own death.</summary>
internal static class Supervisor
{
    public const string Variable = "REALTIME_SUPERVISED";

    public static bool IsThere => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Waits for the end of the input; a thread of its own, for the console has no input that could be awaited.</summary>
    public static void WhenGone(Action stop) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[256];
        while (input.Read(buffer) > 0)
        {
        }
        stop();
    })
    { IsBackground = true, Name = "Realtime supervisor" }.Start();
}
