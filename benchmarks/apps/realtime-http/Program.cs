using Realtime;

var app = new App();

app.Get("/plaintext", () => "Hello, World!");
app.Get("/hello/{name}", (string name) => $"Hello, {name}!");
app.Get("/json", () => new { message = "Hello, World!" });

return await app.RunAsync(args);
