namespace Realtime.Middleware;

/// <summary>Hides what a request brought in confidence, wherever it turns up again.</summary>
internal sealed class SecretMask
{
    private const string Hidden = "••••••";

    // Shorter text turns up by chance.
    private const int ShortestSecret = 6;

    private static readonly string[] Words =
        ["authorization", "cookie", "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "api-key", "api_key", "credential", "signature", "session", "csrf", "xsrf", "otp", "cvv", "cvc", "cardnumber", "card_number", "iban", "ssn"];

    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>A header field's value as it may be shown: of cookies their names, of an authorization its scheme.</summary>
    public string Header(string name, string value)
    {
        if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
        {
            return string.Join("; ", value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(pair =>
                pair.IndexOf('=', StringComparison.Ordinal) is > 0 and var end ? $"{pair[..end]}={Hide(pair[(end + 1)..])}" : Hide(pair)));
        }
        if (name.EndsWith("Authorization", StringComparison.OrdinalIgnoreCase))
        {
            return value.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? $"{value[..end]} {Hide(value[(end + 1)..])}" : Hide(value);
        }
        return Field(name, value);
    }

    /// <summary>A named value as it may be shown.</summary>
    public string Field(string name, string value) => Array.Exists(Words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) ? Hide(value) : value;

    /// <summary>Text in which a secret seen before may stand.</summary>
    public string Text(string text) => _secrets.OrderByDescending(static secret => secret.Length).Aggregate(text, static (shown, secret) => shown.Replace(secret, Hidden, StringComparison.Ordinal));

    private string Hide(string secret)
    {
        if (secret.Length >= ShortestSecret)
        {
            _secrets.Add(secret);
        }
        return Hidden;
    }
}
