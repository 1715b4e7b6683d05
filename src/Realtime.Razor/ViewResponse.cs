using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Protocol;

namespace Realtime.Razor;

/// <summary>Renders a component into the response's body, which goes out once it is whole.</summary>
/// <param name="component">The page's component.</param>
/// <param name="parameters">Its parameters.</param>
/// <param name="status">The status.</param>
internal sealed class ViewResponse(Type component, IReadOnlyDictionary<string, object?> parameters, int status) : Response(status)
{
    private const string HtmlText = "text/html; charset=utf-8";

    protected override async ValueTask WriteAsync(Request request, HttpConnection connection)
    {
        Layouts.ThrowIfCircular(component);
        if (!connection.ResponseHeaders.Contains("Content-Type"))
        {
            connection.ResponseHeaders.ContentType = HtmlText;
        }
        var services = new ViewServices(request);
        await using var renderer = new HtmlRenderer(services, request.Services.GetRequiredService<ILoggerFactory>());
        try
        {
            await renderer.Dispatcher.InvokeAsync(async () =>
            {
                // It finds the page's layout, and the layout's, as in an app of pages.
                var page = await renderer.RenderComponentAsync<RouteView>(ParameterView.FromDictionary(
                    new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(RouteView.RouteData)] = new RouteData(component, parameters) }));
                await using var writer = new BodyTextWriter(connection.ResponseBody);
                page.WriteHtmlTo(writer);
            });
        }
        catch (NavigationException) when (services.Navigation.Target is not null)
        {
        }
        if (services.Navigation.Target is { } target)
        {
            connection.ResetResponse();
            connection.StatusCode = 303;
            connection.ResponseHeaders["Location"] = target;
            connection.ResponseHeaders.ContentLength = 0;
        }
    }
}
