namespace Realtime;

/// <summary>How sessions are kept: in an encrypted and signed cookie, which the client can neither read nor change.</summary>
public sealed record SessionOptions
{
    /// <summary>
    /// How long a session lives without being used. Each use within it prolongs it, and is written to the cookie once a tenth of the time has passed. 14 days by default.
    /// </summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Whether a browser forgets the session when it is closed, even within <see cref="Lifetime"/>. False by default.</summary>
    public bool EndsWithBrowser { get; init; }

    /// <summary>
    /// The cookie's name, <c>session</c> by default. Under HTTPS it begins with <c>__Host-</c>, so that no other host can set it, or with <c>__Secure-</c> where
    /// the app is mounted below a path or there is a <see cref="Domain"/> (RFC 6265bis, section 4.1.3).
    /// </summary>
    public string CookieName { get; init; } = "session";

    /// <summary>The domain whose hosts all get the cookie; null (the default) for the host that sets it alone.</summary>
    public string? Domain { get; init; }

    /// <summary>
    /// The folder of the keys, which the processes of one app must share; only its owner may read it. Null (the default) for <c>keys</c> in
    /// <see cref="AppOptions.DataFolder"/>. An <c>IDataProtectionProvider</c> in <see cref="App.Services"/> is used instead of any folder.
    /// </summary>
    public string? KeyFolder { get; init; }

    /// <summary>Whether keys are kept. False keeps them in memory alone: every session ends with the process. True by default.</summary>
    public bool KeepsKeys { get; init; } = true;

    internal void Validate()
    {
        if (Lifetime < TimeSpan.FromSeconds(1))
        {
            throw new InvalidOperationException($"SessionOptions.Lifetime must be at least a second, but is {Lifetime}.");
        }
        if (CookieName.Length == 0 || CookieName.AsSpan().ContainsAnyExcept(TokenLetters))
        {
            throw new InvalidOperationException($"SessionOptions.CookieName must be letters, digits, '-', '_' or '.', but is '{CookieName}'.");
        }
    }

    private static readonly System.Buffers.SearchValues<char> TokenLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
}
