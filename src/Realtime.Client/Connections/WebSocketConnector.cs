using System.Net.WebSockets;

namespace Realtime;

/// <summary>Opens WebSockets to a server's realtime endpoint.</summary>
internal sealed class WebSocketConnector
{
    private readonly Uri _url;
    private readonly RealtimeClientOptions _options;

    public WebSocketConnector(Uri url, RealtimeClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(url);
        var scheme = url.IsAbsoluteUri ? url.Scheme : "";
        _url = scheme switch
        {
            "ws" or "wss" => url,
            "http" => new UriBuilder(url) { Scheme = "ws", Port = url.Port }.Uri,
            "https" => new UriBuilder(url) { Scheme = "wss", Port = url.Port }.Uri,
            _ => throw NoAddress(url.OriginalString),
        };
        _options = options;
    }

    public static Uri Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed : throw NoAddress(url);
    }

    public async Task<WebSocket> OpenAsync(CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(_options.Format.Subprotocol);
            // The protocol's own pings tell more: whether the server's application answers.
            socket.Options.KeepAliveInterval = System.Threading.Timeout.InfiniteTimeSpan;
            if (_options.Token is { } token && await token(cancellationToken) is { } text)
            {
                socket.Options.SetRequestHeader("Authorization", $"Bearer {text}");
            }
            _options.Configure?.Invoke(socket.Options);
            await socket.ConnectAsync(_url, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ArgumentException NoAddress(string url) =>
        new($"'{url}' is no address of a realtime endpoint: write it as ws://127.0.0.1:5000/realtime.", nameof(url));
}
