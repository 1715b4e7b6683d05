using System.Net;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Realtime.OpenApi;

/// <summary>The page that shows the document, Swagger UI, whose files come from its package: nothing is loaded from elsewhere.</summary>
/// <param name="options">Where the document is.</param>
/// <param name="path">Where the page is, without a slash at its end.</param>
internal sealed class UiPage(OpenApiOptions options, string path)
{
    private const string Start = """
        const page = document.getElementById("page");
        window.ui = SwaggerUIBundle({
            url: page.dataset.document,
            domNode: page,
            deepLinking: true,
            displayRequestDuration: true,
            validatorUrl: "none",
            presets: [SwaggerUIBundle.presets.apis],
            layout: "BaseLayout",
        });
        """;

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["swagger-ui.css"] = "text/css; charset=utf-8",
        ["swagger-ui-bundle.js"] = "text/javascript; charset=utf-8",
        ["favicon-32x32.png"] = "image/png",
    };

    public Response Show(Request request)
    {
        var root = WebUtility.HtmlEncode(request.Connection.RootPath);
        var title = WebUtility.HtmlEncode(options.Title ?? System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name ?? "API");
        var assets = $"{root}{WebUtility.HtmlEncode(path)}/assets";
        var page = Response.Html($"""
            <!doctype html>
            <html lang="en">
            <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>{title}</title>
                <link rel="icon" href="{assets}/favicon-32x32.png">
                <link rel="stylesheet" href="{assets}/swagger-ui.css">
            </head>
            <body>
                <div id="page" data-document="{root}{WebUtility.HtmlEncode(options.Path)}"></div>
                <script src="{assets}/swagger-ui-bundle.js"></script>
                <script src="{assets}/start.js"></script>
            </body>
            </html>
            """.ToString());
        // Its own files and the app's routes, and the style attributes and small images that it makes.
        page.Headers["Content-Security-Policy"] = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'";
        return page;
    }

    public static Response Asset(string file)
    {
        if (file == "start.js")
        {
            return Cached(Response.Bytes(System.Text.Encoding.UTF8.GetBytes(Start), "text/javascript; charset=utf-8"));
        }
        if (!Types.TryGetValue(file, out var type) || Read(file) is not { } bytes)
        {
            throw HttpError.NotFound($"The page has no file {file}.");
        }
        var response = Cached(Response.Bytes(bytes, type));
        if (bytes is [0x1F, 0x8B, ..])
        {
            // The package has it compressed; every browser takes that.
            response.Headers["Content-Encoding"] = "gzip";
        }
        return response;
    }

    private static Response Cached(Response response)
    {
        response.Headers["Cache-Control"] = "max-age=3600";
        return response;
    }

    private static byte[]? Read(string file)
    {
        using var stream = typeof(SwaggerUIOptions).Assembly.GetManifestResourceStream($"Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.{file}");
        if (stream is null)
        {
            return null;
        }
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
