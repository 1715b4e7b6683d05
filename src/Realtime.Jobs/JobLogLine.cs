using System.Runtime.InteropServices;

namespace Realtime;

/// <summary>A line that a job wrote with <see cref="JobContext.Log"/>.</summary>
/// <param name="Number">Its place: each line's is greater than that of the line before, with gaps, and never changes.</param>
/// <param name="At">When it was written.</param>
/// <param name="Attempt">The attempt that wrote it.</param>
/// <param name="Text">The line, of at most <see cref="MostCharacters"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct JobLogLine(long Number, DateTimeOffset At, int Attempt, string Text)
{
    /// <summary>How many lines of a job are kept, the newest: a log is for people, and a store for jobs.</summary>
    public const int MostKept = 1000;

    /// <summary>How long a line may be; what is longer is cut.</summary>
    public const int MostCharacters = 4000;

    /// <summary>The number of an attempt's line.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="line">The line, from 1.</param>
    internal static long NumberOf(int attempt, int line) => ((long)attempt << 32) | (uint)line;
}
