using System.Threading.Channels;

namespace Realtime.Tests.Cli;

/// <summary>A standard output whose lines a test can wait for.</summary>
internal sealed class Terminal : StringWriter
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public async Task<string> NextLineAsync() => await _lines.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        _lines.Writer.TryWrite(value ?? "");
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }
}
