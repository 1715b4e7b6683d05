using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Sockets;

/// <summary>What one call of a topic's handler brings: who calls, with which data.</summary>
internal sealed class TopicCall(Member member, ReadOnlyMemory<byte> data, LeaveReason reason)
{
    private AsyncServiceScope? _scope;

    public Member Member { get; } = member;

    public Topic Topic => Member.Topic;

    public Request Request => Member.Request;

    public CancellationToken Ended => Member.Session.Ended;

    /// <summary>The client's data; only to be read while the handler's parameters are.</summary>
    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>Why the member left; only for a leave handler.</summary>
    public LeaveReason Reason { get; } = reason;

    /// <summary>The services of this call, asked for only by handlers that take a scoped or transient one.</summary>
    public IServiceProvider Services => (_scope ??= Member.Request.App.Provider.CreateAsyncScope()).ServiceProvider;

    public bool HasScope => _scope is not null;

    public ValueTask EndAsync() => _scope is { } scope ? scope.DisposeAsync() : default;

    public static string Capture(TopicCall call, int index) => call.Topic.Captures[index];
}
