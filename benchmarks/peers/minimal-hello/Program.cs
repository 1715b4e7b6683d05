// The same three routes as samples/scripts/hello.cs, as the docs of minimal APIs write them, on the slim builder: the one that starts soonest.
var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(builder.Configuration.GetValue<int>("port")));
var app = builder.Build();

app.MapGet("/", () => "Hello, World!");
app.MapGet("/hello/{name}", (string name) => $"Hello, {name}!");
app.MapGet("/add/{a:int}/{b:int}", (int a, int b) => new { sum = a + b });

app.Run();
