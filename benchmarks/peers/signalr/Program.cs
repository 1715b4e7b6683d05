// An ASP.NET Core SignalR hub as its docs set it up: JSON protocol, WebSockets only (so that clients may skip the
// negotiation), no log providers. One client method adds the caller to a group,
// another sends to the group, a third answers.
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(builder.Configuration.GetValue<int>("port")));
builder.Services.AddSignalR();
var app = builder.Build();

app.MapGet("/ready", () => "ready");
app.MapHub<TickHub>("/hub", options => options.Transports = HttpTransportType.WebSockets);

app.Run();

sealed class TickHub : Hub
{
    public Task Join(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);

    public Tick Echo(string group, Tick tick) => tick;

    public Task Publish(string group, Tick tick) => Clients.Group(group).SendAsync("tick", tick);
}

sealed record Tick(string Text);
