namespace Realtime.Sockets;

/// <summary>The frames of one message, one for each codec that somebody who hears it speaks.</summary>
/// <remarks>Two threads that frame at once make the same frame twice, and one of the two is kept: harmless.</remarks>
internal struct FrameCache
{
    // Most messages are heard in one format.
    private PreparedFrame? _first;
    private PreparedFrame?[]? _others;

    public readonly PreparedFrame? this[WireCodec codec] =>
        codec.Index == 0 ? _first : _others is { } others && codec.Index <= others.Length ? others[codec.Index - 1] : null;

    public PreparedFrame Keep(WireCodec codec, PreparedFrame frame)
    {
        if (codec.Index == 0)
        {
            return _first = frame;
        }
        var others = _others ?? [];
        if (codec.Index > others.Length)
        {
            Array.Resize(ref others, codec.Index);
        }
        others[codec.Index - 1] = frame;
        _others = others;
        return frame;
    }
}
