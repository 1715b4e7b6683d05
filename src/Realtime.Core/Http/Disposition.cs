namespace Realtime.Http;

/// <summary>Writes <c>Content-Disposition</c> (RFC 6266).</summary>
internal static class Disposition
{
    /// <summary>To be saved under a name, in both of its forms (appendix D): the plain one for old clients, in the characters that are safe in it.</summary>
    public static string Attachment(string name)
    {
        var plain = new string([.. name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or ' ' ? letter : '_')]);
        return $"attachment; filename=\"{plain}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }
}
