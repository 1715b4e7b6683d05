using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Realtime;

/// <summary>Keys that encrypt the arguments and results of jobs (<see cref="JobEncryption.EncryptArgs"/>): AES-256 in Galois/Counter Mode (NIST SP 800-38D).</summary>
/// <remarks>
/// To change the key: give every process the new one beside the old, as <see cref="Add"/>; when all have it, make it the current; when the
/// last job under the old one has ended, drop that. A nonce is 96 random bits, so a key is good for some billions of jobs.
/// </remarks>
public sealed class JobKeyRing
{
    /// <summary>How long a key is, in bytes.</summary>
    public const int KeyLength = 32;

    private const int NonceLength = 12;
    private const int TagLength = 16;

    private static readonly byte[] Marker = "\"$encrypted\""u8.ToArray();

    private readonly Dictionary<string, byte[]> _keys = [];
    private readonly string _current;

    /// <summary>Makes a ring.</summary>
    /// <param name="id">The name of the key that encrypts, kept with each job: a date, say.</param>
    /// <param name="key">The key: <see cref="KeyLength"/> bytes of a secure random source (<c>openssl rand -base64 32</c>), kept out of the program and the store.</param>
    public JobKeyRing(string id, ReadOnlySpan<byte> key)
    {
        Add(id, key);
        _current = id;
    }

    /// <summary>Adds a key that only decrypts: one that was current, or is to be.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="key">The key: <see cref="KeyLength"/> bytes.</param>
    /// <returns>This ring.</returns>
    /// <exception cref="ArgumentException">The key has another length, or the name is taken.</exception>
    public JobKeyRing Add(string id, ReadOnlySpan<byte> key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        if (key.Length != KeyLength)
        {
            throw new ArgumentException($"A key has {KeyLength} bytes; '{id}' has {key.Length}.", nameof(key));
        }
        if (!_keys.TryAdd(id, key.ToArray()))
        {
            throw new ArgumentException($"There are two keys called '{id}'.", nameof(id));
        }
        return this;
    }

    /// <summary>Encrypts a job's arguments, or what came of it.</summary>
    internal byte[] Encrypt(Guid job, ReadOnlySpan<byte> args)
    {
        var data = new byte[NonceLength + args.Length + TagLength];
        var nonce = data.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_keys[_current], TagLength);
        cipher.Encrypt(nonce, args, data.AsSpan(NonceLength, args.Length), data.AsSpan(NonceLength + args.Length), Bound(job));
        return JsonSerializer.SerializeToUtf8Bytes(new Envelope(_current, data));
    }

    /// <summary>Decrypts what <see cref="Encrypt"/> has encrypted; null if it is not encrypted.</summary>
    /// <exception cref="JobArgsException">The key is not in this ring, or they were tampered with.</exception>
    internal byte[]? Decrypt(Guid job, ReadOnlySpan<byte> args)
    {
        if (args.IndexOf(Marker) < 0 || Open(args) is not { Key: { } id, Data: { Length: >= NonceLength + TagLength } data })
        {
            return null;
        }
        if (!_keys.TryGetValue(id, out var key))
        {
            throw new JobArgsException($"Its contents are encrypted with the key '{id}', which is not in this program's JobKeyRing. Add it, and requeue the job.");
        }
        var plain = new byte[data.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        try
        {
            cipher.Decrypt(data.AsSpan(0, NonceLength), data.AsSpan(NonceLength, plain.Length), data.AsSpan(NonceLength + plain.Length), plain, Bound(job));
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new JobArgsException($"Its contents do not open with the key '{id}': they were changed in the store, belong to another job, or the key is another one of that name.", exception);
        }
        return plain;
    }

    // Bound to the job, so that nobody who can write to the store gives one job the arguments of another.
    private static byte[] Bound(Guid job) => job.ToByteArray(bigEndian: true);

    private static Envelope? Open(ReadOnlySpan<byte> args)
    {
        try
        {
            return JsonSerializer.Deserialize<Envelope>(args);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the store keeps instead of the arguments.</summary>
    private sealed record Envelope([property: JsonPropertyName("$encrypted")] string? Key, [property: JsonPropertyName("data")] byte[]? Data);
}
