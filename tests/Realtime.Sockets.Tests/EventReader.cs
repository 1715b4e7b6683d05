namespace Realtime.Sockets.Tests;

/// <summary>One server-sent event as it was read: a field that was absent is null.</summary>
internal sealed record ReadEvent(string? Event, string? Data, string? Id, string? Retry);

/// <summary>Reads server-sent events of a response, block by block.</summary>
internal sealed class EventReader(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public HttpResponseMessage Response => response;

    public static async Task<EventReader> OpenAsync(HttpClient http, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next block of fields, or null at the end; comments are skipped.</summary>
    public async Task<ReadEvent?> NextAsync()
    {
        var block = new ReadEvent(null, null, null, null);
        var isEmpty = true;
        while (await reader.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length == 0)
            {
                if (!isEmpty)
                {
                    return block;
                }
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = line[(colon + 1)..].TrimStart(' ');
            isEmpty &= colon == 0;
            block = line[..colon] switch
            {
                "event" => block with { Event = value },
                "data" => block with { Data = block.Data is null ? value : $"{block.Data}\n{value}" },
                "id" => block with { Id = value },
                "retry" => block with { Retry = value },
                _ => block,
            };
        }
        return null;
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
