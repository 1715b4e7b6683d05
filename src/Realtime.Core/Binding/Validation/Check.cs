using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Realtime.Binding;

/// <summary>One rule that a value keeps or does not: a validation attribute, made typed where that saves a box.</summary>
internal abstract class Check<T>
{
    /// <summary>What is wrong with a value; null where nothing is.</summary>
    /// <param name="value">The value.</param>
    /// <param name="owner">The object that holds it; null for a parameter of a handler.</param>
    /// <param name="faults">For the context of attributes that ask for one.</param>
    public abstract string? FaultOf(T value, object? owner, ref Faults faults);
}

/// <summary>Text or a list that is there.</summary>
internal sealed class RequiredCheck<T>(string? message, bool allowsEmpty) : Check<T>
{
    public override string? FaultOf(T value, object? owner, ref Faults faults) => value switch
    {
        null => message ?? "is required",
        string text when !allowsEmpty && string.IsNullOrWhiteSpace(text) => message ?? "is required, but is empty",
        _ => null,
    };
}

/// <summary>How long a text or a list may be.</summary>
internal sealed class LengthCheck<T>(int least, int most, string message) : Check<T>
{
    public override string? FaultOf(T value, object? owner, ref Faults faults)
    {
        var length = value switch
        {
            null => -1,
            string text => text.Length,
            ICollection list => list.Count,
            IEnumerable list => Enumerable.Count(list.Cast<object?>()),
            _ => -1,
        };
        return length >= 0 && (length < least || length > most) ? message : null;
    }
}

/// <summary>From where to where a number may go.</summary>
internal sealed class RangeCheck<T>(T least, T most, bool excludesLeast, bool excludesMost, string message) : Check<T>
    where T : struct, IComparable<T>
{
    public override string? FaultOf(T value, object? owner, ref Faults faults)
    {
        var (low, high) = (value.CompareTo(least), value.CompareTo(most));
        return low < 0 || high > 0 || (low == 0 && excludesLeast) || (high == 0 && excludesMost) ? message : null;
    }
}

/// <summary>A rule for the value of a nullable, where there is one.</summary>
internal sealed class NullableCheck<T>(Check<T> inner) : Check<T?>
    where T : struct
{
    public override string? FaultOf(T? value, object? owner, ref Faults faults) => value is { } there ? inner.FaultOf(there, owner, ref faults) : null;
}

/// <summary>Any other attribute, asked as it wants to be asked.</summary>
internal sealed class AttributeCheck<T>(ValidationAttribute attribute, string member, string? message) : Check<T>
{
    private readonly bool _needsContext = attribute.RequiresValidationContext || NeedsContext(attribute);

    public override string? FaultOf(T value, object? owner, ref Faults faults)
    {
        try
        {
            if (!_needsContext)
            {
                return attribute.IsValid(value) ? null : message ?? attribute.FormatErrorMessage(member);
            }
            var result = attribute.GetValidationResult(value, faults.ContextOf(owner ?? (object?)value ?? this, member));
            return result == ValidationResult.Success ? null : message ?? result!.ErrorMessage ?? "is not valid";
        }
        catch (RegexMatchTimeoutException)
        {
            // A pattern that never ends on this text is no fault of the server's either.
            return message ?? attribute.FormatErrorMessage(member);
        }
    }

    // An attribute that overrides the one of the two must not be asked by the other.
    private static bool NeedsContext(ValidationAttribute attribute) => attribute.GetType()
        .GetMethod("IsValid", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic, [typeof(object), typeof(ValidationContext)])
        ?.DeclaringType != typeof(ValidationAttribute);
}
