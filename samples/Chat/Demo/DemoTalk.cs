using System.Net.WebSockets;
using Bogus;
using Microsoft.Extensions.DependencyInjection;
using Realtime;

namespace Chat.Demo;

/// <summary>Fills the rooms with made-up people: what they said these last days, and a calm talk that goes on.</summary>
sealed class DemoTalk(MessageStore store, TimeProvider time)
{
    private const int Seed = 1815;
    private static readonly string[] Languages = ["en", "de", "es", "fr", "sv", "it", "nl", "pl"];

    private readonly List<DemoPerson> _people = [.. Languages.Select(language => new DemoPerson(NameIn(language), time))];

    /// <summary>Adds the made-up people to an app.</summary>
    public static void AddTo(App app, MessageStore store)
    {
        app.OnStart(_ => new ValueTask(new DemoTalk(store, app.Provider.GetRequiredService<TimeProvider>()).SeedAsync()));
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        app.OnListening(addresses => listening.TrySetResult(addresses[0]));
        app.Background(async stopping =>
        {
            var talk = new DemoTalk(store, app.Provider.GetRequiredService<TimeProvider>());
            await talk.RunAsync(await listening.Task.WaitAsync(stopping), stopping);
        });
    }

    /// <summary>Opens the demo's rooms and gives those that are empty a past of two days.</summary>
    public async Task SeedAsync()
    {
        foreach (var (room, about) in Dialogues.Rooms)
        {
            if ((await store.OpenRoomAsync(room, about)).Last == 0)
            {
                await RememberAsync(room);
            }
        }
    }

    /// <summary>Lets the people come in and talk until the token fires.</summary>
    /// <param name="server">Where this server listens.</param>
    public async Task RunAsync(Uri server, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var person in _people)
            {
                await person.ConnectAsync(server, cancellationToken);
            }
            await Task.WhenAll(Dialogues.Rooms.Select(room => TalkAsync(room.Room, cancellationToken)));
        }
        catch (WebSocketException)
        {
            // The server is going away, and its people with it.
        }
        finally
        {
            _people.ForEach(person => person.Dispose());
        }
    }

    private async Task RememberAsync(string room)
    {
        var faker = FakerFor(room, 0);
        var cast = Cast(room);
        var dialogues = Dialogues.For(room);
        var now = time.GetUtcNow();
        var length = TimeSpan.FromHours(50);
        var between = length / dialogues.Count;
        var adding = new List<Task>();
        for (var index = 0; index < dialogues.Count; index++)
        {
            var at = now - length + between * (index + .9) - TimeSpan.FromMinutes(faker.Random.Double(5, 40));
            foreach (var (part, text) in Lines(dialogues[index], faker))
            {
                at += TimeSpan.FromSeconds(faker.Random.Double(8, 70));
                adding.Add(store.AddAsync(new Message(room, 0, Guid.NewGuid().ToString(), cast[part].Name, text, at.ToUnixTimeMilliseconds(), MessageKind.Text)));
            }
        }
        await Task.WhenAll(adding);
    }

    private async Task TalkAsync(string room, CancellationToken cancellationToken)
    {
        // Each start of the server goes on differently, but the same way on every machine.
        var faker = FakerFor(room, (int)store.FindRoom(room)!.Last);
        var cast = Cast(room);
        foreach (var person in cast)
        {
            await person.JoinAsync($"room:{room}", cancellationToken);
        }
        while (true)
        {
            foreach (var dialogue in faker.Random.Shuffle(Dialogues.For(room)))
            {
                foreach (var (part, text) in Lines(dialogue, faker))
                {
                    await PauseAsync(faker.Random.Double(1.5, 7), cancellationToken);
                    await cast[part].TypeAsync(room, cancellationToken);
                    await PauseAsync(Math.Clamp(text.Length * .05, 1.2, 4.5), cancellationToken);
                    await cast[part].SayAsync(room, text, cancellationToken);
                }
                await PauseAsync(faker.Random.Double(15, 45), cancellationToken);
            }
        }
    }

    private Task PauseAsync(double seconds, CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(seconds), time, cancellationToken);

    /// <summary>The people of a room, by part: A is the first.</summary>
    private DemoPerson[] Cast(string room) => [.. FakerFor(room, 0).Random.Shuffle(_people).Take(4)];

    private static IEnumerable<(int Part, string Text)> Lines(string[] dialogue, Faker faker) =>
        from line in dialogue
        from text in line[3..].Split('\n')
        select (line[0] - 'A', Fill(text, faker));

    private static string Fill(string text, Faker faker) => text
        .Replace("{city}", faker.Address.City())
        .Replace("{street}", faker.Address.StreetName())
        .Replace("{company}", faker.Company.CompanyName())
        .Replace("{adjective}", faker.Commerce.ProductAdjective().ToLowerInvariant());

    private static Faker FakerFor(string room, int from) => new() { Random = new Randomizer(Seed + from + room.Sum(letter => letter)) };

    private static string NameIn(string language)
    {
        var faker = new Faker(language) { Random = new Randomizer(Seed) };
        return $"{faker.Name.FirstName()} {faker.Name.LastName()}";
    }
}
