using System.ComponentModel.DataAnnotations;
using Realtime;

var app = new App();
var routes = app.Option(args, "--routes", 0, "How many other routes there are.");

app.Get("/plaintext", () => "Hello, World!");
app.Get("/hello/{name}", (string name) => $"Hello, {name}!");
app.Get("/json", () => new { message = "Hello, World!", number = 42, at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) });
app.Post("/notes", (NewNote note) => new { id = 1, title = note.Title, text = note.Text, tags = note.Tags });
app.Get("/allocated", () => GC.GetTotalAllocatedBytes().ToString());
for (var number = 0; number < routes; number++)
{
    app.Get($"/things{number % 100}/{{id:int}}/parts{number}", (int id) => $"{id}");
}

return await app.RunAsync(args);

record NewNote([property: Required, StringLength(80)] string Title, string Text, string[] Tags);
