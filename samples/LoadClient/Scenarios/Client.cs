using Realtime.LoadClient.Checking;
using Realtime.LoadClient.Wire;

namespace Realtime.LoadClient.Scenarios;

/// <summary>One connection of a load, with what it must remember.</summary>
internal sealed class Client(WebSocketLoad load, int index, int topic, string topicName, string user) : IMessageReceiver
{
    public int Index => index;

    public int Topic => topic;

    public string TopicName => topicName;

    public string User => user;

    public WebSocketConnection? Connection { get; set; }

    /// <summary>Whether it has joined.</summary>
    public bool IsReady { get; set; }

    /// <summary>How many of the opening's messages were answered.</summary>
    public int Step { get; set; }

    /// <summary>When it began to connect.</summary>
    public long Since { get; set; }

    /// <summary>One for each who speaks in the topic.</summary>
    public Ledger[] Ledgers { get; set; } = [];

    public long LastOffset { get; set; }

    /// <summary>Events whose offset was not above the one before.</summary>
    public int OffsetFaults { get; set; }

    /// <summary>What stands around its texts; empty for one that only hears.</summary>
    public (byte[] Head, byte[] Tail) Message { get; set; }

    /// <summary>The number of the newest text it sent.</summary>
    public int Sent { get; set; }

    public long SentAt { get; set; }

    public bool IsSlow { get; init; }

    public void Opened() => load.Opened(this);

    public void Receive(ReadOnlySpan<byte> message) => load.Receive(this, message);
}
