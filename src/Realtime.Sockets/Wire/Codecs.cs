using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>The formats that clients of one endpoint may speak, each named by its subprotocol.</summary>
internal sealed class Codecs
{
    private readonly WireCodec[] _all;

    /// <summary>Makes the formats.</summary>
    /// <param name="options">How the data of apps is written.</param>
    /// <param name="plugged">The formats that the app brings along.</param>
    /// <exception cref="InvalidOperationException">Two of them have one subprotocol.</exception>
    public Codecs(JsonSerializerOptions options, IEnumerable<ICodec> plugged)
    {
        List<WireCodec> all = [new JsonCodec(0, options), new MessagePackCodec(1, options)];
        foreach (var codec in plugged)
        {
            var twin = all.FindIndex(other => string.Equals(other.Subprotocol, codec.Subprotocol, StringComparison.Ordinal));
            if (twin >= 0 && all[twin] is PluggedCodec)
            {
                throw new InvalidOperationException($"Two codecs of the app's services speak the subprotocol '{codec.Subprotocol}': one would never be used.");
            }
            if (twin >= 0)
            {
                all[twin] = new PluggedCodec(twin, options, codec);
            }
            else
            {
                all.Add(new PluggedCodec(all.Count, options, codec));
            }
        }
        _all = [.. all];
        Json = all[0] as JsonCodec ?? new JsonCodec(all.Count, options);
    }

    /// <summary>The format of event streams, whatever WebSockets have in its place.</summary>
    public WireCodec Json { get; }

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
