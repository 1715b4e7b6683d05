using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Config;
using Realtime.Testing;
using Realtime.Tests.Cli;

namespace Realtime.Tests.Config;

public sealed class ConfigTests : IDisposable
{
    private readonly Terminal _output = new();
    private readonly Terminal _error = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("realtime-config-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Files_then_the_environment_then_the_command_line_and_the_later_wins()
    {
        Write("appsettings.json", """{ "ConfigTests": { "A": "file", "B": "file", "C": "file", "D": "file" } }""");
        Write("appsettings.Development.json", """{ "ConfigTests": { "B": "development", "C": "development", "D": "development" } }""");
        Environment.SetEnvironmentVariable("REALTIME_CONFIGTESTS__C", "environment");
        Environment.SetEnvironmentVariable("REALTIME_CONFIGTESTS__D", "environment");

        var configuration = new AppConfiguration([_folder.FullName], "Development");
        configuration.UseCommandLine(CommandLineSource.PairsOf(["run", "--set", "ConfigTests:D=line", "--set=ConfigTests:E=line = more", "--", "--set", "ConfigTests:A=no"]));
        var section = configuration.Manager.GetSection("ConfigTests");

        Assert.Equal(["file", "development", "environment", "line", "line = more"], section.GetChildren().Select(static child => child.Value));
        Assert.Equal(
            ["appsettings.json", "appsettings.Development.json", "REALTIME_CONFIGTESTS__C", "command line (--set)"],
            "ABCD".Select(key => Setting.Origin(configuration.Manager, $"ConfigTests:{key}")));
    }

    [Fact]
    public void The_file_for_development_is_read_when_debugging_is_asked_for_and_stays_below_the_environment()
    {
        Write("appsettings.json", """{ "ConfigTests": { "X": "file", "Y": "file" } }""");
        Write("appsettings.Development.json", """{ "ConfigTests": { "X": "development", "Y": "development" } }""");
        Environment.SetEnvironmentVariable("REALTIME_CONFIGTESTS__Y", "environment");

        var configuration = new AppConfiguration([_folder.FullName], "Production");
        var before = configuration.Manager["ConfigTests:X"];
        configuration.UseDevelopment();

        Assert.Equal(("file", "development", "environment"), (before, configuration.Manager["ConfigTests:X"], configuration.Manager["ConfigTests:Y"]));
    }

    [Fact]
    public void The_first_place_that_has_a_file_is_the_one()
    {
        var other = _folder.CreateSubdirectory("other").FullName;
        File.WriteAllText(Path.Join(other, "appsettings.json"), """{ "Place": "other" }""");

        Assert.Equal("other", new AppConfiguration([null, _folder.FullName, other], "Production").Manager["Place"]);
        Write("appsettings.json", """{ "Place": "first" }""");
        Assert.Equal("first", new AppConfiguration([null, _folder.FullName, other], "Production").Manager["Place"]);
    }

    [Fact]
    public async Task A_section_becomes_an_object_that_handlers_ask_for()
    {
        var app = AppWith(("Smtp:Host", "mail.example.org"), ("Smtp:Port", "2525"), ("Smtp:Tags:0", "a"), ("Smtp:Tags:1", "b"), ("Smtp:Retry:Delay", "00:00:05"));
        app.Configure<Smtp>("Smtp");
        app.Get("/", static (Smtp smtp) => $"{smtp.Host}:{smtp.Port} {string.Join(',', smtp.Tags)} {smtp.Retry?.Delay.TotalSeconds} {smtp.From}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("mail.example.org:2525 a,b 5 nobody@example.org", await server.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task Every_wrong_setting_is_named_with_where_it_was_set_and_no_secret_is_said()
    {
        var app = AppWith(("Smtp:Password", "hunter2"), ("Smtp:Retry:Delay", "soon"));
        app.Configure<Smtp>("Smtp");

        var code = await app.RunAsync(["--port", "0", "--set", "Smtp:Port=many"], _output, _error, CancellationToken.None);

        Assert.Equal(2, code);
        var said = _error.ToString();
        Assert.StartsWith("The app cannot be built: ", said, StringComparison.Ordinal);
        Assert.Contains("Smtp:Host is missing: set it in appsettings.json, or as REALTIME_SMTP__HOST", said, StringComparison.Ordinal);
        Assert.Contains("Smtp:Port is 'many' (command line (--set)), but should be a whole number (int)", said, StringComparison.Ordinal);
        Assert.Contains("Smtp:Retry:Delay is 'soon'", said, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_attributes_hold_and_nested_ones_too()
    {
        var app = AppWith(("Smtp:Host", "mail"), ("Smtp:Port", "70000"), ("Smtp:Retry:Times", "-1"));
        app.Configure<Smtp>("Smtp");

        var exception = Assert.Throws<InvalidOperationException>(() => app.Build());

        Assert.Contains("Smtp:Port", exception.Message, StringComparison.Ordinal);
        Assert.Contains("between 1 and 65535", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Smtp:Retry:Times", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_config_lists_settings_masks_secrets_and_says_where_each_is_from()
    {
        var app = AppWith(("Smtp:Password", "hunter2"), ("ConnectionStrings:Main", "Host=db;Password=hunter2"), ("Database", "Host=db;Password=hunter2;Port=1"), ("Broker", "amqp://ada:hunter2@mq/"));
        app.Option([], "--max-size", 7, "How large.");

        var code = await app.RunAsync(["config", "--set", "Port=8080"], _output, _error, CancellationToken.None);

        var said = _output.ToString();
        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^KEY +VALUE +FROM$", said);
        Assert.Matches(@"(?m)^Port +8080 +command line \(--set\)$", said);
        Assert.Matches(@"(?m)^Host +127\.0\.0\.1 +default$", said);
        Assert.Matches(@"(?m)^MaxSize +7 +default$", said);
        Assert.Matches(@"(?m)^Smtp:Password +\*{8} ", said);
        Assert.Matches(@"(?m)^Database +Host=db;Password=\*{8};Port=1 ", said);
        Assert.Matches(@"(?m)^Broker +amqp://ada:\*{8}@mq/ ", said);
        Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_tell_secrets_from_settings()
    {
        Assert.All(
            ["Smtp:Password", "Jwt:SigningKey", "ApiKey", "Stripe:SecretKey", "Auth:ClientSecret", "Token", "ConnectionStrings:Main", "Key", "Cookies:Key", "AWS_SECRET_ACCESS_KEY"],
            static key => Assert.True(Secrets.IsSecret(key), key));
        Assert.All(["Host", "Smtp:Host", "Keyboard:Layout", "Monkey", "Logging:LogLevel:Default", "Port", "MaxSize"], static key => Assert.False(Secrets.IsSecret(key), key));
    }

    [Fact]
    public async Task The_port_and_an_option_can_be_configured_and_the_line_wins()
    {
        var app = AppWith(("Port", "0"), ("MaxSize", "20"));
        using var stop = new CancellationTokenSource();

        var size = app.Option([], "--max-size", 7, "How large.");
        var running = app.RunAsync([], _output, _error, stop.Token);
        var banner = await _output.NextLineAsync();
        await stop.CancelAsync();

        Assert.Equal(0, await running);
        Assert.DoesNotContain(":5000", banner, StringComparison.Ordinal);
        Assert.Equal(20, size);
        Assert.Equal(3, AppWith(("MaxSize", "20")).Option(["--max-size", "3"], "--max-size", 7, "How large."));
    }

    [Theory]
    [InlineData("Port", "http", "Port is 'http'")]
    [InlineData("Port", "70000", "a port is a number from 0 to 65535")]
    [InlineData("MaxSize", "big", "MaxSize is 'big'")]
    public async Task A_configured_option_that_cannot_be_read_is_exit_code_2(string key, string value, string says)
    {
        var app = AppWith((key, value));
        app.Option([], "--max-size", 7, "How large.");

        Assert.Equal(2, await app.RunAsync(["--port", "0"], _output, _error, CancellationToken.None));
        Assert.Contains(says, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_can_ask_for_the_configuration()
    {
        var app = AppWith(("Greeting", "Hi"));
        app.Get("/", static (IConfiguration configuration) => configuration["Greeting"]);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("Hi", await server.Http.GetStringAsync("/"));
        Assert.Same(app.Config, app.Provider.GetRequiredService<IConfiguration>());
    }

    private static App AppWith(params (string Key, string Value)[] settings)
    {
        var app = new App();
        app.Config.AddInMemoryCollection(settings.Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        return app;
    }

    private void Write(string name, string json) => File.WriteAllText(Path.Join(_folder.FullName, name), json);

    private sealed record Smtp(string Host, [property: Range(1, 65535)] int Port = 25, string From = "nobody@example.org", string? Password = null)
    {
        public string[] Tags { get; init; } = [];

        public Retry? Retry { get; init; }
    }

    private sealed class Retry
    {
        public TimeSpan Delay { get; init; }

        [Range(0, 10)]
        public int Times { get; init; }
    }
}
