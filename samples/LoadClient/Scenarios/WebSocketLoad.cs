using System.Net.Sockets;
using Realtime.LoadClient.Checking;
using Realtime.LoadClient.Measuring;
using Realtime.LoadClient.Protocols;
using Realtime.LoadClient.Reporting;
using Realtime.LoadClient.Wire;

namespace Realtime.LoadClient.Scenarios;

/// <summary>What the loads over WebSockets share: opening connections here, and in the other part checking every message that comes.</summary>
internal abstract partial class WebSocketLoad : Load
{
    private const int MostOpening = 64;
    private const long OpeningLimit = 10 * Clock.Second;
    private const int SlowReceiveBuffer = 8 * 1024;

    private readonly byte[] _text;
    private readonly HashSet<Client> _opening = [];
    private string? _firstFailure;
    private long _pinged;

    protected WebSocketLoad(LoadPlan plan, Board board)
        : base(plan, board)
    {
        Protocol = Protocol.Named(plan.Protocol, plan.Shape, plan.Size);
        Texts = new Texts(Random.Shared.Next(1 << 16), plan.Seed, plan.Size);
        _text = new byte[plan.Size];
        Clients = new Client[plan.Connections];
        _envelopes = [.. Enumerable.Range(0, plan.Connections).Select(static _ => new Envelope())];
    }

    protected Protocol Protocol { get; }

    protected Texts Texts { get; }

    protected Client[] Clients { get; }

    protected long OpenedCount { get; private set; }

    protected long FailedCount { get; private set; }

    protected int ReadyCount { get; private set; }

    protected int OpeningCount => _opening.Count;

    /// <summary>Texts that came, from the start.</summary>
    protected long Received { get; set; }

    protected long LastArrival { get; private set; }

    protected override int Open => ReadyCount;

    /// <summary>Why the first connection could not be opened.</summary>
    protected string? FirstFailure => _firstFailure;

    private int Topics => Plan.Topics;

    /// <summary>The handshake is done: what the protocol says comes next.</summary>
    public void Opened(Client client) => Proceed(client);

    public override void Dispose()
    {
        foreach (var client in Clients)
        {
            client?.Connection?.Dispose();
        }
        base.Dispose();
    }

    protected override void Connect()
    {
        var begin = Now;
        var next = 0;
        while (next < Clients.Length || _opening.Count > 0)
        {
            while (next < Clients.Length && _opening.Count < MostOpening && !IsInterrupted && (Plan.ConnectRate == 0 || (Now - begin) * Plan.ConnectRate / Clock.Second >= next))
            {
                // The first one alone: if it cannot come in, the others need not try.
                if (next == 1 && OpenedCount == 0 && _firstFailure is null)
                {
                    break;
                }
                ThrowIfNoneCanOpen();
                Start(next, next);
                next++;
            }
            Turn(Now + (5 * Clock.Millisecond));
            GiveUp();
            PingDue(begin);
            Observe("connecting", (double)OpenedCount / Clients.Length);
            if (IsInterrupted)
            {
                break;
            }
        }
        ThrowIfNoneCanOpen();
    }

    /// <summary>Opens the connection in a place; where it fails, it is counted.</summary>
    protected Client Start(int place, int topicNumber)
    {
        var topic = topicNumber % Topics;
        var isSlow = place >= Clients.Length - Plan.Slow;
        var client = new Client(this, place, topic, Plan.TopicName(topic), Texts.Talk.Person(place)) { IsSlow = isSlow, Since = Clock.Now() };
        Clients[place] = client;
        try
        {
            client.Connection = new WebSocketConnection(Target, Protocol.Subprotocol, Protocol.IsBinary, client, isSlow ? SlowReceiveBuffer : 0);
            _opening.Add(client);
            Watch(client.Connection, place);
        }
        catch (SocketException exception)
        {
            Failed(client, Reason(exception), exception.SocketErrorCode == SocketError.ConnectionRefused
                ? $"Nobody answers at {Plan.Url.Authority}. Start the app first: dotnet run samples/scripts/chat.cs"
                : $"No connection to {Plan.Url.Authority}: {exception.Message}.");
        }
        return client;
    }

    /// <summary>A client has joined.</summary>
    protected virtual void Joined(Client client)
    {
    }

    /// <summary>A connection that had joined was ended by the server.</summary>
    protected virtual void Ended(Client client, string why) => Fail(why);

    /// <summary>One of the load's texts arrived, whole.</summary>
    /// <returns>False where it was not the one to come next.</returns>
    protected abstract bool Arrived(Client client, int sender, int number);

    /// <summary>Sends a client's next text.</summary>
    protected void Say(Client client)
    {
        client.Sent++;
        Texts.Write(_text, client.Index, client.Sent);
        client.Connection!.Send(client.Message.Head, _text, client.Message.Tail);
    }

    protected override void Ready(int tag, byte[] buffer)
    {
        var client = Clients[tag];
        if (client.Connection is { Ended: null } connection)
        {
            connection.Read(buffer);
            Check(client);
        }
    }

    /// <summary>Sees whether a connection has ended.</summary>
    protected void Check(Client client)
    {
        if (client.Connection is not { Ended: { } why } connection)
        {
            return;
        }
        Unwatch(connection);
        client.Connection = null;
        connection.Dispose();
        if (_opening.Remove(client))
        {
            Failed(client, why, Explain(connection, why));
        }
        else if (client.IsReady)
        {
            client.IsReady = false;
            ReadyCount--;
            Ended(client, why);
        }
    }

    /// <summary>Lets go of a client on purpose.</summary>
    protected void Drop(Client client, bool reset)
    {
        if (client.Connection is { } connection)
        {
            Unwatch(connection);
            client.Connection = null;
            if (reset)
            {
                connection.Dispose();
            }
            else
            {
                connection.Vanish();
            }
        }
        _opening.Remove(client);
        if (client.IsReady)
        {
            client.IsReady = false;
            ReadyCount--;
        }
    }

    /// <summary>Pings one connection after the other, each every 10 seconds, so that keeping them alive is no burst.</summary>
    protected void PingDue(long start)
    {
        if (Protocol.Ping.Length == 0)
        {
            return;
        }
        for (var due = (Now - start) * Clients.Length / (10 * Clock.Second); _pinged < due; _pinged++)
        {
            if (Clients[_pinged % Clients.Length] is { IsReady: true, Connection: { } connection })
            {
                connection.Send(Protocol.Ping);
            }
        }
    }

    /// <summary>Gives up on connections that take too long to open.</summary>
    protected void GiveUp()
    {
        List<Client>? late = null;
        foreach (var client in _opening)
        {
            if (Now - client.Since > OpeningLimit)
            {
                (late ??= []).Add(client);
            }
        }
        late?.ForEach(client =>
        {
            Drop(client, reset: true);
            Failed(client, "opening timeout", $"{Plan.Url} took the connection and then said nothing for {OpeningLimit / Clock.Second} seconds. Does it speak {Plan.Protocol}?");
        });
    }

    private void Proceed(Client client)
    {
        var opening = Protocol.Opening(client.TopicName, client.User);
        if (client.Step < opening.Count)
        {
            if (opening[client.Step].Length > 0)
            {
                client.Connection!.Send(opening[client.Step]);
            }
            return;
        }
        client.IsReady = true;
        _opening.Remove(client);
        ReadyCount++;
        OpenedCount++;
        OpenLatency.Record(Clock.Now() - client.Since);
        Joined(client);
    }

    private void Failed(Client client, string kind, string explanation)
    {
        _firstFailure ??= explanation;
        FailedCount++;
        Fail(kind);
    }

    private void ThrowIfNoneCanOpen()
    {
        if (OpenedCount == 0 && _firstFailure is { } failure)
        {
            throw new LoadException(failure);
        }
    }

    private string Explain(WebSocketConnection connection, string why) => connection.Denial is { } denial
        ? $"{Plan.Url} did not accept the WebSocket, it answered {denial}. " + (Protocol.Subprotocol is { } subprotocol
            ? $"Is this the path of the app's topics, and does it speak {subprotocol}? For a plain socket say --protocol plain."
            : "Is there a WebSocket at this path?")
        : why == "no HTTP" ? $"{Plan.Url.Authority} does not speak HTTP."
        : $"{Plan.Url} ended the connection before it was open: {why}. Does it speak {Plan.Protocol}?";
}
