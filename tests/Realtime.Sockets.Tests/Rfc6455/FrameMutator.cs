using System.Text;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>Makes byte streams that are nearly what a client sends, from a seed.</summary>
internal sealed class FrameMutator(int seed)
{
    private static readonly string[] Envelopes =
    [
        """{"type":"join","ref":1,"topic":"room:a","data":{"user":"Ada"}}""",
        """{"type":"join","ref":2,"topic":"room:b","epoch":"x","offset":3,"history":5}""",
        """{"type":"event","ref":3,"topic":"room:a","event":"say","data":"hello"}""",
        """{"type":"event","topic":"room:a","event":"say","data":[1,2,{"a":null}]}""",
        """{"type":"leave","ref":4,"topic":"room:a"}""",
        """{"type":"ping","ref":5}""",
        """{"type":"ping"}""",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Makes a stream of up to a dozen frames, most of them with something wrong.</summary>
    public byte[] Next()
    {
        var stream = new List<byte>();
        for (var count = _random.Next(1, 13); count > 0; count--)
        {
            stream.AddRange(Mutate(Frame()));
        }
        var bytes = stream.ToArray();
        return _random.Next(4) == 0 ? bytes[.._random.Next(bytes.Length + 1)] : bytes;
    }

    /// <summary>A number below a limit.</summary>
    public int Below(int limit) => _random.Next(limit);

    private byte[] Frame() => _random.Next(12) switch
    {
        < 5 => Rfc6455.Frame.Of(Rfc6455.Frame.Text, Mutate(Encoding.UTF8.GetBytes(Envelopes[_random.Next(Envelopes.Length)]))),
        5 => Rfc6455.Frame.Of(_random.Next(16), Noise(200), last: _random.Next(2) == 0, reserved: _random.Next(3) == 0 ? _random.Next(8) : 0, masked: _random.Next(8) > 0),
        6 => Rfc6455.Frame.Of(Rfc6455.Frame.Ping, Noise(125)),
        7 => Rfc6455.Frame.Of(Rfc6455.Frame.Text, "part", last: false),
        8 => Rfc6455.Frame.Of(Rfc6455.Frame.Continuation, Noise(50), last: _random.Next(2) == 0),
        9 => Rfc6455.Frame.Of(Rfc6455.Frame.Binary, Noise(70_000), lengthBytes: 8),
        10 => Rfc6455.Frame.Of(_random.Next(1, 3), Noise(300), reserved: 4),
        _ => Rfc6455.Frame.CloseWith(_random.Next(900, 5100), Noise(20)),
    };

    private byte[] Mutate(byte[] bytes)
    {
        if (bytes.Length == 0 || _random.Next(2) == 0)
        {
            return bytes;
        }
        byte[] mutated = [.. bytes];
        for (var count = _random.Next(1, 4); count > 0; count--)
        {
            var place = _random.Next(Math.Min(mutated.Length, 64));
            mutated = _random.Next(4) switch
            {
                0 => [.. mutated[..place], (byte)_random.Next(256), .. mutated[place..]],
                1 when mutated.Length > 1 => [.. mutated[..place], .. mutated[(place + 1)..]],
                _ => [.. mutated[..place], (byte)(mutated[place] ^ (1 << _random.Next(8))), .. mutated[(place + 1)..]],
            };
        }
        return mutated;
    }

    private byte[] Noise(int most)
    {
        var bytes = new byte[_random.Next(most + 1)];
        _random.NextBytes(bytes);
        return bytes;
    }
}
