using Realtime.Sqlite;

// The tests run this program again as a worker that they can kill: `crash FILE`.
return args is ["crash", var file] ? await Victim.RunAsync(file) : 1;
