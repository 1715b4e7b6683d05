namespace Realtime.Sockets;

/// <summary>Why values are not for programs that are trimmed or compiled ahead of time, as the envelopes are.</summary>
internal static class ValueReason
{
    public const string Text = "Values are read and written by the contracts of their types, with code that is made at run time.";
}
