using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Realtime.Jobs;

/// <summary>Makes job ids: UUIDs of version 7 (RFC 9562, section 5.7), time-ordered with 74 bits from the system's secure random source.</summary>
internal static class JobId
{
    private const int Need = 10;

    // Random bytes are fetched many at a time: a system call per id would be the dearest part of an enqueue in memory.
    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _used;

    public static Guid New(DateTimeOffset now)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, now.ToUnixTimeMilliseconds() << 16);
        if (_random is null || _used + Need > _random.Length)
        {
            RandomNumberGenerator.Fill(_random ??= new byte[Need * 100]);
            _used = 0;
        }
        var fresh = _random.AsSpan(_used, Need);
        fresh.CopyTo(id[6..]);
        // Whoever reads this memory later must not learn ids that were handed out.
        fresh.Clear();
        _used += Need;
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
