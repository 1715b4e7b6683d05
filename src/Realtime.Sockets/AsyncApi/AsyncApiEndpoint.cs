using System.Reflection;
using System.Text.Json;

namespace Realtime.Sockets;

/// <summary>Serves the document that describes an app's topics, to whoever may see it.</summary>
internal static class AsyncApiEndpoint
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Response Serve(Topics topics, Request request)
    {
        if (!(topics.Options.AsyncApi ?? request.App.IsDevelopment))
        {
            return Response.Status(404);
        }
        var scheme = request.Connection.Scheme == "https" ? "wss" : "ws";
        var host = request.Headers["Host"] is [{ Length: > 0 } named, ..] ? named : "localhost";
        var document = new AsyncApiDocument(topics.Options, topics.Definitions, request.App.Json, topics.AuthenticateHook is not null);
        var assembly = Assembly.GetEntryAssembly()?.GetName();
        var written = document.Write(assembly?.Name ?? "Realtime", assembly?.Version?.ToString(3) ?? "1.0.0", scheme, host);
        return Response.Bytes(JsonSerializer.SerializeToUtf8Bytes(written, Indented), "application/json");
    }
}
