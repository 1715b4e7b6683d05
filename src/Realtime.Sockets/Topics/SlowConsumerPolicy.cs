namespace Realtime.Sockets;

/// <summary>The kinds of <see cref="SlowConsumer"/>.</summary>
internal enum SlowConsumerPolicy
{
    Disconnect,
    DropOldest,
    Conflate,
}
