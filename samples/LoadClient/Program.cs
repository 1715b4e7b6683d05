// Puts load on a realtime app and checks every message that comes back.
//
//   dotnet run samples/scripts/chat.cs
//   dotnet run -c Release --project samples/LoadClient -- --url ws://127.0.0.1:5000/realtime --connections 1000 --topics 10 --rate 800 --size 128 --duration 30s
using System.Runtime.InteropServices;
using Realtime.LoadClient;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return Runner.Run(args, stop.Token);

// The first signal ends the run with a report of what there was; the second ends the program.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
