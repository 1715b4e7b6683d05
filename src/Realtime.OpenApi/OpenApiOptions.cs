using Microsoft.OpenApi;

namespace Realtime;

/// <summary>What an app's OpenAPI document says beside its routes, and where it is.</summary>
public sealed record OpenApiOptions
{
    /// <summary>The API's name; null for the program's.</summary>
    public string? Title { get; init; }

    /// <summary>The API's version; null for the program's.</summary>
    public string? Version { get; init; }

    /// <summary>What the API is for, in Markdown; null to say nothing.</summary>
    public string? Description { get; init; }

    /// <summary>Where the document is. <c>/openapi.json</c> unless set.</summary>
    public string Path { get; init; } = "/openapi.json";

    /// <summary>Where the page is that shows the document and tries the routes; null for none. <c>/docs</c> unless set.</summary>
    public string? UiPath { get; init; } = "/docs";

    /// <summary>Changes the document before it is written: security schemes, other servers, examples. Null to leave it as it is.</summary>
    public Action<OpenApiDocument>? Configure { get; init; }
}
