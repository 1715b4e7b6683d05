namespace Realtime.Routing;

/// <summary>Whether a path ends in a slash.</summary>
internal enum SlashEnd
{
    No,
    Yes,
    Any,
}
