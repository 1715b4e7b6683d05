using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Realtime.Fuzz;

/// <summary>An app with a route for every way that input comes in, and for every way that an answer depends on it.</summary>
public static class FuzzApp
{
    /// <summary>Makes the app.</summary>
    /// <param name="uploads">The folder for what does not fit into memory.</param>
    /// <param name="log">Where errors go: there should be none.</param>
    public static App Create(string uploads, ILoggerProvider log)
    {
        var app = new App(new AppOptions { Forms = new FormLimits { Folder = uploads, MaxMemory = 4096, MaxParts = 20 } });
        app.Services.AddSingleton(log);
        app.Get("/q", (int count, Colour? colour, int[] id, [Header] double? xNumber, [Cookie] Guid? visitor, DateTimeOffset? at) =>
            $"{count} {colour} {id.Length} {xNumber} {visitor} {at}");
        app.Get("/paging", ([Query] Paging paging) => paging);
        app.Get("/r/{id}/{rest:path}", (long id, string rest) => new { id, rest });
        app.Get("/bytes", () =>
        {
            var response = Response.Bytes(new byte[5000], "text/plain");
            response.ETag = "v1";
            response.LastModified = DateTimeOffset.UnixEpoch;
            response.Cookies.Append("seen", "1");
            return response;
        });
        app.Get("/events", (Request request) => Response.Events(OnceAsync(request.Headers["Last-Event-ID"].ToString())));
        app.Get("/sequence", () => OnceAsync("x"));
        app.Get("/value", (Request request) => new { best = request.Accepts("text/html", "application/json"), cookies = request.Cookies.Count, names = request.Query.Names.Count });
        app.Post("/json", (Order order) => order);
        app.Post("/element", ([Body] System.Text.Json.JsonElement element) => element);
        app.Post("/form", ([Form] string title, [Form] int count, [Form] string[] tag) => $"{title.Length} {count} {tag.Length}");
        app.Post("/upload", async (UploadedFile? file, Form form) => $"{file?.FileName} {(file is null ? 0 : (await file.ReadBytesAsync()).Length)} {form.Files.Count}");
        app.Post("/parts", async (Request request) =>
        {
            var names = 0;
            await foreach (var part in request.ReadPartsAsync())
            {
                names += part.Name.Length + (part.FileName is null ? (await part.ReadTextAsync(1000)).Length : 0);
            }
            return names;
        });
        app.Post("/text", ([Body] string text) => text);
        app.Put("/condition", (Request request) => request.RequireUnchanged("v1", DateTimeOffset.UnixEpoch));
        return app;

        static async IAsyncEnumerable<string> OnceAsync(string text)
        {
            await Task.Yield();
            yield return text;
        }
    }

    private enum Colour
    {
        Red,
        Green,
    }

    private sealed record Paging([property: Range(1, 100)] int Size, string[] Tags, string? Sort = null, Paging? Next = null);

    private sealed record Order([property: Required, StringLength(20)] string Title, Line[] Lines, Dictionary<string, Line>? Notes = null, Order? Parent = null, DateTime? At = null);

    private sealed record Line([property: Range(1, 9)] int Count, decimal Price = 1);
}
