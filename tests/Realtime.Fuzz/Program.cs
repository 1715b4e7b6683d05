using System.Globalization;
using Realtime.Fuzz;

var minutes = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Random.Shared.Next();
using var run = new FuzzRun();
// Two warm runs before memory is looked at, so that what is kept for reuse is there already.
await run.RunAsync(TimeSpan.FromSeconds(5), seed, workers: 8);
var before = GC.GetTotalMemory(forceFullCollection: true);
await run.RunAsync(TimeSpan.FromMinutes(minutes), seed + 1000, workers: 8);
var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

Console.WriteLine($"{run.Sent} requests, seed {seed}: {string.Join(", ", run.Answers.OrderBy(static answer => answer.Key, StringComparer.Ordinal).Select(static answer => $"{answer.Key} {answer.Value}"))}");
Console.WriteLine($"Memory in use grew by {grown / 1024} kB.");
foreach (var fault in run.Faults)
{
    Console.WriteLine($"FAULT {fault}");
}
var isLeaking = grown > 20_000_000;
if (isLeaking)
{
    Console.WriteLine("FAULT Memory was kept.");
}
return run.Faults.Count > 0 || isLeaking ? 1 : 0;
