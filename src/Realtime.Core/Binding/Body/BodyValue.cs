namespace Realtime.Binding;

/// <summary>What a body said, if there was one.</summary>
/// <param name="IsThere">Whether there was a body, be it a null.</param>
/// <param name="Value">What it said.</param>
internal readonly record struct BodyValue<T>(bool IsThere, T? Value)
{
    public static BodyValue<T> Absent => default;
}
