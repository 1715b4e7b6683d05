namespace Realtime.Sockets;

/// <summary>How far a member has come in its topic's presence.</summary>
internal enum MemberPresence : byte
{
    NotYet,
    Here,
    Gone,
}
