using System.Text.Json;

namespace Realtime;

/// <summary>What an <see cref="App"/> is made with.</summary>
public sealed record AppOptions
{
    /// <summary>
    /// How JSON is read and written everywhere in the app: bodies, socket events, job arguments. Camel case, and names
    /// matched without regard to case (<see cref="JsonSerializerDefaults.Web"/>); a null or a missing member where the type
    /// allows none is an error that names it; unless set.
    /// </summary>
    public JsonSerializerOptions Json { get; init; } = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>How much of a form is taken, unless a handler says otherwise. See <see cref="FormLimits"/> for the defaults.</summary>
    public FormLimits Forms { get; init; } = new();

    /// <summary>
    /// Whether a request that accepts none of the formats an answer has is refused with 406 instead of being answered in JSON. False unless set: RFC 9110, section
    /// 12.5.1, leaves the choice to the server, and an answer in another format helps more people than none.
    /// </summary>
    public bool StrictAccept { get; init; }

    /// <summary>
    /// How long a graceful shutdown may take in all before connections are cut and jobs are handed back. 30 seconds unless set.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a server that was asked to stop goes on listening, so that a load balancer that asks for its health finds out first: sockets are told to go at
    /// once, requests are still answered. It counts as part of <see cref="ShutdownTimeout"/>. None unless set.
    /// </summary>
    public TimeSpan DrainDelay { get; init; }

    /// <summary>What a client may ask of the server, and how long it may take: none of it is without a limit unless set so.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>
    /// The folder for what the app keeps beyond its end, such as the keys of its sessions; only its owner may read it. Null (the default) for what the environment
    /// variable <c>REALTIME_DATA</c> says, and without it for a folder named like the program below the user's own for such data
    /// (<c>~/.local/share/realtime/NAME</c> on Linux).
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// What becomes of a request whose path has a slash too many or too few at its end, or several in a row. It is redirected (308) to the path as the route was
    /// written unless set.
    /// </summary>
    public SlashPolicy Slashes { get; init; } = SlashPolicy.Redirect;

    /// <summary>
    /// Where the app is reached from outside, such as <c>https://example.com</c>, for absolute addresses that are made outside of a request (<see cref="App.UrlFor"/>): in a
    /// job that writes a mail. Null unless set, and then such addresses cannot be made.
    /// </summary>
    public Uri? BaseAddress { get; init; }
}
