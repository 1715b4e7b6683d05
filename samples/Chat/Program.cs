// A chat: rooms with everything that was ever said in them, who is here and who is typing, and slash commands that are
// background jobs. Messages and jobs are on disk before they are answered, so that the server may stop at any moment.
//
//   dotnet run --project samples/Chat                 then open http://127.0.0.1:5000
//   dotnet run --project samples/Chat -- --demo       with made-up people talking
//   dotnet run --project samples/Chat -- --data DIR   keeps everything below DIR instead of chat-data/
using Chat;
using Chat.Demo;
using Realtime;

const int MostRooms = 500;

var app = new App();
var data = app.Option(args, "--data", "chat-data", "The folder that messages, jobs and transcripts are kept in.");
var demo = app.Option(args, "--demo", false, "Fill the rooms with made-up people talking.");
var rest = app.Option(args, "--export-rest", TimeSpan.Zero, "How long /export rests after each page it has written, to be watched: 00:00:01.");

var store = new MessageStore(Path.Combine(data, "chat.db"), TellAsync);
app.OnStart(_ => store.OpenAsync());
app.OnStop(_ => store.DisposeAsync());
var transcripts = new Transcripts(Path.Combine(data, "exports"), rest, store);
app.Jobs.UseSqlite(Path.Combine(data, "jobs.db"));

// /remind and /export. Both may run twice after a crash, and bear it: a reminder's key is said once, a page is written at its place.
var remind = app.Job<Asked>("chat.remind", async (Asked asked, TimeProvider time) =>
{
    if (store.Find(asked.Room, asked.Id) is { } request)
    {
        await store.AddAsync(request with
        {
            Key = $"reminder {request.Id}",
            Kind = MessageKind.Reminder,
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Job = null,
            Due = null,
        });
    }
});
var export = app.Job<Asked>("chat.export", async (Asked asked, JobContext job, TimeProvider time) =>
{
    if (store.Find(asked.Room, asked.Id) is { } request)
    {
        await store.SetDoneAsync(request, await transcripts.WriteAsync(request, job, time));
    }
});

// Every page is in this topic: it tells of new rooms, and of new messages for the unread marks.
app.Topic("rooms", rooms =>
{
    rooms.History(size: 1000);
    rooms.OnJoin(() => new { rooms = store.Rooms() });
    rooms.On("open", async (Topic topic, Opening opening) =>
    {
        if (store.Rooms().Count >= MostRooms)
        {
            throw new TopicError("too_many_rooms", "There are as many rooms as this chat can hold.");
        }
        var room = await store.OpenRoomAsync(Speech.RoomName(opening.Name));
        await topic.PublishAsync("opened", room);
        return room;
    });
});

app.Topic("room:{name}", room =>
{
    room.History(size: 200);
    room.Presence();
    room.OnJoin((Member member, string name, Joining joining) =>
    {
        member.User = Speech.UserName(joining.User);
        return store.FindRoom(name) ?? throw new TopicError("no_such_room", $"There is no room called {name} yet.");
    });
    room.On("typing", (Member member, TypingState state) => { member.Data = state.Typing ? state : null; });
    room.On("say", async (Member member, string name, Saying saying, TimeProvider time) =>
    {
        member.Data = null;
        var message = await store.AddAsync(Speech.Read(name, member.User!, saying, time.GetUtcNow()));
        return new { message = message.WaitsForJob ? await StartJobAsync(message) : message };
    });
});

// Everybody in the room may watch a job, and nobody may cancel what another has asked for.
app.JobRoutes("/jobs", authorize: (request, _) => ValueTask.FromResult(request.Method != "DELETE"));

app.Get("/rooms", () => store.Rooms());
app.Get("/rooms/{name}/messages", (string name, long? before = null, long? after = null, int limit = 60) =>
{
    var room = store.FindRoom(name) ?? throw HttpError.NotFound($"There is no room called {name}.");
    return new MessagePage(store.Read(name, before, after, Math.Clamp(limit, 1, 500)), room.Last);
});
app.Get("/rooms/{name}/exports/{id:int}", (string name, int id) =>
    store.Find(name, id) is { Done: not null } request
        ? Response.File(transcripts.PathOf(request), "text/plain; charset=utf-8", $"{name}-{id}.txt")
        : throw HttpError.NotFound("There is no such transcript."));
// Beside the program, wherever it is started from.
app.Static("/", Path.Combine(AppContext.BaseDirectory, "wwwroot"));

app.OnStart(async _ =>
{
    await store.OpenRoomAsync("lobby", "Whatever comes to mind");
    foreach (var message in store.WithoutJob())
    {
        await StartJobAsync(message);
    }
});
if (demo)
{
    DemoTalk.AddTo(app, store);
}

return await app.RunAsync(args);

// Only for what is on disk, and in the order of the ids.
async ValueTask TellAsync(string what, Message message)
{
    await app.Topics.PublishAsync($"room:{message.Room}", what, message);
    if (what == "said")
    {
        await app.Topics.PublishAsync("rooms", "spoke", new { message.Room, message.Id });
    }
}

async Task<Message> StartJobAsync(Message message)
{
    var asked = new Asked(message.Room, message.Id);
    JobHandle job = message.Kind == MessageKind.Remind
        ? await remind.EnqueueAsync(asked, at: DateTimeOffset.FromUnixTimeMilliseconds(message.Due!.Value))
        : await export.EnqueueAsync(asked);
    return await store.SetJobAsync(message, job.Id);
}

record Opening(string Name);
record Joining(string User);
record TypingState(bool Typing);
record Asked(string Room, long Id);
