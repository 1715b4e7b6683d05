using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>Whole numbers of up to 64 bits.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class IntegerShape<T>(JsonTypeInfo<T> contract) : Shape<T>(contract)
    where T : struct, IBinaryInteger<T>
{
    public override void Write(MessagePackWriter writer, T value)
    {
        if (T.IsNegative(value))
        {
            writer.Write(long.CreateTruncating(value));
        }
        else
        {
            writer.Write(ulong.CreateTruncating(value));
        }
    }

    public override T Read(MessagePackReader reader)
    {
        var start = reader.Position;
        if (reader.TryReadInt64(out var number))
        {
            var value = T.CreateTruncating(number);
            if (T.IsNegative(value) == (number < 0) && long.CreateTruncating(value) == number)
            {
                return value;
            }
        }
        else if (typeof(T) == typeof(ulong) && reader.TryReadUInt64(out var large))
        {
            return T.CreateTruncating(large);
        }
        reader.MoveTo(start);
        return ReadAsJson(reader);
    }
}

/// <summary>Floats of 64 bits.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class DoubleShape(JsonTypeInfo<double> contract) : Shape<double>(contract)
{
    public override void Write(MessagePackWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.Write(value);
        }
        else
        {
            // Allowed or not, as the options say.
            WriteAsJson(writer, value);
        }
    }

    public override double Read(MessagePackReader reader)
    {
        var start = reader.Position;
        // A float of 32 bits is read by its decimal form, as JSON would say it: 0.1 and not 0.10000000149011612.
        if (!reader.IsNextSingle && reader.TryReadDouble(out var value) && double.IsFinite(value))
        {
            return value;
        }
        reader.MoveTo(start);
        return ReadAsJson(reader);
    }
}

/// <summary>Floats of 32 bits, written as such only where that says the same as their decimal form.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class SingleShape(JsonTypeInfo<float> contract) : Shape<float>(contract)
{
    public override void Write(MessagePackWriter writer, float value)
    {
        if (!float.IsFinite(value))
        {
            WriteAsJson(writer, value);
            return;
        }
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        var said = double.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
        if (said.Equals((double)value))
        {
            writer.Write(value);
        }
        else
        {
            writer.Write(said);
        }
    }

    public override float Read(MessagePackReader reader)
    {
        var start = reader.Position;
        if (reader.TryReadDouble(out var value) && float.IsFinite((float)value))
        {
            return (float)value;
        }
        reader.MoveTo(start);
        return ReadAsJson(reader);
    }
}

/// <summary>Decimals: as an integer or a float where that says the same number, else as text.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class DecimalShape(JsonTypeInfo<decimal> contract) : Shape<decimal>(contract)
{
    public override void Write(MessagePackWriter writer, decimal value)
    {
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        NumberText.Write(writer, text[..length]);
    }

    public override decimal Read(MessagePackReader reader)
    {
        var start = reader.Position;
        if (reader.TryReadInt64(out var integer))
        {
            return integer;
        }
        if (reader.TryReadUtf8(out var text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }
        reader.MoveTo(start);
        return ReadAsJson(reader);
    }
}
