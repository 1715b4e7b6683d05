namespace Realtime.Sockets;

/// <summary>One message to many, framed at most once for each codec; for use under one lock.</summary>
/// <param name="write">Writes the message with a codec.</param>
internal sealed class SharedFrame(Func<WireCodec, PreparedFrame> write)
{
    private FrameCache _frames;

    /// <summary>The message for those who speak this codec.</summary>
    public PreparedFrame For(WireCodec codec) => _frames[codec] ?? _frames.Keep(codec, write(codec));
}
