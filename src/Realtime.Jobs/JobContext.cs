using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Jobs;

namespace Realtime;

/// <summary>One attempt at a job, as its handler sees it.</summary>
public sealed partial class JobContext
{
    private IServiceScope? _scope;
    private Dictionary<string, byte[]>? _steps;

    /// <summary>The job's id.</summary>
    public Guid Id => Record.Spec.Id;

    /// <summary>The job's name.</summary>
    public string Name => Record.Spec.Name;

    /// <summary>The job it belongs to; null for none.</summary>
    public Guid? Parent => Record.Spec.Parent;

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt => Record.Attempt;

    /// <summary>How many attempts the job has.</summary>
    public int MaxAttempts => Record.MaxAttempts;

    /// <summary>When the job was enqueued.</summary>
    public DateTimeOffset EnqueuedAt => Record.Spec.EnqueuedAt;

    /// <summary>
    /// The time that a schedule has this job for, the same at every attempt and however late it runs; null for a job of no schedule, and for
    /// one of <see cref="Schedule.RunNowAsync"/>.
    /// </summary>
    public DateTimeOffset? Occurrence => Headers.TryGetValue(Schedule.OccurrenceHeader, out var text)
        ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
        : null;

    /// <summary>The notes that came with the job from its enqueue. Empty for none.</summary>
    public IReadOnlyDictionary<string, string> Headers => Record.Spec.Headers ?? JobHeaders.None;

    /// <summary>
    /// The arguments as UTF-8 JSON, as they are stored. Middleware that replaces them before it calls <c>next</c> decides what the handler is given.
    /// </summary>
    public ReadOnlyMemory<byte> ArgsJson { get; set; }


    /// <summary>
    /// Fires when the job is cancelled, its <see cref="JobOptions.Timeout"/> is over, the app has run out of time to shut down, or
    /// this process lost touch with the store. A handler that lets the exception out is recorded accordingly.
    /// </summary>
    public CancellationToken Cancellation => _cancellation?.Token ?? MakeToken();

    /// <summary>A log for the handler, in the category <c>Realtime.Jobs.{name}</c>.</summary>
    public ILogger Logger => _job.Logger;

    /// <summary>The services of this attempt: a scope of its own, made when first asked for.</summary>
    public IServiceProvider Services => (_scope ??= _server.Runtime.Services.CreateScope()).ServiceProvider;

    /// <summary>
    /// Says how far the job is. Watchers see at most ten reports a second, and always the last; calling it in a tight loop costs nothing more.
    /// </summary>
    /// <param name="fraction">From 0 to 1; what is outside is brought inside.</param>
    /// <param name="message">A few words for people; null for none.</param>
    public ValueTask ReportAsync(double fraction, string? message = null)
    {
        lock (Gate)
        {
            _progress = new JobProgress(Id, Attempt, double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1), message);
            _unseen = true;
            if (_listed)
            {
                return default;
            }
            _listed = true;
        }
        _server.Progress.Add(this);
        return default;
    }

    /// <summary>
    /// Runs a part of the job once: its result is stored, and a later attempt gets that result instead of running it again. A crash
    /// between the part's end and its record runs it again, so what it does should bear being done twice.
    /// </summary>
    /// <typeparam name="T">What the part returns, which is stored as JSON.</typeparam>
    /// <param name="name">The step's name, unique within the job: in a loop, name the turn.</param>
    /// <param name="step">The part.</param>
    /// <exception cref="OperationCanceledException">This attempt no longer holds the job: others go on with it.</exception>
    public async Task<T> StepAsync<T>(string name, Func<Task<T>> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (await RecordedAsync(name) is { } recorded)
        {
            return JsonSerializer.Deserialize<T>(recorded, _job.Owner.Json)!;
        }
        var result = await step();
        await RecordAsync(name, JsonSerializer.SerializeToUtf8Bytes(result, _job.Owner.Json));
        return result;
    }

    /// <inheritdoc cref="StepAsync{T}"/>
    public async Task StepAsync(string name, Func<Task> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (await RecordedAsync(name) is null)
        {
            await step();
            await RecordAsync(name, []);
        }
    }

    /// <summary>The jobs of its flow that this one came right after, in order, and how they ended. None for a job that came after none.</summary>
    public async Task<IReadOnlyList<JobInput>> InputsAsync()
    {
        if (Record.Spec.Flow is null)
        {
            return [];
        }
        var inputs = await _server.Runtime.Store.InputsAsync(Id, Cancellation);
        return [.. inputs.Select(static input => new JobInput
        {
            Id = input.Id,
            Name = input.Name,
            State = input.State!.Value,
            Result = input.Result is { Length: > 0 } result ? JsonElement.Parse(result) : null,
            Error = input.Error,
        })];
    }

    private async ValueTask<byte[]?> RecordedAsync(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Cancellation.ThrowIfCancellationRequested();
        // The first attempt cannot have recorded steps, so it need not ask.
        _steps ??= Attempt == 1 ? [] : new Dictionary<string, byte[]>(await _server.Runtime.Store.StepsAsync(Id, Cancellation));
        return _steps.GetValueOrDefault(name);
    }

    private async ValueTask RecordAsync(string name, byte[] result)
    {
        // Not with the job's token: the step is done, and saying so must not be lost to a cancel.
        if (!await _server.Runtime.Store.SaveStepAsync(_server.Node.Id, Id, Attempt, name, result, CancellationToken.None))
        {
            Cancel(CancelReason.LeaseLost);
            throw new OperationCanceledException($"The job {Id} was taken over while its step '{name}' ran.", Cancellation);
        }
        _steps!.Add(name, result);
    }
}
