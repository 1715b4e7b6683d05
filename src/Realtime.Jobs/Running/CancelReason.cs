namespace Realtime.Jobs;

/// <summary>Why an attempt is told to stop.</summary>
internal enum CancelReason
{
    None,
    Requested,
    Timeout,
    Shutdown,
    LeaseLost,
}
