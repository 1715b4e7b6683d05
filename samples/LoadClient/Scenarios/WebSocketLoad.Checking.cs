using Realtime.LoadClient.Checking;
using Realtime.LoadClient.Protocols;

namespace Realtime.LoadClient.Scenarios;

internal abstract partial class WebSocketLoad
{
    /// <summary>One for each connection: what stands around the texts that it says.</summary>
    private readonly Envelope[] _envelopes;

    protected long Corrupt { get; private set; }

    /// <summary>Texts of others in the same topics.</summary>
    protected long Foreign { get; private set; }

    /// <summary>Takes what came in one WebSocket message, which in some protocols holds several.</summary>
    public void Receive(Client client, ReadOnlySpan<byte> message)
    {
        if (Protocol.Separator is not { } separator)
        {
            Take(client, message);
            return;
        }
        for (var end = message.IndexOf(separator); end >= 0; end = message.IndexOf(separator))
        {
            Take(client, message[..end]);
            message = message[(end + 1)..];
        }
        if (message.Length > 0)
        {
            Corrupt++;
        }
    }

    /// <summary>Adds what the envelopes found when all is over.</summary>
    protected void CloseEnvelopes()
    {
        var varying = _envelopes.Count(static envelope => envelope.Varies);
        if (varying > 0)
        {
            Warnings.Add($"What stands around the texts differs from message to message for {varying:N0} senders: there each message was parsed, and only its text compared byte by byte.");
        }
        Corrupt += _envelopes.Sum(static envelope => envelope.Outvoted);
    }

    private void Take(Client client, ReadOnlySpan<byte> message)
    {
        if (client.Connection is null)
        {
            // Let go of while the rest of what came was still to be read.
            return;
        }
        var at = Texts.Find(message);
        if (at < 0)
        {
            Notice(client, Protocol.Read(message));
            return;
        }
        var verdict = Texts.Read(message[at..], out var sender, out var number);
        if (verdict == StampVerdict.Foreign)
        {
            Foreign++;
            return;
        }
        LastArrival = Now;
        if (sender < 0 || sender >= Clients.Length || sender % Topics != client.Topic)
        {
            Corrupt++;
            return;
        }
        var offset = 0L;
        if (verdict == StampVerdict.Damaged || !_envelopes[sender].Fits(Protocol, message, at..(at + Texts.Size), client.TopicName, number, out offset))
        {
            Corrupt++;
        }
        var inOrder = Arrived(client, sender, number);
        if (offset > 0)
        {
            if (offset <= client.LastOffset && inOrder)
            {
                client.OffsetFaults++;
            }
            client.LastOffset = Math.Max(client.LastOffset, offset);
        }
    }

    private void Notice(Client client, Notice notice)
    {
        switch (notice.Kind)
        {
            case NoticeKind.Done when !client.IsReady:
                client.Step++;
                Proceed(client);
                break;
            case NoticeKind.Refused when !client.IsReady:
                Drop(client, reset: true);
                Failed(client, $"join {notice.Code}", $"The server refused to let '{client.User}' into '{client.TopicName}': {notice.Code}: {notice.Text} (See --topic and --join.)");
                break;
            case NoticeKind.Refused:
                Fail($"refused {notice.Code}");
                break;
            case NoticeKind.Ping:
                client.Connection?.Send(Protocol.Pong);
                break;
            case NoticeKind.Unreadable:
                Corrupt++;
                break;
        }
    }
}
