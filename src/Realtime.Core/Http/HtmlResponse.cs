using Realtime.Protocol;

namespace Realtime.Http;

/// <summary>A page, written in UTF-8 where it is sent from.</summary>
internal sealed class HtmlResponse(Html html, int status) : Response(status)
{
    protected override ValueTask WriteAsync(Request request, HttpConnection connection) =>
        BodyWriter.Html(connection, html, ContentTypeOr(BodyWriter.HtmlText));
}
