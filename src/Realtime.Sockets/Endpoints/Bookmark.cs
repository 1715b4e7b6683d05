using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>
/// Which topics the client of an event stream is in and how far it has heard them, as the <c>id</c> of its events says it: a browser's <c>EventSource</c> that comes back
/// brings the last one (<c>Last-Event-ID</c>), and goes on from there on any node.
/// </summary>
/// <remarks>What the session tells of joins takes effect in its turn among the frames, at the note that it puts into the outbox.</remarks>
internal sealed class Bookmark
{
    // Header fields are limited by servers and proxies: nginx takes 8 KiB for a line unless told.
    private const int MaxLength = 4096;

    private readonly Lock _gate = new();
    // No longer than the outbox, which has a note for each.
    private readonly Queue<(string Topic, BookmarkPlace? Place)> _changes = new();
    private readonly List<BookmarkPlace> _places;
    private bool _hasMoved;

    private Bookmark(List<BookmarkPlace> places) => _places = places;

    /// <summary>The topics it names, in the order in which they were joined. Not to be asked for once the stream is written to.</summary>
    public IReadOnlyList<BookmarkPlace> Places => _places;

    /// <summary>Reads an id that came back: it may be anything, and what is none of ours names no topics.</summary>
    public static Bookmark Read(string? id)
    {
        var places = new List<BookmarkPlace>();
        try
        {
            using var document = JsonDocument.Parse(id is { Length: <= MaxLength } ? id : "[]");
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (BookmarkPlace.Read(element) is { } place && !places.Exists(other => other.IsOf(place.Topic)))
                {
                    places.Add(place);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            places.Clear();
        }
        return new Bookmark(places);
    }

    /// <summary>Says that the client is in a topic from the next note on.</summary>
    public void Join(BookmarkPlace place)
    {
        lock (_gate)
        {
            _changes.Enqueue((place.Topic, place));
        }
    }

    /// <summary>Says that the client has left a topic from the next note on.</summary>
    public void Leave(string topic)
    {
        lock (_gate)
        {
            _changes.Enqueue((topic, null));
        }
    }

    /// <summary>For the stream: a note's turn has come.</summary>
    public void TurnPage()
    {
        lock (_gate)
        {
            if (_changes.TryDequeue(out var change))
            {
                Put(change.Topic, change.Place);
            }
        }
    }

    /// <summary>For the stream: writes the field <c>id</c> of a message's event, where it is another one than before.</summary>
    /// <param name="message">The message, which may move the place in its topic.</param>
    /// <param name="output">Where to.</param>
    public void WriteBehind(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        See(message);
        if (!_hasMoved)
        {
            return;
        }
        _hasMoved = false;
        var length = 2;
        output.Write("id: ["u8);
        foreach (var place in _places)
        {
            var text = place.Text;
            // What does not fit is not resumed: the client sees that in the next welcome, and joins by itself.
            if (length + text.Length + 1 <= MaxLength)
            {
                output.Write(length > 2 ? ","u8 : default);
                Encoding.ASCII.GetBytes(text, output);
                length += text.Length + 1;
            }
        }
        output.Write("]\n"u8);
    }

    private void See(ReadOnlySpan<byte> message)
    {
        var seen = new BookmarkReader(message);
        if (seen.Topic is not { } topic || _places.Find(place => place.IsOf(topic)) is not { } known)
        {
            return;
        }
        switch (seen.Type)
        {
            case "event" or "skip" when known.Epoch is not null && !seen.IsByWildcard && seen.Offset is { } offset:
                Put(topic, known with { Offset = offset });
                break;
            case "reset" when seen is { Epoch: { } epoch, Offset: { } offset }:
                Put(topic, known with { Epoch = epoch, Offset = offset });
                break;
            case "left":
                Put(topic, null);
                break;
        }
    }

    private void Put(string topic, BookmarkPlace? place)
    {
        _hasMoved = true;
        var index = _places.FindIndex(other => other.IsOf(topic));
        if (index >= 0)
        {
            _places.RemoveAt(index);
        }
        if (place is not null)
        {
            _places.Insert(index < 0 ? _places.Count : index, place);
        }
    }
}
