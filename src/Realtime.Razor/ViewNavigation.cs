using Microsoft.AspNetCore.Components;

namespace Realtime.Razor;

/// <summary>Where a page is, for its components; going elsewhere is a redirect.</summary>
internal sealed class ViewNavigation : NavigationManager
{
    public ViewNavigation(Request request)
    {
        var connection = request.Connection;
        var host = connection.Host is { Length: > 0 } named ? named : "localhost";
        var origin = $"{connection.Scheme}://{host}";
        if (!System.Uri.TryCreate(origin, UriKind.Absolute, out _))
        {
            // A peer may write anything there.
            origin = $"{connection.Scheme}://localhost";
        }
        var path = string.Join('/', connection.Path.Split('/').Select(System.Uri.EscapeDataString));
        Initialize($"{origin}{connection.RootPath}/", $"{origin}{connection.RootPath}{path}{connection.QueryString}");
    }

    /// <summary>Where a component has sent the reader; null for nowhere.</summary>
    public string? Target { get; private set; }

    protected override void NavigateToCore(string uri, NavigationOptions options)
    {
        Target = ToAbsoluteUri(uri) is { } target && target.AbsoluteUri.StartsWith(BaseUri, StringComparison.Ordinal) ? target.PathAndQuery + target.Fragment : uri;
        throw new NavigationException(uri);
    }
}
