using System.CommandLine;

namespace Realtime.Cli;

/// <summary>One call of an app's own command: what the line said, and what the handler may ask for beside it.</summary>
/// <param name="Line">The parsed line.</param>
/// <param name="Services">The call's services.</param>
/// <param name="Output">Where the answer goes.</param>
/// <param name="Stop">Fires when the person gives up.</param>
internal sealed record CommandCall(ParseResult Line, IServiceProvider Services, TextWriter Output, CancellationToken Stop)
{
    public T Argument<T>(Argument<T> argument) => Line.GetValue(argument)!;

    public T Option<T>(Option<T> option) => Line.GetValue(option)!;
}
