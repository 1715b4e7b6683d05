namespace Realtime.Conformance.Backplane;

/// <summary>A client saw what it must not see, or did not see what it must.</summary>
public sealed class ResumeFailure(string message) : Exception(message);
