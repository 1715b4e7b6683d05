// Enqueues real work and watches it, without an app: resizes a folder of images, imports a large CSV file. Workers are other processes.
//
//   dotnet run --project samples/Producer -- work                         # in one terminal, or in several
//   dotnet run --project samples/Producer -- images photos thumbnails     # in another
//   dotnet run --project samples/Producer -- csv orders.csv imported
using System.Runtime.InteropServices;
using Realtime.Producer;
using Spectre.Console;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await ProducerCommand.RunAsync(args, AnsiConsole.Console, Console.Out, stop.Token);

// The first signal ends the program in order; the second ends it at once. Either way it goes on where it was when it is started again.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
