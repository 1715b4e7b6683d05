using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Realtime.OpenApi.Tests;

public enum Order
{
    Newest,
    Oldest,
}

/// <summary>A note as it is kept.</summary>
/// <param name="Id">Counts from one.</param>
/// <param name="Title">What it is about.</param>
public sealed record Note(int Id, string Title, string? Text, DateTimeOffset At, Author? Author, IReadOnlyList<string> Tags)
{
    /// <summary>What this one answers.</summary>
    public Note? Parent { get; init; }
}

public sealed record Author([property: EmailAddress] string Email);

public sealed record NewNote(
    [property: Required, StringLength(80, MinimumLength = 3)] string Title,
    [property: Range(1, 5)] int Stars = 3,
    [property: MaxLength(4)] string[]? Tags = null,
    [property: RegularExpression("[a-z]+")] string? Slug = null);

public sealed class NotesView
{
    public string Get() => "text";

    public Note Post(NewNote note) => new(1, note.Title, null, default, null, []);
}

/// <summary>Handlers with doc comments.</summary>
public static class NoteRoutes
{
    /// <summary>Lists the notes.</summary>
    /// <remarks>Those that the reader may see.</remarks>
    /// <param name="tag">Only those with this <c>tag</c>.</param>
    /// <param name="order">Which come first.</param>
    /// <param name="limit">How many at most.</param>
    public static IReadOnlyList<Note> List(string? tag, Order order = Order.Newest, [Range(1, 100)] int limit = 20) => [];

    public static Note? Read(int id, [Description("A language.")] string? language = null) => null;

    public static App Create(OpenApiOptions? options = null)
    {
        var app = new App();
        var notes = new Blueprint("notes", prefix: "/notes");
        notes.Get("/", List).Named("list");
        notes.Get("/{id:int}", Read).Named("read");
        notes.Post("/", (NewNote note) => Response.Created("/notes/1", new Note(1, note.Title, null, default, null, [])))
            .Named("add").Summary("Add a note").Description("It is *kept*.").Returns<Note>(201, "The note, and where it is.").Returns(409, "There is one of this title.");
        notes.Delete("/{id:int}", (int id) => { }).Named("remove").Tags("danger").Deprecated();
        app.Register(notes);
        app.Get("/files/{name:path}", (string name) => "text");
        app.Get("/days/{day}", (DateOnly day, Guid? id, int[] size) => new { day });
        app.Get("/limits/{level:int:range(1,5)}/{name}.json", (int level) => level);
        app.Get("/pages/{number:int?}", (int? number) => number ?? 1).Named("pages");
        app.Route<NotesView>("/view");
        app.Get("/hidden", () => "hidden").Undocumented();
        app.WebSocketRoute("/socket", (Request _) => default);
        app.OpenApi(options);
        return app;
    }
}
