namespace Realtime.LoadClient.Protocols;

/// <summary>What a message says that is not one of the load's own texts coming back.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Code">For a refusal: why, in a word for a table.</param>
/// <param name="Text">For a refusal: the server's sentence.</param>
internal readonly record struct Notice(NoticeKind Kind, string? Code = null, string? Text = null);

/// <summary>Kinds of <see cref="Notice"/>.</summary>
internal enum NoticeKind
{
    /// <summary>Nothing the load must act on.</summary>
    Other,

    /// <summary>What was asked for is done.</summary>
    Done,

    /// <summary>What was asked for is refused.</summary>
    Refused,

    /// <summary>The server asks whether anybody is there.</summary>
    Ping,

    /// <summary>It cannot be read.</summary>
    Unreadable,
}
