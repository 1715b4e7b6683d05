namespace Realtime;

/// <summary>
/// How jobs of one name are run, and keys that each takes from its arguments, so that no enqueue has to say them:
/// <c>app.Job("report.build", …, new JobOptions&lt;Report&gt; { UniqueBy = args => args.Id })</c>.
/// </summary>
/// <typeparam name="TArgs">The job's arguments.</typeparam>
public sealed record JobOptions<TArgs> : JobOptions
{
    /// <summary>
    /// Makes a job the only one of this name with that key for as long as it has not ended: see <see cref="EnqueueOptions.UniqueKey"/>, which goes
    /// before it. An occurrence of a schedule whose job is still there is left out. Steps of flows are not unique. Null, the default, or a null
    /// of the function for no key.
    /// </summary>
    public Func<TArgs, string?>? UniqueBy { get; init; }

    /// <summary>What to do with a job whose <see cref="UniqueBy"/> another has that has not ended. <see cref="UniqueConflict.ReturnExisting"/> unless set.</summary>
    public UniqueConflict OnConflict { get; init; }

    /// <summary>
    /// What limits per key count by: see <see cref="EnqueueOptions.LimitKey"/>, which goes before it. A step of a flow that is given results has no
    /// arguments yet when it is enqueued, and no key. Null, the default, or a null of the function for no key.
    /// </summary>
    public Func<TArgs, string?>? LimitBy { get; init; }
}
