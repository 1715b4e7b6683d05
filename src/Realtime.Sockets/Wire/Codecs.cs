using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>The formats that clients of one endpoint may speak, each named by its subprotocol.</summary>
internal sealed class Codecs
{
    private readonly WireCodec[] _all;

    /// <summary>Makes the formats.</summary>
    /// <param name="options">How the data of apps is written.</param>
    public Codecs(JsonSerializerOptions options) => _all = [new JsonCodec(0, options)];

    /// <summary>The codec of the first subprotocol offered that is spoken here, or null (RFC 6455, section 4.1: a client offers its favourite first).</summary>
    public WireCodec? Choose(IEnumerable<string> offered)
    {
        foreach (var name in offered)
        {
            foreach (var codec in _all)
            {
                if (string.Equals(codec.Subprotocol, name, StringComparison.Ordinal))
                {
                    return codec;
                }
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _all.Select(static codec => codec.Subprotocol));
}
