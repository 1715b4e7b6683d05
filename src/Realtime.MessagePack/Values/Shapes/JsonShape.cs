using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Realtime.Sockets;

/// <summary>A type that is known to its JSON converter alone: it is said as the converter says it.</summary>
[RequiresDynamicCode(ValueReason.Text)]
[RequiresUnreferencedCode(ValueReason.Text)]
internal sealed class JsonShape<T>(JsonTypeInfo<T> contract) : Shape<T>(contract)
{
    public override void Write(MessagePackWriter writer, T value) => WriteAsJson(writer, value);

    public override T? Read(MessagePackReader reader) => ReadAsJson(reader);
}
