using System.CommandLine;
using System.Globalization;
using Realtime.LoadClient.Checking;
using Realtime.LoadClient.Faults;
using Realtime.LoadClient.Protocols;

namespace Realtime.LoadClient;

/// <summary>The command line: what a run can be told, and what of it fits together.</summary>
internal sealed class LoadCommand
{
    private readonly Option<Uri> _url = new("--url") { Description = "The app: ws://127.0.0.1:5000/realtime, or an http:// address for the scenario http.", DefaultValueFactory = static _ => new Uri("ws://127.0.0.1:5000/realtime"), CustomParser = static result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "ws" or "http" or "wss" or "https" ? url : Wrong<Uri>(result, "--url must be an address such as ws://127.0.0.1:5000/realtime.") };
    private readonly Option<string> _scenario = new("--scenario") { Description = "What the connections do: fan-out, echo, churn, idle, slow-readers, http.", DefaultValueFactory = static _ => "fan-out" };
    private readonly Option<string> _protocol = new("--protocol") { Description = "What they speak: json, msgpack (the realtime protocol), plain (a bare WebSocket), signalr, socketio.", DefaultValueFactory = static _ => "json" };
    private readonly Option<int> _connections = new("--connections", "-c") { Description = "How many.", DefaultValueFactory = static _ => 100 };
    private readonly Option<int> _topics = new("--topics") { Description = "Over how many topics they are spread.", DefaultValueFactory = static _ => 1 };
    private readonly Option<int?> _publishers = new("--publishers") { Description = "How many of them speak. [default: one a topic, and as many as keep each at 50 messages a second]" };
    private readonly Option<double> _rate = new("--rate", "-r") { Description = "Messages (churn: cycles, http: requests) a second over all; 0: as fast as the answers come (not for fan-out).", DefaultValueFactory = static _ => 100 };
    private readonly Option<int> _size = new("--size") { Description = "The length of a text in bytes.", DefaultValueFactory = static _ => 128 };
    private readonly Option<TimeSpan?> _duration = Duration("--duration", "How long it counts: 500ms, 30s, 5m, 1h.", "10s");
    private readonly Option<TimeSpan?> _warmUp = Duration("--warm-up", "How long before that at a quarter of the rate.", "0s");
    private readonly Option<TimeSpan?> _settle = Duration("--settle", "How long then at the full rate before it counts.", "1s");
    private readonly Option<int> _count = new("--count") { Description = "The most messages (cycles, requests) to send in all.", DefaultValueFactory = static _ => 1_000_000 };
    private readonly Option<double> _connectRate = new("--connect-rate") { Description = "New connections a second; 0: as fast as they are answered.", DefaultValueFactory = static _ => 0 };
    private readonly Option<int?> _slow = new("--slow") { Description = "slow-readers: how many stop reading. [default: 1 in 100]" };
    private readonly Option<int> _seed = new("--seed") { Description = "Which made-up people say which made-up things.", DefaultValueFactory = static _ => 1 };
    private readonly Option<string> _topic = new("--topic") { Description = "The topics' names, with {n} for the number.", DefaultValueFactory = static _ => "room:load-{n}" };
    private readonly Option<string> _event = new("--event") { Description = "The event that says something.", DefaultValueFactory = static _ => "say" };
    private readonly Option<string> _data = new("--data") { Description = "Its data as JSON, with {text} for the text and {user} for the name.", DefaultValueFactory = static _ => """{"text":"{text}"}""" };
    private readonly Option<string> _join = new("--join") { Description = "What a join carries as JSON, with {user} for the name; empty: nothing.", DefaultValueFactory = static _ => """{"user":"{user}"}""" };
    private readonly Option<bool> _answers = new("--answers") { Description = "Ask for an answer to each message. [default: in echo]" };
    private readonly Option<int> _status = new("--status") { Description = "http: the status that every response must have.", DefaultValueFactory = static _ => 200 };
    private readonly Option<string?> _body = new("--body") { Description = "http: the body that every response must have; empty: any. [default: the same as the first]" };
    private readonly Option<int> _serverProcess = new("--server-pid") { Description = "The server's process, to report its memory and processor time (Linux).", DefaultValueFactory = static _ => 0 };
    private readonly Option<int> _serverCore = new("--server-core") { Description = "The core that the server is pinned to, to report what else ran there.", DefaultValueFactory = static _ => -1 };
    private readonly Option<bool> _remote = new("--remote") { Description = "Allow a target on another machine." };
    private readonly Option<string?> _plant = new("--plant") { Description = "Plant a fault on the way back, to see that it is found: lose, double, swap or corrupt, and in which message: lose:1000000." };
    private readonly Option<FileInfo?> _json = new("--json") { Description = "Write the report as JSON." };
    private readonly Option<FileInfo?> _html = new("--html") { Description = "Write the report as a page that needs nothing else." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print the result only." };

    public LoadCommand()
    {
        Root = new RootCommand("Puts load on a realtime app and checks every message that comes back. Exit code: 0 all sound; 1 something was lost, doubled, out of order, corrupt or failed; 2 wrong arguments; 3 could not begin.")
        {
            _url, _scenario, _connections, _topics, _publishers, _rate, _size, _duration, _warmUp, _settle, _count, _connectRate, _slow, _protocol, _topic, _event, _data, _join, _answers,
            _status, _body, _seed, _serverProcess, _serverCore, _remote, _plant, _json, _html, _quiet,
        };
        _scenario.AcceptOnlyFromAmong("fan-out", "echo", "churn", "idle", "slow-readers", "http");
        _protocol.AcceptOnlyFromAmong([.. Protocols.Protocol.Names]);
    }

    public RootCommand Root { get; }

    public FileInfo? Json(ParseResult given) => given.GetValue(_json);

    public FileInfo? Html(ParseResult given) => given.GetValue(_html);

    public bool IsQuiet(ParseResult given) => given.GetValue(_quiet);

    /// <summary>The fault to plant, or none.</summary>
    /// <exception cref="LoadException">It cannot be read.</exception>
    public (FaultKind Fault, long At) Plant(ParseResult given)
    {
        if (given.GetValue(_plant) is not { } text)
        {
            return (FaultKind.None, 0);
        }
        return text.Split(':') is [var name, var number] && Enum.TryParse<FaultKind>(name, ignoreCase: true, out var fault) && long.TryParse(number, CultureInfo.InvariantCulture, out var at) && at > 0
            ? (fault, at)
            : throw new LoadException("--plant must be lose, double, swap or corrupt, and a number: lose:1000000.");
    }

    /// <summary>The plan that was asked for.</summary>
    /// <exception cref="LoadException">Its numbers do not fit together.</exception>
    public LoadPlan Plan(ParseResult given)
    {
        var scenario = Enum.Parse<ScenarioKind>(given.GetRequiredValue(_scenario).Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        var (connections, topics, rate) = (given.GetValue(_connections), given.GetValue(_topics), given.GetValue(_rate));
        var slow = scenario == ScenarioKind.SlowReaders ? given.GetValue(_slow) ?? Math.Max(1, connections / 100) : 0;
        var plan = new LoadPlan
        {
            Scenario = scenario,
            Url = given.GetRequiredValue(_url),
            Protocol = given.GetRequiredValue(_protocol),
            Connections = connections,
            Topics = topics,
            Publishers = given.GetValue(_publishers) ?? Math.Min(Math.Max(1, connections - slow), Math.Max(topics, (int)Math.Ceiling(rate / 50))),
            Rate = rate,
            Size = given.GetValue(_size),
            Duration = given.GetValue(_duration) ?? TimeSpan.FromSeconds(10),
            WarmUp = given.GetValue(_warmUp) ?? TimeSpan.Zero,
            Settle = given.GetValue(_settle) ?? TimeSpan.FromSeconds(1),
            Count = given.GetValue(_count),
            ConnectRate = given.GetValue(_connectRate),
            Slow = slow,
            Seed = given.GetValue(_seed),
            Topic = given.GetRequiredValue(_topic),
            Shape = new MessageShape(given.GetRequiredValue(_event), given.GetRequiredValue(_data), given.GetRequiredValue(_join), given.GetValue(_answers) || scenario == ScenarioKind.Echo),
            Status = given.GetValue(_status),
            Body = given.GetValue(_body),
            ServerProcess = given.GetValue(_serverProcess),
            ServerCore = given.GetValue(_serverCore),
            IsRemote = given.GetValue(_remote),
        };
        Check(plan);
        return plan;
    }

    private static void Check(LoadPlan plan)
    {
        Need(plan.Connections is > 0 and <= LoadPlan.MostConnections, $"--connections must be 1 to {LoadPlan.MostConnections:N0}.");
        Need(plan.Topics > 0 && plan.Topics <= plan.Connections, "--topics must be at least 1, and not more than there are connections.");
        Need(plan.Rate is >= 0 and <= 10_000_000, "--rate must be 0 to 10,000,000.");
        Need(plan.Size is >= Texts.Shortest and <= 60_000, $"--size must be {Texts.Shortest} to 60,000: a text holds its sender, its number and a check of both.");
        Need(plan.Count is > 0 and <= Texts.MostNumber, $"--count must be 1 to {Texts.MostNumber:N0}.");
        Need(plan.Duration > TimeSpan.Zero && plan.Duration <= TimeSpan.FromHours(24), "--duration must be more than nothing, and at most 24h.");
        Need(plan.WarmUp >= TimeSpan.Zero && plan.Settle >= TimeSpan.Zero && plan.ConnectRate >= 0, "--warm-up, --settle and --connect-rate cannot be negative.");
        if (plan.Scenario is ScenarioKind.FanOut or ScenarioKind.SlowReaders)
        {
            Need(plan.Rate > 0, "--rate 0 (as fast as the answers come) is for echo, churn and http: nobody answers a fan-out.");
            Need(plan.Publishers >= plan.Topics && plan.Publishers <= plan.Connections - plan.Slow, "--publishers must be at least one for each topic, and not more than there are connections that read.");
        }
        Need(plan.Scenario == ScenarioKind.Http == plan.Url.Scheme is "http" or "https", "--scenario http takes an http:// address, and the others a ws:// one.");
        Need(plan.Scenario is ScenarioKind.Idle or ScenarioKind.Http || plan.Shape.Data.Contains("{text}", StringComparison.Ordinal), "--data needs {text}: nothing could be recognised when it comes back.");
        Need(plan.Topics == 1 || plan.Topic.Contains("{n}", StringComparison.Ordinal), "--topic needs {n} where there are several topics.");
        Need(plan.Scenario != ScenarioKind.Echo || plan.Protocol is "plain" || plan.Topic.Contains("{n}", StringComparison.Ordinal), "--topic needs {n}: in echo each connection has a topic of its own.");

        static void Need(bool condition, string otherwise)
        {
            if (!condition)
            {
                throw new LoadException(otherwise);
            }
        }
    }

    private static Option<TimeSpan?> Duration(string name, string description, string otherwise) => new(name)
    {
        Description = $"{description} [default: {otherwise}]",
        CustomParser = result => TryDuration(result.Tokens[0].Value, out var duration) ? duration : Wrong<TimeSpan?>(result, $"{name} must be a time such as 500ms, 30s, 5m or 1h."),
    };

    private static bool TryDuration(string text, out TimeSpan duration)
    {
        var unit = text.TrimStart([.. "0123456789."]);
        double? seconds = unit switch { "ms" => 0.001, "s" or "" => 1, "m" => 60, "h" => 3600, _ => null };
        var sound = double.TryParse(text[..^unit.Length], CultureInfo.InvariantCulture, out var number) & seconds is not null;
        duration = sound && number < 1e7 ? TimeSpan.FromSeconds(number * seconds!.Value) : default;
        return sound;
    }

    private static T Wrong<T>(System.CommandLine.Parsing.ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }
}
