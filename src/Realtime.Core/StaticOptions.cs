namespace Realtime;

/// <summary>How the files of a folder are served.</summary>
public sealed record StaticOptions
{
    /// <summary>
    /// For how long a client may use a file without asking whether it has changed (<c>Cache-Control: public, max-age=…</c>). Null (the default) for no time: it asks each time, and is told 304.
    /// </summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Whether files never change within <see cref="MaxAge"/>, because their names do (RFC 8246). False by default.</summary>
    public bool IsImmutable { get; init; }

    /// <summary>
    /// Says <c>Cache-Control</c> for a path below the folder, such as <c>js/app.1f2e.js</c>; where it says null, the options above do. Null (the default) to leave it to them.
    /// </summary>
    public Func<string, string?>? CacheControl { get; init; }

    /// <summary>The file that stands for its folder; null for none. <c>index.html</c> by default.</summary>
    public string? Index { get; init; } = "index.html";

    /// <summary>
    /// The file that a browser gets for a page that is not there, for a page whose script knows the way: <c>index.html</c>. Null (the default) for none.
    /// </summary>
    public string? Fallback { get; init; }

    /// <summary>
    /// Whether <c>app.js.br</c> or <c>app.js.gz</c> is sent in place of <c>app.js</c> to a client that takes it, where there is one that is no older. True by default.
    /// </summary>
    public bool Precompressed { get; init; } = true;

    /// <summary>What files are by the ending of their names, beside and before the usual types: <c>[".glb"] = "model/gltf-binary"</c>. Null (the default) for the usual ones.</summary>
    public IReadOnlyDictionary<string, string>? Types { get; init; }

    internal void Validate()
    {
        if (MaxAge < TimeSpan.Zero)
        {
            throw new InvalidOperationException($"StaticOptions.MaxAge must not be negative, but is {MaxAge}.");
        }
        if (IsImmutable && MaxAge is null)
        {
            throw new InvalidOperationException("StaticOptions.IsImmutable needs a MaxAge: for how long do the files not change?");
        }
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("Index", Index), ("Fallback", Fallback)])
        {
            if (value is "" || value?.IndexOfAny(['\\', '\0']) >= 0 || value?.Split('/').Contains("..", StringComparer.Ordinal) == true)
            {
                throw new InvalidOperationException($"StaticOptions.{name} must be a file's name in the folder, but is '{value}'.");
            }
        }
    }
}
