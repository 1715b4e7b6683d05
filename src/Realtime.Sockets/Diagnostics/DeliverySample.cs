using System.Diagnostics.Metrics;

namespace Realtime.Sockets;

/// <summary>Times one delivery of a publication: from the fan-out to the moment its bytes were given to the connection.</summary>
/// <param name="duration">Where the time goes.</param>
/// <param name="time">The clock.</param>
internal sealed class DeliverySample(Histogram<double> duration, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public void Written() => duration.Record(time.GetElapsedTime(_started).TotalSeconds);
}
