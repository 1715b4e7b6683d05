namespace Realtime.Routing;

/// <summary>What somebody asks an address for.</summary>
/// <param name="Name">The route's name.</param>
/// <param name="Values">The parameters, and what becomes the query.</param>
/// <param name="Fragment">What stands behind the number sign, or null.</param>
/// <param name="IsAbsolute">Whether scheme and host must stand in front.</param>
internal readonly record struct UrlRequest(string Name, object? Values, string? Fragment, bool IsAbsolute);
