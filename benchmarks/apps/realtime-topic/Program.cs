using Realtime;

var app = new App();
// The one publisher sends far more than a person does; SignalR has no such limit.
app.Topics.Options = app.Topics.Options with { MessageBurst = 1_000_000, MessagesPerSecond = 1_000_000 };

app.Topic("ticks", ticks => ticks.On("publish", (Member member, Tick tick) => member.Topic.PublishAsync("tick", tick)));

return await app.RunAsync(args);

sealed record Tick(string Text);
