using System.Text;

namespace Realtime.Sqlite;

/// <summary>Names as SQLite stores and compares them: UTF-8, and never two names as one.</summary>
internal static class SqliteText
{
    // Half a surrogate pair would become the same replacement character as any other half: better an exception than two topics in one.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Encode(string text) => Strict.GetBytes(text);

    public static string Decode(ReadOnlySpan<byte> utf8) => Strict.GetString(utf8);
}
