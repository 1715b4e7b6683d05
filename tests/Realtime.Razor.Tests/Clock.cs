namespace Realtime.Razor.Tests;

/// <summary>A scoped service of the tests' apps.</summary>
public sealed class Clock
{
    private static int _made;

    public int Number { get; } = Interlocked.Increment(ref _made);
}
