namespace Realtime.Middleware;

/// <summary>A hook or an error handler as a person added it.</summary>
/// <param name="Kind">When it runs.</param>
/// <param name="Handler">The delegate.</param>
internal sealed record Hook(HookKind Kind, Delegate Handler)
{
    /// <summary>The status whose errors it handles; null for all.</summary>
    public int? Status { get; init; }

    /// <summary>The exceptions that it handles; null for all.</summary>
    public Type? ExceptionType { get; init; }

    /// <summary>The login that this hook requires, in place of calling its delegate; null for a person's own hook.</summary>
    public LoginGuard? Guard { get; init; }

    /// <summary>What it is, for messages.</summary>
    public string Name => Kind switch
    {
        HookKind.Error when Status is { } status => $"OnError({status})",
        HookKind.Error => $"OnError<{ExceptionType!.Name}>",
        _ => Kind.ToString(),
    };

    /// <summary>
    /// How near it is to an exception: 0 is nearest; null where it does not handle it. A status stands between the exception's own type and those that it derives from,
    /// but for an exception that nobody foresaw it comes last.
    /// </summary>
    /// <param name="exception">The exception.</param>
    /// <param name="status">The status that it is answered with.</param>
    /// <param name="isForeseen">Whether it is an answer by itself, as an <see cref="HttpError"/> is.</param>
    public int? Distance(Exception exception, int status, bool isForeseen)
    {
        if (Kind != HookKind.Error)
        {
            return null;
        }
        if (ExceptionType is null)
        {
            return Status != status ? null : exception is HttpError ? -1 : isForeseen ? 1 : int.MaxValue;
        }
        var distance = 0;
        for (var type = exception.GetType(); type is not null; type = type.BaseType)
        {
            if (type == ExceptionType)
            {
                // Nobody who handles what can go wrong wants every 404 as well.
                return isForeseen && type == typeof(Exception) ? null : distance * 2;
            }
            distance++;
        }
        return null;
    }
}
