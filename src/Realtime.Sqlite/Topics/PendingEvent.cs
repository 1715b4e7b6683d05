using Realtime.Sockets;

namespace Realtime.Sqlite;

/// <summary>An event on its way into the file.</summary>
internal sealed record PendingEvent(string Topic, string Name, EventData Data, HistoryPolicy? History, string? Key, Recipients Recipients)
{
    /// <summary>The event in its place.</summary>
    public Publication At(StreamPosition position) => new(Topic, Name, Data, position.Offset, History is null ? null : position.Epoch, Recipients);
}
