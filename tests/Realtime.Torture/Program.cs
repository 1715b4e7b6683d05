using System.Globalization;
using Realtime.Torture;

// `worker …` is how this program runs itself again. Otherwise: [--store sqlite|postgres] [--minutes N] [--unfenced].
if (args is ["worker", .. var worker])
{
    return await Worker.RunAsync(worker);
}
var minutes = 10.0;
StoreKind[] kinds = [StoreKind.Sqlite, StoreKind.Postgres];
var unfenced = false;
for (var index = 0; index < args.Length; index++)
{
    switch (args[index])
    {
        case "--store" when index + 1 < args.Length && Enum.TryParse<StoreKind>(args[index + 1], ignoreCase: true, out var kind):
            kinds = [kind];
            index++;
            break;
        case "--minutes" when index + 1 < args.Length && double.TryParse(args[index + 1], CultureInfo.InvariantCulture, out var number) && number > 0:
            minutes = number;
            index++;
            break;
        case "--unfenced":
            unfenced = true;
            break;
        default:
            await Console.Error.WriteLineAsync("Usage: benchmarks/torture.sh [--store sqlite|postgres] [--minutes N] [--unfenced]");
            return 2;
    }
}
var faults = 0;
foreach (var kind in kinds)
{
    await using var run = await TortureRun.StartAsync(new TortureOptions { Store = kind, Length = TimeSpan.FromMinutes(minutes), Unfenced = unfenced });
    var report = await run.RunAsync();
    Console.WriteLine($"{kind}: {report}");
    faults += report.Faults.Count;
}
return faults == 0 ? 0 : 1;
