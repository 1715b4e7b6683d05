// ASP.NET Core minimal APIs as its docs set them up for production: Release, the slim builder (no IIS, no HTTPS, no static
// web assets: the fastest of its builders), no log providers, so that no request is written to the console, and the framework's own validation.
using System.ComponentModel.DataAnnotations;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddValidation();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(builder.Configuration.GetValue<int>("port")));
var app = builder.Build();

app.MapGet("/plaintext", () => "Hello, World!");
app.MapGet("/hello/{name}", (string name) => $"Hello, {name}!");
app.MapGet("/json", () => new { message = "Hello, World!", number = 42, at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) });
app.MapPost("/notes", (NewNote note) => new { id = 1, title = note.Title, text = note.Text, tags = note.Tags });
app.MapGet("/allocated", () => GC.GetTotalAllocatedBytes().ToString());

app.Run();

public record NewNote([Required, StringLength(80)] string Title, string Text, string[] Tags);
