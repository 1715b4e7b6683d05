using System.Text.Json.Serialization.Metadata;
using Realtime.Protocol;
using Realtime.Sockets;

namespace Realtime.Http;

/// <summary>Writes a value in the form that the request accepts best: JSON, or MessagePack by the same contract.</summary>
internal static class ValueBody
{
    public static ValueTask WriteAsync(Request request, object? value, JsonTypeInfo type)
    {
        var http = request.Http;
        return Negotiation.MessagePackFor(http, request.App.Options.StrictAccept) is { } messagePack
            ? MessagePack(http, value, type, messagePack)
            : BodyWriter.Json(request, value, type);
    }

    private static ValueTask MessagePack(HttpConnection http, object? value, JsonTypeInfo type, string contentType)
    {
        var writer = MessagePackWriter.Take();
        try
        {
            Shapes.Of(type.Options).For(type.Type).WriteObject(writer, value);
            http.ResponseHeaders["Vary"] = Microsoft.Extensions.Primitives.StringValues.Concat(http.ResponseHeaders["Vary"], "Accept");
            return BodyWriter.Bytes(http, writer.Written, contentType);
        }
        finally
        {
            writer.Return();
        }
    }
}
