using Realtime.Sqlite;

// The tests run this program again: as a worker that they can kill, `crash FILE`; as a producer that runs no jobs, `produce FILE`; and on a
// disk of its own, `full FOLDER` and `read-only FOLDER`.
return args switch
{
    ["crash", var file] => await Victim.RunAsync(file),
    ["produce", var file] => await Producer.RunAsync(file),
    ["full", var folder] => await SmallDisk.FullAsync(folder),
    ["read-only", var folder] => await SmallDisk.ReadOnlyAsync(folder),
    _ => 1,
};
