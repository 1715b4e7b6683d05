namespace Realtime.OpenApi;

/// <summary>What was said of a route for the document.</summary>
internal sealed class RouteNotes
{
    public static RouteNotes None { get; } = new();

    public string? Summary { get; set; }

    public string? Description { get; set; }

    public List<string> Tags { get; } = [];

    public List<RouteResult> Results { get; } = [];

    public bool IsDeprecated { get; set; }

    public bool IsUndocumented { get; set; }

    public static RouteNotes Of(Route route)
    {
        if (Find(route) is { } known)
        {
            return known;
        }
        var notes = new RouteNotes();
        route.Metadata.Add(notes);
        return notes;
    }

    public static RouteNotes? Find(Route route) => route.Metadata.OfType<RouteNotes>().FirstOrDefault();
}

/// <summary>One answer of a route.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body's type; null for none.</param>
/// <param name="Description">When that is; null for the status' own words.</param>
/// <param name="ContentType">The body's media type; null to go by its type.</param>
internal sealed record RouteResult(int Status, Type? Body, string? Description, string? ContentType);
