using System.Text.Json.Serialization;

namespace Realtime;

/// <summary>Why a job's last attempt failed.</summary>
/// <param name="Type">The exception's type name, without its namespace.</param>
/// <param name="Message">The exception's message.</param>
/// <param name="Stack">Where it was thrown, for the log and the operator; never part of JSON for a browser. Null if unknown.</param>
public sealed record JobError(string Type, string Message, [property: JsonIgnore] string? Stack = null)
{
    /// <summary>Describes an exception.</summary>
    /// <param name="exception">What an attempt threw.</param>
    public static JobError From(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new JobError(Binding.TypeName.Of(exception.GetType()), exception.Message, exception.StackTrace);
    }
}
