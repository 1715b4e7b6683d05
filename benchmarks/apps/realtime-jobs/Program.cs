using Realtime;
using Realtime.Torture;

// Measures jobs from inside when asked to over HTTP, as the peers' programs do: --store memory | sqlite | postgres.
var at = Array.IndexOf(args, "--store");
await using var postgres = args[at + 1] == "postgres" ? await PostgresServer.StartAsync() : null;
var bench = new JobBench(args[at + 1], postgres);
string[] rest = [.. args[..at], .. args[(at + 2)..]];

var app = new App();
app.Get("/enqueue", (int jobs, int producers) => bench.EnqueueAsync(jobs, producers));
app.Get("/run", (int jobs) => bench.RunAsync(jobs, queued: 0, finished: 0));
app.Get("/through", (int jobs, int producers) => bench.ThroughAsync(jobs, producers));
app.Get("/latency", (int rate, int seconds) => bench.LatencyAsync(rate, seconds));
app.Get("/flat", (int jobs, int queued, int finished) => bench.RunAsync(jobs, queued, finished));
return await app.RunAsync(rest);
