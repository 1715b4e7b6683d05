// A console program in the chat of chat.cs. Run that first, then: dotnet run samples/scripts/client.cs
#:project ../../src/Realtime.Client
using Realtime;

await using var client = new RealtimeClient(args is [var url] ? url : "ws://127.0.0.1:5000/realtime");
var room = await client.JoinAsync("room:lobby", new { user = "Ada" });
await room.SendAsync("say", new { text = "Hi" });
await foreach (var said in room.On<Said>("said"))
{
    Console.WriteLine($"{said.User}: {said.Text}");
}

record Said(string User, string Text);
