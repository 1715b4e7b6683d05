namespace Realtime.Sockets;

/// <summary>What is published in a topic while a member's join is being answered: held back, never lost.</summary>
internal sealed class HeldFrames
{
    private readonly List<(PreparedFrame Frame, long Offset, Publication? Publication)> _frames = [];
    private int _bytes;

    public IReadOnlyList<(PreparedFrame Frame, long Offset, Publication? Publication)> Frames => _frames;

    /// <summary>Holds a frame; false where more would be held than an outbox may.</summary>
    public bool TryAdd(PreparedFrame frame, long offset, int limit, Publication? publication = null)
    {
        if (_bytes > 0 && _bytes > limit - frame.Bytes.Length)
        {
            return false;
        }
        _bytes += frame.Bytes.Length;
        _frames.Add((frame, offset, publication));
        return true;
    }
}
