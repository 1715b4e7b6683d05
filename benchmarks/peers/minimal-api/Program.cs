// ASP.NET Core minimal APIs as its docs set them up for production: Release, the slim builder (no IIS, no HTTPS, no static
// web assets: the fastest of its builders), and no log providers, so that no request is written to the console.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(builder.Configuration.GetValue<int>("port")));
var app = builder.Build();

app.MapGet("/plaintext", () => "Hello, World!");
app.MapGet("/hello/{name}", (string name) => $"Hello, {name}!");
app.MapGet("/json", () => new { message = "Hello, World!" });

app.Run();
