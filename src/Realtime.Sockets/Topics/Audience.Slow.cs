namespace Realtime.Sockets;

// Topics that may leave events out for members that are behind.
internal sealed partial class Audience
{
    // Null for the default, which leaves nothing out.
    private readonly SlowConsumer? _lossy = topic.Definition.SlowConsumer is { Policy: not SlowConsumerPolicy.Disconnect } lossy ? lossy : null;
    private Publication? _keyed;
    private string? _key;

    private bool Offer(SlowConsumer lossy, Member member, PreparedFrame frame, long offset, Publication? publication)
    {
        if (member.Outbox.TryEnqueueInTime(frame, member.HeldBack))
        {
            return true;
        }
        member.HeldBack ??= new HeldBack(Topic.Name, member.Codec, new Backlog<byte[]>(lossy.Policy, member.Session.Drops));
        return member.Outbox.HoldBack(member.HeldBack, frame, offset, publication is null ? null : KeyOf(lossy, member, publication));
    }

    // While the join is being answered.
    private bool Hold(Member member, HeldFrames held, PreparedFrame frame, long offset, Publication? publication)
    {
        var limit = member.Session.OutboxLimit;
        return held.TryAdd(frame, offset, limit, publication) || (_lossy is { } lossy
            && held.TryAddLossy(frame, offset, limit, publication, lossy.Policy, other => KeyOf(lossy, member, other), member.Session.Drops));
    }

    private void TellDropped(Member member, HeldFrames held)
    {
        if (held.DroppedBehind(member.Position) is ( > 0, var offset) dropped)
        {
            member.Session.Send(member.Codec.Dropped(Topic.Name, dropped.Count, offset));
        }
    }

    // Found once for all members that are behind.
    private string? KeyOf(SlowConsumer lossy, Member member, Publication publication)
    {
        if (_keyed != publication)
        {
            _keyed = publication;
            _key = null;
            try
            {
                _key = lossy.KeyOf(publication, member.Request.App);
            }
            catch (Exception exception)
            {
                SocketLog.ConflationKeyFailed(member.Session.Logger, exception, Topic.Name, publication.Name);
            }
        }
        return _key;
    }
}
