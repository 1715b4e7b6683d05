using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Tests.Cli;

public sealed class CommandTests
{
    private readonly Terminal _output = new();
    private readonly Terminal _error = new();

    private enum Colour
    {
        Red,
        Green,
    }

    [Fact]
    public async Task Parameters_are_arguments_options_and_services()
    {
        var store = new Store();
        var app = new App();
        app.Services.AddSingleton(store);
        app.Command("seed", static async (int count, Store store, string kind = "note", bool dryRun = false, TimeSpan? every = null) =>
        {
            await Task.Yield();
            store.Seen = $"{count} {kind} {dryRun} {every}";
        });

        Assert.Equal(0, await RunAsync(app, "seed", "100", "--kind", "page", "--dry-run", "--every", "00:00:05"));
        Assert.Equal("100 page True 00:00:05", store.Seen);
    }

    [Fact]
    public async Task What_is_left_out_is_its_default()
    {
        var app = new App();
        app.Command("show", static (string[] names, Colour colour = Colour.Green, int? limit = null) => $"{string.Join('+', names)} {colour} {limit ?? -1}");

        Assert.Equal(0, await RunAsync(app, "show", "a", "b"));
        Assert.Equal("a+b Green -1\n", _output.ToString());
    }

    [Theory]
    [InlineData("count should be a whole number (int), but is 'many'", "seed", "many")]
    [InlineData("colour should be one of Red, Green, but is 'blue'", "seed", "1", "--colour", "blue")]
    [InlineData("seed", "seed")]
    public async Task A_wrong_line_is_exit_code_2_and_runs_nothing(string says, params string[] line)
    {
        var app = new App();
        app.Command("seed", static void (int count, Colour colour = Colour.Red) => throw new InvalidOperationException("It ran."));

        Assert.Equal(2, await RunAsync(app, line));
        Assert.Contains(says, _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("It ran", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scoped_service_lives_as_long_as_the_command()
    {
        var app = new App();
        app.Services.AddScoped<Store>();
        Store? seen = null;
        app.Command("look", (Store store) => { seen = store; });

        Assert.Equal(0, await RunAsync(app, "look"));
        Assert.True(seen!.IsDisposed);
    }

    [Fact]
    public async Task A_number_is_the_exit_code_and_anything_else_is_written()
    {
        var app = new App();
        app.Command("code", static () => 7);
        app.Command("object", static () => Task.FromResult(new { Rows = 3 }));
        app.Command("writes", static (TextWriter output) => output.WriteLine("line"));

        Assert.Equal(7, await RunAsync(app, "code"));
        Assert.Equal(0, await RunAsync(app, "object"));
        Assert.Equal(0, await RunAsync(app, "writes"));
        Assert.Equal("{\"rows\":3}\nline\n", _output.ToString());
    }

    [Fact]
    public async Task An_exception_is_one_line_and_exit_code_1()
    {
        var app = new App();
        app.Command("fail", static void () => throw new IOException("The disk\nis full."));

        Assert.Equal(1, await RunAsync(app, "fail"));
        Assert.Equal("fail failed: The disk is full.\n", _error.ToString());
    }

    [Fact]
    public async Task Help_describes_what_attributes_say()
    {
        var app = new App();
        app.Command("seed", static ([Description("How many notes.")] int count, [Description("Only count them.")] bool dryRun) => { }, "Fill the store.");

        Assert.Equal(0, await RunAsync(app, "seed", "--help"));
        var help = _output.ToString();
        Assert.All(["Fill the store.", "<count>", "How many notes.", "--dry-run", "Only count them."], text => Assert.Contains(text, help, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_nothing_can_give_is_said_before_anything_runs()
    {
        var app = new App();
        app.Command("seed", static (Store store) => { });

        Assert.Equal(2, await RunAsync(app, "seed"));
        Assert.Contains("'store' of type Store. If it is a service, add it to app.Services.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_commands_of_one_name_are_refused()
    {
        var app = new App();
        app.Command("seed", static () => { });

        Assert.Throws<InvalidOperationException>(() => app.Command("seed", static () => { }));
        Assert.Throws<InvalidOperationException>(() => app.Command("config", static () => { }));
    }

    [Theory]
    [InlineData("se", "seed")]
    [InlineData("seed --", "--colour", "--dry-run")]
    [InlineData("seed 1 --colour ", "Green", "Red")]
    public async Task A_shell_is_told_what_may_come_next(string line, params string[] expected)
    {
        var app = new App();
        app.Command("seed", static (int count, Colour colour = Colour.Red, bool dryRun = false) => { });

        Assert.Equal(0, await RunAsync(app, "complete", "--", line));
        var offered = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(expected, item => Assert.Contains(item, offered));
        Assert.DoesNotContain("complete", offered);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task There_is_a_script_for_each_shell(string shell, string says)
    {
        Assert.Equal(0, await RunAsync(new App(), "completion", shell));
        Assert.Contains(says, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_shell_is_refused()
    {
        Assert.Equal(2, await RunAsync(new App(), "completion", "tcsh"));
    }

    [Fact]
    public void An_extension_that_is_an_object_is_attached_once()
    {
        var app = new App();
        var first = app.Extend(new Counting());
        var second = app.Extend(new Counting());

        Assert.Same(first, second);
        Assert.Equal(1, first.Attached);
        Assert.Same(first, app.Extension<Counting>());
    }

    private Task<int> RunAsync(App app, params string[] line) => app.RunAsync(line, _output, _error, CancellationToken.None);

    private sealed class Store : IDisposable
    {
        public string? Seen { get; set; }

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Counting : IAppExtension
    {
        public int Attached { get; private set; }

        public void Attach(App app) => Attached++;
    }
}
