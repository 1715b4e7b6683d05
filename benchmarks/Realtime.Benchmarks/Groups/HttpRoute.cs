namespace Realtime.Benchmarks.Groups;

/// <summary>A route that ours and the peers serve, and what is asked of it.</summary>
/// <param name="Name">Its group's name behind <c>http-</c>.</param>
/// <param name="Title">The report's heading.</param>
/// <param name="Path">What is requested.</param>
/// <param name="Expected">The body of a right answer: text, or JSON where it begins with a brace.</param>
/// <param name="Wanted">How many times the requests per second of minimal APIs it should have.</param>
internal sealed record HttpRoute(string Name, string Title, string Path, string Expected, double Wanted)
{
    /// <summary>The JSON that is posted; null for a GET.</summary>
    public string? Posted { get; init; }

    /// <summary>JSON that must be refused with a status of the client's fault, so that nobody wins by not looking.</summary>
    public string? Refused { get; init; }

    /// <summary>Whether it is measured with a thousand other routes too.</summary>
    public bool AmongThousand { get; init; }

    public static IReadOnlyList<HttpRoute> All { get; } =
    [
        new("plaintext", "A plaintext route", "/plaintext", "Hello, World!", 1.2),
        new("hello", "A route with a parameter", "/hello/Ada", "Hello, Ada!", 1.2) { AmongThousand = true },
        new("json", "A JSON object", "/json", """{"message":"Hello, World!","number":42,"at":"2026-01-01T00:00:00Z"}""", 1.15),
        new("post", "A JSON body, validated", "/notes", """{"id":1,"title":"Milk","text":"Two bottles.","tags":["shop","today"]}""", 1.1)
        {
            Posted = """{"title":"Milk","text":"Two bottles.","tags":["shop","today"]}""",
            Refused = """{"title":"","text":"Two bottles.","tags":[]}""",
        },
    ];
}
