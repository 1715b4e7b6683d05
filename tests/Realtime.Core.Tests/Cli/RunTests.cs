using System.Net;
using System.Net.Sockets;

namespace Realtime.Tests.Cli;

public sealed class RunTests
{
    private readonly Terminal _output = new();
    private readonly Terminal _error = new();

    [Theory]
    [InlineData]
    [InlineData("run")]
    public async Task It_listens_says_where_and_stops_when_asked(params string[] command)
    {
        using var stop = new CancellationTokenSource();
        var app = new App();
        var events = new List<string>();
        app.OnStart(_ =>
        {
            events.Add("start");
            return default;
        });
        app.OnListening(addresses => events.Add($"listening on {Assert.Single(addresses).GetLeftPart(UriPartial.Authority)}"));
        app.OnStopping(() => events.Add("stopping"));
        app.OnStop(_ =>
        {
            events.Add("stop");
            return default;
        });

        var running = app.RunAsync([.. command, "--port", "0"], _output, _error, stop.Token);
        var banner = await _output.NextLineAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPEndPoint.Parse(new Uri(banner.Split(' ')[4]).Authority));
        await stop.CancelAsync();

        Assert.Equal(0, await running);
        Assert.Matches(@"^Realtime 0\.1\.0 listening on http://127\.0\.0\.1:\d+ \(Ctrl\+C to stop\)$", banner);
        Assert.Equal(["start", $"listening on {banner.Split(' ')[4]}", "stopping", "stop"], events);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_1()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var app = new App();
        var stopped = false;
        app.OnStop(_ =>
        {
            stopped = true;
            return default;
        });

        var code = await app.RunAsync(["--port", $"{port}"], _output, _error, CancellationToken.None);

        Assert.Equal(1, code);
        Assert.Equal($"Cannot listen on http://127.0.0.1:{port}: the port is in use. Stop the other program, or choose another port.\n", _error.ToString());
        Assert.Empty(_output.ToString());
        Assert.True(stopped);
    }

    [Fact]
    public async Task A_start_hook_that_throws_is_one_line_and_exit_code_3()
    {
        var app = new App();
        app.OnStart(_ => throw new IOException("The disk\nis full.", new SocketException()));

        var code = await app.RunAsync(["--port", "0"], _output, _error, CancellationToken.None);

        Assert.Equal(3, code);
        Assert.Equal("The app did not start: The disk is full.\n", _error.ToString());
    }

    [Fact]
    public async Task A_hook_that_throws_when_the_server_listens_stops_it_again()
    {
        var app = new App();
        var stopped = false;
        app.OnListening(_ => throw new IOException("No browser to open."));
        app.OnStop(_ =>
        {
            stopped = true;
            return default;
        });

        var code = await app.RunAsync(["--port", "0"], _output, _error, CancellationToken.None);

        Assert.Equal(3, code);
        Assert.Equal("The app did not start: No browser to open.\n", _error.ToString());
        Assert.True(stopped);
    }

    [Fact]
    public async Task An_app_that_cannot_be_built_is_one_line_and_exit_code_2()
    {
        var app = new App();
        app.Use(_ => throw new InvalidOperationException("Two routes collide."));

        var code = await app.RunAsync(["--port", "0"], _output, _error, CancellationToken.None);

        Assert.Equal(2, code);
        Assert.Equal("The app cannot be built: Two routes collide.\n", _error.ToString());
    }

    [Theory]
    [InlineData("--prot", "0")]
    [InlineData("--port", "many")]
    [InlineData("--port", "65536")]
    [InlineData("--host", "no.such.host.invalid")]
    public async Task Wrong_arguments_do_not_start_the_app(params string[] args)
    {
        var app = new App();
        app.OnStop(_ => throw new InvalidOperationException());

        var code = await app.RunAsync(args, _output, _error, CancellationToken.None);

        Assert.Equal(args[0] is "--host" ? 1 : 2, code);
        Assert.Contains(args[0] is "--prot" ? args[0] : args[1], _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_of_the_apps_own_is_read_at_once_and_listed_in_help()
    {
        string[] args = ["run", "--data", "elsewhere", "--demo", "--help"];
        var app = new App();

        var data = app.Option(args, "--data", "here", "Where it is kept.");
        var demo = app.Option(args, "--demo", false, "Whether it plays.");
        var count = app.Option(args, "--count", 3, "How many.");
        var code = await app.RunAsync(args, _output, _error, CancellationToken.None);

        Assert.Equal(("elsewhere", true, 3), (data, demo, count));
        Assert.Equal(0, code);
        Assert.Contains("--data", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Where it is kept. [default: here]", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("--port", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_of_the_apps_own_that_cannot_be_read_is_exit_code_2()
    {
        string[] args = ["--count", "many"];
        var app = new App();

        var count = app.Option(args, "--count", 3, "How many.");
        var code = await app.RunAsync(args, _output, _error, CancellationToken.None);

        Assert.Equal(3, count);
        Assert.Equal(2, code);
        Assert.Contains("many", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_options_of_one_name_are_refused()
    {
        var app = new App();
        app.Option([], "--data", "here", "Where it is kept.");

        Assert.Throws<InvalidOperationException>(() => app.Option([], "--data", "there", "Where it is kept."));
    }

    [Fact]
    public async Task Routes_are_listed_as_a_table()
    {
        var app = new App();
        app.Get("/", () => "Hello");
        app.Post("/notes/{id:int}", (int id) => id).Named("note");

        var code = await app.RunAsync(["routes"], _output, _error, CancellationToken.None);

        Assert.Equal(0, code);
        Assert.Equal("METHOD  PATH             NAME\nGET     /\nPOST    /notes/{id:int}  note\n", _output.ToString());
    }
}
