using Realtime.Sockets;

namespace Realtime;

/// <summary>Limits and rules of the realtime endpoint, which carries the app's topics.</summary>
public sealed record RealtimeOptions
{
    /// <summary>The endpoint's path; the browser's client is served below it as <c>client.js</c>. <c>/realtime</c> by default.</summary>
    public string Path { get; init; } = "/realtime";

    /// <summary>How often a client must be heard; after two of these in silence it is closed with 3001. 25 seconds by default.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How many topics one connection may be in. 128 by default.</summary>
    public int MaxJoins { get; init; } = 128;

    /// <summary>How many messages a client may send at once before it is told that it is too fast. 200 by default.</summary>
    public int MessageBurst { get; init; } = 200;

    /// <summary>How many messages a second a client may send in the long run, faulty ones included. 100 by default.</summary>
    public double MessagesPerSecond { get; init; } = 100;

    /// <summary>How many faulty or too fast messages in a row close a connection with 3500. 100 by default.</summary>
    public int MaxFaults { get; init; } = 100;

    /// <summary>
    /// How many messages of one connection may wait behind a handler that is still at work; then no more are read. 64 by default.
    /// </summary>
    public int MaxWaitingMessages { get; init; } = 64;

    /// <summary>
    /// Over how long a time clients spread their reconnects when the server goes away; where there are more than 500 the server also spreads their closes over it. 5 seconds by default.
    /// </summary>
    public TimeSpan ReconnectWindow { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the app's <see cref="Topics.Authenticate"/> hook may take; a handshake is then answered with 503. 10 seconds by default.</summary>
    public TimeSpan AuthenticateTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether <c>/asyncapi.json</c> describes the app's topics, events and payloads to anybody who asks. Null (the default) for only in development
    /// (<see cref="App.IsDevelopment"/>): it tells strangers what the app is made of.
    /// </summary>
    public bool? AsyncApi { get; init; }

    internal void Validate()
    {
        if (Path is not ['/', ..])
        {
            throw new InvalidOperationException($"RealtimeOptions.Path must begin with a slash, but is '{Path}'.");
        }
        OptionRule.Positive(Heartbeat, "RealtimeOptions.Heartbeat");
        OptionRule.Positive(MaxJoins, "RealtimeOptions.MaxJoins");
        OptionRule.Positive(MessageBurst, "RealtimeOptions.MessageBurst");
        OptionRule.Positive(MessagesPerSecond, "RealtimeOptions.MessagesPerSecond");
        OptionRule.Positive(MaxFaults, "RealtimeOptions.MaxFaults");
        OptionRule.Positive(MaxWaitingMessages, "RealtimeOptions.MaxWaitingMessages");
        OptionRule.Positive(AuthenticateTimeout, "RealtimeOptions.AuthenticateTimeout");
        OptionRule.Positive(ReconnectWindow, "RealtimeOptions.ReconnectWindow", mayBeZero: true);
    }
}
