using System.Diagnostics;

namespace Realtime.Middleware;

/// <summary>One exception of a chain, with where it came by.</summary>
internal sealed class DebuggedException
{
    public DebuggedException(Exception exception, SecretMask mask)
    {
        Type = Binding.TypeName.Of(exception.GetType());
        Message = mask.Text(exception.Message);
        Frames = [.. new StackTrace(exception, fNeedFileInfo: true).GetFrames().Where(static frame => !DebuggedFrame.IsPlumbing(frame)).Select(static frame => new DebuggedFrame(frame))];
    }

    public string Type { get; }

    public string Message { get; }

    /// <summary>The calls, the innermost first, without those that only hand on what an async method threw.</summary>
    public IReadOnlyList<DebuggedFrame> Frames { get; }
}
