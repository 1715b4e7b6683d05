using Realtime.Sqlite;

// The tests run this program again: as a worker that they can kill, `crash FILE`, and as a producer that runs no jobs, `produce FILE`.
return args switch
{
    ["crash", var file] => await Victim.RunAsync(file),
    ["produce", var file] => await Producer.RunAsync(file),
    _ => 1,
};
