using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Realtime.Middleware;

/// <summary>One call on the way to an exception.</summary>
internal sealed partial class DebuggedFrame
{
    // What is this long was not written by a person.
    private const long LongestSource = 2_000_000;
    private const int LinesAround = 6;

    public DebuggedFrame(StackFrame frame)
    {
        Call = Readable(new StackTrace(frame).ToString());
        IsFramework = IsOurs(frame.GetMethod()?.DeclaringType?.Assembly.GetName().Name ?? "");
        File = frame.GetFileName();
        Line = frame.GetFileLineNumber();
        Source = File is null || IsFramework ? [] : Read(File, Line);
    }

    public string Call { get; }

    /// <summary>Whether it is no code of the app's.</summary>
    public bool IsFramework { get; }

    public string? File { get; }

    public int Line { get; }

    /// <summary>The lines around it, with their numbers; none where the source is not there.</summary>
    public IReadOnlyList<(int Number, string Text)> Source { get; }

    /// <summary>Whether it only hands on what an async method threw.</summary>
    public static bool IsPlumbing(StackFrame frame) => frame.GetMethod()?.DeclaringType?.Namespace is "System.Runtime.CompilerServices" or "System.Runtime.ExceptionServices";

    private static bool IsOurs(string assembly) =>
        assembly is "Realtime" or "Realtime.Core" or "Realtime.Sockets" or "Realtime.Jobs" or "Realtime.Testing"
        || assembly.StartsWith("System.", StringComparison.Ordinal) || assembly.StartsWith("Microsoft.", StringComparison.Ordinal);

    /// <summary>A call by the names that a person gave, not by those that the compiler made of them.</summary>
    private static string Readable(string words)
    {
        var call = words.Trim();
        call = call.StartsWith("at ", StringComparison.Ordinal) ? call[3..] : call;
        call = call.IndexOf(" in ", StringComparison.Ordinal) is >= 0 and var end ? call[..end] : call;
        call = call.Replace("<Main>$", "Main", StringComparison.Ordinal);
        call = Local().Replace(call, "${outer}.${inner}");
        call = Lambda().Replace(call, "${outer}, a lambda in it");
        return Async().Replace(call, "${outer}");
    }

    private static (int Number, string Text)[] Read(string file, int line)
    {
        try
        {
            if (line <= 0 || new FileInfo(file) is not { Exists: true, Length: < LongestSource })
            {
                return [];
            }
            var first = Math.Max(1, line - LinesAround);
            return [.. System.IO.File.ReadLines(file).Skip(first - 1).Take(line + LinesAround - first + 1).Select((text, index) => (first + index, text))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return [];
        }
    }

    // <Outer>g__Inner|4_0(…)
    [GeneratedRegex(@"<(?<outer>\w+)>g__(?<inner>\w+)\|[\w]+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Local();

    // <>c.<Outer>b__0_0(…), and <>c.<<Outer>b__0_0>d.MoveNext() where it is async
    [GeneratedRegex(@"(<>c(__DisplayClass\w+)?\.)?<?<?(?<outer>\w+)>b__\w+(>d(__\w+)?\.MoveNext)?(\(.*)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Lambda();

    // <Outer>d__5.MoveNext()
    [GeneratedRegex(@"<(?<outer>\w+)>d(__\w+)?\.MoveNext", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Async();
}
