namespace Realtime.Sockets;

// A browser's EventSource that comes back is in its topics again without asking.
internal sealed partial class RealtimeSession
{
    // In the lane, as if the client had asked first of all.
    private async Task ResumeAsync(BookmarkPlace[] places)
    {
        foreach (var place in places)
        {
            var data = place.Data is null ? default : System.Text.Encoding.UTF8.GetBytes(place.Data);
            await _lane.AddAsync(new ClientMessage(ClientMessageType.Rejoin, 0, place.Topic, "", data, place.Since, 0));
        }
    }

    // Before the answer: the id of the answer's own event has it.
    private void Mark(in ClientMessage message, HistoryPage? page)
    {
        if (_bookmark is null)
        {
            return;
        }
        // Until the reset is said: whoever is cut off before it has to be told again.
        var position = message.Since is { } lost && page?.Recovered == false ? lost : page?.Start;
        if (BookmarkPlace.Of(message.Topic, position, message.Data) is { } place)
        {
            _bookmark.Join(place);
        }
        else
        {
            _bookmark.Leave(message.Topic);
        }
        Send(EventStream.Note);
    }

    private void Unmark(string topic)
    {
        if (_bookmark is not null)
        {
            _bookmark.Leave(topic);
            Send(EventStream.Note);
        }
    }
}
