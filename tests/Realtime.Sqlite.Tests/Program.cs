using Realtime.Sqlite;

// The tests run this program again: as a worker that they can kill, `crash FILE`, or that kills itself in the middle of a flow, `flow FILE WHEN N`; as a producer that runs no jobs, `produce FILE`; and on a
// disk of its own, `full FOLDER`, `read-only FOLDER` and `turn FOLDER IMAGE`.
return args switch
{
    ["crash", var file] => await Victim.RunAsync(file),
    ["flow", var file, var when, var turn] => await FlowVictim.RunAsync(file, Enum.Parse<FlowCrash>(when), int.Parse(turn, System.Globalization.CultureInfo.InvariantCulture)),
    ["produce", var file] => await Producer.RunAsync(file),
    ["full", var folder] => await SmallDisk.FullAsync(folder),
    ["read-only", var folder] => await SmallDisk.ReadOnlyAsync(folder),
    ["turn", var folder, var image] => await FailingDisk.RunAsync(folder, image),
    _ => 1,
};
