namespace Realtime.Postgres;

/// <summary>Texts as PostgreSQL can keep them.</summary>
internal static class PostgresText
{
    /// <summary>
    /// Replaces what text in PostgreSQL cannot hold, NUL and halves of surrogate pairs, by U+FFFD. For texts that only people read: an
    /// exception's message must never be what keeps the end of a job from being recorded.
    /// </summary>
    public static string? Clean(string? text)
    {
        if (text is null || IsClean(text))
        {
            return text;
        }
        return string.Create(text.Length, text, static (span, from) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                var isPair = index + 1 < span.Length && char.IsSurrogatePair(from[index], from[index + 1]);
                if (isPair)
                {
                    (span[index], span[index + 1]) = (from[index], from[index + 1]);
                    index++;
                }
                else
                {
                    span[index] = from[index] == '\0' || char.IsSurrogate(from[index]) ? '\uFFFD' : from[index];
                }
            }
        });
    }

    private static bool IsClean(string text)
    {
        foreach (var letter in text)
        {
            if (letter == '\0' || char.IsSurrogate(letter))
            {
                return false;
            }
        }
        return true;
    }
}
