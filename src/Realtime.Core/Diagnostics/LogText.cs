namespace Realtime.Diagnostics;

/// <summary>Makes a peer's text fit for a line of the log: a line end in a path must not begin a line of the peer's choice.</summary>
internal static class LogText
{
    public static string Of(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(static letter => char.IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()))
        : text;
}
