using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Realtime.Binding;

/// <summary>Makes checks of the validation attributes on a member or a parameter, and puts what they expect into words.</summary>
internal static class Checks
{
    public static Check<T>[] Of<T>(IEnumerable<ValidationAttribute> attributes, string member) =>
        [.. attributes.OrderBy(static attribute => attribute is RequiredAttribute ? 0 : 1).Select(attribute => Of<T>(attribute, member)).OfType<Check<T>>()];

    private static Check<T>? Of<T>(ValidationAttribute attribute, string member)
    {
        var said = MessageOf(attribute, member);
        var unit = typeof(T) == typeof(string) ? "character" : "item";
        switch (attribute)
        {
            case RequiredAttribute required when attribute.GetType() == typeof(RequiredAttribute):
                return default(T) is null ? new RequiredCheck<T>(said, required.AllowEmptyStrings) : null;
            case StringLengthAttribute length when typeof(T) == typeof(string):
                return new LengthCheck<T>(length.MinimumLength, length.MaximumLength, said ?? LengthText(length.MinimumLength, length.MaximumLength, unit));
            case LengthAttribute length:
                return new LengthCheck<T>(length.MinimumLength, length.MaximumLength, said ?? LengthText(length.MinimumLength, length.MaximumLength, unit));
            case MinLengthAttribute least:
                return new LengthCheck<T>(least.Length, int.MaxValue, said ?? LengthText(least.Length, int.MaxValue, unit));
            case MaxLengthAttribute most:
                var limit = most.Length < 0 ? int.MaxValue : most.Length;
                return new LengthCheck<T>(0, limit, said ?? LengthText(0, limit, unit));
            case RangeAttribute range when attribute.GetType() == typeof(RangeAttribute):
                return RangeOf<T>(range, said ?? RangeText(range)) ?? new AttributeCheck<T>(attribute, member, said ?? RangeText(range));
            default:
                return new AttributeCheck<T>(attribute, member, said ?? TextOf(attribute));
        }
    }

    private static Check<T>? RangeOf<T>(RangeAttribute range, string message)
    {
        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        var method = typeof(T) != type ? nameof(NullableRange) : nameof(Range);
        return type.IsPrimitive || type == typeof(decimal)
            ? (Check<T>?)typeof(Checks).GetMethod(method, System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
                .MakeGenericMethod(type).Invoke(null, [range, message])
            : null;
    }

    private static RangeCheck<T>? Range<T>(RangeAttribute range, string message)
        where T : struct, IComparable<T>
    {
        try
        {
            return new RangeCheck<T>(To(range.Minimum), To(range.Maximum), range.MinimumIsExclusive, range.MaximumIsExclusive, message);
        }
        catch (Exception exception) when (exception is OverflowException or InvalidCastException or FormatException)
        {
            // Limits that the type itself cannot reach: the attribute knows what it means by them.
            return null;
        }

        static T To(object limit) => (T)Convert.ChangeType(limit, typeof(T), CultureInfo.InvariantCulture);
    }

    private static NullableCheck<T>? NullableRange<T>(RangeAttribute range, string message)
        where T : struct, IComparable<T> => Range<T>(range, message) is { } inner ? new NullableCheck<T>(inner) : null;

    /// <summary>The message that the attribute was given, or null where it has none of its own.</summary>
    private static string? MessageOf(ValidationAttribute attribute, string member)
    {
        // Some say their default as if they had been given it.
        var own = attribute switch
        {
            EmailAddressAttribute => new EmailAddressAttribute().ErrorMessage,
            PhoneAttribute => new PhoneAttribute().ErrorMessage,
            UrlAttribute => new UrlAttribute().ErrorMessage,
            CreditCardAttribute => new CreditCardAttribute().ErrorMessage,
            Base64StringAttribute => new Base64StringAttribute().ErrorMessage,
            AllowedValuesAttribute => new AllowedValuesAttribute().ErrorMessage,
            DeniedValuesAttribute => new DeniedValuesAttribute().ErrorMessage,
            _ => null,
        };
        return attribute.ErrorMessage == own && attribute.ErrorMessageResourceName is null ? null : attribute.FormatErrorMessage(member);
    }

    private static string LengthText(int least, int most, string unit) => (least, most) switch
    {
        (1, int.MaxValue) => "should not be empty",
        ( > 0, int.MaxValue) => $"should have at least {Count(least, unit)}",
        ( <= 0, _) => $"should have at most {Count(most, unit)}",
        _ when least == most => $"should have {Count(least, unit)}",
        _ => $"should have {least} to {Count(most, unit)}",
    };

    private static string Count(int number, string unit) => number == 1 ? $"1 {unit}" : $"{number} {unit}s";

    private static string RangeText(RangeAttribute range)
    {
        var (least, most) = (Show(range.Minimum), Show(range.Maximum));
        return (range.MinimumIsExclusive, range.MaximumIsExclusive) switch
        {
            (false, false) => $"should be from {least} to {most}",
            (true, false) => $"should be more than {least} and at most {most}",
            (false, true) => $"should be at least {least} and less than {most}",
            _ => $"should be more than {least} and less than {most}",
        };

        static string Show(object limit) => Convert.ToString(limit, CultureInfo.InvariantCulture) ?? "";
    }

    private static string? TextOf(ValidationAttribute attribute) => attribute switch
    {
        RegularExpressionAttribute pattern => $"should match the pattern {pattern.Pattern}",
        EmailAddressAttribute => "should be an e-mail address",
        PhoneAttribute => "should be a telephone number",
        UrlAttribute => "should be a URL that begins with http://, https:// or ftp://",
        CreditCardAttribute => "should be the number of a credit card",
        Base64StringAttribute => "should be text in base64",
        AllowedValuesAttribute allowed => $"should be one of {string.Join(", ", allowed.Values.OfType<object>())}",
        DeniedValuesAttribute denied => $"should not be one of {string.Join(", ", denied.Values.OfType<object>())}",
        CompareAttribute compare => $"should be the same as '{char.ToLowerInvariant(compare.OtherProperty[0])}{compare.OtherProperty[1..]}'",
        _ => null,
    };
}
