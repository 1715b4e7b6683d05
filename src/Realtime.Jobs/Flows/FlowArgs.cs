namespace Realtime.Jobs;

/// <summary>Reads what a job of a flow is given: its own arguments, or the results of those before it.</summary>
internal static class FlowArgs
{
    /// <summary>How long a job waits whose inputs the store could not read.</summary>
    public static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);

    private static readonly byte[] Null = [.. "null"u8];

    public static async ValueTask<byte[]> ReadAsync(IJobStore store, JobRecord record)
    {
        if (record.Spec.Flow is not { Input: not FlowInput.None and var input })
        {
            return record.Spec.Args;
        }
        var inputs = await store.InputsAsync(record.Spec.Id, CancellationToken.None);
        return input == FlowInput.Result ? inputs[0].Result ?? Null : Join(inputs);
    }

    private static byte[] Join(IReadOnlyList<LinkedJob> inputs)
    {
        // The results are JSON already: an array of them is brackets and commas.
        using var array = new MemoryStream();
        array.WriteByte((byte)'[');
        for (var index = 0; index < inputs.Count; index++)
        {
            if (index > 0)
            {
                array.WriteByte((byte)',');
            }
            array.Write(inputs[index].Result ?? Null);
        }
        array.WriteByte((byte)']');
        return array.ToArray();
    }
}
