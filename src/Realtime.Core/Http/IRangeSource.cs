using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>A body of known length that any part can be sent of.</summary>
internal interface IRangeSource
{
    long Length { get; }

    ValueTask SendAsync(HttpConnection http, long offset, long count);
}
