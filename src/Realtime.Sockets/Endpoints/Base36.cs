namespace Realtime.Sockets;

/// <summary>Writes numbers with digits and small letters, to keep ids short.</summary>
internal static class Base36
{
    public static string Write(long value)
    {
        Span<char> text = stackalloc char[13];
        var start = text.Length;
        do
        {
            text[--start] = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(value % 36)];
            value /= 36;
        }
        while (value > 0);
        return text[start..].ToString();
    }
}
